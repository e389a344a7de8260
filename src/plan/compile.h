// Step 2: test files and feasible limits → specs, each compiled once and shared by all attempts at its test. Resolves
// programs; starts nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hutch/test.h"
#include "plan/feasibility.h"

namespace hutch::plan
{

struct PlanOptions {
    std::string work_dir;                 ///< absolute: tests start here, and relative programs are looked for here
    std::string run_id;                   ///< HUTCH_RUN_ID
    std::vector<std::string> environment; ///< "K=V", as hutch inherited it
};

using FeasibleLimits = std::vector<std::shared_ptr<const Feasible>>;

/// In the order of `files`; limits[i] are those of files[i], shared by many. The Error of a program that cannot be found names it and the test that needs it; its code
/// is ENOENT or EACCES, as resolve_program() has it.
Result<std::vector<TestPtr>> compile(std::vector<TestFile> files, const FeasibleLimits& limits, const PlanOptions& options);

} // namespace hutch::plan
