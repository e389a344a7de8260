// What kind of machine this is, as far as remedies depend on it. Looks only.
#pragma once

#include <string>

namespace hutch::scope {

struct Machine {
    unsigned uid = 0;             ///< effective
    std::string user;             ///< its name, or the number
    bool systemd = false;         ///< is PID 1 here (sd_booted(3))
    std::string container;        ///< "docker", "podman", "kubernetes", or whatever PID 1's $container says; "" outside
    bool cgroup2 = false;         ///< mounted somewhere
    std::string mount_point;      ///< of cgroup2
    bool hybrid = false;          ///< version 1 hierarchies are mounted as well
    bool read_only = false;       ///< cgroup2 is
    bool runtime_dir = false;     ///< /run/user/UID exists and is ours
    bool runtime_dir_set = false; ///< $XDG_RUNTIME_DIR names it
    bool bus_socket = false;      ///< /run/user/UID/bus exists
    bool lingering = false;       ///< loginctl enable-linger
    std::string
        userns_switch; ///< the sysctl setting that forbids unprivileged user namespaces: "user.max_user_namespaces=0"

    bool root() const { return uid == 0; }
    bool operator==(const Machine&) const = default;
};

/// `files` is put before all absolute paths but /proc/self: tests give a tree of their own.
Machine inspect_machine(const std::string& files = "");

} // namespace hutch::scope
