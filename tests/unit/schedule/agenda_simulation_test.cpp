// Random graphs of 300 entries under a simulated clock, with 1, 2 and 8 workers: the referee (agenda_referee.h) is told everything and
// has to have no complaint, and what becomes of each entry does not depend on the number of workers.
// HUTCH_SIMULATION_SEEDS=N runs N graphs, HUTCH_SIMULATION_FIRST=S begins with seed S.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/schedule/agenda_referee.h"

namespace hutch::schedule {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t limit)
{
    return static_cast<std::size_t>(random() % limit);
}

bool chance(Random& random, unsigned percent)
{
    return random() % 100 < percent;
}

/// How a graph is drawn: each seed has its own mixture.
struct Mixture {
    unsigned edges, wide, exclusive, grouped, memory, known, failing, retried, unkillable, leased, cancelled, hasty;
};

Mixture draw_mixture(Random& random)
{
    const auto some = [&](unsigned most) { return static_cast<unsigned>(below(random, most + 1)); };
    const auto rarely = [&](unsigned most) { return chance(random, 20) ? some(most) : 0; };
    return {.edges = some(80),
            .wide = some(30),
            .exclusive = chance(random, 50) ? some(8) : 0,
            .grouped = some(60),
            .memory = some(100),
            .known = chance(random, 30) ? 0 : some(100),
            .failing = some(30),
            .retried = some(60),
            .unkillable = rarely(2),
            .leased = rarely(5),
            .cancelled = chance(random, 10) ? 1u : 0u,
            .hasty = some(100)};
}

struct Graph {
    std::vector<Entry> entries;
    Room room; ///< but for the workers
};

Load draw_load(Random& random, const Mixture& mixture, const Room& room)
{
    Load load;
    load.slots = chance(random, mixture.wide) ? below(random, 10) : 1;
    load.exclusive = chance(random, mixture.exclusive);
    load.memory = chance(random, mixture.memory) ? 1 + below(random, chance(random, 5) ? 1500 : 400) : 0;
    while (!room.groups.empty() && chance(random, mixture.grouped)) {
        load.groups.push_back(below(random, room.groups.size()));
    }
    return load;
}

Graph draw_graph(Random& random, const Mixture& mixture)
{
    constexpr std::size_t count = 300;
    Graph graph;
    graph.room.memory = chance(random, 80) ? 1000 : 0;
    for (std::size_t groups = below(random, 6); groups > 0; --groups) {
        graph.room.groups.push_back(static_cast<unsigned>(below(random, 4)));
    }
    std::vector<std::size_t> shuffled(count); // an edge goes to the left here: no cycle, and no order of indices
    std::iota(shuffled.begin(), shuffled.end(), std::size_t{0});
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    graph.entries.resize(count);
    for (std::size_t place = 0; place < count; ++place) {
        Entry& entry = graph.entries[shuffled[place]];
        entry.load = draw_load(random, mixture, graph.room);
        entry.priority = chance(random, 20) ? static_cast<unsigned>(below(random, 5)) : 2;
        entry.expected = chance(random, mixture.known) ? Microseconds(1 + below(random, 2000)) : Microseconds(0);
        entry.retries = chance(random, mixture.retried) ? 1 + static_cast<unsigned>(below(random, 3)) : 0;
        entry.retry_delay = Microseconds(chance(random, 50) ? below(random, 3000) : 0);
        while (place > 0 && chance(random, mixture.edges)) {
            auto& edges = chance(random, 60) ? entry.needs : entry.after;
            edges.push_back(shuffled[below(random, place)]);
        }
    }
    return graph;
}

/// The same for every number of workers.
bool fails(std::uint64_t seed, std::size_t entry, int attempt, unsigned percent)
{
    Random random(seed * 1'000'003 + entry * 101 + static_cast<unsigned>(attempt));
    random.discard(1);
    return chance(random, percent);
}

struct Seen {
    std::size_t attempts = 0, passed_most = 0, blocked = 0;
};

class Simulation {
  public:
    Simulation(std::uint64_t seed, const Graph& graph, const Mixture& mixture, std::size_t workers)
        : seed_(seed), mixture_(mixture), workers_(workers), random_(seed ^ (workers * 7919)),
          agenda_(graph.entries, room(graph, workers)), referee_(graph.entries, room(graph, workers))
    {}

    /// "" or what was wrong.
    std::string run()
    {
        while (complaint_.empty() && !done_) {
            start_what_may();
            if (complaint_.empty()) {
                go_on();
            }
        }
        return complaint_;
    }

    const Referee& referee() const { return referee_; }
    Seen seen() const { return seen_; }

  private:
    enum class What : unsigned char { vacated, forfeited, ended };
    struct Happens {
        std::size_t entry;
        What what;
    };

    static Room room(const Graph& graph, std::size_t workers)
    {
        Room result = graph.room;
        result.slots = workers;
        return result;
    }

    void check(const Referee::Complaint& complaint)
    {
        if (complaint && complaint_.empty()) {
            complaint_ = fmt::format("at {} µs: {}", now_.count(), *complaint);
        }
    }

    void start_what_may()
    {
        while (complaint_.empty()) {
            const auto seen = chance(random_, 20) ? agenda_.peek(now_) : std::nullopt;
            const auto turn = agenda_.take(now_);
            if (seen && seen != turn) {
                complaint_ = "take() does not give what peek() showed";
            }
            if (!turn) {
                check(referee_.nothing_given(now_));
                check(referee_.prepared(agenda_.ahead(4), 4, now_));
                check(referee_.wakes(agenda_.wakes_at(), now_));
                return;
            }
            check(referee_.given(*turn, now_));
            plan_end(*turn);
        }
    }

    void plan_end(const Turn& turn)
    {
        ++seen_.attempts;
        attempts_[turn.entry] = turn.attempt;
        const auto end = now_ + Microseconds(below(random_, chance(random_, mixture_.hasty) ? 20 : 1500));
        if (chance(random_, mixture_.unkillable)) {
            coming_.emplace(end, Happens{turn.entry, What::forfeited});
        } else if (chance(random_, 50)) {
            coming_.emplace(end - (end - now_) / 3, Happens{turn.entry, What::vacated});
        }
        coming_.emplace(end, Happens{turn.entry, What::ended}); // behind what is at the same time already
    }

    /// To the next moment at which something happens; one thing or all that happen then.
    void go_on()
    {
        const auto wakes = agenda_.wakes_at();
        if (coming_.empty() && !wakes) {
            come_to_rest();
            return;
        }
        const bool by_clock = coming_.empty() || (wakes && *wakes < coming_.begin()->first);
        now_ = by_clock ? *wakes : coming_.begin()->first;
        const bool all = chance(random_, 30);
        while (!by_clock && !coming_.empty() && coming_.begin()->first == now_) {
            const Happens next = coming_.begin()->second;
            coming_.erase(coming_.begin());
            happen(next);
            if (!all) {
                break;
            }
        }
        interfere();
    }

    void happen(Happens next)
    {
        if (next.what == What::vacated) {
            agenda_.vacated(next.entry);
            referee_.vacated(next.entry);
            return;
        }
        if (next.what == What::forfeited) {
            agenda_.forfeit(next.entry);
            referee_.forfeited(next.entry);
            return;
        }
        const bool good = !fails(seed_, next.entry, attempts_[next.entry], mixture_.failing);
        const auto told = agenda_.ended(next.entry, good, now_);
        seen_.blocked += told.blocked.size();
        check(referee_.ended(next.entry, good, told, now_));
    }

    /// The number of workers changes; the rest is cancelled.
    void interfere()
    {
        if (chance(random_, mixture_.leased)) {
            const std::size_t slots = below(random_, workers_ + 1);
            agenda_.set_slots(slots);
            referee_.slots_set(slots);
        }
        if (mixture_.cancelled > 0 && below(random_, 400) == 0) {
            check(referee_.cancelled(agenda_.cancel_rest()));
        }
    }

    void come_to_rest()
    {
        if (agenda_.slots() == 0 && mixture_.leased > 0) {
            agenda_.set_slots(1);
            referee_.slots_set(1);
            return;
        }
        if (agenda_.slots() == 0) {
            check(referee_.cancelled(agenda_.cancel_rest()));
        }
        if (!referee_.all_over() || !agenda_.finished() || agenda_.running() != 0) {
            check("nothing happens any more, but not all is over");
        }
        seen_.passed_most = referee_.passed_most();
        done_ = true;
    }

    std::uint64_t seed_;
    Mixture mixture_;
    std::size_t workers_;
    Random random_;
    Agenda agenda_;
    Referee referee_;
    Microseconds now_{0};
    std::multimap<Microseconds, Happens> coming_;
    std::map<std::size_t, int> attempts_;
    std::string complaint_;
    bool done_ = false;
    Seen seen_;
};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise)
{
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// What became of all entries; "" if that depends on chance.
std::string results(const Referee& referee, const Mixture& mixture, std::size_t entries)
{
    std::string text;
    if (mixture.unkillable > 0 || mixture.cancelled > 0) {
        return text;
    }
    for (std::size_t entry = 0; entry < entries; ++entry) {
        text += fmt::format("{}:{} ", static_cast<int>(referee.fate(entry)), referee.attempts(entry));
    }
    return text;
}

TEST(AgendaSimulation, NoRuleIsEverBroken)
{
    const std::uint64_t seeds = from_environment("HUTCH_SIMULATION_SEEDS", 200);
    const std::uint64_t first = from_environment("HUTCH_SIMULATION_FIRST", 1);
    Seen seen;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        Random random(seed);
        const Mixture mixture = draw_mixture(random);
        const Graph graph = draw_graph(random, mixture);
        ASSERT_TRUE(find_cycle(graph.entries).empty());
        std::optional<std::string> before;
        for (const std::size_t workers : {1u, 2u, 8u}) {
            Simulation simulation(seed, graph, mixture, workers);
            ASSERT_EQ(simulation.run(), "") << "seed " << seed << ", " << workers << " workers";
            const std::string now = results(simulation.referee(), mixture, graph.entries.size());
            ASSERT_EQ(before.value_or(now), now) << "seed " << seed << ", " << workers << " workers";
            before = now;
            seen.attempts += simulation.seen().attempts;
            seen.blocked += simulation.seen().blocked;
            seen.passed_most = std::max(seen.passed_most, simulation.seen().passed_most);
        }
    }
    // That it saw something.
    EXPECT_GT(seen.attempts, seeds * 300);
    EXPECT_GT(seen.blocked, seeds);
    RecordProperty("seeds", std::to_string(seeds));
    RecordProperty("attempts", std::to_string(seen.attempts));
    RecordProperty("blocked", std::to_string(seen.blocked));
    RecordProperty("passed_most", std::to_string(seen.passed_most));
}

} // namespace
} // namespace hutch::schedule
