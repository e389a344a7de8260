// The profiles as data; see profile.h.
#include "config/profile.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "config/known_name.h"

namespace hutch::config
{
namespace
{

using std::chrono::seconds;

constexpr Bytes megabytes(Bytes count)
{
    return count << 20;
}

// clang-format off
constexpr std::array<Profile, 5> table{{
    //  name       memory           CPUs  wall           CPU time       files  processes  io ops/s
    {"fast",      megabytes(128),  0.5, seconds(30),   seconds(10),     100,   10,        1'000, "pure logic"},
    {"standard",  megabytes(512),  1,   seconds(120),  seconds(60),     500,   50,        5'000, "module interactions"},
    {"slow",      megabytes(1024), 2,   seconds(600),  seconds(600),   1000,  100,       10'000, "system tests"},
    {"intensive", megabytes(4096), 4,   seconds(1800), seconds(3600),  2000,  200,       50'000, "heavy builds"},
    {"critical",  megabytes(8192), 8,   seconds(3600), seconds(7200),  4000,  500,      100'000, "emulators"},
}};
// clang-format on

Limits limits_of(const Profile& profile, Origin origin)
{
    IoLimit io;
    io.riops = profile.io_operations;
    io.wiops = profile.io_operations;

    Limits limits;
    limits.memory_max = {profile.memory, origin};
    limits.cpus = {profile.cpus, origin};
    limits.cpu_time = {profile.cpu_time, origin};
    limits.pids_max = {profile.processes, origin};
    limits.io = {{io}, origin};
    limits.wall = {profile.wall, origin};
    limits.open_files = {profile.open_files, origin};
    limits.core_size = {Bytes{0}, origin};
    limits.profile = profile.name;
    return limits;
}

} // namespace

std::span<const Profile> profiles()
{
    return table;
}

Result<Limits> profile_limits(std::string_view name, Origin origin)
{
    const auto found = std::ranges::find(table, name, &Profile::name);
    if (found != table.end()) {
        return limits_of(*found, origin);
    }
    std::vector<std::string_view> names;
    for (const Profile& profile : table) {
        names.push_back(profile.name);
    }
    return unknown_name("profile", name, names);
}

Limits safe_mode_limits()
{
    Limits limits;
    limits.memory_max = {megabytes(512)};
    limits.cpu_time = {seconds(30)};
    limits.open_files = {256};
    limits.pids_max = {64};
    limits.core_size = {Bytes{0}};
    limits.wall = {seconds(120), Origin::profile};
    limits.profile = "safe";
    return limits;
}

Limits no_limits()
{
    Limits limits;
    limits.profile.clear();
    return limits;
}

} // namespace hutch::config
