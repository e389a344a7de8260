// What ENVIRONMENT and ENVIRONMENT_MODIFICATION of a test come to. Pure.
//
//   ENVIRONMENT                 A=1      B (without '=': taken away)
//   ENVIRONMENT_MODIFICATION    PATH=path_list_prepend:/opt/bin    A=unset:    LIST=cmake_list_append:x
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hutch/error.h"

namespace hutch::discover
{

/// "K=V", or "K" for what is taken away, each name once. As ctest does it: first ENVIRONMENT, then the modifications in their order, over
/// what `inherited` and ENVIRONMENT leave. An Error has ctest's reason not to run the test: an operation that there is not.
Result<std::vector<std::string>> ctest_environment(std::span<const std::string> environment, std::span<const std::string> modifications,
                                                   std::span<const std::string> inherited);

} // namespace hutch::discover
