// A test before it runs: what discovery found, and what planning made of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hutch/limits.h"

namespace hutch {

namespace plan {
struct Sandbox; // plan/sandbox.h
}

/// Found by discover/: one file, and how it is run.
struct TestFile {
    std::string name;                 ///< as shown and reported: the path the user would type
    std::vector<std::string> command; ///< argv; command[0] is resolved through PATH when it has no slash
    std::vector<int> skip_codes = {77};
};

/// Compiled once by plan/, shared by all attempts at the test.
struct TestSpec {
    std::size_t index = 0; ///< place in discovery order
    std::string name;
    std::string program;           ///< absolute path that is executed
    std::vector<std::string> argv; ///< argv[0] included
    /// "K=V": what all tests of the run have in common, shared (5000 tests × 60 variables). Never null in a compiled
    /// spec. What belongs to one test or one attempt is added by plan::attempt_environment().
    std::shared_ptr<const std::vector<std::string>> base_env;
    std::string work_dir; ///< absolute; the test starts here
    std::vector<int> skip_codes = {77};
    Limits limits;                    ///< what is really written for this test
    std::vector<Resource> unenforced; ///< limits that were dropped because nobody can hold them: `none` in the result
    /// The policy as this machine can give it, shared by all tests with the same policy. Null: no policy, nothing is isolated.
    std::shared_ptr<const plan::Sandbox> sandbox;
};

using TestPtr = std::shared_ptr<const TestSpec>;

} // namespace hutch
