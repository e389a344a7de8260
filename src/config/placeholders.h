// {file} and the like in the commands of the project file. One scan, for those who check a command and those who make one of it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "hutch/error.h"

namespace hutch::config {

/// What a runner's command may name, and [simple]'s: {file}, {dir}, {name}, {project}.
std::span<const std::string_view> runner_placeholders();
/// What the commands of a [[setup]] may name: {project}.
std::span<const std::string_view> setup_placeholders();

/// `word` with each {name} replaced by `value_of(name)`; "{{" is a '{', and a '}' that closes nothing is a '}'. A name that is not in
/// `known` is a usage error with the nearest one.
Result<std::string> expand_placeholders(std::string_view word, std::span<const std::string_view> known,
                                        const std::function<std::string(std::string_view)>& value_of);

} // namespace hutch::config
