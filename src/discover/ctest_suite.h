// What `ctest --show-only=json-v1` prints → tests. Pure: it looks at no file. What each property comes to, and how that was found out:
// docs/suites.md.
//
//   { "kind" : "ctestInfo", "version" : { "major" : 1, "minor" : 0 },
//     "tests" : [ { "name" : "a", "command" : [ "/usr/bin/sh", "-c", "exit 0" ], "config" : "Debug",
//                   "properties" : [ { "name" : "TIMEOUT", "value" : 12.5 }, … ] } ] }
#pragma once

#include <string_view>

#include "discover/suite.h"
#include "hutch/error.h"

namespace hutch::discover
{

/// Lines before the first one that begins with '{' are passed over: ctest prints complaints of its own there. Keys and properties that
/// are not known are passed over, too; a known one of a wrong type, another kind or another major version is an error.
Result<Suite> read_ctest_suite(std::string_view json, const SuitePlace& place);

} // namespace hutch::discover
