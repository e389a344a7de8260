#include "scope/machine_stalls.h"

#include <fcntl.h>

#include <array>

#include "base/file.h"
#include "kernel/cgroup_files.h"

namespace hutch::scope {

namespace {

base::UniqueFd opened(const char* path)
{
    auto file = base::open_file(path, O_RDONLY | O_CLOEXEC);
    return file ? std::move(*file) : base::UniqueFd();
}

std::optional<std::uint64_t> total(const base::UniqueFd& file)
{
    std::array<char, 256> buffer;
    const auto text = file.valid() ? base::reread_into(file, buffer) : std::nullopt;
    const auto pressure = text ? kernel::parse_pressure(*text) : Result<kernel::Pressure>(plain_error("no pressure"));
    return pressure ? std::optional(pressure->some.total_usec) : std::nullopt;
}

} // namespace

MachineStalls::MachineStalls() : memory_(opened("/proc/pressure/memory")), io_(opened("/proc/pressure/io")) {}

Stalls MachineStalls::read() const
{
    return {.memory = total(memory_), .io = total(io_)};
}

LeafFiles without_quiet(LeafFiles files, const Stalls& before, const Stalls& now, Usage& usage)
{
    if (files.memory_pressure && before.memory && before.memory == now.memory) {
        files.memory_pressure = false;
        usage.memory_stall_usec = 0;
    }
    if (files.io_pressure && before.io && before.io == now.io) {
        files.io_pressure = false;
        usage.io_stall_usec = 0;
    }
    return files;
}

} // namespace hutch::scope
