// What a test file says of itself: every key, in every spelling, and the words that are somebody else's.
#include "config/metadata.h"

#include <functional>
#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "config/traits.h"

namespace hutch::config {
namespace {

constexpr Bytes ram = Bytes{8} << 30;

Traits said(std::string_view text)
{
    const auto traits = read_metadata(text, "a.sh", ram);
    EXPECT_TRUE(traits) << testing::PrintToString(text) << ": " << (traits ? "" : traits.error().message);
    return traits.value_or(Traits{});
}

struct Sample {
    std::string_view text; ///< behind "# @"
    std::function<void(Traits&)> expected;
};

template <class T> std::optional<Setting<T>> asked(T value)
{
    return Setting<T>{value, Origin::asked};
}

const Sample samples[] = {
    {"Timeout 600", [](Traits& t) { t.limits.wall = asked<Microseconds>(std::chrono::seconds(600)); }},
    {"Timeout: 10m", [](Traits& t) { t.limits.wall = asked<Microseconds>(std::chrono::minutes(10)); }},
    {"timeout:1h 30m", [](Traits& t) { t.limits.wall = asked<Microseconds>(std::chrono::minutes(90)); }},
    {"TIMEOUT \t: 250ms", [](Traits& t) { t.limits.wall = asked<Microseconds>(Milliseconds(250)); }},
    {"time-out 1", [](Traits& t) { t.limits.wall = asked<Microseconds>(std::chrono::seconds(1)); }},
    {"Memory 2048", [](Traits& t) { t.limits.memory_max = asked(Bytes{2048} << 20); }},
    {"Memory 1.5", [](Traits& t) { t.limits.memory_max = asked(Bytes{3} << 19); }},
    {"Memory 2048K", [](Traits& t) { t.limits.memory_max = asked(Bytes{2} << 20); }},
    {"Memory 2 GB", [](Traits& t) { t.limits.memory_max = asked(Bytes{2} << 30); }},
    {"Memory 25%", [](Traits& t) { t.limits.memory_max = asked(ram / 4); }},
    {"CPU 2.0", [](Traits& t) { t.limits.cpus = asked(2.0); }},
    {"cpu 150%", [](Traits& t) { t.limits.cpus = asked(1.5); }},
    {"Pids 20", [](Traits& t) { t.limits.pids_max = asked(std::uint64_t{20}); }},
    {"IO wbps=10M", [](Traits& t) { t.limits.io = asked(std::vector{IoLimit{"", {}, Bytes{10} << 20, {}, {}}}); }},
    {"IO /a b riops=2K", [](Traits& t) { t.limits.io = asked(std::vector{IoLimit{"/a b", {}, {}, 2000, {}}}); }},
    {"IO wbps=1\n# @IO /x rbps=2",
     [](Traits& t) { t.limits.io = asked(std::vector{IoLimit{"", {}, 1, {}, {}}, IoLimit{"/x", 2, {}, {}, {}}}); }},
    {"Profile intensive", [](Traits& t) { t.profile = "intensive"; }},
    {"Policy strict", [](Traits& t) { t.policy = "strict"; }},
    {"Policy ./my own.toml", [](Traits& t) { t.policy = "./my own.toml"; }},
    {"Priority P0", [](Traits& t) { t.priority = 0; }},
    {"Priority p3", [](Traits& t) { t.priority = 3; }},
    {"Tag smoke", [](Traits& t) { t.tags = {"smoke"}; }},
    {"Tag a, b,c ,  net/tcp:1.0+x_y-z", [](Traits& t) { t.tags = {"a", "b", "c", "net/tcp:1.0+x_y-z"}; }},
    {"Tag a\n# @tag: b, a", [](Traits& t) { t.tags = {"a", "b"}; }},
    {"Group db", [](Traits& t) { t.groups = {"db"}; }},
    {"DependsOn ../a b, c.sh\n# @depends-on x\n# @DEPENDS_ON: y\n# @DependsOn x",
     [](Traits& t) { t.depends_on = {"../a b, c.sh", "x", "y"}; }},
    {"Retries 2", [](Traits& t) { t.retries = 2; }},
    {"Retries 0", [](Traits& t) { t.retries = 0; }},
    {"Retries 2  delay=1m 5s", [](Traits& t) { t.retries = 2, t.retry_delay = std::chrono::seconds(65); }},
    {"Ports 64", [](Traits& t) { t.ports = 64; }},
    {"Slots 2", [](Traits& t) { t.slots = 2; }},
    {"Isolation none", [](Traits& t) { t.isolation = Apart::none; }},
    {"Isolation process", [](Traits& t) { t.isolation = Apart::process; }},
    {"Isolation container", [](Traits& t) { t.isolation = Apart::container; }},
    {"Network none", [](Traits& t) { t.network = Network::none; }},
    {"Network private", [](Traits& t) { t.network = Network::isolated; }},
    {"Network host", [](Traits& t) { t.network = Network::host; }},
    {"Exclusive", [](Traits& t) { t.exclusive = true; }},
    {"Exclusive: no", [](Traits& t) { t.exclusive = false; }},
    {"Slow", [](Traits& t) { t.slow = true; }},
    {"Slow:", [](Traits& t) { t.slow = true; }},
    {"Slow TRUE", [](Traits& t) { t.slow = true; }},
    {"Slow false", [](Traits& t) { t.slow = false; }},
    {"Slow Yes", [](Traits& t) { t.slow = true; }},
    {"Skip", [](Traits& t) { t.skip = ""; }},
    {"Skip: no such: hardware", [](Traits& t) { t.skip = "no such: hardware"; }},
    {"Planned after #12", [](Traits& t) { t.planned = "after #12"; }},
};

TEST(Metadata, EveryKeySaysItsTrait)
{
    for (const Sample& sample : samples) {
        Traits expected;
        sample.expected(expected);
        EXPECT_NE(expected, Traits{}) << sample.text;
        EXPECT_EQ(said("# @" + std::string(sample.text)), expected) << sample.text;
    }
}

TEST(Metadata, IsTheSameInEveryCommentAndWithEveryEndOfLine)
{
    Traits expected;
    expected.tags = {"a", "b"};
    expected.slow = true;
    for (const std::string_view text : {
             "#!/bin/sh\n# @Tag a,b\n# @Slow\n",
             "#!/bin/sh\r\n# @Tag a,b\r\n\r\n# @Slow\r\n",
             "// @tag a\n// @tag b\n// @slow",
             "/* @tag a, b */\n/* @slow */\nint main() {}\n",
             "/**\n * A test.\n *\n * @tag a, b\n * @slow\n */\n",
             "/* @tag a,b*//* @slow*/",
             "<!-- @tag a, b -->\n<!--\n  @slow\n-->\n<html>",
             "<?php\n/** @tag a,b */\n// @slow\n",
             "-- @tag: a,b\n--@slow\nselect 1;",
             "; @tag a,b\n;; @slow",
             "% @tag a,b\n%% @slow",
             "\" @tag a,b\n\"@slow",
             "' @tag a,b\n'@slow",
             "! @tag a,b\n!@slow",
             "rem @tag a,b\nREM @slow",
             "@echo off\n@rem @tag a,b\n:: @slow",
             "dnl @tag a,b\ndnl @slow",
             ".\\\" @tag a,b\n'\\\" @slow",
             "{- @tag a,b\n   @slow -}",
             "(* @tag a,b\n * @slow *)",
             "--[[ @tag a,b\n@slow ]]",
             "<#\n@tag a,b\n@slow\n#>",
         }) {
        EXPECT_EQ(said(text), expected) << text;
    }
}

TEST(Metadata, SaysNothingWhereThereIsNone)
{
    for (const std::string_view text : {
             "",
             "\n",
             "#!/bin/sh\necho\n# @Timeout x\n",
             "\"\"\"A docstring.\n\n@Timeout x\n\"\"\"\n# @Timeout y\n",
             "'''\n@Timeout x\n'''\n",
             "@Timeout x\n",
             "#!@Timeout x\n",
             "# see @Timeout x\n",
             "# (@Timeout x)\n",
             "# - @Timeout x\n",
             "# \\@Timeout x\n",
             "#include <a>\n// @Timeout x\n",
             "# @\n# @ Timeout x\n# @: x\n# @-\n",
             "int main() { /* @Timeout x */ }\n",
         }) {
        EXPECT_EQ(said(text), Traits{}) << text;
    }
    EXPECT_EQ(said(std::string_view("# @Timeout x\n\0", 14)), Traits{}) << "binary";
    EXPECT_EQ(said(std::string_view("\x7f" "ELF\0\0# @Timeout x\n", 20)), Traits{}) << "binary";
}

/// Doxygen, javadoc, JSDoc, TSDoc, PHPDoc, YARD, EDoc, Jest, Flow, Gherkin; and prose.
constexpr std::string_view others =
    "abstract access addindex addtogroup alias anchor api arg async attention augments author authors b beta borrows brief bug c callback "
    "callergraph callgraph category cite class classdesc code concept cond const constant constructor constructs copybrief copydoc copyright "
    "covers cucumber dataProvider date def default defaultValue defgroup deprecated desc description details diafile dir doc docs "
    "dontinclude dot dotfile e else elseif em emits end endcode endcond endif endlink endverbatim enum equiv event eventProperty example "
    "exception experimental exports extends external f file fileoverview filesource final fires flow fn format function generated generator "
    "global headerfile hidden hideconstructor hideinitializer html htmlonly http https i id if ifnot ignore image implements import in include "
    "includelineno ingroup inherit inheritDoc inner instance interface internal invariant ios is jest-environment jsx kind latexonly lends "
    "li license line link linkcode linkplain listens literal mainpage manonly media member memberof mentions method methods mixes mixin "
    "module msc n name namespace nocollapse noflow noinspection nosubgrouping note noreturn oncall option overload override overview owner "
    "p package packageDocumentation page pages par paragraph param parblock pass plan port-forward portal post pre precondition preserve "
    "prettier private privateRemarks prop properties property protected protocol providesModule public pure query readonly ref refitem "
    "related relates remark remarks requires result return returns retval rtfonly sa sealed section see serial serialData serialField short "
    "showinitializer since size snippet spec stable startuml state static struct subpage subsection suite summary suppress synopsis table "
    "tableofcontents template test tests testcase testdox testWith this throw throws title to todo tool tparam ts-check ts-ignore ts-nocheck "
    "tutorial type typedef typeParam types union unit until url usage use uses uml value var variation verbatim version vhdlflow virtual "
    "wanted warning weakgroup when wip xmlonly xrefitem yield yields "
    "cp cup pid-file tab tap tan tax map mob ship skin slot-machine snow low stop memo nets netmask work works iso stages plane "
    "plans plants prior profiling policyholder exclude excluding included timer timeline timeoutMs grouped groupBy tagline tagged skipline "
    "skipIf slowest retrying ported dependency dependencies dependsOnMethods";

TEST(Metadata, LeavesOtherPeoplesWordsAlone)
{
    std::size_t count = 0;
    for (const std::string_view word : base::words(others)) {
        EXPECT_EQ(said(fmt::format("/**\n * @{0}\n * @{0} some text\n * @{0}: x\n */\n", word)), Traits{}) << word;
        ++count;
    }
    EXPECT_GT(count, 250U);
}

TEST(Metadata, LeavesWordsAloneThatHaveNoEnd)
{
    for (const std::string_view text : {"@Timeout(5)", "@timeouts(5)", "@skip('why')", "@Slow.", "@slow, fast", "@group/package", "@Memory/x 1",
                                        "@tag's", "@Tag;", "@Timeouté 5", "@Skip\"x\"", "@slow!", "@tags[0]", "@@Timeout x"}) {
        EXPECT_EQ(said(fmt::format("# {}\n", text)), Traits{}) << text;
    }
}

TEST(Metadata, LooksAtTheHeadOnly)
{
    const std::string line = "# @Tag later\n";
    const auto padded = [&](std::size_t before) { return std::string(before - 1, '#') + "\n" + line; };
    EXPECT_EQ(said(padded(metadata_head - line.size())).tags.size(), 1U) << "ends with the head";
    EXPECT_EQ(said(padded(metadata_head - line.size() + 1)).tags.size(), 0U) << "its newline is cut off";
    EXPECT_EQ(said(padded(metadata_head - 3)).tags.size(), 0U);
    EXPECT_EQ(said(padded(metadata_head)).tags.size(), 0U);
    for (std::size_t cut = 1; cut < 20; ++cut) { // "# @Timeout 1" of "# @Timeout 10m" would be another limit
        EXPECT_EQ(said(std::string(metadata_head - cut - 1, '#') + "\n# @Timeout 10m\n").limits.wall.has_value(), cut >= 15) << cut;
    }
    EXPECT_EQ(said("# @Tag a" + std::string(metadata_head, ' ')), Traits{}) << "one endless line";
    EXPECT_EQ(said(padded(100) + std::string(metadata_head, '\0')), Traits{}) << "a NUL in the head";
    EXPECT_EQ(said(padded(100) + std::string(metadata_head, '#') + "\n" + std::string(9, '\0')).tags.size(), 1U) << "a NUL behind it";
    EXPECT_EQ(said("# @Tag a").tags.size(), 1U) << "a short file needs no last newline";
}

TEST(Metadata, IsLaidOverWhatIsSaidElsewhere)
{
    const Traits below = said("# @Timeout 5\n# @Memory 64\n# @Tag a\n# @Slow\n");
    const Traits both = overlaid(below, said("# @Timeout 7\n# @Tag b\n# @Slow no\n"));
    EXPECT_EQ(both, said("# @Timeout 7\n# @Memory 64\n# @Tag a, b\n# @Slow no\n"));
}

TEST(Metadata, CutAnywhereOrNonsenseIsReadOrRefusedWithAPlace)
{
    std::string all = "#!/bin/sh\n";
    for (const Sample& sample : samples) {
        all += "# @" + std::string(sample.text) + "\n";
    }
    std::mt19937 random(7);
    const auto check = [](const std::string& text) {
        const auto traits = read_metadata(text, "a.sh", ram);
        if (!traits) {
            ASSERT_EQ(traits.error().fault, Fault::usage);
            ASSERT_TRUE(traits.error().message.starts_with("a.sh:")) << traits.error().message;
        }
    };
    for (std::size_t end = 0; end < all.size(); ++end) {
        check(all.substr(0, end));
        check("/*\n" + all.substr(end));
    }
    constexpr std::string_view alphabet = "#/*@:;-<!> \t\r\n,=TimeoutagP0\xc3\xa4\x1b";
    for (int round = 0; round < 20'000; ++round) {
        std::string text = round % 2 == 0 ? "# @Tag " : "/* @Timeout ";
        for (auto left = random() % 60; left > 0; --left) {
            text += alphabet[random() % alphabet.size()];
        }
        check(text);
    }
}

} // namespace
} // namespace hutch::config
