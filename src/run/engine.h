// The run: takes tests from the agenda as slots allow, keeps their attempts alive, judges them when they have come to
// rest, and tells every reporter. One thread; everything happens in the event loop.
//
// The main loop is: fill the slots, prepare the next ones; nothing of an attempt lives → start the next one in its slot; the attempt has
// ended → judge, tell, fill again; nothing runs and nothing is left on the agenda → leave the loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hutch/reporter.h"
#include "hutch/session.h"
#include "run/interrupts.h"
#include "run/live_attempt.h"
#include "run/temp_dirs.h"
#include "run/work.h"
#include "schedule/slots.h"

namespace hutch::run {

struct EngineDeps {
    sd::EventLoop& loop;
    scope::ScopeManager& manager;
    const spawn::InitProgram& init;
    schedule::Slots& slots;
    std::vector<Reporter*> reporters;
    std::string run_id;
    std::string temp_root; ///< private directories of the tests are made below it
    unsigned cpus = 1;     ///< allowed CPUs
};

struct RunResult {
    std::size_t succeeded = 0; ///< verdicts with which a run can exit 0
    std::size_t failed = 0;
    std::size_t not_run = 0; ///< selected, but never started
    std::size_t flaky = 0;   ///< of those that succeeded: not at the first attempt
    int signal = 0;          ///< what interrupted the run, 0 if nothing did
    bool stalled = false;    ///< the stall timeout did
};

/// Runs all of `work`; handles SIGINT, SIGTERM, SIGHUP (end gently, twice: at once) and SIGTSTP (freeze) itself.
/// An Error is a reporter's (a full disk) or the event loop's: the tests are killed and removed before it is returned.
Result<RunResult> run_tests(EngineDeps deps, const RunOptions& options, Work work);

/// What `hutch exec` needs to know about its one command.
struct OneResult {
    Outcome outcome;
    int start_errno = 0; ///< of a failed exec: ENOENT → 127, EACCES → 126
    int signal = 0;      ///< what interrupted it, 0 if nothing did
    std::string trouble; ///< what could not be removed; mostly empty
};

/// Runs one command with its streams passed through. SIGTERM and SIGHUP are handed to it; SIGINT and SIGQUIT reach it
/// through the terminal, so the first one is left to it. A second signal kills at once.
Result<OneResult> run_one(EngineDeps deps, const RunOptions& options, const TestPtr& test, spawn::Streams streams);

} // namespace hutch::run
