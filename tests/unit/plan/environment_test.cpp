// What a test inherits, what it must not, and what is added.
#include "plan/environment.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace hutch::plan
{
namespace
{

bool has(const Environment& environment, std::string_view variable)
{
    return std::ranges::find(environment, variable) != environment.end();
}

TEST(Environment, KeepsWhatWasInheritedAndAddsTheRun)
{
    const auto base = base_environment({"PATH=/bin", "EMPTY=", "HUTCHINSON=1", "X=a=b"}, "abc-1-2");
    EXPECT_EQ(*base, (Environment{"PATH=/bin", "EMPTY=", "HUTCHINSON=1", "X=a=b", "HUTCH=1", "HUTCH_RUN_ID=abc-1-2",
                                  "HARNESS_ACTIVE=1"}));
}

TEST(Environment, NothingLeaksThatSpeaksToHutchAlone)
{
    for (const auto* variable :
         {"HUTCH=1", "HUTCH_RUN_ID=outer", "HUTCH_WORKERS=7", "HUTCH_TMPDIR=/outer", "HARNESS_ACTIVE=0",
          "NOTIFY_SOCKET=/run/n", "LISTEN_FDS=1", "LISTEN_PID=1", "LISTEN_FDNAMES=x", "WATCHDOG_USEC=1",
          "WATCHDOG_PID=2", "TEST_TMPDIR=/outer", "XML_OUTPUT_FILE=/outer.xml", "TEST_SHARD_INDEX=1",
          "TEST_TOTAL_SHARDS=2", "TEST_PREMATURE_EXIT_FILE=/x", "MAKEFLAGS= -j8 --jobserver-auth=3,4",
          "MFLAGS=--jobserver-fds=3,4", "nonsense"}) {
        const auto base = base_environment({"A=1", variable, "B=2"}, "r");
        EXPECT_EQ(base->size(), 5u) << variable;
        EXPECT_FALSE(has(*base, variable) && std::string_view(variable) != "HUTCH=1") << variable;
    }
    EXPECT_TRUE(has(*base_environment({"MAKEFLAGS=-k"}, "r"), "MAKEFLAGS=-k")) << "no descriptors in it";
}

TestSpec spec_with(const Limits& limits)
{
    TestSpec spec;
    spec.name = "t/a b";
    spec.limits = limits;
    spec.base_env = base_environment({"A=1"}, "r");
    return spec;
}

TEST(Environment, AnAttemptHasItsOwn)
{
    Limits limits;
    limits.memory_max = {Bytes{64} << 20};
    limits.cpus = {0.5};
    const auto environment =
        attempt_environment(spec_with(limits), {.attempt = 2, .worker = 3, .temp_dir = "/tmp/hutch-x"});
    EXPECT_EQ(environment, (Environment{"A=1", "HUTCH=1", "HUTCH_RUN_ID=r", "HARNESS_ACTIVE=1", "HUTCH_TEST=t/a b",
                                        "HUTCH_ATTEMPT=2", "HUTCH_WORKER=3", "HUTCH_MEMORY_MAX=67108864",
                                        "HUTCH_CPUS=0.5", "HUTCH_TMPDIR=/tmp/hutch-x", "TEST_TMPDIR=/tmp/hutch-x"}));
}

TEST(Environment, ALimitThatIsNotThereIsNotTold)
{
    const auto environment = attempt_environment(spec_with({}), {});
    EXPECT_EQ(value_of(environment, "HUTCH_MEMORY_MAX"), "");
    EXPECT_EQ(value_of(environment, "HUTCH_CPUS"), "");
    EXPECT_EQ(value_of(environment, "TEST_TMPDIR"), "");
    EXPECT_EQ(value_of(environment, "HUTCH_ATTEMPT"), "1");
}

TEST(Environment, ValueOfComparesWholeNames)
{
    const Environment environment{"PATHS=1", "NOVALUE", "PATH=/bin:/usr=bin", "PATH=/second"};
    EXPECT_EQ(value_of(environment, "PATH"), "/bin:/usr=bin");
    EXPECT_EQ(value_of(environment, "NOVALUE"), "");
    EXPECT_EQ(value_of(environment, "P"), "");
}

TEST(Environment, NoNameIsThereTwice)
{
    const auto outer = attempt_environment(spec_with({}), {.attempt = 1, .worker = 0, .temp_dir = "/a"});
    auto inner = spec_with({});
    inner.base_env = base_environment(outer, "inner");
    const auto environment = attempt_environment(inner, {.attempt = 1, .worker = 0, .temp_dir = "/b"});
    std::set<std::string> names;
    for (const std::string& variable : environment) {
        EXPECT_TRUE(names.insert(variable.substr(0, variable.find('='))).second) << variable;
    }
    EXPECT_EQ(value_of(environment, "HUTCH_RUN_ID"), "inner");
}

TEST(Environment, WhatIsSaidOfTheTestIsOverSetUpsAndThoseOverTheRest)
{
    TestSpec spec = spec_with({});
    spec.own_env = {"B=own", "A", "NOT_THERE", "HUTCH_TEST=mine", "C="};
    const auto environment =
        attempt_environment(spec, {.xml_file = "/t/out.xml", .from_setups = {"A=setup", "B=setup", "D=first", "D=second"}, .temp_dir = ""});
    EXPECT_EQ(environment, (Environment{"HUTCH=1", "HUTCH_RUN_ID=r", "HARNESS_ACTIVE=1", "HUTCH_ATTEMPT=1", "HUTCH_WORKER=0",
                                        "XML_OUTPUT_FILE=/t/out.xml", "D=second", "B=own", "HUTCH_TEST=mine", "C="}));
}

} // namespace
} // namespace hutch::plan
