// A cgroup as what it is: an open directory. The path is kept for messages only; a path silently reads the new cgroup
// of the same name, a held descriptor says ENODEV. Mechanism only: no limit is chosen here.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "hutch/error.h"

namespace hutch::kernel {

class CgroupDir {
  public:
    static Result<CgroupDir> open(std::string path);

    Result<CgroupDir> make_child(std::string_view name) const; ///< mkdirat, then open; EEXIST is an error
    Result<CgroupDir> open_child(std::string_view name) const;
    Result<void> remove_child(std::string_view name) const; ///< unlinkat(AT_REMOVEDIR)
    /// Removes `name` and every cgroup below it, also those whose mode was taken away; none may hold a process.
    Result<void> remove_tree(std::string_view name) const;

    /// A whole interface file. The error names the file: `read memory.peak of /…/t-1: No such file or directory`.
    Result<std::string> read(const char* file) const;
    /// The same into `buffer`, for hot paths: nothing is allocated; unset if it cannot be read, for whatever reason.
    std::optional<std::string_view> read_into(const char* file, std::span<char> buffer) const;
    /// One write(2). The error has the value: `write memory.max '64M' of /…/t-1: Permission denied`.
    Result<void> write(const char* file, std::string_view value) const;
    Result<base::UniqueFd> open_file(const char* file, int flags) const;
    bool has(const char* file) const;

    Result<std::vector<int>> processes() const;       ///< cgroup.procs of this one
    Result<std::vector<int>> processes_below() const; ///< of it and all descendants
    Result<bool> populated() const;                   ///< cgroup.events: populated
    /// cgroup.kill (since 5.14), and SIGKILL to each process that it spares: one whose first thread has ended.
    Result<void> kill() const;
    Result<void> freeze(bool frozen) const;           ///< cgroup.freeze, since 5.2
    bool has_children() const;                        ///< by the directory's link count, which the kernel keeps exact
    std::vector<std::string> children() const;        ///< names of child cgroups, sorted

    base::BorrowedFd fd() const { return fd_; }
    const std::string& path() const { return path_; }

  private:
    CgroupDir(base::UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
    base::UniqueFd fd_;
    std::string path_;
};

} // namespace hutch::kernel
