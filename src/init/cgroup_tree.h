// Killing, emptying and removing cgroups without a libc, for the warden. Responsible for being bounded in time and
// stack, however the test has nested, renamed the modes of, or filled its cgroups. Never goes above the directory it
// was given.
#pragma once

#include <cstdint>

namespace hutch::init {

/// A cgroup as "open directory + name".
struct CgroupAt {
    int directory;
    const char* name;
};

/// A descriptor of it, though a test may have taken its mode away; below 0: a negated errno.
int open_despite_mode(CgroupAt cgroup);

/// Writes cgroup.kill until nothing is alive in it and below, or `deadline` (monotonic_ms) has passed.
void kill_until_empty(CgroupAt cgroup, std::int64_t deadline);

/// Waits until nothing is alive in it and below, or `deadline` has passed.
void wait_until_empty(CgroupAt cgroup, std::int64_t deadline);

/// Removes it and all cgroups below it; what cannot be removed by `deadline` stays.
void remove_tree(CgroupAt cgroup, std::int64_t deadline);

} // namespace hutch::init
