// The stable names of include/hutch/policy.h, and what a policy asks for.
#include <array>
#include <utility>

#include "hutch/policy.h"

namespace hutch {

namespace {

/// In the order of Feature.
constexpr std::array<std::string_view, feature_count> feature_names{
    "user_namespace", "pid_namespace",  "mount_namespace", "network", "ipc_namespace", "uts_namespace", "cgroup_namespace",
    "time_namespace", "root",           "hidden",          "tmp",     "dev",           "proc",          "work_tree",
    "home",           "control",        "syscalls",        "capabilities", "no_new_privs", "signals"};

} // namespace

std::string_view to_string(Feature feature)
{
    return feature_names.at(static_cast<std::size_t>(feature));
}

std::optional<Feature> feature_named(std::string_view name)
{
    for (std::size_t index = 0; index < feature_count; ++index) {
        if (feature_names.at(index) == name) {
            return static_cast<Feature>(index);
        }
    }
    return std::nullopt;
}

std::string_view to_string(Holder holder)
{
    constexpr std::array<std::string_view, 6> names{"namespace", "mount", "landlock", "seccomp", "kernel", "none"};
    return names.at(static_cast<std::size_t>(holder));
}

std::string_view to_string(Network network)
{
    constexpr std::array<std::string_view, 3> names{"host", "none", "private"};
    return names.at(static_cast<std::size_t>(network));
}

std::string_view to_string(WorkTree tree)
{
    constexpr std::array<std::string_view, 4> names{"writable", "read-only", "overlay", "overlay-keep"};
    return names.at(static_cast<std::size_t>(tree));
}

std::string_view to_string(Denial denial)
{
    constexpr std::array<std::string_view, 4> names{"errno", "notify", "kill", "log"};
    return names.at(static_cast<std::size_t>(denial));
}

std::vector<Feature> wanted_features(const Policy& policy)
{
    const NamespaceRules& spaces = policy.namespaces;
    const FileRules& files = policy.files;
    const std::pair<Feature, bool> wanted[] = {
        {Feature::user_namespace, spaces.user.value_or(false)},
        {Feature::pid_namespace, spaces.pid},
        {Feature::mount_namespace, spaces.mount},
        {Feature::network, spaces.network != Network::host},
        {Feature::ipc_namespace, spaces.ipc},
        {Feature::uts_namespace, spaces.uts},
        {Feature::cgroup_namespace, spaces.cgroup},
        {Feature::time_namespace, spaces.time_offset.has_value()},
        {Feature::root, files.read_only_root},
        {Feature::hidden, !files.hidden.empty()},
        {Feature::tmp, files.tmp.has_value()},
        {Feature::dev, files.shm.has_value()},
        {Feature::proc, files.fresh_proc},
        {Feature::work_tree, files.work != WorkTree::writable},
        {Feature::home, files.private_home},
        {Feature::control, files.hide_control},
        {Feature::syscalls, policy.syscalls.filter},
        {Feature::capabilities, !policy.capabilities.keep_all},
        {Feature::no_new_privs, policy.process.no_new_privs},
    };
    std::vector<Feature> features;
    for (const auto& [feature, is_wanted] : wanted) {
        if (is_wanted) {
            features.push_back(feature);
        }
    }
    return features;
}

} // namespace hutch
