// What a run is asked to do, apart from its tests.
#pragma once

#include <string>
#include <vector>

#include "hutch/limits.h"

namespace hutch {

/// --isolation: what happens when the machine cannot enforce something.
enum class Isolation {
    automatic,    ///< asked-for limits fail closed (exit 3), the default profile's degrade with one notice
    required,     ///< everything fails closed
    if_available, ///< everything degrades
    off,          ///< nothing is asked of the kernel but to find and kill what a test started
};

/// --cgroup-manager: which rungs of the ladder may be tried.
enum class CgroupChoice {
    automatic, ///< from the top down
    systemd,   ///< a systemd scope for every test
    cgroupfs,  ///< direct writes, no systemd
    none,      ///< no cgroup at all
};

/// --leak: what a pass with left-over processes is.
enum class LeakPolicy { report, fail };

/// --flaky: what a pass after a failed attempt is for the exit code.
enum class FlakyPolicy { pass, fail };

struct RunOptions {
    std::size_t workers = 1;
    Isolation isolation = Isolation::automatic;
    CgroupChoice cgroup = CgroupChoice::automatic;
    LeakPolicy leak = LeakPolicy::report;
    FlakyPolicy flaky = FlakyPolicy::pass;
    std::size_t rounds = 1;              ///< --repeat: every test is run so many times
    Microseconds stress{0};              ///< --stress: rounds are begun until this has passed; 0: not so
    Microseconds stall_timeout{0};       ///< something runs and nothing has ended for so long: the run is stopped; 0: never
    std::size_t max_fail = 0;            ///< stop after so many failures, 0 = never
    std::size_t capture_bytes = 1 << 20; ///< kept of each stream: half as head, half as tail
    std::string output_dir;              ///< whole outputs go to files here; empty: not kept
};

} // namespace hutch
