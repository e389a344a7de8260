// The one stream: everything that a reporter, a file, a store or a daemon can learn about a run, as values.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "hutch/outcome.h"
#include "hutch/test.h"

namespace hutch {

/// What a test wrote, bounded in memory: the first and the last bytes, and how many fell between.
struct Captured {
    std::string head;
    std::string tail;
    std::uint64_t dropped = 0; ///< bytes between head and tail that were not kept
    std::uint64_t total = 0;
};

namespace event {

struct RunStarted {
    std::string run_id;
    std::string rung;     ///< where tests live, in the words of `hutch doctor`
    std::size_t tests = 0;
    std::size_t workers = 0;
};

/// Something a user should know once: a degraded limit, a swept left-over.
struct Notice {
    std::string message;
};

struct TestStarted {
    TestPtr test;
    int attempt = 1;
    int pid = 0;
    int round = 1; ///< of --repeat and --stress
};

struct TestFinished {
    TestPtr test;
    int attempt = 1;
    std::shared_ptr<const Outcome> outcome;
    std::shared_ptr<const Captured> out, err;
    std::string output_file; ///< the whole output on request, else empty
    int round = 1;           ///< of --repeat and --stress
    bool final = true;       ///< false: another attempt follows, and counts instead
};

struct RunFinished {
    Microseconds duration{0};
    std::size_t not_run = 0; ///< selected, but never started: fail-fast or interrupt
    int signal = 0;          ///< the signal that ended the run, 0 if none
};

} // namespace event

using Event =
    std::variant<event::RunStarted, event::Notice, event::TestStarted, event::TestFinished, event::RunFinished>;

} // namespace hutch
