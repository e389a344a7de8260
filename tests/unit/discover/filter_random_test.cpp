// Random expressions: what the filter says of a test is what a naive evaluator says; and random text is an expression or an error.
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "discover/filter.h"

namespace hutch::discover {
namespace {

/// A predicate's text and its truth for the one test that is asked.
struct Fact {
    const char* text;
    bool truth;
};
const Fact facts[] = {
    {"all()", true},        {"none()", false},        {"tag(a)", true},      {"tag('b')", false},      {"level( unit )", true},
    {"slow()", false},      {"exclusive()", true},    {"name(x|y)", true},   {"name((z))", false},     {"path(*.sh)", true},
    {"priority(P1)", true}, {"status(passed)", false}, {"status(failed)", true}, {"protocol(tap)", false}, {"group(\"g\")", true},
};

TestFile the_file()
{
    Traits traits;
    traits.tags = {"a"};
    traits.groups = {"g"};
    traits.priority = 1;
    traits.exclusive = true;
    TestFile file;
    file.name = "unit/x.sh";
    file.traits = std::make_shared<const Traits>(traits);
    return file;
}

/// 'f': a fact, '!': left alone, '&', '-', '|': left and right.
struct Tree {
    char sign = 'f';
    Fact fact = facts[0];
    std::unique_ptr<Tree> left, right;
};

class Random {
  public:
    explicit Random(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

    std::unique_ptr<Tree> tree(std::size_t depth)
    {
        auto made = std::make_unique<Tree>();
        made->sign = depth == 0 ? 'f' : "f!&&-||"[below(7)];
        made->fact = facts[below(std::size(facts))];
        if (made->sign != 'f') {
            made->left = tree(depth - 1);
        }
        if (made->sign != 'f' && made->sign != '!') {
            made->right = tree(depth - 1);
        }
        return made;
    }

    /// With parentheses where they are needed, and sometimes where they are not.
    std::string text(const Tree& tree, int least)
    {
        const int binds = tree.sign == '|' ? 0 : tree.sign == 'f' || tree.sign == '!' ? 2 : 1;
        std::string made;
        if (tree.sign == 'f') {
            made = tree.fact.text;
        } else if (tree.sign == '!') {
            made = (below(2) == 0 ? "!" + blanks() : std::string("not ")) + text(*tree.left, 2);
        } else {
            // From the left: a - (b - c) keeps its parentheses.
            made = text(*tree.left, binds) + sign(tree.sign) + text(*tree.right, binds + 1);
        }
        return binds < least || below(8) == 0 ? "(" + blanks() + made + blanks() + ")" : made;
    }

  private:
    std::string blanks() { return std::string(below(3), " \t\n"[below(3)]); }
    std::string sign(char each)
    {
        const bool is_word = each != '-' && below(2) == 0;
        return is_word ? (each == '&' ? " and " : " or ") : blanks() + each + blanks();
    }

    std::mt19937 random_;
};

bool truth(const Tree& tree)
{
    switch (tree.sign) {
    case '!':
        return !truth(*tree.left);
    case '&':
        return truth(*tree.left) && truth(*tree.right);
    case '-':
        return truth(*tree.left) && !truth(*tree.right);
    case '|':
        return truth(*tree.left) || truth(*tree.right);
    default:
        return tree.fact.truth;
    }
}

bool uses(const Tree& tree, std::string_view word)
{
    return tree.sign == 'f' ? std::string_view(tree.fact.text).starts_with(word)
                            : uses(*tree.left, word) || (tree.right && uses(*tree.right, word));
}

TEST(RandomFilter, SaysWhatANaiveEvaluatorSays)
{
    const TestFile file = the_file();
    Random random(11);
    std::size_t yes = 0;
    constexpr std::size_t rounds = 20'000;
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto tree = random.tree(random.below(7));
        const std::string text = random.text(*tree, 0);
        const auto filter = Filter::parse(text);
        if (!filter) {
            // Only so many regular expressions: never in so small ones.
            FAIL() << text << ": " << filter.error().message;
        }
        ASSERT_EQ(filter->fits({file, LastStatus::failed}), truth(*tree)) << text;
        ASSERT_EQ(filter->needs_history(), uses(*tree, "status")) << text;
        ASSERT_EQ(filter->minds_slow(), uses(*tree, "status") || uses(*tree, "slow")) << text;
        yes += truth(*tree) ? 1 : 0;
    }
    EXPECT_GT(yes, rounds / 4);
    EXPECT_LT(yes, rounds * 3 / 4);
}

void check(const std::string& text, const TestFile& file)
{
    const auto filter = Filter::parse(text);
    if (filter) {
        const bool fits = filter->fits({file});
        const auto opposite = Filter::parse("!(" + text + "\n)");
        ASSERT_TRUE(opposite) << text;
        ASSERT_NE(opposite->fits({file}), fits) << text;
        return;
    }
    ASSERT_EQ(filter.error().fault, Fault::usage);
    constexpr std::string_view mark = "': column ";
    const std::size_t at = filter.error().message.find(mark, text.size());
    ASSERT_NE(at, std::string::npos) << filter.error().message;
    const unsigned long column = std::stoul(filter.error().message.substr(at + mark.size()));
    ASSERT_GE(column, 1U) << filter.error().message;
    ASSERT_LE(column, text.size() + 1) << filter.error().message;
}

TEST(RandomFilter, CutOrMutatedIsAnExpressionOrAnErrorWithAColumn)
{
    const TestFile file = the_file();
    Random random(12);
    constexpr std::string_view alphabet = "()()'\"\\&|-! ,[]{}*=\xc3\xa4 tagnamexslow";
    for (int round = 0; round < 300; ++round) {
        const auto tree = random.tree(3);
        const std::string whole = random.text(*tree, 0);
        if (whole.size() > 190) {
            continue; // is not shown as a whole
        }
        for (std::size_t end = 0; end <= whole.size(); ++end) {
            check(whole.substr(0, end), file);
            check(whole.substr(end), file);
        }
        for (int i = 0; i < 30; ++i) {
            std::string text = whole;
            for (std::size_t left = 1 + random.below(4); left > 0; --left) {
                text.insert(random.below(text.size() + 1), 1, alphabet[random.below(alphabet.size())]);
            }
            check(text, file);
        }
    }
}

} // namespace
} // namespace hutch::discover
