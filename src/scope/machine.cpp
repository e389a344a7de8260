#include "scope/machine.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "kernel/cgroup_mount.h"

namespace hutch::scope {

namespace {

std::string user_name(unsigned uid)
{
    std::array<char, 4096> buffer;
    passwd entry = {};
    passwd* found = nullptr;
    const int code = getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    return code == 0 && found ? std::string(entry.pw_name) : std::to_string(uid);
}

bool is_owned_directory(const std::string& path, unsigned uid)
{
    struct stat status = {};
    return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == uid;
}

/// systemd, podman and lxc tell their payload by $container of PID 1, docker by a file, kubernetes by its secrets.
std::string container_kind(const std::string& files)
{
    if (base::exists(files + "/run/secrets/kubernetes.io")) {
        return "kubernetes";
    }
    if (base::exists(files + "/run/.containerenv")) {
        return "podman";
    }
    if (base::exists(files + "/.dockerenv")) {
        return "docker";
    }
    const auto environment = base::read_file(files + "/proc/1/environ");
    for (const std::string_view entry : base::split(environment ? std::string_view(*environment) : "", '\0')) {
        if (const auto halves = base::cut(entry, '='); halves.before == "container" && halves.after) {
            return std::string(*halves.after);
        }
    }
    return "";
}

/// The first of the settings that can forbid user namespaces to ordinary users, and does.
std::string forbidding_sysctl(const std::string& files)
{
    struct Setting {
        std::string_view name, forbids;
    };
    constexpr std::array settings = {
        Setting{"kernel.apparmor_restrict_unprivileged_userns", "1"},
        Setting{"kernel.unprivileged_userns_clone", "0"},
        Setting{"user.max_user_namespaces", "0"},
    };
    for (const Setting& setting : settings) {
        std::string path(setting.name);
        path.replace(path.find('.'), 1, "/");
        const auto value = base::read_file(files + "/proc/sys/" + path);
        if (value && base::trim(*value) == setting.forbids) {
            return fmt::format("{}={}", setting.name, setting.forbids);
        }
    }
    return "";
}

} // namespace

Machine inspect_machine(const std::string& files)
{
    Machine machine{.uid = geteuid(), .user = user_name(geteuid())};
    machine.systemd = base::exists(files + "/run/systemd/system");
    machine.container = container_kind(files);
    if (const auto mount = kernel::find_cgroup_mount()) {
        machine.cgroup2 = true;
        machine.mount_point = mount->mount_point;
        machine.hybrid = mount->hybrid;
        machine.read_only = mount->read_only;
    }
    const std::string runtime_dir = fmt::format("/run/user/{}", machine.uid);
    const char* named = std::getenv("XDG_RUNTIME_DIR");
    machine.runtime_dir = is_owned_directory(files + runtime_dir, machine.uid);
    machine.runtime_dir_set = named && runtime_dir == named;
    machine.bus_socket = base::exists(files + runtime_dir + "/bus");
    machine.lingering = base::exists(files + "/var/lib/systemd/linger/" + machine.user);
    machine.userns_switch = forbidding_sysctl(files);
    return machine;
}

} // namespace hutch::scope
