// What a filter takes: every predicate, operator and flag.
#include "discover/filter.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "discover/filter_node.h"
#include "unit/base/doc_table.h"

namespace hutch::discover {
namespace {

Filter parsed(std::string_view expression)
{
    const auto filter = Filter::parse(expression);
    EXPECT_TRUE(filter) << expression << ": " << (filter ? "" : filter.error().message);
    return filter.value_or(Filter());
}

TestFile named(std::string name, Traits traits = {}, Protocol protocol = Protocol::exit)
{
    TestFile file;
    file.name = std::move(name);
    file.traits = std::make_shared<const Traits>(std::move(traits));
    file.protocol = protocol;
    return file;
}

TestFile rich()
{
    Traits traits;
    traits.tags = {"smoke", "net/tcp", "a:b"};
    traits.groups = {"db", "gpu-0"};
    traits.priority = 0;
    traits.exclusive = true;
    return named("tests/unit/parse(1) x.sh", traits, Protocol::tap);
}

struct Sample {
    std::string_view expression;
    bool fits; ///< rich(), that failed the last time
};

const Sample samples[] = {
    {"all()", true},
    {"none()", false},
    {"tag(smoke)", true},
    {"tag( smoke )", true},
    {"tag('smoke')", true},
    {"tag ( \"smoke\" )", true},
    {"tag(smok)", false},
    {"tag(Smoke)", false},
    {"tag(sm*)", true},
    {"tag({x,smoke})", true},
    {"tag(tcp)", false},
    {"tag(net)", false},
    {"tag(net/tcp)", true},
    {"tag(/net/tcp)", true},
    {"tag(net/*)", true},
    {"tag(net/)", true},
    {"tag(**/tcp)", true},
    {"tag(*)", true},
    {"tag(a:[a-c])", true},
    {"group(db)", true},
    {"group(gpu-?)", true},
    {"group(smoke)", false},
    {"level(unit)", true},
    {"level(system, unit)", true},
    {"level(system)", false},
    {"priority(P0)", true},
    {"priority(p1,p0)", true},
    {"priority(P1)", false},
    {"status(failed)", true},
    {"status(passed)", false},
    {"status(unknown, failed)", true},
    {"protocol(tap)", true},
    {"protocol(exit, gtest)", false},
    {"path(tests/**)", true},
    {"path(tests/)", true},
    {"path(*.sh)", true},
    {"path(tests/*.sh)", false},
    {"path(tests/*/*.sh)", true},
    {"path(tests/{unit,system}/*)", true},
    {"path(parse\\(1\\) x.sh)", true},
    {"name(parse)", true},
    {"name(^parse)", false},
    {"name(^tests/.*\\.sh$)", true},
    {"name(p(a|b)rse)", true},
    {"name(parse\\(1\\))", true},
    {"name(\\()", true},
    {"name('[(]1[)]')", true},
    {"name('e\\(1')", true},
    {"name('e\\\\(1')", true},

    {"name('[\\')]')", true},
    {"name(x{1,2}\\.)", true},
    {"name((?i)PARSE)", true},
    {"name(=tests/unit/parse(1) x.sh)", true},
    {"name('=tests/unit/parse(1) x.sh')", true},
    {"name(=tests/unit/parse)", false},
    {"slow()", false},
    {"exclusive()", true},
    {"exclusive( )", true},
    {"!none()", true},
    {"not none()", true},
    {"not(none())", true},
    {"!!all()", true},
    {"! not ! none()", true},
    {"all() & none()", false},
    {"all()&all()", true},
    {"all() and none()", false},
    {"all()and(all())", true},
    {"none() | all()", true},
    {"none() or none()", false},
    {"all() - none()", true},
    {"all() - all()", false},
    {"all()-none()", true},
    {"all() | all() & none()", true},
    {"(all() | all()) & none()", false},
    {"!none() & none()", false},
    {"!(none() & none())", true},
    {"all() - all() - all()", false},
    {"all() - (all() - all())", true},
    {"all() - none() & none()", false},
    {"all() - all() | all()", true},
    {"all() - !all()", true},
    {" \t\r\n all()\n|\nnone() \n", true},
    {"((((all()))))", true},
};

TEST(Filter, EveryPredicateAndOperator)
{
    const TestFile file = rich();
    for (const Sample& sample : samples) {
        EXPECT_EQ(parsed(sample.expression).fits({file, LastStatus::failed}), sample.fits) << sample.expression;
    }
}

TEST(Filter, WhatSaysNothing)
{
    const TestFile file = named("a.sh");
    for (const std::string_view yes : {"priority(P2)", "status(unknown)", "protocol(exit)", "!tag(*)", "!group(*)", "!slow()", "!exclusive()"}) {
        EXPECT_TRUE(parsed(yes).fits({file})) << yes;
    }
}

TEST(Filter, StatusIsTheLastOneUnlessMetadataSaysOtherwise)
{
    const std::pair<LastStatus, std::string_view> names[] = {{LastStatus::unknown, "unknown"}, {LastStatus::passed, "passed"},
                                                             {LastStatus::failed, "failed"},   {LastStatus::skipped, "skipped"},
                                                             {LastStatus::planned, "planned"}, {LastStatus::not_run, "not_run"}};
    Traits skip, planned, both;
    skip.skip = "";
    planned.planned = "later";
    both.skip = both.planned = "";
    for (const auto& [last, name] : names) {
        const TestFile file = named("a.sh"), skipped = named("a.sh", skip), later = named("a.sh", planned), never = named("a.sh", both);
        for (const auto& [other, word] : names) {
            const Filter filter = parsed("status(" + std::string(word) + ")");
            EXPECT_EQ(filter.fits({file, last}), last == other);
            EXPECT_EQ(filter.fits({skipped, last}), other == LastStatus::skipped);
            EXPECT_EQ(filter.fits({later, last}), other == LastStatus::planned);
            EXPECT_EQ(filter.fits({never, last}), other == LastStatus::planned);
        }
    }
}

TEST(Filter, TellsWhatItDependsOn)
{
    EXPECT_FALSE(parsed("tag(a) | !level(unit)").needs_history());
    EXPECT_TRUE(parsed("tag(a) | !(level(unit) - status(failed))").needs_history());
    EXPECT_FALSE(parsed("tag(slow)").minds_slow());
    EXPECT_TRUE(parsed("tag(a) & !slow()").minds_slow());
    EXPECT_FALSE(parsed("slow()").needs_history());
    EXPECT_TRUE(parsed("status(failed)").minds_slow());
    EXPECT_FALSE(Filter().needs_history());
}

TEST(Filter, PutTogether)
{
    const TestFile file = rich();
    const Filter yes = parsed("all()"), no = parsed("none()");
    EXPECT_TRUE(Filter().fits({file}));
    EXPECT_FALSE((yes & no).fits({file}));
    EXPECT_TRUE((yes & !no).fits({file}));
    EXPECT_TRUE(Filter::any_of({no, no, yes}).fits({file}));
    EXPECT_FALSE(Filter::any_of({}).fits({file}));
}

TEST(Filter, IsFlatHoweverLongItIs)
{
    std::string expression = "name(=0)";
    for (int i = 1; i < 5000; ++i) {
        expression += " | name(=" + std::to_string(i) + ")";
    }
    expression.resize(expression.rfind(" | ", longest_filter - 1));
    EXPECT_TRUE(parsed(expression).fits({named("2500")}));
    EXPECT_FALSE(parsed(expression).fits({named("x")}));
}

// Flags.

/// The names of those that fit, each one letter.
std::string taken(const FilterFlags& flags)
{
    const auto filter = make_filter(flags);
    EXPECT_TRUE(filter) << (filter ? "" : filter.error().message);
    Traits a, b, c, d;
    a.tags = {"smoke"};
    a.priority = 0;
    b.tags = {"db", "net/x"};
    b.slow = true;
    c.skip = "";
    d.planned = "";
    const std::pair<TestFile, LastStatus> all[] = {
        {named("tests/unit/a.sh", a), LastStatus::passed},     {named("tests/integration/b.sh", b), LastStatus::failed},
        {named("tests/system/c.sh", c), LastStatus::failed},   {named("d.sh", d), LastStatus::unknown},
        {named("unit/e=(1).sh"), LastStatus::failed},
    };
    std::string names;
    for (const auto& [file, last] : all) {
        if (filter && filter->fits({file, last})) {
            names += file.name[file.name.rfind('/') + 1];
        }
    }
    return names;
}

TEST(FilterFlags, OneByOne)
{
    EXPECT_EQ(taken({}), "acde") << "slow ones are left out";
    EXPECT_EQ(taken({.all = true}), "abcde");
    EXPECT_EQ(taken({.only_slow = true}), "b");
    EXPECT_EQ(taken({.only_slow = true, .all = true}), "b");
    EXPECT_EQ(taken({.unit = true}), "ae");
    EXPECT_EQ(taken({.integration = true}), "");
    EXPECT_EQ(taken({.integration = true, .all = true}), "b");
    EXPECT_EQ(taken({.system = true}), "c");
    EXPECT_EQ(taken({.tags = {"smoke"}}), "a");
    EXPECT_EQ(taken({.tags = {"smoke, db"}, .all = true}), "ab");
    EXPECT_EQ(taken({.tags = {"{smoke,db}"}, .all = true}), "ab");
    EXPECT_EQ(taken({.tags = {"x,net/{x,y}"}, .all = true}), "b");
    EXPECT_EQ(taken({.tags = {"slow"}}), "") << "a tag like any other";
    EXPECT_EQ(taken({.priorities = {"P0"}}), "a");
    EXPECT_EQ(taken({.priorities = {"p0,P2"}}), "acde");
    EXPECT_EQ(taken({.names = {"unit"}}), "ae");
    EXPECT_EQ(taken({.names = {"e=(1)"}}), "e");
    EXPECT_EQ(taken({.names = {"/[ac]\\.sh$/"}}), "ac");
    EXPECT_EQ(taken({.names = {"/=.1/"}}), "e") << "not name(=.1)";

    EXPECT_EQ(taken({.names = {"/=.1./"}}), "e");
    EXPECT_EQ(taken({.names = {"/"}}), "ace");
    EXPECT_EQ(taken({.names = {"//"}}), "");
    EXPECT_EQ(taken({.only_skipped = true}), "c");
    EXPECT_EQ(taken({.planned_only = true}), "d");
    EXPECT_EQ(taken({.only_failed = true}), "be") << "slow or not";
    EXPECT_EQ(taken({.expressions = {"slow()"}}), "b");
    EXPECT_EQ(taken({.expressions = {"tag(*)"}}), "a");
    EXPECT_EQ(taken({.expressions = {"tag(*) & (slow() | all())"}}), "ab");
    EXPECT_EQ(taken({.expressions = {"status(failed)"}}), "be");
}

TEST(FilterFlags, KindsByAndValuesByOr)
{
    EXPECT_EQ(taken({.unit = true, .system = true}), "ace");
    EXPECT_EQ(taken({.unit = true, .tags = {"smoke"}}), "a");
    EXPECT_EQ(taken({.tags = {"smoke", "db"}, .all = true}), "ab");
    EXPECT_EQ(taken({.priorities = {"P0", "P2"}}), "acde");
    EXPECT_EQ(taken({.names = {"a.sh", "c.sh"}}), "ac");
    EXPECT_EQ(taken({.expressions = {"name(a.sh)", "name(c.sh)"}}), "ac");
    EXPECT_EQ(taken({.names = {"sh"}, .expressions = {"level(unit)"}}), "ae");
    EXPECT_EQ(taken({.only_skipped = true, .planned_only = true}), "cd");
    EXPECT_EQ(taken({.only_slow = true, .only_failed = true}), "b");
    EXPECT_EQ(taken({.system = true, .only_failed = true}), "") << "what says @Skip did not fail";
    EXPECT_EQ(taken({.unit = true, .tags = {"db"}, .all = true}), "");
}

TEST(FilterFlags, AreBounded)
{
    FilterFlags flags;
    flags.names.assign(100'000, "x");
    flags.names.emplace_back("a.sh");
    EXPECT_EQ(taken(flags), "a");
}

// The document.

TEST(FilterDocument, HasEveryPredicate)
{
    const auto rows = test::doc_rows("filters.md", "predicates");
    ASSERT_EQ(rows.size(), predicates().size());
    for (std::size_t index = 0; index < rows.size(); ++index) {
        const Predicate& predicate = predicates()[index];
        ASSERT_EQ(rows[index].size(), 3U);
        EXPECT_EQ(rows[index][0], predicate.name);
        EXPECT_EQ(rows[index][1], predicate.argument) << predicate.name;
        EXPECT_EQ(rows[index][2], predicate.meaning) << predicate.name;
    }
}

TEST(FilterDocument, SaysTheLevelsOfNames)
{
    const auto rows = test::doc_rows("filters.md", "levels");
    ASSERT_GT(rows.size(), 10U);
    for (const auto& row : rows) {
        for (const std::string level : {"unit", "integration", "system"}) {
            EXPECT_EQ(parsed("level(" + level + ")").fits({named(row[0])}), row[1] == level) << row[0];
        }
    }
}

TEST(FilterDocument, ItsExpressionsAreOnes)
{
    std::size_t count = 0;
    for (const auto& row : test::doc_rows("filters.md", "flags")) {
        std::string text = row.back();
        if (text.ends_with(')')) {
            EXPECT_TRUE(Filter::parse(text)) << text;
            ++count;
        }
    }
    EXPECT_GE(count, 6U);
}

} // namespace
} // namespace hutch::discover
