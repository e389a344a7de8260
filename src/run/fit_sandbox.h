// A policy fitted to this machine: made, tried by doing, made again without what was refused, until it holds. Once for a run and a
// policy, before any test.
//
// What cannot be had (L-9): asked for, it is an Error; from a policy that nobody named it is dropped, or held by Landlock, and that is
// said once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hutch/error.h"
#include "hutch/session.h"
#include "plan/make_sandbox.h"
#include "spawn/spawn.h"

namespace hutch::run {

struct FitDeps {
    const spawn::InitProgram& init;
    std::string temp_root;         ///< where the trial's directory is made
    std::string namespaces_remedy; ///< the command that lets users have namespaces here; "" if none is known
};

struct Fitted {
    std::shared_ptr<const plan::Sandbox> sandbox;
    std::vector<std::string> notices;
};

/// `isolation` is not `off`.
Result<Fitted> fit_sandbox(const Policy& policy, plan::Site site, Isolation isolation, const FitDeps& deps);

} // namespace hutch::run
