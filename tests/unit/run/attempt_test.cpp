// Every history of six inputs through the attempt machine, and the promise of attempt.h checked after each step. The
// same checker is run over tables with a planted mistake, so that it is known to be able to fail.

#include "run/attempt.h"

#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::run {
namespace {

constexpr int input_count = static_cast<int>(Input::removed) + 1;

/// What has happened so far in one history.
struct Ledger {
    int released = 0, terminated = 0, killed = 0, listed = 0, vacated = 0, collected = 0, removed = 0, reported = 0;
    bool admitted = false, stopped = false, exited = false, empty = false;

    void saw(Input input)
    {
        admitted |= input == Input::admitted;
        stopped |= input == Input::stop || input == Input::stop_now || input == Input::refused;
        exited |= input == Input::exited;
        empty |= input == Input::empty;
    }

    /// Returns what is wrong with performing `effect` now, or nothing.
    std::optional<std::string> perform(Effect effect)
    {
        if (reported > 0) {
            return "an effect after the report";
        }
        switch (effect) {
        case Effect::release:
            return check(++released == 1 && admitted && !stopped && killed == 0, "release");
        case Effect::terminate:
            return check(++terminated == 1 && released == 1 && killed == 0, "terminate");
        case Effect::kill:
            return check(++killed == 1 && removed == 0, "kill");
        case Effect::list_leaks:
            return check(++listed == 1 && exited && killed == 0, "list_leaks");
        case Effect::vacate:
            return check(++vacated == 1 && empty && exited && collected == 0, "vacate");
        case Effect::collect:
            return check(++collected == 1 && removed == 0, "collect");
        case Effect::remove:
            return check(++removed == 1, "remove");
        case Effect::report:
            return check(++reported == 1, "report");
        case Effect::admit:
        case Effect::look:
            break;
        }
        return std::nullopt;
    }

  private:
    static std::optional<std::string> check(bool fine, const char* what)
    {
        return fine ? std::nullopt : std::optional<std::string>(what);
    }
};

class Walk {
  public:
    explicit Walk(std::span<const Transition> table) : table_(table) {}

    std::optional<std::string> all(int depth) { return from(State::fresh, Ledger{}, depth, ""); }
    long histories() const { return histories_; }

  private:
    std::optional<std::string> from(State state, const Ledger& before, int depth, const std::string& history)
    {
        if (depth == 0) {
            ++histories_;
            return finish(state, before, history);
        }
        for (int i = 0; i < input_count; ++i) {
            const auto input = static_cast<Input>(i);
            Ledger ledger = before;
            const std::string now = history + " " + std::string(to_string(input));
            State next = state;
            if (auto wrong = take(next, ledger, input)) {
                return *wrong + " after" + now;
            }
            if (auto wrong = from(next, ledger, depth - 1, now)) {
                return wrong;
            }
        }
        return std::nullopt;
    }

    std::optional<std::string> take(State& state, Ledger& ledger, Input input) const
    {
        const Step taken = step(state, input, table_);
        // An input that has no row in this state did not happen, as far as the promise goes.
        if (taken.to != state || taken.effects.begin() != taken.effects.end()) {
            ledger.saw(input);
        }
        for (Effect effect : taken.effects) {
            if (auto wrong = ledger.perform(effect)) {
                return wrong;
            }
        }
        state = taken.to;
        return std::nullopt;
    }

    /// A world that answers: what it says next in each state, given that everything dies when it is killed.
    std::optional<std::string> finish(State state, Ledger ledger, const std::string& history) const
    {
        static const std::map<State, Input> answer = {
            {State::fresh, Input::spawned},   {State::admitting, Input::admitted}, {State::running, Input::exited},
            {State::stopping, Input::exited}, {State::looking, Input::leftovers},  {State::killing, Input::exited},
            {State::emptying, Input::empty},  {State::removing, Input::removed}};
        for (int i = 0; state != State::done; ++i) {
            if (i == 8) {
                return "never done after" + history;
            }
            if (auto wrong = take(state, ledger, answer.at(state))) {
                return *wrong + " while finishing" + history;
            }
        }
        if (ledger.reported != 1 || (ledger.released == 1 && ledger.collected != 1)) {
            return "no report or no figures after" + history;
        }
        return std::nullopt;
    }

    std::span<const Transition> table_;
    long histories_ = 0;
};

TEST(Attempt, EveryHistoryOfSixInputsKeepsThePromise)
{
    Walk walk(attempt_table());
    EXPECT_EQ(walk.all(6), std::nullopt);
    EXPECT_EQ(walk.histories(), 12L * 12 * 12 * 12 * 12 * 12);
}

std::vector<Transition> with_row(Transition planted)
{
    const auto rows = attempt_table();
    std::vector<Transition> table(rows.begin(), rows.end());
    std::erase_if(table, [&](const Transition& row) { return row.from == planted.from && row.input == planted.input; });
    table.push_back(planted);
    return table;
}

TEST(Attempt, TheWalkFindsAPlantedDoubleKill)
{
    const auto table = with_row({State::killing, Input::stop_now, State::killing, {Effect::kill}});
    const auto wrong = Walk(table).all(6);
    ASSERT_TRUE(wrong.has_value());
    EXPECT_TRUE(wrong->starts_with("kill after")) << *wrong;
}

TEST(Attempt, TheWalkFindsAReleaseAfterAStop)
{
    const auto table = with_row({State::admitting, Input::stop, State::running, {Effect::release}});
    EXPECT_TRUE(Walk(table).all(4).has_value());
}

TEST(Attempt, TheWalkFindsASlotVacatedByWhatLives)
{
    const auto table = with_row(
        {State::emptying, Input::given_up, State::removing, {Effect::vacate, Effect::collect, Effect::remove}});
    const auto wrong = Walk(table).all(6);
    ASSERT_TRUE(wrong.has_value());
    EXPECT_TRUE(wrong->starts_with("vacate after")) << *wrong;
}

TEST(Attempt, TheWalkFindsAnAttemptThatNeverEnds)
{
    const auto table = with_row({State::emptying, Input::empty, State::emptying, {Effect::look}});
    const auto wrong = Walk(table).all(5);
    ASSERT_TRUE(wrong.has_value());
    EXPECT_TRUE(wrong->starts_with("never done")) << *wrong;
}

TEST(Attempt, APairWithoutARowChangesNothing)
{
    const Step same = step(State::running, Input::grace_over);
    EXPECT_EQ(same.to, State::running);
    EXPECT_EQ(same.effects, Effects{});
}

TEST(Attempt, NoPairHasTwoRows)
{
    std::set<std::pair<State, Input>> pairs;
    for (const Transition& row : attempt_table()) {
        EXPECT_TRUE(pairs.emplace(row.from, row.input).second) << to_string(row.from) << " " << to_string(row.input);
    }
}

std::string row_text(const Transition& row)
{
    std::string text = "| " + std::string(to_string(row.from)) + " | " + std::string(to_string(row.input)) + " | " +
                       std::string(to_string(row.to)) + " | ";
    bool first = true;
    for (Effect effect : row.effects) {
        text += (first ? "" : ", ") + std::string(to_string(effect));
        first = false;
    }
    return text + " |";
}

TEST(Attempt, TheDocumentDrawsTheSameTable)
{
    std::ifstream file(HUTCH_SOURCE_DIR "/docs/attempt.md");
    ASSERT_TRUE(file) << "docs/attempt.md";
    std::vector<std::string> drawn;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        inside = (inside || line == "<!-- attempt -->") && line != "<!-- /attempt -->";
        if (inside && line.starts_with("| ") && !line.starts_with("| state ")) {
            drawn.push_back(line);
        }
    }
    std::vector<std::string> coded;
    for (const Transition& row : attempt_table()) {
        coded.push_back(row_text(row));
    }
    EXPECT_EQ(drawn, coded);
}

} // namespace
} // namespace hutch::run
