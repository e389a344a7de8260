// docs/project-file.md has every key as the code has it, and docs/hutch.schema.json is what the code makes.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "config/project.h"
#include "config/project_keys.h"
#include "unit/base/doc_table.h"

namespace hutch::config {
namespace {

std::string homes(const ProjectKey& key)
{
    std::vector<std::string_view> names;
    for (const Section& section : sections()) {
        if ((key.places & section.place) != 0 && section.place != in_user) {
            names.push_back(section.name);
        }
    }
    return base::join(names, ", ");
}

TEST(ProjectDocument, HasEveryKeyWithTablesTypeRangeDefaultAndExample)
{
    const auto rows = test::doc_rows("project-file.md", "keys");
    const auto keys = project_keys();
    ASSERT_EQ(rows.size(), keys.size());
    for (std::size_t index = 0; index < rows.size(); ++index) {
        const ProjectKey& key = keys[index];
        ASSERT_EQ(rows[index].size(), 7U) << key.name;
        EXPECT_EQ(rows[index][0], key.name);
        EXPECT_EQ(rows[index][1], homes(key)) << key.name;
        EXPECT_EQ(rows[index][2], type_of(key)) << key.name;
        EXPECT_EQ(rows[index][3], range_of(key)) << key.name;
        EXPECT_EQ(rows[index][4], key.standard) << key.name;
        EXPECT_EQ(rows[index][5], key.example) << key.name;
        EXPECT_EQ(rows[index][6], key.meaning) << key.name;
    }
}

TEST(ProjectDocument, HasAnExampleThatIsGood)
{
    std::string text;
    for (const std::string& line : test::doc_section("project-file.md", "example")) {
        text += line.starts_with("```") ? "" : line + "\n";
    }
    const auto project = read_project(text, "/p/hutch.toml", Bytes{8} << 30);
    ASSERT_TRUE(project) << project.error().message;
    EXPECT_FALSE(project->run.empty() || project->runners.empty() || project->overrides.empty() || project->setups.empty());
}

TEST(ProjectSchema, IsTheOneInTheDocuments)
{
    std::ifstream file(HUTCH_SOURCE_DIR "/docs/hutch.schema.json");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), project_schema()) << "write it anew: hutch list --schema > docs/hutch.schema.json";
}

TEST(ProjectSchema, HasEveryKeyWithItsMeaning)
{
    const std::string schema = project_schema();
    for (const ProjectKey& key : project_keys()) {
        EXPECT_TRUE(key.name == "NAME" || schema.contains(fmt::format("\"{}\": {{\"description\": \"{}", key.name, key.meaning))) << key.name;
    }
    EXPECT_EQ(std::ranges::count(schema, '{'), std::ranges::count(schema, '}'));
}

} // namespace
} // namespace hutch::config
