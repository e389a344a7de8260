// What there is to know about the systemd managers of this machine, for `hutch doctor`. Asks; changes nothing. Whether
// systemd runs at all and whether the user lingers is in machine.h, what repairs it in remedies.h.
#pragma once

#include <string>
#include <vector>

#include "hutch/error.h"
#include "sd/bus.h"

namespace hutch::scope {

struct ManagerFacts {
    sd::Instance instance = sd::Instance::user;
    std::string address;                  ///< "unix:path=/run/user/1000/bus"
    std::string version;                  ///< "252.39-1~deb12u1"
    std::string control_group;            ///< its own: "/user.slice/user-1000.slice/user@1000.service"
    std::vector<std::string> controllers; ///< that it can hand on: cgroup.controllers of control_group, all of them
};

/// Asks the manager; an error is that it does not answer, with the remedy as its hint.
Result<ManagerFacts> ask_manager(sd::Instance instance);
Result<ManagerFacts> ask_manager(sd::Bus bus);

} // namespace hutch::scope
