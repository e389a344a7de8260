// From test files and wanted limits to tests that can be run here, for `hutch run` and `hutch exec` alike.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/box.h"
#include "hutch/policy.h"
#include "hutch/session.h"
#include "hutch/test.h"

namespace hutch::cli {

/// The tests, and what the user should know before they start.
struct Plan {
    std::vector<TestPtr> tests;
    std::vector<std::string> notices;
};

/// What is asked for: of each test by what is said of it. Tests with equal traits get equal answers; asked once for each.
struct Wanted {
    std::function<Result<Limits>(const Traits&)> limits;
    std::function<Result<Policy>(const Traits&)> policy;
    Isolation isolation;
};

/// Fails closed: what was asked for and cannot be enforced in `box` is an Error, before any test is started.
Result<Plan> make_plan(std::vector<TestFile> files, const Wanted& wanted, const Box& box, const std::string& cwd);

} // namespace hutch::cli
