// JUnit files → cases: the real ones of fixtures/junit, and what else a test can write.
#include "protocol/junit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "unit/protocol/stored_output.h"

namespace hutch::protocol {
namespace {

/// "passed failed skipped planned".
std::string counts(const CaseReport& report)
{
    return fmt::format("{} {} {} {}", report.passed, report.failed, report.skipped, report.planned);
}

std::string shown(const Case& found)
{
    return fmt::format("{} {}|{}{}", to_string(found.verdict), found.group, found.name,
                       found.message.empty() ? "" : "|" + found.message);
}

std::vector<std::string> shown(const CaseReport& report)
{
    std::vector<std::string> all;
    for (const Case& each : report.cases) {
        all.push_back(shown(each));
    }
    return all;
}

TEST(Junit, RealFiles)
{
    const struct {
        std::string file, counts, complaint;
    } rows[] = {
        {"gtest.xml", "11 7 3 2", ""},       {"ctest.xml", "1 2 2 1", ""},
        {"meson.xml", "3 3 2 0", ""},        {"pytest.xml", "3 8 2 0", ""},
        {"surefire.xml", "2 2 1 0", ""},     {"pytest-empty.xml", "0 0 0 0", "no testcase in the file"},
    };
    for (const auto& row : rows) {
        const CaseReport report = read_junit(stored_output("junit/" + row.file));
        EXPECT_EQ(report.protocol, Protocol::junit);
        EXPECT_EQ(counts(report), row.counts) << row.file;
        EXPECT_EQ(report.complaint, row.complaint) << row.file;
        EXPECT_EQ(report.skip_reason, "") << row.file;
    }
}

TEST(Junit, CasesOfRealFiles)
{
    EXPECT_EQ(shown(read_junit(stored_output("junit/ctest.xml"))),
              (std::vector<std::string>{"pass passes|passes", "fail fails|fails", "skip skipped|skipped|SKIP_RETURN_CODE=77",
                                        "planned disabled|disabled", "skip missing|missing|Unable to find executable", "fail late|late"}));
    EXPECT_EQ(shown(read_junit(stored_output("junit/surefire.xml"))),
              (std::vector<std::string>{"pass org.example.ShopTest|opens", "pass org.example.ShopTest|sells|flaky: timeout of 30 s",
                                        "fail org.example.ShopTest|counts|expected: <3> but was: <4>",
                                        "skip org.example.ShopTest|closes|later", "fail org.example.ShopTest|pays|java.io.IOException: x"}));
    const CaseReport pytest = read_junit(stored_output("junit/pytest.xml"));
    ASSERT_EQ(pytest.cases.size(), 13U);
    EXPECT_EQ(shown(pytest.cases[1]), "fail test_sample|test_fails|AssertionError: first\n  second\nassert 1 == 2");
    EXPECT_EQ(shown(pytest.cases[6]), "skip test_sample|test_skipped|no database");
    EXPECT_EQ(shown(pytest.cases[9]), "pass test_sample|test_values[<&>]");
    EXPECT_EQ(shown(pytest.cases[12]), "pass test_sample.TestClass|test_method");
    const CaseReport gtest = read_junit(stored_output("junit/gtest.xml"));
    EXPECT_EQ(shown(gtest.cases.at(7)), "planned Plain|DISABLED_One");
    EXPECT_EQ(shown(gtest.cases.at(5)), "skip Plain|Skipped|program.cpp:16\nno database");
}

TEST(Junit, OneCase)
{
    const struct {
        std::string xml, shown;
    } rows[] = {
        {"<testcase name='a'/>", "pass S|a"},
        {"<testcase name='a' classname='C'/>", "pass C|a"},
        {"<testcase name='a' classname=''/>", "pass S|a"},
        {"<testcase/>", "pass S|"},
        {"<testcase name='a'><system-out>failure</system-out><properties><failure/></properties></testcase>", "pass S|a"},
        {"<testcase name='a'><failure/></testcase>", "fail S|a"},
        {"<testcase name='a'><failure message='m'>t</failure></testcase>", "fail S|a|m"},
        {"<testcase name='a'><failure message=' '>\n  t\n  u\n</failure></testcase>", "fail S|a|t\n  u"},
        {"<testcase name='a'><failure><![CDATA[<t> & ]]></failure></testcase>", "fail S|a|<t> &"},
        {"<testcase name='a'><failure type='T'/></testcase>", "fail S|a|T"},
        {"<testcase name='a'><error message='m'/></testcase>", "fail S|a|m"},
        {"<testcase name='a'><skipped/><failure message='1'/><failure message='2'/></testcase>", "fail S|a|1"},
        {"<testcase name='a'><skipped message='m'/></testcase>", "skip S|a|m"},
        {"<testcase name='a' status='failed'><skipped/></testcase>", "skip S|a"},
        {"<testcase name='a'><flakyFailure message='m'/></testcase>", "pass S|a|flaky: m"},
        {"<testcase name='a'><flakyError>t<stackTrace/></flakyError></testcase>", "pass S|a|flaky: t"},
        {"<testcase name='a'><rerunFailure message='m'/></testcase>", "pass S|a|flaky: m"},
        {"<testcase name='a'><rerunFailure message='1'/><failure message='2'/></testcase>", "fail S|a|2"},
        {"<testcase name='a' status='failed'><flakyFailure message='m'/></testcase>", "fail S|a"},
        {"<testcase name='a' status='notrun' result='suppressed'/>", "planned S|a"},
        {"<testcase name='a' status='run' result='suppressed'/>", "planned S|a"},
        {"<testcase name='a' status='run' result='skipped'/>", "skip S|a"},
        {"<testcase name='a' status='run' result='completed'/>", "pass S|a"},
        {"<testcase name='a' status='Disabled'/>", "planned S|a"},
        {"<testcase name='a' status='FAILED'/>", "fail S|a"},
        {"<testcase name='a' result='error'/>", "fail S|a"},
        {"<testcase name='a' unknown='x'><unknown/>text</testcase>", "pass S|a"},
        {"<testcase name='&lt;&amp;&#65;&unknown;&#10;'/>", "pass S|<&A&unknown;\n"},
        {"<failure message='no server'/>", "fail S||no server"},
        {"<testsuite><testcase name='a'/></testsuite>", "pass S|a"},
        {"<testsuite name='T'><testcase name='a'/></testsuite>", "pass T|a"},
    };
    for (const auto& row : rows) {
        const CaseReport report = read_junit("<testsuites><testsuite name='S'>" + row.xml + "</testsuite></testsuites>");
        ASSERT_EQ(report.cases.size(), 1U) << row.xml;
        EXPECT_EQ(shown(report.cases[0]), row.shown) << row.xml;
        EXPECT_EQ(report.complaint, "") << row.xml;
        EXPECT_EQ(report.total(), 1U);
    }
}

TEST(Junit, Times)
{
    const struct {
        std::string time;
        std::optional<Microseconds> duration;
    } rows[] = {
        {"0", Microseconds(0)},
        {"1.5", Milliseconds(1500)},
        {" 0.000001 ", Microseconds(1)},
        {"9.5e-05", Microseconds(95)},
        {"1,234.5", Milliseconds(1'234'500)},
        {"12,345,678", std::chrono::seconds(12'345'678)},
        {"1,234", std::chrono::seconds(1234)},
        {"", std::nullopt},
        {"0,5", std::nullopt},
        {"0,123", std::nullopt},
        {"1,23,456", std::nullopt},
        {"1234,567", std::nullopt},
        {"1.234,567", std::nullopt},
        {",123", std::nullopt},
        {"1,,23", std::nullopt},
        {"-1", std::nullopt},
        {"-0", std::nullopt},
        {"1s", std::nullopt},
        {"nan", std::nullopt},
        {"inf", std::nullopt},
        {"1e300", std::nullopt},
        {std::string(100, '1'), std::nullopt},
    };
    for (const auto& row : rows) {
        const CaseReport report = read_junit("<testsuite><testcase time='" + row.time + "'/></testsuite>");
        ASSERT_EQ(report.cases.size(), 1U) << row.time;
        EXPECT_EQ(report.cases[0].duration, row.duration) << row.time;
    }
}

TEST(Junit, Complaints)
{
    const std::string good = "<testcase name='a'/>", bad = "<testcase name='b'><failure/></testcase>";
    const struct {
        std::string xml, complaint;
    } rows[] = {
        {"", "the file is empty"},
        {" \r\n\t", "the file is empty"},
        {"no xml", "line 1: not XML: No document element found"},
        {"<testsuites>\n<testsuite>\n" + good + "\n</testsuites>\n", "line 4: not XML: Start-end tags mismatch"},
        {"<testsuites>\n<testsuite a='\n", "line 2: not XML: Error parsing element attribute"},
        {"\n\n<html/>", "line 3: the root is <html>, neither <testsuites> nor <testsuite>"},
        {"<testsuites/>", "no testcase in the file"},
        {"<testsuites><testsuite/><unknown>" + good + "</unknown></testsuites>", "no testcase in the file"},
        {"<testsuite>" + good + "</testsuite>\n<?x?><!-- y --> text <testsuite>" + bad + "</testsuite>", "line 2: a second root, <testsuite>"},
        {std::string("<testsuite>\n<testcase/></testsuite>\0<x", 38), "line 2: not XML: a character 0"},
        {"<testsuite>" + std::string(most_junit_marks, '=') + "</testsuite>", "more than 4000000 elements and attributes"},
        {std::string(junit_file_limit + 1, ' '), "longer than 64 MB"},
    };
    for (const auto& row : rows) {
        const CaseReport report = read_junit(row.xml);
        EXPECT_EQ(report.complaint, row.complaint) << row.xml.substr(0, 200);
        EXPECT_EQ(report.total(), 0U) << row.xml.substr(0, 200);
    }
}

TEST(Junit, CountsOfASuite)
{
    const std::string good = "<testcase name='a'/>", bad = "<testcase name='b'><failure/></testcase>";
    const std::string twice = "<testcase name='b'><failure/><error/></testcase>";
    const struct {
        std::string attributes, inside, complaint;
    } rows[] = {
        {"failures='0' errors='0'", good, ""},
        {"failures='1'", good + bad, ""},
        {"errors='1'", good + bad, ""},
        {"", good + bad, ""},
        {"failures='' errors='x'", good + bad, ""},
        {"failures='1' errors='0'", twice, ""},
        {"failures='1' errors='1'", twice, ""},
        {"failures='0'", "<testsuite failures='1'>" + bad + "</testsuite>", ""},
        {"failures='1'", "<testsuite failures='1'>" + bad + "</testsuite>", ""},
        {"failures='0' errors='0'", good + "<testcase name=''><failure/></testcase>", ""},
        {"failures='1'", "<testcase name='a' status='failed'/>", ""},
        {"failures='1' errors='0'", good, "counts 1 failures and 0 errors, 0 are in it"},
        {"errors='2'", good + bad, "counts 0 failures and 2 errors, 1 is in it"},
        {"failures='18446744073709551615' errors='1'", bad, "counts 18446744073709551615 failures and 1 errors, 1 is in it"},
        {"failures='0'", good + bad, "counts 0 failures and 0 errors, 1 is in it"},
        {"failures='1' errors='1'", "<testcase name='a'><flakyFailure/></testcase>", "counts 1 failures and 1 errors, 0 are in it"},
    };
    for (const auto& row : rows) {
        const std::string xml = "<testsuites>\n<testsuite name='S' " + row.attributes + ">" + row.inside + "</testsuite></testsuites>";
        EXPECT_EQ(read_junit(xml).complaint, row.complaint.empty() ? "" : "line 2: <testsuite name=\"S\"> " + row.complaint) << xml;
    }
}

TEST(Junit, WhatIsCutOffIsNeverAPass)
{
    for (const std::string file : {"gtest.xml", "ctest.xml", "meson.xml", "pytest.xml", "surefire.xml"}) {
        const std::string text = stored_output("junit/" + file);
        const std::size_t end = text.rfind('>');
        for (std::size_t at = 0; at <= end; ++at) {
            ASSERT_NE(read_junit(std::string_view(text).substr(0, at)).complaint, "") << file << " cut at " << at;
        }
    }
}

TEST(Junit, NeitherDepthNorEntitiesDoHarm)
{
    const auto nested = [](std::size_t depth) {
        std::string xml;
        for (std::size_t i = 0; i < depth; ++i) {
            xml += "<testsuite>\n";
        }
        xml += "<testcase/>";
        for (std::size_t i = 0; i < depth; ++i) {
            xml += "</testsuite>";
        }
        return xml;
    };
    EXPECT_EQ(read_junit(nested(deepest_junit_suite)).complaint, "");
    EXPECT_EQ(read_junit(nested(deepest_junit_suite + 1)).complaint, "line 1001: more than 1000 suites inside of each other");
    EXPECT_EQ(read_junit(nested(500'000)).complaint, "line 1001: more than 1000 suites inside of each other");
    std::string deep = "<testsuite><testcase>";
    for (int i = 0; i < 500'000; ++i) {
        deep += "<a>";
    }
    EXPECT_EQ(read_junit(deep).complaint, "line 1: not XML: Start-end tags mismatch");
    const CaseReport laughs = read_junit("<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
                                         "<testsuite><testcase name='&b;&f;'><skipped>&b;</skipped></testcase></testsuite>");
    EXPECT_EQ(shown(laughs), std::vector<std::string>{"skip |&b;&f;|&b;"});
    EXPECT_EQ(laughs.complaint, "");
}

/// Seconds at most, also with sanitizers; the lines of a file are not counted for each thing that is wrong with it.
TEST(Junit, ManyContradictionsCostNoMoreThanOne)
{
    std::string xml = "<testsuites>\n";
    for (int i = 0; i < 200'000; ++i) {
        xml += "<testsuite failures='1'>\n</testsuite>\n";
    }
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(read_junit(xml + "</testsuites>").complaint,
              "line 2: <testsuite name=\"\"> counts 1 failures and 0 errors, 0 are in it");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(Junit, Encodings)
{
    const std::string xml = "<?xml version='1.0'?>\n<testsuite>\n<testcase name='a'/>\n</testsuite>";
    const auto wide = [](const std::string& text, std::size_t before, std::size_t after) {
        std::string all;
        for (const char each : text) {
            all += std::string(before, '\0') + each + std::string(after, '\0');
        }
        return all;
    };
    EXPECT_EQ(counts(read_junit("\xef\xbb\xbf" + xml)), "1 0 0 0");
    EXPECT_EQ(counts(read_junit("\xff\xfe" + wide(xml, 0, 1))), "1 0 0 0");
    EXPECT_EQ(counts(read_junit("\xfe\xff" + wide(xml, 1, 0))), "1 0 0 0");
    EXPECT_EQ(counts(read_junit(wide(xml, 0, 1))), "1 0 0 0");
    EXPECT_EQ(counts(read_junit(wide(xml, 3, 0))), "1 0 0 0");
    EXPECT_EQ(read_junit("\xff\xfe" + wide(xml + std::string(1, '\0') + "<x", 0, 1)).complaint, "line 4: not XML: a character 0");
    EXPECT_EQ(read_junit(wide(xml.substr(0, xml.size() - 4), 0, 1)).complaint, "line 4: not XML: Start-end tags mismatch");
    const CaseReport latin = read_junit("<?xml version='1.0' encoding='latin1'?><testsuite><testcase name='\xe4'/></testsuite>");
    EXPECT_EQ(shown(latin), std::vector<std::string>{"pass |\xc3\xa4"});
}

TEST(Junit, BoundsAreKept)
{
    std::string xml = "<testsuite name='" + std::string(3000, 's') + "'>";
    for (int i = 0; i < 20'000; ++i) {
        xml += "<testcase name='" + std::string(i == 0 ? 3000 : 1, 'n') + "'><skipped message='" + std::string(i == 0 ? 9000 : 1, 'm') +
               "'/></testcase>";
    }
    const CaseReport report = read_junit(xml + "</testsuite>");
    EXPECT_EQ(counts(report), "0 0 20000 0");
    ASSERT_EQ(report.cases.size(), most_cases);
    EXPECT_EQ(report.cases[0].group.size(), longest_case_name);
    EXPECT_EQ(report.cases[0].name.size(), longest_case_name);
    EXPECT_EQ(report.cases[0].message.size(), longest_case_message);
}

} // namespace
} // namespace hutch::protocol
