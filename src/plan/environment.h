// What a test finds in its environment: what hutch itself inherited, less what must not leak, plus hutch's own HUTCH_*
// variables and those that existing test libraries read. Pure.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/test.h"

namespace hutch::plan
{

using Environment = std::vector<std::string>; ///< "K=V"

/// The part that all tests of a run share: `inherited` in its order, then HUTCH=1, HUTCH_RUN_ID and HARNESS_ACTIVE=1.
/// Left out are the settings of hutch itself and of a run around this one (HUTCH*), what speaks of this process only
/// (systemd's notify and listen variables, a jobserver's descriptors), and what a test harness around hutch said to
/// hutch alone (files to write, the shard).
std::shared_ptr<const Environment> base_environment(const std::vector<std::string>& inherited, std::string_view run_id);

struct AttemptFacts {
    int attempt = 1;        ///< HUTCH_ATTEMPT, from 1
    std::size_t worker = 0; ///< HUTCH_WORKER, from 0
    std::string xml_file = {}; ///< XML_OUTPUT_FILE: the JUnit file that it is to write; "" for none
    std::vector<std::string> from_setups = {}; ///< "K=V": what its set-ups have written
    std::string temp_dir;   ///< HUTCH_TMPDIR and TEST_TMPDIR, unless the sandbox has its own: empty and private; "" for none
};

/// The whole environment of one attempt: the shared part, HUTCH_TEST, HUTCH_MEMORY_MAX (bytes) and HUTCH_CPUS where
/// the test has such limits, the attempt's own, what set-ups have written, and over all of it what is said of the test itself.
Environment attempt_environment(const TestSpec& spec, const AttemptFacts& facts);

/// HUTCH_WORKER of an environment that was made before its worker was known.
void set_worker(Environment& environment, std::size_t worker);

/// The value of `name` in `environment`; "" where it is not set.
std::string_view value_of(const Environment& environment, std::string_view name);

} // namespace hutch::plan
