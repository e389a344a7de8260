// Skips that cannot hide: where HUTCH_REQUIRE names the label, what would be a skip is a failure.
#pragma once

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace hutch::tests {

inline bool required(const std::string& label)
{
    const char* value = std::getenv("HUTCH_REQUIRE");
    return value != nullptr && ("," + std::string(value) + ",").find("," + label + ",") != std::string::npos;
}

} // namespace hutch::tests

/// Leaves the test: skipped with `why`, or failed where HUTCH_REQUIRE has `label`.
#define HUTCH_SKIP(label, why)                                                                                         \
    do {                                                                                                               \
        if (hutch::tests::required(label)) {                                                                           \
            FAIL() << "required by HUTCH_REQUIRE, but: " << (why);                                                     \
        }                                                                                                              \
        GTEST_SKIP() << (why);                                                                                         \
    } while (false)
