// Metadata that cannot be meant: refused with file, line, column, what was written and what would work.
#include <algorithm>
#include <ostream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/metadata.h"

namespace hutch::config {
namespace {

struct Bad {
    std::string text;
    std::string message; ///< all of it, behind the file's name
    std::string_view hint = "";
};

std::ostream& operator<<(std::ostream& out, const Bad& bad)
{
    return out << testing::PrintToString(bad.text);
}

constexpr std::string_view size_form = "a size is a number of megabytes, or one with K, M, G, T or %: 2048, 512M, 1.5G, 25%";
constexpr std::string_view memory_least = "the least is 1 MB: with less the kernel kills the test before it is executed";
constexpr std::string_view greater = "a greater value, or @Profile with one of a greater profile";
constexpr std::string_view duration_form = "a duration is a number with us, ms, s, m, h or d: 90s, 1h 30m, 250ms";

std::string many(std::string_view key, int count)
{
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += fmt::format("# @{} x{}\n", key, i);
    }
    return text;
}

const Bad all[] = {
    // limits
    {"# @Timeout", "1:3: @Timeout: no value"},
    {"# @Timeout:", "1:3: @Timeout: no value"},
    {"# @timeout abc", fmt::format("1:12: @Timeout 'abc': {}", duration_form)},
    {"# @Timeout -5", fmt::format("1:12: @Timeout '-5': {}", duration_form)},
    {"# @Timeout 5 apples", fmt::format("1:12: @Timeout '5 apples': {}", duration_form)},
    {"# @Timeout 0", "1:12: @Timeout '0': the least is 1 ms, which is how exact the clocks are"},
    {"# @Timeout max", "1:12: @Timeout 'max': a limit is not taken away here", greater},
    {"# @Timeout 600 # ten minutes", fmt::format("1:12: @Timeout '600 # ten minutes': {}", duration_form)},
    {"# @Timeout \"600\"", fmt::format("1:12: @Timeout '\"600\"': {}", duration_form)},
    {"# @Memory", "1:3: @Memory: no value"},
    {"#!/bin/sh\n\n#   @Memory:   900K", fmt::format("3:16: @Memory '900K': {}", memory_least)},
    {"# @Memory 0", fmt::format("1:11: @Memory '0': {}", memory_least)},
    {"# @Memory 0.5", fmt::format("1:11: @Memory '0.5': {}", memory_least)},
    {"# @Memory 1B", fmt::format("1:11: @Memory '1B': {}", memory_least)},
    {"# @Memory much", fmt::format("1:11: @Memory 'much': {}", size_form)},
    {"# @Memory 99999999999999999999", fmt::format("1:11: @Memory '99999999999999999999': {}", size_form)},
    {"# @Memory 2,048", fmt::format("1:11: @Memory '2,048': {}", size_form)},
    {"# @Memory 101%", "1:11: @Memory '101%': a percentage is a number from 0 to 100"},
    {"# @Memory unlimited", "1:11: @Memory 'unlimited': a limit is not taken away here", greater},
    {"# @CPU", "1:3: @CPU: no value"},
    {"# @cpu 0", "1:8: @CPU '0': at least 0.01 and at most 8192"},
    {"# @CPU many", "1:8: @CPU 'many': a number of CPUs or a percentage of one: 1.5, 150%"},
    {"# @CPU 10000", "1:8: @CPU '10000': at least 0.01 and at most 8192"},
    {"# @Pids 0", "1:9: @Pids '0': the least is 1: the test itself is a process"},
    {"# @Pids 5000000", "1:9: @Pids '5000000': the most is 4194304: the kernel has no more process ids"},
    {"# @Pids 1.5", "1:9: @Pids '1.5': a whole number, with K, M or G for thousands, millions, billions"},
    {"# @IO", "1:3: @IO: no value"},
    {"# @IO 10M", "1:7: @IO '10M': no rate; one of rbps= wbps= riops= wiops= is needed, as in 'wbps=2M'"},
    {"# @IO wbs=10M", "1:7: @IO 'wbs=10M': unknown rate 'wbs'", "did you mean 'wbps'?"},
    {"# @IO wbps=10M wiop=3", "1:7: @IO 'wbps=10M wiop=3': unknown rate 'wiop'", "did you mean 'wiops'?"},
    {"# @IO wbps=x", "1:7: @IO 'wbps=x': size 'x': a size is a number with K, M, G or T (1024-based): 64M, 1.5G, 512"},
    {"# @IO wbps=0", "1:7: @IO 'wbps=0': the least wbps is 1: the kernel refuses 0"},
    {"# @IO wbps=max", "1:7: @IO 'wbps=max': a limit is not taken away here", "leave it out"},
    {"# @IO max", "1:7: @IO 'max': a limit is not taken away here", greater},
    // words
    {"# @Profile", "1:3: @Profile: no value"},
    {"# @Profile intensiv", "1:12: @Profile 'intensiv': one of fast, standard, slow, intensive, critical", "did you mean 'intensive'?"},
    {"# @Profile FAST", "1:12: @Profile 'FAST': one of fast, standard, slow, intensive, critical", "did you mean 'fast'?"},
    {"# @Profile huge thing", "1:12: @Profile 'huge thing': one of fast, standard, slow, intensive, critical"},
    {"# @Policy", "1:3: @Policy: no value"},
    {"# @Policy my policy", "1:11: @Policy 'my policy': a name is letters, digits, - and _, at most 64; a file has a / or ends in .toml"},
    {"# @Policy intensive", "1:11: @Policy 'intensive': it is a profile", "@Profile intensive"},
    {"# @Priority", "1:3: @Priority: no value"},
    {"# @Priority P4", "1:13: @Priority 'P4': one of P0 (first), P1, P2, P3"},
    {"# @Priority 1", "1:13: @Priority '1': one of P0 (first), P1, P2, P3"},
    {"# @Priority high", "1:13: @Priority 'high': one of P0 (first), P1, P2, P3"},
    {"# @Isolation", "1:3: @Isolation: no value"},
    {"# @Isolation proces", "1:14: @Isolation 'proces': one of none, process, container", "did you mean 'process'?"},
    {"# @Isolation vm", "1:14: @Isolation 'vm': one of none, process, container"},
    {"# @Network", "1:3: @Network: no value"},
    {"# @Network isolated", "1:12: @Network 'isolated': one of host, none, private"},
    {"# @Network privat", "1:12: @Network 'privat': one of host, none, private", "did you mean 'private'?"},
    // numbers
    {"# @Retries", "1:3: @Retries: no value"},
    {"# @Retries 101", "1:12: @Retries '101': a number from 0 to 100, and perhaps a delay: 2 delay=5s"},
    {"# @Retries two", "1:12: @Retries 'two': a number from 0 to 100, and perhaps a delay: 2 delay=5s"},
    {"# @Retries -1", "1:12: @Retries '-1': a number from 0 to 100, and perhaps a delay: 2 delay=5s"},
    {"# @Retries 2 5s", "1:14: @Retries '2 5s': '5s' is not delay=DURATION"},
    {"# @Retries 2 delay=", "1:20: @Retries '2 delay=': a delay is a duration of at most 1 h: delay=5s"},
    {"# @Retries 2 delay=x", "1:20: @Retries '2 delay=x': a delay is a duration of at most 1 h: delay=5s"},
    {"# @Retries 2 delay=61m", "1:20: @Retries '2 delay=61m': a delay is a duration of at most 1 h: delay=5s"},
    {"# @Ports", "1:3: @Ports: no value"},
    {"# @Ports 0", "1:10: @Ports '0': a number from 1 to 64"},
    {"# @Ports 65", "1:10: @Ports '65': a number from 1 to 64"},
    {"# @Ports 8080-8090", "1:10: @Ports '8080-8090': a number from 1 to 64"},
    {"# @Slots 0", "1:10: @Slots '0': a number from 1 to 4096"},
    {"# @Slots 4097", "1:10: @Slots '4097': a number from 1 to 4096"},
    {"# @Slots 99999999999999999999999", "1:10: @Slots '99999999999999999999999': a number from 1 to 4096"},
    // flags
    {"# @Exclusive maybe", "1:14: @Exclusive 'maybe': a flag has no value, or one of yes, no, true, false"},
    {"# @Slow tests come later", "1:9: @Slow 'tests come later': a flag has no value, or one of yes, no, true, false"},
    {"# @Slow 1", "1:9: @Slow '1': a flag has no value, or one of yes, no, true, false"},
    // lists
    {"# @Tag", "1:3: @Tag: no value"},
    {"# @Tag smoke test", "1:13: @Tag 'smoke test': ' ' is none of letters, digits and -_.:/+", "a comma is between two of them"},
    {"# @Tag a, b c", "1:12: @Tag 'b c': ' ' is none of letters, digits and -_.:/+", "a comma is between two of them"},
    {"# @Tag a,,b", "1:10: @Tag 'a,,b': nothing between two commas, or at an end"},
    {"# @Tag a, ", "1:10: @Tag 'a,': nothing between two commas, or at an end"},
    {"# @Tag ,", "1:8: @Tag ',': nothing between two commas, or at an end"},
    {"# @Tag ä", "1:8: @Tag 'ä': 'ä' is none of letters, digits and -_.:/+"},
    {"# @Tag a€b", "1:9: @Tag 'a€b': '€' is none of letters, digits and -_.:/+"},
    {"# @Tag (x)", "1:8: @Tag '(x)': '(' is none of letters, digits and -_.:/+"},
    {"# @Tag x, " + std::string(65, 'y'), "1:11: @Tag '" + std::string(65, 'y') + "': more than 64 bytes"},
    {many("Tag", 65), "65:8: @Tag 'x64': more than 64 of them"},
    {"# @Group", "1:3: @Group: no value"},
    {"# @Group a;b", "1:11: @Group 'a;b': ';' is none of letters, digits and -_.:/+"},
    {many("Group", 65), "65:10: @Group 'x64': more than 64 of them"},
    {"# @DependsOn", "1:3: @DependsOn: no value"},
    {many("DependsOn", 65), "65:14: @DependsOn 'x64': more than 64 of them"},
    {"# @DependsOn " + std::string(4097, 'x'), "1:14: @DependsOn: a value has at most 4096 bytes"},
    {"# @Skip a\x1b[31m", "1:10: @Skip: a control character (0x1b)"},
    {"# @Planned a\x7f", "1:13: @Planned: a control character (0x7f)"},
    {"# @Skip a\rb", "1:10: @Skip: a control character (0x0d)"},
    // keys
    {"# @Timeout 5\n#\n# @timeout: 5", "3:3: @Timeout: said twice; the first is in line 1"},
    {"/* @Slow */ // @Slow", "1:16: @Slow: said twice; the first is in line 1"},
    {"# @Skip\n# @Skip b", "2:3: @Skip: said twice; the first is in line 1"},
    {"# @Timeout=600", "1:3: @Timeout: '=' behind a key", "a blank or a colon: @Timeout 600"},
    {"# @Memory = 2G", "1:3: @Memory: '=' behind a key", "a blank or a colon: @Memory 2G"},
    {"# @Timeuot 5", "1:3: unknown key @Timeuot", "did you mean @Timeout?"},
    {"# @Timeut 5", "1:3: unknown key @Timeut", "did you mean @Timeout?"},
    {"# @timeouts 5", "1:3: unknown key @timeouts", "did you mean @Timeout?"},
    {"# @timeoutt: 5", "1:3: unknown key @timeoutt", "did you mean @Timeout?"},
    {"# @Timeouf", "1:3: unknown key @Timeouf", "did you mean @Timeout?"},
    {"# @Timeuot=5", "1:3: unknown key @Timeuot", "did you mean @Timeout?"},
    {"# @Memroy 5", "1:3: unknown key @Memroy", "did you mean @Memory?"},
    {"# @CPUs 2", "1:3: unknown key @CPUs", "did you mean @CPU?"},
    {"# @Pid 2", "1:3: unknown key @Pid", "did you mean @Pids?"},
    {"# @Tags a", "1:3: unknown key @Tags", "did you mean @Tag?"},
    {"# @Groups a", "1:3: unknown key @Groups", "did you mean @Group?"},
    {"# @Retry 2", "1:3: unknown key @Retry", "did you mean @Retries?"},
    {"# @Port 2", "1:3: unknown key @Port", "did you mean @Ports?"},
    {"# @Slot 2", "1:3: unknown key @Slot", "did you mean @Slots?"},
    {"# @Policies a", "1:3: unknown key @Policies", "did you mean @Policy?"},
    {"# @Priorities P0", "1:3: unknown key @Priorities", "did you mean @Priority?"},
    {"# @Depends a", "1:3: unknown key @Depends", "did you mean @DependsOn?"},
    {"# @depend-on a", "1:3: unknown key @depend-on", "did you mean @DependsOn?"},
    {"# @depends-onn a", "1:3: unknown key @depends-onn", "did you mean @DependsOn?"},
    {"# @Exlusive", "1:3: unknown key @Exlusive", "did you mean @Exclusive?"},
    {"# @Planed", "1:3: unknown key @Planed", "did you mean @Planned?"},
    // places
    {"// ä @x\n/* äö */ /* @Timeout x */", fmt::format("2:22: @Timeout 'x': {}", duration_form)},
    {"/**\n * @file a\n * @timeout x\n */", fmt::format("3:13: @Timeout 'x': {}", duration_form)},
    {"<!--\n\t@Timeout\tx -->", fmt::format("2:11: @Timeout 'x': {}", duration_form)},
    {"/* @Timeout x*/", fmt::format("1:13: @Timeout 'x': {}", duration_form)},
    {"\xef\xbb\xbf# @Timeout x\r\n", fmt::format("1:12: @Timeout 'x': {}", duration_form)},
    {"# @Timeout x\n# @Memory x", fmt::format("1:12: @Timeout 'x': {}", duration_form)},
};

class BadMetadata : public testing::TestWithParam<Bad> {};

TEST_P(BadMetadata, IsRefusedWithItsPlace)
{
    const auto traits = read_metadata(GetParam().text, "dir/a.sh", Bytes{1} << 30);
    ASSERT_FALSE(traits);
    EXPECT_EQ(traits.error().message, fmt::format("dir/a.sh:{}", GetParam().message));
    EXPECT_EQ(traits.error().hint, GetParam().hint);
    EXPECT_EQ(traits.error().fault, Fault::usage);
}
INSTANTIATE_TEST_SUITE_P(All, BadMetadata, testing::ValuesIn(all));

TEST(BadMetadataAll, HasEveryKey)
{
    for (const MetadataKey& key : metadata_keys()) {
        const std::string shown = fmt::format("@{}", key.name);
        const auto is_of_key = [&](const Bad& bad) { return bad.message.contains(shown) && !bad.message.contains("unknown"); };
        EXPECT_TRUE(std::ranges::any_of(all, is_of_key)) << shown;
    }
}

TEST(BadMetadataAll, PercentagesNeedAWhole)
{
    const auto traits = read_metadata("# @Memory 25%", "a", 0);
    ASSERT_FALSE(traits);
    EXPECT_EQ(traits.error().message, "a:1:11: @Memory '25%': a percentage has no meaning here");
}

} // namespace
} // namespace hutch::config
