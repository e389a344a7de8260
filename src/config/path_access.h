// What a test may do to a path under a policy, by the policy's text alone: no file is looked at. Modes, owners and symbolic links are the
// machine's business, and come on top.
#pragma once

#include <string>
#include <string_view>

#include "hutch/policy.h"

namespace hutch::config {

enum class PathAccess {
    hidden, ///< not there, or empty
    read_only,
    writable,  ///< as the machine lets it
    discarded, ///< writable, and gone with the test
};
/// "hidden", "read-only", "writable", "writable, and gone with the test".
std::string_view to_string(PathAccess access);

/// What "{work}", "{home}" and "{run}" stand for.
struct PathRoots {
    std::string work, home, run;
};

struct PathJudgement {
    PathAccess access = PathAccess::writable;
    std::string rule; ///< "files.hidden: {home}/.ssh"
};

/// `path` is absolute and without "..". The longest rule that is above it decides; of two at the same place the work tree
/// before what covers, and what covers before what is writable.
PathJudgement judge_path(const Policy& policy, std::string_view path, const PathRoots& roots);

} // namespace hutch::config
