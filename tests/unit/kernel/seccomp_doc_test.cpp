// docs/seccomp.md against the code: groups, argument rules, and what is never denied.
#include <gtest/gtest.h>

#include "kernel/argument_rules.h"
#include "kernel/syscall_groups.h"
#include "unit/base/doc_table.h"

namespace hutch::kernel {
namespace {

using Rows = std::vector<std::vector<std::string>>;

TEST(SeccompDocument, HasEveryGroup)
{
    Rows expected;
    for (const SyscallGroup& group : syscall_groups()) {
        expected.push_back({std::string(group.name), std::string(group.why), std::string(group.members)});
    }
    EXPECT_EQ(test::doc_rows("seccomp.md", "groups"), expected);
}

TEST(SeccompDocument, HasEveryArgumentRuleOnce)
{
    Rows expected;
    for (const ArgumentRule& rule : argument_rules()) {
        const std::vector<std::string> row = {std::string(rule.name), std::string(rule.what)};
        if (expected.empty() || expected.back() != row) {
            expected.push_back(row);
        }
    }
    EXPECT_EQ(test::doc_rows("seccomp.md", "arguments"), expected);
}

TEST(SeccompDocument, TellsWhatIsNeverDenied)
{
    std::string expected;
    for (const std::string_view call : indispensable_calls()) {
        expected += (expected.empty() ? "`" : ", `") + std::string(call) + "`";
    }
    std::ifstream text(HUTCH_SOURCE_DIR "/docs/seccomp.md");
    const std::string all((std::istreambuf_iterator<char>(text)), {});
    EXPECT_NE(all.find(expected + "."), std::string::npos) << expected;
}

} // namespace
} // namespace hutch::kernel
