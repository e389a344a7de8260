#include "scope/sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>
#include <memory>
#include <utility>

#include "base/file.h"
#include "kernel/cgroup_mount.h"
#include "scope/home.h"
#include "scope/ladder.h"
#include "scope/run_id.h"
#include "scope/sweep_rules.h"

namespace hutch::scope {

namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
};

/// Names in `path` that carry the identity of a dead run.
std::vector<std::string> names_of_dead_runs(const std::string& path)
{
    std::vector<std::string> names;
    const std::unique_ptr<DIR, CloseDirectory> directory(opendir(path.c_str()));
    while (const dirent* entry = directory ? readdir(directory.get()) : nullptr) {
        if (const auto id = run_id_in_name(entry->d_name); id && !owner_alive(*id)) {
            names.emplace_back(entry->d_name);
        }
    }
    return names;
}

void sweep_temp_dir(const std::string& path, SweepReport& report)
{
    const base::UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid()) {
        return; // no directory, or gone meanwhile
    }
    if (auto why = reason_to_leave(fd)) {
        report.left.push_back({.what = path, .why = std::move(*why)});
    } else if (auto removed = base::remove_tree(path); !removed) {
        report.left.push_back({.what = path, .why = removed.error().message});
    } else {
        report.swept.push_back(fmt::format("directory {}", path));
    }
}

void refill_home(SweepReport& report)
{
    const auto home = find_home();
    if (!home || !home->dir.open_child(payload_name)) {
        return;
    }
    const auto lock = lock_home(*home);
    const auto refilled = lock ? refill(*home) : std::unexpected(lock.error());
    if (!refilled) {
        report.left.push_back({.what = home->dir.path() + "/" + payload_name, .why = refilled.error().message});
    }
}

} // namespace

void SweepReport::add(SweepReport more)
{
    std::move(more.swept.begin(), more.swept.end(), std::back_inserter(swept));
    std::move(more.left.begin(), more.left.end(), std::back_inserter(left));
}

std::optional<std::string> reason_to_leave(base::BorrowedFd directory)
{
    struct stat status = {};
    if (fstat(directory.get(), &status) != 0) {
        return system_error("stat").error().message;
    }
    if (geteuid() != 0 && status.st_uid != geteuid()) {
        return fmt::format("belongs to uid {}", status.st_uid);
    }
    if (flock(directory.get(), LOCK_EX | LOCK_NB) != 0) {
        return "is locked by a living process";
    }
    return std::nullopt;
}

Result<void> lock_run_directory(base::BorrowedFd directory)
{
    return flock(directory.get(), LOCK_EX | LOCK_NB) == 0 ? Result<void>{} : system_error("lock the run's directory");
}

SweepReport sweep_temp_dirs(const std::string& parent)
{
    SweepReport report;
    for (const std::string& name : names_of_dead_runs(parent)) {
        sweep_temp_dir(parent + "/" + name, report);
    }
    return report;
}

SweepReport sweep_at_start(const Chosen& chosen, const std::string& temp_parent)
{
    SweepReport report = sweep_cgroups(chosen.beside, false);
    // A walk over all processes costs milliseconds, and some hundred system calls. A run whose tests could outlive it had
    // a directory here, which it could not remove; what got away otherwise is for sweep_everything().
    if (!chosen.warden || !names_of_dead_runs(temp_parent).empty()) {
        report.add(sweep_processes(patience_at_start));
    }
    report.add(sweep_temp_dirs(temp_parent));
    return report;
}

SweepReport sweep_everything(const std::string& temp_parent)
{
    SweepReport report;
    if (const auto mount = kernel::find_cgroup_mount()) {
        report.add(sweep_cgroups({mount->mount_point}, true));
        refill_home(report);
    }
    report.add(sweep_processes(patience_of_clean));
    report.add(sweep_temp_dirs(temp_parent));
    return report;
}

} // namespace hutch::scope
