#include "scope/tampering.h"

#include <fmt/format.h>

#include <array>

#include "base/file.h"
#include "base/text.h"
#include "kernel/process.h"

namespace hutch::scope {

namespace {

/// The line of version 2 in /proc/PID/cgroup: "0::/user.slice/x".
std::optional<std::string> cgroup_of(int pid)
{
    std::array<char, 8192> buffer; // a line a hierarchy, each a path
    const auto text = base::read_into(base::at_path(fmt::format("/proc/{}/cgroup", pid)), buffer);
    if (!text) {
        return std::nullopt;
    }
    for (const std::string_view line : base::lines(*text)) {
        if (line.starts_with("0::")) {
            return std::string(line.substr(3));
        }
    }
    return std::nullopt;
}

} // namespace

void remember_limits(Scope& scope, const Limits& limits, const LeafFiles& files)
{
    for (const LimitFile& limit : limit_files(limits, files)) {
        scope.written.emplace_back(limit.file, limit.shown);
    }
    if (limits.io && files.io_max) {
        if (const auto shown = scope.dir->read("io.max")) {
            scope.written.emplace_back("io.max", std::string(base::trim(*shown)));
        }
    }
}

void note_tampering(const Scope& scope, Evidence& evidence)
{
    if (!scope.dir) {
        return;
    }
    for (const auto& [file, shown] : scope.written) {
        const auto text = scope.dir->read(file.c_str());
        if (text && base::trim(*text) != shown) {
            evidence.tampered.push_back(fmt::format("{}: {}, was {}", file, base::trim(*text), shown));
        }
    }
    if (!scope.dir->has_children()) {
        return;
    }
    for (const std::string& child : scope.dir->children()) {
        if (!child.starts_with("hutch-")) { // those of a run inside of the test
            evidence.tampered.push_back(fmt::format("made a cgroup of its own: {}", child));
            break;
        }
    }
}

std::optional<std::string> left_cgroup(const Scope& scope, int pid)
{
    const auto now = scope.dir ? cgroup_of(pid) : std::nullopt;
    if (!now) {
        return std::nullopt;
    }
    // The path begins where our own cgroup namespace does: the test's own name is in it, whatever is above.
    const std::string& path = scope.dir->path();
    const std::string mark = path.substr(path.rfind('/')) + "/";
    if ((*now + "/").contains(mark)) {
        return std::nullopt;
    }
    return fmt::format("left its cgroup: pid {} '{}' is in {}", pid, kernel::process_name(pid).value_or(""), *now);
}

} // namespace hutch::scope
