// docs/policies.md has every key as the code has it, and names what the five policies are.
#include <gtest/gtest.h>

#include <algorithm>

#include "config/builtin_policies.h"
#include "config/policy_file.h"
#include "config/policy_keys.h"
#include "unit/base/doc_table.h"

namespace hutch::config {
namespace {

std::string features_of(const PolicyKey& key)
{
    if (!key.feature) {
        return "–";
    }
    const std::string first(to_string(*key.feature));
    return key.also ? first + ", " + std::string(to_string(*key.also)) : first;
}

TEST(PolicyDocument, HasEveryKeyWithTypeRangeDefaultAndFeature)
{
    const auto rows = test::doc_rows("policies.md", "keys");
    const auto keys = policy_keys();
    ASSERT_EQ(rows.size(), keys.size());
    for (std::size_t index = 0; index < rows.size(); ++index) {
        const PolicyKey& key = keys[index];
        ASSERT_EQ(rows[index].size(), 6U) << key.name;
        EXPECT_EQ(rows[index][0], key.name);
        EXPECT_EQ(rows[index][1], key.type) << key.name;
        EXPECT_EQ(rows[index][2], key.range) << key.name;
        EXPECT_EQ(rows[index][3], key.show(Policy{})) << key.name;
        EXPECT_EQ(rows[index][4], features_of(key)) << key.name;
        EXPECT_FALSE(rows[index][5].empty()) << key.name;
    }
}

TEST(PolicyDocument, ComparesTheFiveByKeysThatExist)
{
    const auto rows = test::doc_rows("policies.md", "builtin");
    ASSERT_GT(rows.size(), 10U);
    for (const auto& row : rows) {
        EXPECT_EQ(row.size(), 1 + builtin_policies().size()) << row[0];
        const auto from = row[0].find("(`"), to = row[0].rfind("`)");
        ASSERT_LT(from, to) << row[0];
        EXPECT_NE(find_policy_key(row[0].substr(from + 2, to - from - 2)), nullptr) << row[0];
    }
}

TEST(PolicyDocument, EveryFeatureHasAKey)
{
    for (std::size_t index = 0; index < feature_count; ++index) {
        const auto feature = static_cast<Feature>(index);
        const auto has = [&](const PolicyKey& key) { return key.feature == feature || key.also == feature; };
        EXPECT_TRUE(std::ranges::any_of(policy_keys(), has)) << to_string(feature);
    }
}

TEST(PolicyKeys, ShowWhatIsReadAgain)
{
    for (const BuiltinPolicy& builtin : builtin_policies()) {
        const Policy policy = *find_policy(builtin.name);
        std::string text = "description = \"" + policy.description + "\"\n";
        for (const PolicyKey& key : policy_keys()) {
            text += std::string(key.name) + " = " + key.show(policy) + "\n";
        }
        const auto again = load_policy_text({policy.name, "", text});
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(again->policy, policy);
    }
}

} // namespace
} // namespace hutch::config
