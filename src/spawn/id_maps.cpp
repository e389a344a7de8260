// See id_maps.h. A map is written in one write(2), once.
#include "spawn/id_maps.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"

namespace hutch::spawn {

namespace {

/// What we have, mapped to itself. /proc/self/uid_map has on each line what is inside, outside, and how many:
///              0     100000      65536
Result<std::string> identity_of(const std::string& file)
{
    const auto text = base::read_file(file);
    if (!text) {
        return std::unexpected(text.error());
    }
    std::vector<std::string_view> numbers;
    for (const std::string_view number : base::words(*text)) {
        numbers.push_back(number);
    }
    std::string result;
    for (std::size_t line = 0; line + 2 < numbers.size(); line += 3) {
        result += fmt::format("{0} {0} {1}\n", numbers[line], numbers[line + 2]);
    }
    return result;
}

Result<void> map_all(int pid, const char* file)
{
    const auto map = identity_of(fmt::format("/proc/self/{}", file));
    return map ? base::write_once(fmt::format("/proc/{}/{}", pid, file), *map) : std::unexpected(map.error());
}

Result<void> map_own(int pid, const char* file, unsigned id)
{
    return base::write_once(fmt::format("/proc/{}/{}", pid, file), fmt::format("{0} {0} 1", id));
}

bool refused(const Result<void>& result)
{
    return !result && result.error().code == EPERM;
}

} // namespace

Result<void> map_all_ids(int pid)
{
    auto users = map_all(pid, "uid_map");
    if (refused(users)) {
        users = map_own(pid, "uid_map", ::geteuid());
    }
    if (!users) {
        return users;
    }
    auto groups = map_all(pid, "gid_map");
    if (!refused(groups)) {
        return groups;
    }
    if (auto denied = base::write_once(fmt::format("/proc/{}/setgroups", pid), "deny"); !denied) {
        return denied;
    }
    return map_own(pid, "gid_map", ::getegid());
}

} // namespace hutch::spawn
