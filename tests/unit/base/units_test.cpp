#include "hutch/units.h"

#include <gtest/gtest.h>

namespace hutch {
namespace {

using namespace std::chrono_literals;

TEST(Units, bytes)
{
    EXPECT_EQ(parse_bytes("64M").value(), 64U << 20);
    EXPECT_EQ(parse_bytes("64m").value(), 64U << 20);
    EXPECT_EQ(parse_bytes("1.5G").value(), 1610612736U);
    EXPECT_EQ(parse_bytes("512").value(), 512U);
    EXPECT_EQ(parse_bytes("512B").value(), 512U);
    EXPECT_EQ(parse_bytes("2 MiB").value(), 2U << 20);
    EXPECT_EQ(parse_bytes("10MB").value(), 10U << 20);
    EXPECT_EQ(parse_bytes(" 0.1K ").value(), 102U);
    EXPECT_EQ(parse_bytes("16777215T").value(), 16777215ULL << 40);
    EXPECT_EQ(parse_bytes("0").value(), 0U);
}

TEST(Units, bytes_as_a_part)
{
    EXPECT_EQ(parse_bytes("25%", 1000).value(), 250U);
    EXPECT_EQ(parse_bytes("0.5 %", 1000).value(), 5U);
    EXPECT_EQ(parse_bytes("100%", UINT64_MAX).value(), UINT64_MAX);
    EXPECT_FALSE(parse_bytes("25%"));
    EXPECT_FALSE(parse_bytes("101%", 1000));
}

TEST(Units, bytes_that_are_none)
{
    for (const std::string_view bad : {"", "M", "-1M", "+1M", "1.5", "1.5B", "1X", "1MM", "1 2M", "0x10", "1e6", "max",
                                       "16777216T", "99999999999999999999", "1..5G", "1.G", ".5G", "64M 1"}) {
        const auto parsed = parse_bytes(bad);
        ASSERT_FALSE(parsed) << bad;
        EXPECT_EQ(parsed.error().fault, Fault::usage) << bad;
        EXPECT_NE(parsed.error().message.find(bad), std::string::npos);
    }
}

TEST(Units, durations)
{
    EXPECT_EQ(parse_duration("90s").value(), 90s);
    EXPECT_EQ(parse_duration("1h 30m").value(), 90min);
    EXPECT_EQ(parse_duration("1h30m").value(), 90min);
    EXPECT_EQ(parse_duration("1 min 30 s").value(), 90s);
    EXPECT_EQ(parse_duration("250ms").value(), 250ms);
    EXPECT_EQ(parse_duration("10us").value(), 10us);
    EXPECT_EQ(parse_duration("250 µs").value(), 250us);
    EXPECT_EQ(parse_duration("1.5s").value(), 1500ms);
    EXPECT_EQ(parse_duration("0.5").value(), 500ms);
    EXPECT_EQ(parse_duration("60").value(), 60s);
    EXPECT_EQ(parse_duration("0").value(), 0s);
    EXPECT_EQ(parse_duration("2d").value(), 48h);
    EXPECT_EQ(parse_duration("5 Seconds").value(), 5s);
}

TEST(Units, durations_that_are_none)
{
    for (const std::string_view bad : {"", " ", "-1s", "s", "1h 30", "30 1h", "1x", "1.5us", "99999999999999h",
                                       "infinity", "1s,", "1:30", "100000000d", "99999999999999999999"}) {
        const auto parsed = parse_duration(bad);
        ASSERT_FALSE(parsed) << bad;
        EXPECT_EQ(parsed.error().fault, Fault::usage);
    }
}

TEST(Units, cpus)
{
    EXPECT_EQ(parse_cpus("1.5").value(), 1.5);
    EXPECT_EQ(parse_cpus("150%").value(), 1.5);
    EXPECT_EQ(parse_cpus("0.01").value(), 0.01);
    EXPECT_EQ(parse_cpus("8192").value(), 8192);
    for (const std::string_view bad : {"", "0", "0.009", "8193", "-1", "1x", "%", "nan"}) {
        EXPECT_FALSE(parse_cpus(bad)) << bad;
    }
}

TEST(Units, counts)
{
    EXPECT_EQ(parse_count("20").value(), 20U);
    EXPECT_EQ(parse_count("2K").value(), 2000U);
    EXPECT_EQ(parse_count("3m").value(), 3000000U);
    for (const std::string_view bad : {"", "K", "1.5K", "-1", "1KB", "18446744073709551615K"}) {
        EXPECT_FALSE(parse_count(bad)) << bad;
    }
}

TEST(Units, bytes_in_words)
{
    EXPECT_EQ(format_bytes(0), "0 B");
    EXPECT_EQ(format_bytes(900), "900 B");
    EXPECT_EQ(format_bytes(1023), "1023 B");
    EXPECT_EQ(format_bytes(67108864), "64 MB");
    EXPECT_EQ(format_bytes(1572864), "1.5 MB");
    EXPECT_EQ(format_bytes(1047527424), "999 MB");
    EXPECT_EQ(format_bytes((1U << 30) - 1), "1 GB");
    EXPECT_EQ(format_bytes(123456789), "118 MB");
    EXPECT_EQ(format_bytes(UINT64_MAX), "16 EB");
}

TEST(Units, durations_in_words)
{
    EXPECT_EQ(format_duration(0us), "0 µs");
    EXPECT_EQ(format_duration(250us), "250 µs");
    EXPECT_EQ(format_duration(12340us), "12.3 ms");
    EXPECT_EQ(format_duration(999600us), "1 s");
    EXPECT_EQ(format_duration(1500ms), "1.5 s");
    EXPECT_EQ(format_duration(59970ms), "1 min");
    EXPECT_EQ(format_duration(90s), "1 min 30 s");
    EXPECT_EQ(format_duration(3600s), "1 h");
    EXPECT_EQ(format_duration(5400s), "1 h 30 min");
    EXPECT_EQ(format_duration(-1500ms), "-1.5 s");
}

} // namespace
} // namespace hutch
