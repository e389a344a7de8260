#include "scope/home.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/file.h"
#include "kernel/cgroup_mount.h"
#include "scope/controllers.h"
#include "scope/run_id.h"

namespace hutch::scope {

namespace {

bool systemd_runs()
{
    return base::exists("/run/systemd/system"); // sd_booted(3)
}

/// Owned by an ordinary user, and no manager is there whose cgroup it could be: cgroups(7), "delegation by ownership".
bool is_owned(const kernel::CgroupDir& dir)
{
    struct stat status = {};
    return geteuid() != 0 && fstat(dir.fd().get(), &status) == 0 && status.st_uid == geteuid() && !systemd_runs();
}

Home judge_home(kernel::CgroupDir dir, bool namespace_root)
{
    Home home{.dir = std::move(dir)};
    home.real_root = kernel::is_real_root(home.dir);
    home.delegated = true;
    if (home.real_root) {
        home.delegated = false;
        home.found_by = fmt::format("{} is the root of the hierarchy", home.dir.path());
    } else if (kernel::is_marked_delegated(home.dir)) {
        home.found_by = fmt::format("{} is marked as delegated (user.delegate=1)", home.dir.path());
    } else if (namespace_root) {
        home.found_by = fmt::format("{} is the root of our cgroup namespace", home.dir.path());
    } else if (is_owned(home.dir)) {
        home.found_by = fmt::format("{} is ours, and there is no systemd", home.dir.path());
    } else {
        home.delegated = false;
        home.found_by = fmt::format("{} is not delegated (no user.delegate=1)", home.dir.path());
    }
    return home;
}

Result<void> move_one(int pid, const kernel::CgroupDir& to)
{
    auto moved = to.write("cgroup.procs", std::to_string(pid));
    // It may be gone, or be a zombie by now (EINVAL on older kernels is never for those: not ignored).
    return moved || moved.error().code == ESRCH ? Result<void>{} : moved;
}

Result<kernel::CgroupDir> open_cgroup(const std::string& cgroup)
{
    const auto mount = kernel::find_cgroup_mount();
    if (!mount) {
        return std::unexpected(mount.error());
    }
    auto path = kernel::cgroup_directory(*mount, cgroup);
    return path ? kernel::CgroupDir::open(std::move(*path)) : std::unexpected(std::move(path.error()));
}

bool another_run_is_here(const Home& home)
{
    return std::ranges::any_of(home.dir.children(),
                               [](const std::string& name) { return run_id_in_name(name).has_value(); });
}

} // namespace

Result<Home> find_home()
{
    auto cgroup = kernel::own_cgroup();
    if (!cgroup) {
        return std::unexpected(std::move(cgroup.error()));
    }
    const std::string in_payload = fmt::format("/{}", payload_name);
    if (cgroup->ends_with(in_payload)) {
        cgroup->resize(std::max(cgroup->size() - in_payload.size(), std::size_t{1}));
    }
    auto dir = open_cgroup(*cgroup);
    if (!dir) {
        return std::unexpected(std::move(dir.error()));
    }
    return judge_home(std::move(*dir), *cgroup == "/");
}

Result<kernel::CgroupDir> own_directory()
{
    const auto cgroup = kernel::own_cgroup();
    return cgroup ? open_cgroup(*cgroup) : std::unexpected(cgroup.error());
}

Result<base::UniqueFd> lock_home(const Home& home)
{
    auto fd = home.dir.open_file(".", O_RDONLY | O_DIRECTORY);
    if (!fd) {
        return fd;
    }
    // flock(2) has no deadline, and a runner that was stopped in the middle must not stop all others.
    const auto deadline = base::Deadline::after(std::chrono::seconds(2));
    while (flock(fd->get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || deadline.passed()) {
            return system_error(fmt::format("lock {}", home.dir.path()));
        }
        poll(nullptr, 0, 5);
    }
    return fd;
}

Result<void> move_all(const kernel::CgroupDir& from, const kernel::CgroupDir& to)
{
    constexpr int rounds = 32;
    for (int round = 0; round < rounds; ++round) {
        const auto pids = from.processes();
        if (!pids) {
            return std::unexpected(pids.error());
        }
        if (pids->empty()) {
            return {};
        }
        for (const int pid : *pids) {
            if (pid == 0) {
                return plain_error(
                    fmt::format("move processes out of {}: one is in another PID namespace", from.path()));
            }
            if (auto moved = move_one(pid, to); !moved) {
                return moved;
            }
        }
    }
    return plain_error(fmt::format("move processes out of {}: new ones keep coming", from.path()));
}

Result<void> vacate(const Home& home)
{
    auto payload = home.dir.make_child(payload_name);
    if (!payload && payload.error().code == EEXIST) {
        payload = home.dir.open_child(payload_name);
    }
    if (!payload) {
        return std::unexpected(std::move(payload.error()));
    }
    auto moved = move_all(home.dir, *payload);
    if (!moved) {
        (void)refill(home); // the first error is the one to tell
    }
    return moved;
}

Result<void> refill(const Home& home)
{
    const auto payload = home.dir.open_child(payload_name);
    if (!payload) {
        return payload.error().code == ENOENT ? Result<void>{} : std::unexpected(payload.error());
    }
    if (another_run_is_here(home)) {
        return {};
    }
    if (auto disabled = disable_controllers(home.dir); !disabled) {
        return disabled;
    }
    auto moved = move_all(*payload, home.dir);
    return moved ? home.dir.remove_child(payload_name) : moved;
}

} // namespace hutch::scope
