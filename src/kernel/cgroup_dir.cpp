// A cgroup's directory: its files, its processes, its children, its end.
#include "kernel/cgroup_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "base/file.h"
#include "base/text.h"
#include "kernel/cgroup_files.h"
#include "kernel/cgroup_walk.h"
#include "kernel/pidfd.h"
#include "kernel/process.h"

namespace hutch::kernel {

namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

std::string below(std::string_view path, std::string_view name)
{
    return path.ends_with('/') ? fmt::format("{}{}", path, name) : fmt::format("{}/{}", path, name);
}

bool remove_directory(base::FileAt directory)
{
    return ::unlinkat(directory.directory.get(), directory.name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

/// cgroup.procs: a pid a line; 0 stands for a process outside of our PID namespace, which cannot be named.
Result<void> append_processes(base::FileAt file, std::vector<int>& pids)
{
    const auto text = base::read_file(file, std::size_t{64} << 20);
    if (!text) {
        return std::unexpected(text.error());
    }
    for (const std::string_view line : base::lines(*text)) {
        const auto pid = base::parse_int64(line);
        if (!pid || *pid < 0 || *pid > INT32_MAX) {
            return plain_error(fmt::format("parse cgroup.procs: '{}'", line));
        }
        if (*pid != 0) {
            pids.push_back(static_cast<int>(*pid));
        }
    }
    return {};
}

} // namespace

Result<CgroupDir> CgroupDir::open(std::string path)
{
    base::UniqueFd fd(::open(path.c_str(), directory_flags));
    if (!fd.valid()) {
        return system_error(fmt::format("open cgroup {}", path));
    }
    return CgroupDir(std::move(fd), std::move(path));
}

Result<CgroupDir> CgroupDir::make_child(std::string_view name) const
{
    const std::string child(name);
    if (::mkdirat(fd_.get(), child.c_str(), 0755) != 0) {
        return system_error(fmt::format("mkdir {} in {}", name, path_));
    }
    auto opened = open_child(name);
    if (!opened) {
        remove_directory({fd_, child.c_str()});
    }
    return opened;
}

Result<CgroupDir> CgroupDir::open_child(std::string_view name) const
{
    const std::string child(name);
    base::UniqueFd fd(::openat(fd_.get(), child.c_str(), directory_flags));
    if (!fd.valid()) {
        return system_error(fmt::format("open cgroup {} of {}", name, path_));
    }
    return CgroupDir(std::move(fd), below(path_, name));
}

Result<void> CgroupDir::remove_child(std::string_view name) const
{
    if (::unlinkat(fd_.get(), std::string(name).c_str(), AT_REMOVEDIR) != 0) {
        return system_error(fmt::format("remove cgroup {} of {}", name, path_));
    }
    return {};
}

Result<void> CgroupDir::remove_tree(std::string_view name) const
{
    const std::string child(name);
    if (remove_directory({fd_, child.c_str()})) {
        return {}; // nearly always: tests rarely make cgroups
    }
    Result<void> result;
    const auto fail = [&](const std::string& what) {
        if (result) {
            result = system_error(fmt::format("remove cgroup {} of {}", what, path_));
        }
    };
    const base::UniqueFd top = open_despite_mode({fd_, child.c_str()});
    if (top.valid()) {
        walk_cgroups(
            top, [](base::BorrowedFd) {},
            [&](base::BorrowedFd parent, const std::string& inner) {
                if (!remove_directory({parent, inner.c_str()})) {
                    fail(inner);
                }
            });
    }
    if (!remove_directory({fd_, child.c_str()})) {
        fail(child);
    }
    return result;
}

Result<std::string> CgroupDir::read(const char* file) const
{
    auto text = base::read_file({fd_, file}, std::size_t{64} << 20);
    if (!text) {
        return system_error(fmt::format("read {} of {}", file, path_), text.error().code);
    }
    return text;
}

std::optional<std::string_view> CgroupDir::read_into(const char* file, std::span<char> buffer) const
{
    return base::read_into({fd_, file}, buffer);
}

Result<void> CgroupDir::write(const char* file, std::string_view value) const
{
    auto written = base::write_once({fd_, file}, value);
    if (!written) {
        return system_error(fmt::format("write {} '{}' of {}", file, value, path_), written.error().code);
    }
    return written;
}

Result<base::UniqueFd> CgroupDir::open_file(const char* file, int flags) const
{
    auto fd = base::open_file({fd_, file}, flags);
    if (!fd) {
        return system_error(fmt::format("open {} of {}", file, path_), fd.error().code);
    }
    return fd;
}

bool CgroupDir::has(const char* file) const
{
    return base::exists({fd_, file});
}

Result<std::vector<int>> CgroupDir::processes() const
{
    std::vector<int> pids;
    if (auto appended = append_processes({fd_, "cgroup.procs"}, pids); !appended) {
        appended.error().message += " of " + path_;
        return std::unexpected(std::move(appended.error()));
    }
    return pids;
}

Result<std::vector<int>> CgroupDir::processes_below() const
{
    auto pids = processes();
    if (pids) {
        const auto append = [&](base::BorrowedFd cgroup) {
            const auto appended = append_processes({cgroup, "cgroup.procs"}, *pids);
            // The test took the file's mode away; it is ours to give back. ENODEV: removed meanwhile; EOPNOTSUPP: threaded.
            if (!appended && appended.error().code == EACCES && ::fchmodat(cgroup.get(), "cgroup.procs", 0600, 0) == 0) {
                (void)append_processes({cgroup, "cgroup.procs"}, *pids);
            }
        };
        walk_cgroups(fd_, append, [](base::BorrowedFd, const std::string&) {});
    }
    return pids;
}

Result<bool> CgroupDir::populated() const
{
    std::array<char, 256> buffer;
    const auto text = read_into("cgroup.events", buffer);
    if (!text) {
        return system_error(fmt::format("read cgroup.events of {}", path_));
    }
    auto events = parse_cgroup_events(*text);
    if (!events) {
        return std::unexpected(std::move(events.error()));
    }
    return events->populated;
}

Result<void> CgroupDir::kill() const
{
    auto killed = write("cgroup.kill", "1");
    if (!killed) {
        return killed;
    }
    // The kernel signals thread group leaders, and one that has ended swallows it: its other threads run on, and a second
    // write passes it over because a fatal signal is pending (kernel/cgroup/cgroup.c, __cgroup_kill; seen on 6.18).
    const auto listed = processes_below();
    for (const int pid : listed.value_or(std::vector<int>{})) {
        const auto stat = process_stat(pid);
        if (!stat || !stat->first_thread_ended()) {
            continue;
        }
        const auto pidfd = open_pidfd(pid);
        const auto now = processes_below(); // asked after the pidfd is open: the number is still ours
        if (pidfd && now && std::ranges::find(*now, pid) != now->end()) {
            (void)send_signal(*pidfd, SIGKILL);
        }
    }
    return {};
}

Result<void> CgroupDir::freeze(bool frozen) const
{
    return write("cgroup.freeze", frozen ? "1" : "0");
}

bool CgroupDir::has_children() const
{
    constexpr nlink_t own = 2; // its name and "."; kernfs adds one for each directory in it
    struct stat status = {};
    return ::fstat(fd_.get(), &status) == 0 && status.st_nlink > own;
}

std::vector<std::string> CgroupDir::children() const
{
    return child_cgroups(fd_);
}

} // namespace hutch::kernel
