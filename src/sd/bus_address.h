// Where a systemd manager may be reached. Responsible for the order of the places and for refusing those that belong to
// somebody else; connects to nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hutch::sd {

/// systemd's word for which of the two managers: PID 1, or the one of user@UID.service.
enum class Instance { user, system };
/// "user manager", "system manager".
std::string_view to_string(Instance instance);

/// What decides about the places; taken from the process, or made up by a test.
struct BusEnvironment {
    std::string session_address = {}; ///< $DBUS_SESSION_BUS_ADDRESS
    std::string runtime_dir = {};     ///< $XDG_RUNTIME_DIR
    unsigned uid = 0;                 ///< effective
    std::string run = "/run";

    static BusEnvironment of_process();
};

struct BusAddress {
    std::string address; ///< as sd_bus_set_address(3) has it: "unix:path=/run/user/1000/bus"
    bool direct = false; ///< the manager's private socket: no bus daemon, no Hello
    bool operator==(const BusAddress&) const = default;
};

struct BusCandidates {
    std::vector<BusAddress> addresses; ///< in the order to be tried
    std::vector<std::string> refused;  ///< "runtime directory /run/user/1000 belongs to uid 1000, not to 0"
};

/// User: the session bus, $XDG_RUNTIME_DIR/bus, /run/user/UID/bus, then systemd/private in either directory. (Under
/// sudo -E and on some CI machines $XDG_RUNTIME_DIR is another user's: its owner has to be us.) System:
/// /run/dbus/system_bus_socket, and /run/systemd/private for root.
BusCandidates bus_candidates(Instance instance, const BusEnvironment& environment);

} // namespace hutch::sd
