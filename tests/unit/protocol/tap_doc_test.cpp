// docs/protocols-tap.md says of each output what is made of it: it has to be so.
#include <gtest/gtest.h>

#include <string>

#include "unit/base/doc_table.h"
#include "unit/protocol/tap_reading.h"

namespace hutch::protocol {
namespace {

/// The text of a table's cell → the output that it stands for.
std::string output_of(std::string cell)
{
    const auto replace = [&cell](std::string_view what, std::string_view by) {
        for (std::size_t at = cell.find(what); at != std::string::npos; at = cell.find(what, at + by.size())) {
            cell.replace(at, what.size(), by);
        }
    };
    replace("\\n", "\n");
    replace("␣", " ");
    return cell;
}

std::string in_one_line(const CaseReport& report)
{
    std::string text = test::shown(report);
    text.resize(text.size() - 1);
    for (std::size_t at = 0; (at = text.find_first_of("\n|", at)) != std::string::npos;) {
        const bool next_case = text[at] == '\n';
        text.replace(next_case ? at : at - 1, next_case ? 1 : 2, next_case ? "," : ":");
        if (next_case) {
            text.insert(at + 1, " ");
        }
    }
    return text;
}

TEST(TapDoc, constructs)
{
    const auto rows = hutch::test::doc_rows("protocols-tap.md", "constructs");
    ASSERT_GT(rows.size(), 10U);
    for (const auto& row : rows) {
        ASSERT_EQ(row.size(), 2U);
        EXPECT_EQ(in_one_line(test::read_tap(output_of(row[0]))), row[1]) << row[0];
    }
}

TEST(TapDoc, complaints)
{
    const auto rows = hutch::test::doc_rows("protocols-tap.md", "complaints");
    ASSERT_GT(rows.size(), 10U);
    for (const auto& row : rows) {
        ASSERT_EQ(row.size(), 2U);
        EXPECT_EQ(test::read_tap(output_of(row[0])).complaint, row[1]) << row[0];
    }
}

} // namespace
} // namespace hutch::protocol
