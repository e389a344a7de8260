// A cgroup of our own, given by a systemd manager: the runner asks to be put into a delegated scope unit and believes
// it only when /proc/self/cgroup says so. Makes no cgroup itself, and writes nothing but its own number: what is done below
// the scope is run_node's.
//
// A stand-in goes first and the runner follows, so that a runner that is killed at any moment leaves no scope (stand_in.h).
#pragma once

#include "hutch/error.h"
#include "kernel/cgroup_dir.h"
#include "scope/run_id.h"
#include "sd/transient_unit.h"

namespace hutch::scope {

/// The unit hutch-<run id>.scope, with this process in it.
struct DelegatedScope {
    kernel::CgroupDir
        dir;         ///< the unit's cgroup; the process is in it, so move on to a leaf before enabling controllers
    sd::Units units; ///< the connection that it came by; rung 2 goes on with it
    sd::Instance instance() const { return units.bus().instance(); }
};

/// From the user manager, or as root from the system manager. The whole process moves, no other. (A user manager may
/// not move a process that sits outside of its own tree, in an ssh session or a CI agent's service: it asks the system
/// manager for it, since systemd 238.) An error's hint is the command that gets one a manager, where there is one.
Result<DelegatedScope> acquire_delegated_scope(const RunId& id);

/// The same over a given connection.
Result<DelegatedScope> acquire_delegated_scope(const RunId& id, sd::Units units);

} // namespace hutch::scope
