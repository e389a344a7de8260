#include "base/glob.h"

#include <gtest/gtest.h>

#include <string>

using hutch::base::check_glob;
using hutch::base::glob_matches;

namespace {

struct Row {
    std::string_view pattern, path;
    bool fits;
};

TEST(Glob, Table)
{
    const Row rows[] = {
        {"*.bats", "a.bats", true},        {"*.bats", "x/y/a.bats", true},      {"*.bats", "a.bat", false},
        {"tests/*.sh", "tests/a.sh", true}, {"tests/*.sh", "x/tests/a.sh", false}, {"tests/*.sh", "tests/b/a.sh", false},
        {"/tests/*.sh", "tests/a.sh", true}, {"tests/", "tests/a/b", true},      {"tests/", "tests", false},
        {"tests/**", "tests/a/b", true},   {"tests/**", "tests", false},        {"**/db/*.py", "db/a.py", true},
        {"**/db/*.py", "x/y/db/a.py", true}, {"**/db/**", "x/db/y/z", true},    {"a/**/z", "a/z", true},
        {"a/**/z", "a/b/c/z", true},       {"a/**/z", "a/b/c/y", false},        {"t?st", "test", true},
        {"t?st", "tst", false},            {"[a-c]x", "bx", true},              {"[!a-c]x", "bx", false},
        {"[!a-c]x", "dx", true},           {"[]]x", "]x", true},                {"\\*", "*", true},
        {"\\*", "a", false},               {"*.{sh,py}", "a.py", true},         {"*.{sh,py}", "a.pl", false},
        {"{a,b/{c,d}}/x", "b/d/x", true},  {"{a,b/{c,d}}/x", "b/e/x", false},   {"*", "a/b", true},
        {"a*b*c", "a123b456c", true},      {"a*b*c", "a123c", false},           {"", "a", false},
        {"./tests/a", "tests/a", true},    {"**", "a/b/c", true},               {"t/*", "t/a", true},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(glob_matches(row.pattern, row.path), row.fits) << row.pattern << " on " << row.path;
    }
}

TEST(Glob, IsNotExponential)
{
    const std::string text(2000, 'a');
    std::string pattern, deep = "x", deep_pattern = "x";
    for (int i = 0; i < 400; ++i) {
        pattern += "a*";
        deep += "/a";
        deep_pattern += "/**/a";
    }
    EXPECT_FALSE(glob_matches(pattern + "b", text));
    EXPECT_FALSE(glob_matches(deep_pattern + "/b", deep));
}

TEST(Glob, WhatIsWrongIsSaid)
{
    for (const std::string_view good : {"*.sh", "a/**/b", "[a-z]*", "{a,b}", "\\[", "a/"}) {
        EXPECT_TRUE(check_glob(good)) << good;
    }
    for (const std::string_view bad : {"", "[a", "{a,b", "a**", "x/**.sh", "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"}) {
        EXPECT_FALSE(check_glob(bad)) << bad;
    }
}

} // namespace
