// A walk over all cgroups below one, with a single descriptor open at a time: a test that may make cgroups can nest
// and multiply them beyond any descriptor limit.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/fd.h"

namespace hutch::kernel {

/// Opens a cgroup although its owner took its mode away (root can anyway; others give it back first). Invalid, with
/// errno, when it cannot be opened or is gone.
base::UniqueFd open_despite_mode(base::FileAt cgroup);

/// Names of the child cgroups: all directories of a cgroup are cgroups. Sorted.
std::vector<std::string> child_cgroups(base::BorrowedFd cgroup);

/// Every cgroup below `top`, which itself is left out. `entered` is called before its children were visited, `left`
/// after them, with its parent and its name: that is where it can be removed. What cannot be opened is skipped, but
/// `left` is called for it.
void walk_cgroups(base::BorrowedFd top, const std::function<void(base::BorrowedFd)>& entered,
                  const std::function<void(base::BorrowedFd, const std::string&)>& left);

} // namespace hutch::kernel
