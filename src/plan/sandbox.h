// A policy as this machine can give it: compiled once, shared by all tests that have it. What hutch-init does is in `setup`;
// what the runner has to know beside it is here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "hutch/policy.h"
#include "kernel/call_filter.h"
#include "kernel/setup.h"

namespace hutch::plan {

struct Sandbox {
    Policy policy;
    kernel::Setup setup;
    base::UniqueFd
        image; ///< `setup`, laid out and sealed; the tests' hutch-init maps it. Invalid: there is nothing to do
    std::shared_ptr<const kernel::CallTable> calls; ///< with a filter: which rule denied which call
    bool stay = false;                              ///< hutch-init stays as PID 1 of the test's namespace
    Held held;            ///< what is held, and by whom; `none` where it was wanted and cannot be had
    std::string temp_dir; ///< TEST_TMPDIR as the test sees it; "": the attempt's own directory, outside
    std::string out_dir;  ///< where the test sees the attempt's own directory; "": where it is, if at all
    std::string home;     ///< HOME as the test sees it; "": as inherited; '\1' stands for the attempt's own directory
    bool pooled_network = false; ///< its network namespace may come from another test, and go to another one (run/network_pool.h)
    bool attempt_dir = true; ///< steps use the attempt's own directory
};

} // namespace hutch::plan
