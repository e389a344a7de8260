// What repairs what is missing: the exact command or drop-in, for a person to run. The wording is here and nowhere
// else, so that doctor, notices and errors say the same. Pure: decides from what inspect_machine() saw. An empty text
// means that there is nothing to repair, or that nobody but the kernel's builder can.
#pragma once

#include <string>
#include <string_view>

#include "scope/machine.h"

namespace hutch::scope {

/// `controller` could not be enabled for the tests' cgroups.
std::string remedy_for_controller(std::string_view controller, const Machine& machine);

/// No cgroup can be made here: nothing mounted, read only, or not ours.
std::string remedy_for_cgroup(const Machine& machine);

/// Whether a manager was asked to delegate a cgroup to us.
enum class Asked {
    yes,
    not_by_flag,       ///< --cgroup-manager=cgroupfs
    not_inside_a_test, ///< of another run
};

/// Where we are we may make cgroups, or not even that, but it was not delegated to us.
std::string remedy_for_delegation(const Machine& machine, Asked asked);

/// No systemd manager answers.
std::string remedy_for_manager(const Machine& machine);

/// No PID namespace can be had.
std::string remedy_for_namespaces(const Machine& machine);

/// Pressure files are missing or empty.
std::string remedy_for_pressure();

/// The user manager ends with the last session, and tests with it.
std::string remedy_for_lingering(const Machine& machine);

} // namespace hutch::scope
