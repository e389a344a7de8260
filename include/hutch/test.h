// A test before it runs: what discovery found, and what planning made of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hutch/cases.h"
#include "hutch/limits.h"
#include "hutch/traits.h"

namespace hutch {

namespace plan {
struct Sandbox; // plan/sandbox.h
}

/// How a test's end is read, apart from its protocol.
struct ExitRules {
    std::vector<int> skip_codes = {77};
    std::optional<int> error_code = 99; ///< a hard error: never the test's verdict on what it tests
    bool will_fail = false;             ///< a failure is a pass and the other way round (ctest's WILL_FAIL, meson's should_fail)
    bool will_fail_by_signal = false;   ///< with it: death by a signal is such a failure (meson's, not ctest's)
    bool tap_as_meson = false;          ///< meson's reading of TAP: no plan is no complaint, any other one and an exit code an error, no case a skip
    /// RE2 over what it wrote (both streams, as far as they are kept): one that matches decides, whatever the exit code was. Where
    /// `pass` has any and none matches, the test failed. Order: skip, fail, pass (ctest's SKIP_, FAIL_, PASS_REGULAR_EXPRESSION).
    std::vector<std::string> skip_if, fail_if, pass_if;
    bool operator==(const ExitRules&) const = default;
};

/// Traits that say nothing.
inline const std::shared_ptr<const Traits>& nothing_said()
{
    static const auto nothing = std::make_shared<const Traits>();
    return nothing;
}

/// What an entry of a run is there for.
enum class Role {
    test,
    setup,    ///< run once before the tests that need it; what it leaves running stays until the last of them has ended
    teardown, ///< run once after them
};

/// Found by discover/: one file or one entry of a build system's suite, and how it is run.
struct TestFile {
    std::string name;                 ///< as shown and reported: the path the user would type; unique in a run
    std::string path = {};            ///< absolute: the file that it is; "" for an entry of a build system
    std::vector<std::string> command; ///< argv; command[0] is resolved through PATH when it has no slash
    std::string work_dir = {};        ///< absolute: it starts here; "": where the run was started
    std::vector<std::string> environment = {}; ///< "K=V", over what the run inherited; "K" alone: K is taken away
    Protocol protocol = Protocol::exit;
    ExitRules exit = {};
    std::shared_ptr<const Traits> traits = nothing_said(); ///< all that is said of it, laid together; never null; shared by many
    std::string why = {};             ///< which rule made it a test and how it is run, for `hutch list --explain`
    std::vector<std::string> required_files = {}; ///< must be there, or it is not run and failed (ctest's REQUIRED_FILES)
    /// Tests that have to end before it, by name, pass or not (ctest's DEPENDS); traits.depends_on have to pass.
    std::vector<std::string> after = {};
    std::vector<std::string> follow = {}; ///< tests that are selected with it, by name (ctest's clean-ups)
    Role role = Role::test;
    std::vector<std::string> setups = {}; ///< names of the set-ups that it needs
    std::string not_available = {};   ///< why it cannot be run at all: a failure that is told, not started; "": it can
};

/// Why a test is not started, known before the run: what is told of it instead.
struct Foregone {
    bool is_failure = false; ///< cannot be run
    bool is_planned = false; ///< else it is skipped
    std::string why;
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
    std::vector<std::string> own_env; ///< "K=V" over all others; "K" alone takes K away
    std::string work_dir; ///< absolute; the test starts here
    Role role = Role::test;
    std::vector<std::size_t> setups;  ///< indices of the set-ups whose KEY=VALUE lines are in its environment
    std::optional<Foregone> foregone;
    std::vector<std::string> required_files; ///< looked for when its turn has come: another test may make them
    Protocol protocol = Protocol::exit;
    ExitRules exit;
    Limits limits;                    ///< what is really written for this test
    std::vector<Resource> unenforced; ///< limits that were dropped because nobody can hold them: `none` in the result
    /// The policy as this machine can give it, shared by all tests with the same policy. Null: no policy, nothing is isolated.
    std::shared_ptr<const plan::Sandbox> sandbox;
};

using TestPtr = std::shared_ptr<const TestSpec>;

} // namespace hutch
