// Which file a command's first word means: execvp(3)'s search, done once and before anything is started, because
// hutch-init executes by path only. Looks at directories, runs nothing.
#pragma once

#include <string>
#include <string_view>

#include "hutch/error.h"

namespace hutch::plan
{

/// With a slash: the path itself, made absolute from `work_dir`; whether it is there shows when it is executed.
/// Without: the first executable regular file in `path_variable` ("" stands for "/bin:/usr/bin"; empty and relative
/// entries are taken from `work_dir`). The Error has code ENOENT, or EACCES where only files without the x bit were
/// found.
Result<std::string> resolve_program(const std::string& command, std::string_view work_dir,
                                    std::string_view path_variable);

} // namespace hutch::plan
