// Meson's tests as JSON → tests. Pure: it looks at no file. docs/suites.md says what each key comes to, and how that was found out. Two
// texts are read:
//
//   meson-info/intro-tests.json   [ { "name" : "a", "cmd" : [ "/usr/bin/sh" ], "env" : {}, "suite" : [ "project:fast" ], "timeout" : 30,
//                                     "is_parallel" : true, "priority" : 0, "protocol" : "exitcode", "workdir" : null, … } ]
//   meson_script.h's              { "tests" : [ the same, and "should_fail", "not_available", "skip"; "name" is as meson prints it,
//                                               "env" only what differs from our environment, null: taken away ] }
#pragma once

#include <string_view>

#include "discover/suite.h"
#include "hutch/error.h"

namespace hutch::discover
{

/// Keys that are not known are passed over; a known one of a wrong type is an error. From introspection there is a notice that says what
/// it does not tell. `place.default_timeout` is not used: each of meson's tests has its own.
Result<Suite> read_meson_suite(std::string_view json, const SuitePlace& place);

} // namespace hutch::discover
