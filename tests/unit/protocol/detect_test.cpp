#include "protocol/detect.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "protocol/spl.h"

namespace hutch::protocol {
namespace {

/// Stand-ins for what tap.h and gtest.h know; generous, so that it is the detector that refuses.
bool maybe_tap(std::string_view line)
{
    return line.starts_with("TAP ") || line.starts_with("1..") || line.starts_with("ok") || line.starts_with("not ok");
}
bool maybe_gtest(std::string_view line)
{
    return line.starts_with("[==========] Running ");
}

constexpr std::array<Speaker, 3> speakers{
    {{Protocol::tap, maybe_tap}, {Protocol::gtest, maybe_gtest}, {Protocol::spl, looks_like_spl}}};

Protocol detect(std::string_view text)
{
    Detector detector(speakers);
    const auto answer = detector.feed(text);
    const Protocol finished = detector.finish();
    EXPECT_TRUE(!answer || *answer == finished);
    return finished;
}

struct Example {
    std::string_view text;
    Protocol protocol;
};

constexpr Example examples[] = {
    {"", Protocol::exit},
    {"hello\n", Protocol::exit},
    {"\n\n\n", Protocol::exit},
    // TAP: a version, or a plan and a point that fit each other
    {"TAP version 13\n", Protocol::tap},
    {"TAP version 14", Protocol::tap},
    {"noise\nTAP version 14\r\n1..1\r\n", Protocol::tap},
    {"TAP version 12\n", Protocol::exit},
    {"TAP version 14 is what we speak\n", Protocol::exit},
    {"  TAP version 14\n", Protocol::exit},
    {"1..2\nok 1 - one\n", Protocol::tap},
    {"1..2\n# comment\nnot ok 1\n", Protocol::tap},
    {"1..2\nok - one\n", Protocol::tap},
    {"1..1 # one of them\nok 1\n", Protocol::tap},
    {"ok 1\nok 2 - two\n1..2\n", Protocol::tap},
    {"ok - one\nnot ok - two\n1..2\n", Protocol::tap},
    {"1..0 # SKIP no database\n", Protocol::tap},
    {"1..0 # skip\n", Protocol::tap},
    // … and prose
    {"1..2\n", Protocol::exit},
    {"ok\n", Protocol::exit},
    {"1..2\nok\n", Protocol::exit},
    {"1..2\nok\nok\n", Protocol::exit},
    {"1..2\nok then\n", Protocol::exit},
    {"1..2 is a range\nok 1\n", Protocol::exit},
    {"  1..2\nok 1\n", Protocol::exit},
    {"1..2\n  ok 1\n", Protocol::exit},
    {"1..2\nok 7\n", Protocol::exit},
    {"1..2\nok 0\n", Protocol::exit},
    {"1..0\nok 1\n", Protocol::exit},
    {"1..0\n", Protocol::exit},
    {"1..0 # skipping along\n", Protocol::tap}, // the directive's first four letters count, as everywhere
    {"ok 1\nok 2\n1..5\n", Protocol::exit},
    {"ok 1\nok 3\n1..2\n", Protocol::exit},
    {"ok 1\n", Protocol::exit},
    {"ok 1\nok 2\nok 3\n", Protocol::exit},
    {"1..-2\nok 1\n", Protocol::exit},
    {"1..99999999999999999999\nok 1\n", Protocol::exit},
    {"checking 1..2: ok 1\n", Protocol::exit},
    // GoogleTest: its line is enough
    {"Running main()\n[==========] Running 3 tests from 1 test suite.\n", Protocol::gtest},
    // Simple: a mark and its group's summary, or the verdict
    {"A\n  ✓ x\n\n1 example, 0 failures\n", Protocol::spl},
    {"A\n  \x1b[31m✗ x\x1b[0m\n    why\n\n\x1b[31m1 example, 1 failure\x1b[0m\n", Protocol::spl},
    {"SPEC FILE VERDICT: a.spl outcome=OK\n", Protocol::spl},
    {"✓ built\n✓ installed\n", Protocol::exit},
    {"3 examples, 0 failures\n", Protocol::exit},
    {"3 examples, 0 failures\n✓ all done\n", Protocol::exit},
    // the first that is sure
    {"1..2\n[==========] Running 3 tests from 1 test suite.\nok 1\n", Protocol::gtest},
};

TEST(Detect, examples)
{
    for (const Example& example : examples) {
        EXPECT_EQ(detect(example.text), example.protocol) << example.text;
    }
}

TEST(Detect, only_who_was_asked_for)
{
    const std::array<Speaker, 1> one{{{Protocol::spl, looks_like_spl}}};
    Detector detector(one);
    EXPECT_EQ(detector.feed("TAP version 14\n"), std::nullopt);
    EXPECT_EQ(detector.finish(), Protocol::exit);
    Detector nobody({});
    EXPECT_EQ(nobody.feed("TAP version 14\n"), std::nullopt);
    EXPECT_EQ(nobody.finish(), Protocol::exit);
}

/// kept() and the call that answered are all that came, in order.
TEST(Detect, the_cut_into_reads_says_nothing)
{
    for (const Example& example : examples) {
        Detector detector(speakers);
        std::string seen;
        std::optional<Protocol> answer;
        for (std::size_t at = 0; at < example.text.size() && !answer; ++at) {
            EXPECT_EQ(detector.kept(), seen);
            answer = detector.feed(example.text.substr(at, 1));
            EXPECT_EQ(detector.kept(), seen + std::string(answer ? "" : example.text.substr(at, 1)));
            seen += example.text[at];
        }
        EXPECT_EQ(detector.finish(), example.protocol) << example.text;
        for (std::size_t at = 0; at <= example.text.size(); ++at) {
            Detector two(speakers);
            const auto first = two.feed(example.text.substr(0, at));
            const auto second = two.feed(example.text.substr(at));
            EXPECT_FALSE(first && second) << "answered twice";
            EXPECT_EQ(two.finish(), example.protocol) << example.text << " at " << at;
        }
    }
}

TEST(Detect, after_the_answer_nothing_is_looked_at)
{
    Detector detector(speakers);
    EXPECT_EQ(detector.feed("hello\n"), std::nullopt);
    EXPECT_EQ(detector.feed("TAP version 14\n1.."), Protocol::tap);
    EXPECT_EQ(detector.feed("2\n[==========] Running 3 tests\n"), std::nullopt);
    EXPECT_EQ(detector.kept(), "hello\n");
    EXPECT_EQ(detector.finish(), Protocol::tap);
}

TEST(Detect, lines_are_bounded)
{
    const auto after = [](std::size_t lines) {
        std::string text;
        for (std::size_t i = 0; i < lines; ++i) {
            text += "noise\n";
        }
        return text + "TAP version 14\n";
    };
    EXPECT_EQ(detect(after(Detector::most_lines - 1)), Protocol::tap);
    EXPECT_EQ(detect(after(Detector::most_lines)), Protocol::exit);
    Detector detector(speakers);
    EXPECT_EQ(detector.feed(after(Detector::most_lines)), Protocol::exit);
    EXPECT_EQ(detector.kept(), "");
}

TEST(Detect, bytes_are_bounded)
{
    const std::string version = "\nTAP version 14\n";
    const auto after = [&](std::size_t bytes) { return std::string(bytes, 'x') + version; };
    EXPECT_EQ(detect(after(Detector::most_bytes - version.size())), Protocol::tap);
    EXPECT_EQ(detect(after(Detector::most_bytes - version.size() + 1)), Protocol::exit);
    EXPECT_EQ(detect(std::string(std::size_t{1} << 20, 'x')), Protocol::exit);
    Detector detector(speakers);
    for (std::size_t i = 1; i < Detector::most_bytes; ++i) {
        ASSERT_EQ(detector.feed("x"), std::nullopt) << i;
    }
    EXPECT_EQ(detector.feed("x"), Protocol::exit);
    EXPECT_EQ(detector.kept().size(), Detector::most_bytes - 1);
}

TEST(Detect, zero_bytes_and_nothing)
{
    Detector detector(speakers);
    EXPECT_EQ(detector.feed(""), std::nullopt);
    EXPECT_EQ(detector.feed(std::string_view("\0\n\0", 3)), std::nullopt);
    EXPECT_EQ(detector.kept().size(), 3U);
    EXPECT_EQ(detector.finish(), Protocol::exit);
    EXPECT_EQ(detector.finish(), Protocol::exit);
}

} // namespace
} // namespace hutch::protocol
