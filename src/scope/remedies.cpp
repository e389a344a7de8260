#include "scope/remedies.h"

#include <fmt/format.h>

namespace hutch::scope {

namespace {

/// Reload alone changes nothing for a manager that runs already (docs/kernel.md 1.3).
std::string delegate_drop_in(const Machine& machine)
{
    return fmt::format("sudo mkdir -p /etc/systemd/system/user@.service.d && "
                       "printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' | "
                       "sudo tee /etc/systemd/system/user@.service.d/delegate.conf && "
                       "sudo systemctl daemon-reload && sudo systemctl restart user@{}",
                       machine.uid);
}

std::string unified_hierarchy(const Machine& machine)
{
    return machine.systemd ? "boot with systemd.unified_cgroup_hierarchy=1 on the kernel command line"
                           : "boot with cgroup_no_v1=all on the kernel command line, and mount only cgroup2: "
                             "mount -t cgroup2 none /sys/fs/cgroup";
}

std::string open_container(const Machine& machine)
{
    if (machine.container == "podman") {
        return "podman run --security-opt unmask=/sys/fs/cgroup …";
    }
    if (machine.container == "docker") {
        return "docker run --privileged --cgroupns=private …";
    }
    if (machine.container == "kubernetes") {
        return "securityContext: { privileged: true } for the container";
    }
    return "start the container with a writable /sys/fs/cgroup";
}

} // namespace

std::string remedy_for_controller(std::string_view controller, const Machine& machine)
{
    if (!machine.cgroup2 || machine.read_only) {
        return remedy_for_cgroup(machine);
    }
    if (machine.hybrid) { // a container inherits that from its host
        return unified_hierarchy(machine);
    }
    if (!machine.container.empty() && !machine.systemd) {
        return open_container(machine);
    }
    if (machine.systemd && !machine.root()) {
        return machine.bus_socket ? delegate_drop_in(machine) : remedy_for_manager(machine);
    }
    if (machine.systemd) {
        return "systemd-run --scope -p Delegate=yes hutch …";
    }
    // Debian and Raspberry Pi OS kernels have booted with it switched off.
    return controller == "memory" ? "boot with cgroup_enable=memory on the kernel command line" : "";
}

std::string remedy_for_cgroup(const Machine& machine)
{
    if (!machine.container.empty() && !machine.systemd) {
        return open_container(machine);
    }
    if (!machine.cgroup2) {
        return machine.root() ? "mount -t cgroup2 none /sys/fs/cgroup" : unified_hierarchy(machine);
    }
    if (machine.read_only) {
        return fmt::format("sudo mount -o remount,rw {}", machine.mount_point);
    }
    if (machine.systemd) {
        return machine.root() ? "systemd-run --scope -p Delegate=yes hutch …" : remedy_for_manager(machine);
    }
    return fmt::format(
        "as root: mkdir {0}/{1} && chown {1} {0}/{1} {0}/{1}/cgroup.procs {0}/{1}/cgroup.subtree_control "
        "&& echo PID-OF-YOUR-SHELL > {0}/{1}/cgroup.procs",
        machine.mount_point, machine.user);
}

std::string remedy_for_delegation(const Machine& machine, Asked asked)
{
    if (!machine.systemd || machine.read_only || machine.hybrid) {
        return remedy_for_cgroup(machine);
    }
    if (asked == Asked::not_inside_a_test) {
        return "--cgroup-manager=systemd, which leaves the cgroup and the limits of the test that this runs in";
    }
    if (machine.root()) {
        return "systemd-run --scope -p Delegate=yes hutch …";
    }
    // A user manager of systemd 252 does not mark what it delegates, so only its own answer counts.
    return asked == Asked::not_by_flag ? "leave out --cgroup-manager=cgroupfs" : remedy_for_manager(machine);
}

std::string remedy_for_manager(const Machine& machine)
{
    if (!machine.systemd || machine.root()) {
        return "";
    }
    if (!machine.runtime_dir) {
        return fmt::format("sudo loginctl enable-linger {0} && export XDG_RUNTIME_DIR=/run/user/{1}", machine.user,
                           machine.uid);
    }
    if (!machine.bus_socket) {
        return "sudo apt-get install dbus-user-session, then log in again";
    }
    if (!machine.runtime_dir_set) {
        return fmt::format("export XDG_RUNTIME_DIR=/run/user/{}", machine.uid);
    }
    return fmt::format("sudo systemctl restart user@{}", machine.uid);
}

std::string remedy_for_namespaces(const Machine& machine)
{
    if (machine.container == "docker" || machine.container == "podman") {
        return fmt::format("{} run --security-opt seccomp=unconfined …", machine.container);
    }
    if (machine.userns_switch.starts_with("kernel.apparmor")) {
        return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
    }
    if (machine.userns_switch.starts_with("kernel.unprivileged")) {
        return "sudo sysctl -w kernel.unprivileged_userns_clone=1";
    }
    if (machine.userns_switch.starts_with("user.max")) {
        return "sudo sysctl -w user.max_user_namespaces=15000";
    }
    return "";
}

std::string remedy_for_pressure()
{
    return "boot with psi=1 on the kernel command line";
}

std::string remedy_for_lingering(const Machine& machine)
{
    return machine.systemd && !machine.root() && !machine.lingering
               ? fmt::format("sudo loginctl enable-linger {}", machine.user)
               : "";
}

} // namespace hutch::scope
