#include "scope/enclosing_oom.h"

#include <array>
#include <string>

#include "base/file.h"
#include "kernel/cgroup_files.h"

namespace hutch::scope {

EnclosingOom EnclosingOom::above(const kernel::CgroupDir& parent)
{
    constexpr int deepest = 64;
    EnclosingOom oom;
    std::string file = "memory.events.local";
    for (int level = 0; level < deepest; ++level, file.insert(0, "../")) {
        // The real root has no such file, nor has the directory that the hierarchy is mounted in: there it ends.
        auto fd = base::open_file(base::FileAt{parent.fd(), file.c_str()}, O_RDONLY);
        if (!fd) {
            break;
        }
        oom.files_.push_back(std::move(*fd));
    }
    return oom;
}

std::uint64_t EnclosingOom::total() const
{
    std::uint64_t sum = 0;
    std::array<char, 512> buffer;
    for (const base::UniqueFd& file : files_) {
        const auto text = base::reread_into(file, buffer);
        const auto events = text ? kernel::parse_memory_events(*text) : plain_error("");
        sum += events ? events->oom : 0;
    }
    return sum;
}

} // namespace hutch::scope
