#include "sd/bus_address.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hutch::sd {

namespace {

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

/// D-Bus specification, "Server Addresses": all but [-0-9A-Za-z_/.\*] is written as %XX.
std::string unix_address(std::string_view path)
{
    constexpr std::string_view plain = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_/.\\*";
    std::string address = "unix:path=";
    for (char c : path) {
        if (plain.find(c) != std::string_view::npos) {
            address += c;
        } else {
            address += fmt::format("%{:02x}", static_cast<unsigned char>(c));
        }
    }
    return address;
}

/// Why `directory` is not to be trusted; unset: it is ours.
std::optional<std::string> refusal(const std::string& directory, unsigned uid)
{
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) {
        return fmt::format("runtime directory {}: {}", directory, std::generic_category().message(errno));
    }
    if (!S_ISDIR(status.st_mode)) {
        return fmt::format("runtime directory {}: not a directory", directory);
    }
    if (status.st_uid != uid) {
        return fmt::format("runtime directory {} belongs to uid {}, not to {}", directory, status.st_uid, uid);
    }
    return std::nullopt;
}

BusCandidates user_candidates(const BusEnvironment& environment)
{
    BusCandidates found;
    if (!environment.session_address.empty()) {
        found.addresses.push_back({environment.session_address, false});
    }
    std::vector<std::string> directories;
    if (!environment.runtime_dir.empty()) {
        directories.push_back(environment.runtime_dir);
    }
    directories.push_back(fmt::format("{}/user/{}", environment.run, environment.uid));
    if (directories.front() == directories.back()) {
        directories.resize(1);
    }
    std::erase_if(directories, [&](const std::string& directory) {
        std::optional<std::string> why = refusal(directory, environment.uid);
        if (why) {
            found.refused.push_back(*why);
        }
        return why.has_value();
    });
    // All buses before any private socket: the bus is the interface, the socket a systemd detail.
    for (const std::string& directory : directories) {
        BusAddress bus{unix_address(directory + "/bus"), false};
        if (std::ranges::find(found.addresses, bus) == found.addresses.end()) {
            found.addresses.push_back(std::move(bus));
        }
    }
    for (const std::string& directory : directories) {
        found.addresses.push_back({unix_address(directory + "/systemd/private"), true});
    }
    return found;
}

BusCandidates system_candidates(const BusEnvironment& environment)
{
    BusCandidates found;
    found.addresses.push_back({unix_address(environment.run + "/dbus/system_bus_socket"), false});
    if (environment.uid == 0) {
        found.addresses.push_back({unix_address(environment.run + "/systemd/private"), true});
    }
    return found;
}

} // namespace

std::string_view to_string(Instance instance)
{
    return instance == Instance::user ? "user manager" : "system manager";
}

BusEnvironment BusEnvironment::of_process()
{
    return {.session_address = variable("DBUS_SESSION_BUS_ADDRESS"),
            .runtime_dir = variable("XDG_RUNTIME_DIR"),
            .uid = ::geteuid()};
}

BusCandidates bus_candidates(Instance instance, const BusEnvironment& environment)
{
    return instance == Instance::user ? user_candidates(environment) : system_candidates(environment);
}

} // namespace hutch::sd
