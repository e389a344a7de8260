// Paths of a policy as they are on this machine.
#include <fmt/format.h>

#include "plan/draft.h"

namespace hutch::plan {

std::string expanded(const Site& site, const std::string& path)
{
    const std::pair<std::string_view, const std::string&> marks[] = {
        {"{work}", site.work_dir}, {"{home}", site.home}, {"{run}", site.run_user}};
    for (const auto& [mark, value] : marks) {
        if (path.starts_with(mark)) {
            return value.empty() ? "" : value + path.substr(mark.size());
        }
    }
    return path;
}

std::vector<std::string> control_paths(const Site& site)
{
    std::vector<std::string> paths{// the buses and the managers behind them: systemd-run, at any rate
                                   "/run/user", "/run/dbus", "/run/systemd",
                                   // container engines and virtual machines
                                   "/run/docker.sock", "/run/containerd", "/run/podman", "/run/crio", "/run/libvirt",
                                   "/run/snapd.socket", "/run/snapd-snap.socket",
                                   // terminal multiplexers: they start programs for whoever may connect
                                   "/run/screen", fmt::format("/tmp/tmux-{}", site.uid)};
    // Where /var/run is no link to /run.
    const std::size_t count = paths.size();
    for (std::size_t index = 0; index < count; ++index) {
        if (paths[index].starts_with("/run/")) {
            paths.push_back("/var" + paths[index]);
        }
    }
    return paths;
}

bool is_below(std::string_view path, std::string_view directory)
{
    if (directory == "/") {
        return path.size() > 1 && path.starts_with('/');
    }
    return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

bool is_at_or_below(std::string_view path, std::string_view directory)
{
    return path == directory || is_below(path, directory);
}

} // namespace hutch::plan
