// What the readers of suites are tested with: recorded output, and tests by name.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/file.h"
#include "discover/suite.h"

namespace hutch::discover
{

inline std::string recorded(const std::string& name)
{
    const auto text = base::read_file(std::string(HUTCH_SOURCE_DIR "/tests/unit/discover/fixtures/") + name);
    EXPECT_TRUE(text) << text.error().message;
    return text.value_or("");
}

inline const TestFile& named(const Suite& suite, std::string_view name)
{
    for (const TestFile& test : suite.tests) {
        if (test.name == name) {
            return test;
        }
    }
    ADD_FAILURE() << "no test '" << name << "'";
    static const TestFile none;
    return none;
}

inline std::vector<std::string> names_of(const Suite& suite)
{
    std::vector<std::string> names;
    for (const TestFile& test : suite.tests) {
        names.push_back(test.name);
    }
    return names;
}

using Words = std::vector<std::string>;

} // namespace hutch::discover
