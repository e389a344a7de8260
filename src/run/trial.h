// A sandbox tried by doing: a child with its namespaces and all its steps, which executes a program that does nothing. What kernels, sysctls,
// security modules and filters around us allow cannot be asked; a step that fails tells which feature cannot be had.
#pragma once

#include <optional>
#include <string>

#include "hutch/error.h"
#include "plan/sandbox.h"
#include "spawn/spawn.h"

namespace hutch::run {

struct TrialPlace {
    std::string work_dir;    ///< where tests start
    std::string attempt_dir; ///< an empty directory, for this trial alone
};

/// Why a sandbox cannot be had as it is.
struct TrialFailure {
    Feature feature;
    std::string text;      ///< "mount proc on /proc: Operation not permitted"
    int code = 0;          ///< errno
    bool at_clone = false; ///< no step of the setup was reached
};

/// Unset: it holds. An Error has nothing to do with any feature: a work directory that cannot be entered.
Result<std::optional<TrialFailure>> try_sandbox(const spawn::InitProgram& init, const plan::Sandbox& sandbox,
                                                const TrialPlace& place);

} // namespace hutch::run
