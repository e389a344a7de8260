// docs/metadata.md has every key as the code has it, an example of each that is read, and every comment that is one.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "config/comment_lines.h"
#include "config/metadata.h"
#include "unit/base/doc_table.h"

namespace hutch::config {
namespace {

TEST(MetadataDocument, HasEveryKeyWithAnExampleThatIsRead)
{
    const auto rows = test::doc_rows("metadata.md", "keys");
    const auto keys = metadata_keys();
    ASSERT_EQ(rows.size(), keys.size());
    for (std::size_t index = 0; index < rows.size(); ++index) {
        const MetadataKey& key = keys[index];
        const auto& row = rows[index];
        ASSERT_EQ(row.size(), 5U) << key.name;
        EXPECT_EQ(row[0], fmt::format("@{}", key.name));
        EXPECT_EQ(row[1], key.value) << key.name;
        EXPECT_EQ(row[2], key.range) << key.name;
        EXPECT_TRUE(row[3].starts_with(row[0])) << key.name;
        const auto traits = read_metadata("# " + row[3], "example", Bytes{1} << 30);
        ASSERT_TRUE(traits) << traits.error().message;
        EXPECT_NE(*traits, Traits{}) << row[3];
        EXPECT_TRUE(row[4] == key.meaning || fmt::format("`{}`", row[4]) == key.meaning) << key.name << ": " << row[4];
    }
}

TEST(MetadataDocument, ShowsCommentsThatAreOnes)
{
    const auto rows = test::doc_rows("metadata.md", "leaders");
    ASSERT_GT(rows.size(), 15U);
    for (const auto& row : rows) {
        const auto lines = comment_lines(row[0]);
        ASSERT_EQ(lines.size(), 1U) << row[0];
        EXPECT_EQ(lines[0].content, "text") << row[0];
    }
}

TEST(MetadataDocument, HasTheOrderOfPrecedence)
{
    const auto rows = test::doc_rows("metadata.md", "order");
    ASSERT_EQ(rows.size(), 5U);
    const char* const words[] = {"command line", "metadata in the file", "marker", "pattern", "default"};
    for (std::size_t index = 0; index < rows.size(); ++index) {
        EXPECT_EQ(rows[index][0], std::to_string(index + 1));
        EXPECT_NE(rows[index][1].find(words[index]), std::string::npos) << rows[index][1];
    }
}


} // namespace
} // namespace hutch::config
