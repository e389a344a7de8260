// One test of ctest's list as it was said: types are checked, nothing is interpreted. Internal to the reader (ctest_suite.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "discover/suite_json.h"
#include "hutch/error.h"

namespace hutch::discover
{

struct CtestEntry {
    std::string name;
    std::vector<std::string> command; ///< empty: ctest did not find the program
    std::string work_dir;
    std::vector<std::string> environment, environment_modification;
    std::vector<std::string> labels, locks, depends, required_files;
    std::vector<std::string> fixtures_setup, fixtures_cleanup, fixtures_required;
    std::vector<std::string> pass_if, fail_if, skip_if;
    std::optional<double> timeout;     ///< seconds
    std::optional<double> after_match; ///< TIMEOUT_AFTER_MATCH's seconds
    std::optional<std::int64_t> skip_code, processors;
    double cost = 0;
    bool run_serial = false, disabled = false, will_fail = false;
    bool affinity = false, resource_groups = false, resource_spec = false; ///< asked for, not honoured
};

/// The entry at `index` of "tests".
Result<CtestEntry> read_ctest_entry(const Json& test, std::size_t index);

} // namespace hutch::discover
