// See path_access.h.
#include "config/path_access.h"

#include <array>
#include <vector>

namespace hutch::config {
namespace {

struct Rule {
    std::string path;
    PathAccess access;
    std::string text;
};

bool is_at_or_below(std::string_view path, std::string_view directory)
{
    return path == directory || directory == "/" ||
           (path.starts_with(directory) && path.substr(directory.size()).starts_with('/'));
}

std::string expanded(std::string_view path, const PathRoots& roots)
{
    const std::array<std::pair<std::string_view, const std::string*>, 3> places{
        {{"{work}", &roots.work}, {"{home}", &roots.home}, {"{run}", &roots.run}}};
    for (const auto& [place, root] : places) {
        if (path.starts_with(place)) {
            return root->empty() ? std::string() : *root + std::string(path.substr(place.size()));
        }
    }
    return std::string(path);
}

/// Where two stand at the same path, the first one decides.
std::vector<Rule> rules_of(const Policy& policy, const PathRoots& roots)
{
    const FileRules& files = policy.files;
    constexpr std::array<PathAccess, 4> trees{PathAccess::writable, PathAccess::read_only, PathAccess::discarded,
                                              PathAccess::discarded};
    std::vector<Rule> rules;
    rules.push_back({roots.work, trees.at(static_cast<std::size_t>(files.work)), "files.work_tree"});
    if (files.tmp) {
        rules.push_back({"/tmp", PathAccess::discarded, "files.tmp"});
        rules.push_back({"/var/tmp", PathAccess::discarded, "files.tmp"});
    }
    if (files.shm) {
        rules.push_back({"/dev/shm", PathAccess::discarded, "files.shm"});
        rules.push_back({"/dev", PathAccess::read_only, "files.shm"});
    }
    if (files.hide_control) {
        for (const char* path : {"/sys/fs/cgroup", "/run/user", "/run/dbus", "/run/systemd", "/run/docker.sock",
                                 "/run/podman", "/run/containerd", "/run/crio", "/run/libvirt"}) {
            rules.push_back({path, PathAccess::hidden, "files.hide_control"});
        }
    }
    for (const std::string& path : files.hidden) {
        rules.push_back({expanded(path, roots), PathAccess::hidden, "files.hidden: " + path});
    }
    for (const std::string& path : files.writable) {
        if (files.read_only_root) {
            rules.push_back({expanded(path, roots), PathAccess::writable, "files.writable: " + path});
        }
    }
    rules.push_back({"/", files.read_only_root ? PathAccess::read_only : PathAccess::writable, "files.read_only_root"});
    return rules;
}

} // namespace

std::string_view to_string(PathAccess access)
{
    constexpr std::array<std::string_view, 4> names{"hidden", "read-only", "writable",
                                                    "writable, and gone with the test"};
    return names.at(static_cast<std::size_t>(access));
}

PathJudgement judge_path(const Policy& policy, std::string_view path, const PathRoots& roots)
{
    const std::vector<Rule> rules = rules_of(policy, roots);
    const Rule* best = &rules.back();
    for (const Rule& rule : rules) {
        if (!rule.path.empty() && is_at_or_below(path, rule.path) && rule.path.size() > best->path.size()) {
            best = &rule;
        }
    }
    return {best->access, best->text};
}

} // namespace hutch::config
