// See select.h.
#include "discover/select.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace hutch::discover
{
namespace
{

using Indices = std::vector<std::size_t>;

/// Tests by name and by path.
class Directory
{
  public:
    explicit Directory(const std::vector<TestFile>& all)
    {
        for (std::size_t i = 0; i < all.size(); ++i) {
            by_name_.emplace(all[i].name, i);
            if (!all[i].path.empty()) {
                by_name_.emplace(all[i].path, i);
            }
        }
    }

    /// A path relative to the file that says so, or a name. What lies beside it comes first: the name of another may be the same.
    std::optional<std::size_t> find(const TestFile& from, const std::string& dependency) const
    {
        if (const auto near = from.path.empty() ? std::nullopt : look_up(beside(from, dependency))) {
            return near;
        }
        return look_up(dependency);
    }

    static std::string beside(const TestFile& from, const std::string& dependency)
    {
        const auto directory = std::filesystem::path(from.path).parent_path();
        return (directory / dependency).lexically_normal().string();
    }

  private:
    std::optional<std::size_t> look_up(const std::string& name) const
    {
        const auto found = by_name_.find(name);
        return found != by_name_.end() ? std::optional(found->second) : std::nullopt;
    }
    std::unordered_map<std::string, std::size_t> by_name_;
};

Result<std::vector<Edges>> edges_of(const std::vector<TestFile>& all)
{
    const bool any = std::ranges::any_of(all, [](const TestFile& file) {
        return !file.traits->depends_on.empty() || !file.after.empty() || !file.follow.empty();
    });
    std::vector<Edges> edges(all.size());
    if (!any) {
        return edges; // of 100,000 tests no names are looked up
    }
    const Directory directory(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const std::string& dependency : all[i].traits->depends_on) {
            const auto found = directory.find(all[i], dependency);
            if (!found) {
                return usage_error(fmt::format("{}: depends on '{}', which is no test here", all[i].name, dependency),
                                   "a dependency is a test's name, or a path relative to the file that says so");
            }
            edges[i].needs.push_back(*found);
        }
        for (const auto& [names, places] : {std::pair(&all[i].after, &edges[i].after), {&all[i].follow, &edges[i].follow}}) {
            for (const std::string& other : *names) {
                if (const auto found = directory.find(all[i], other)) {
                    places->push_back(*found);
                }
            }
        }
    }
    return edges;
}

/// Depth first, without recursion: a chain of 100,000 tests is no stack.
class CycleSearch
{
  public:
    explicit CycleSearch(const std::vector<Edges>& edges) : edges_(edges), state_(edges.size(), State::fresh) {}

    Indices find()
    {
        for (std::size_t start = 0; start < edges_.size(); ++start) {
            if (Indices cycle = from(start); !cycle.empty()) {
                return cycle;
            }
        }
        return {};
    }

  private:
    enum class State : unsigned char { fresh, open, done };

    std::size_t degree(std::size_t test) const { return edges_[test].needs.size() + edges_[test].after.size(); }
    std::size_t next(std::size_t test, std::size_t edge) const
    {
        const Edges& edges = edges_[test];
        return edge < edges.needs.size() ? edges.needs[edge] : edges.after[edge - edges.needs.size()];
    }

    Indices from(std::size_t start)
    {
        if (state_[start] != State::fresh) {
            return {};
        }
        path_ = {start};
        edge_ = {0};
        state_[start] = State::open;
        while (!path_.empty()) {
            const std::size_t test = path_.back();
            if (edge_.back() == degree(test)) {
                state_[test] = State::done;
                path_.pop_back();
                edge_.pop_back();
                continue;
            }
            const std::size_t other = next(test, edge_.back()++);
            if (state_[other] == State::open) {
                return {std::ranges::find(path_, other), path_.end()};
            }
            if (state_[other] == State::fresh) {
                state_[other] = State::open;
                path_.push_back(other);
                edge_.push_back(0);
            }
        }
        return {};
    }

    const std::vector<Edges>& edges_;
    std::vector<State> state_;
    Indices path_, edge_;
};

Result<void> check_cycles(const std::vector<TestFile>& all, const std::vector<Edges>& edges)
{
    const Indices cycle = CycleSearch(edges).find();
    if (cycle.empty()) {
        return {};
    }
    std::string names;
    for (const std::size_t test : cycle) {
        names += all[test].name + " → ";
    }
    return usage_error(fmt::format("tests depend on each other in a cycle: {}{}", names, all[cycle.front()].name));
}

struct Choice {
    std::vector<bool> chosen;
    std::size_t filtered_out = 0, slow_left_out = 0, other_shards = 0, pulled_in = 0;
};

Choice choose(const std::vector<TestFile>& all, const SelectOptions& options)
{
    Choice choice{.chosen = std::vector<bool>(all.size())};
    const std::size_t looked_for = std::min(options.looked_for.value_or(all.size()), all.size());
    for (std::size_t i = 0; i < looked_for; ++i) {
        const Subject subject{.file = all[i], .last = options.last ? options.last(all[i].name) : LastStatus::unknown};
        if (!options.filter.fits(subject)) {
            ++choice.filtered_out;
            choice.slow_left_out += all[i].traits->slow.value_or(false) ? 1 : 0;
        } else if (!is_in_shard(all[i].name, options.shard)) {
            ++choice.other_shards;
        } else {
            choice.chosen[i] = true;
        }
    }
    return choice;
}

void pull_in(Choice& choice, const std::vector<Edges>& edges)
{
    Indices open;
    for (std::size_t i = 0; i < edges.size(); ++i) {
        if (choice.chosen[i]) {
            open.push_back(i);
        }
    }
    while (!open.empty()) {
        const std::size_t test = open.back();
        open.pop_back();
        for (const auto* pulled : {&edges[test].needs, &edges[test].follow}) {
            for (const std::size_t other : *pulled) {
                if (!choice.chosen[other]) {
                    choice.chosen[other] = true;
                    ++choice.pulled_in;
                    open.push_back(other);
                }
            }
        }
    }
}

/// Places in the selection; what is not in it is not waited for.
Indices renumbered(const Indices& edges, const std::vector<std::optional<std::size_t>>& places)
{
    Indices result;
    for (const std::size_t edge : edges) {
        if (places[edge] && std::ranges::find(result, *places[edge]) == result.end()) {
            result.push_back(*places[edge]);
        }
    }
    return result;
}

} // namespace

Result<Shard> parse_shard(std::string_view text)
{
    const base::Halves halves = base::cut(text, '/');
    const std::uint64_t index = base::parse_uint64(halves.before).value_or(0);
    const std::uint64_t total = base::parse_uint64(halves.after.value_or("")).value_or(0);
    if (index == 0 || index > total) {
        return usage_error(fmt::format("--shard '{}': M/N, the M-th of N parts, M from 1 to N", text));
    }
    return Shard{.index = index, .total = total};
}

bool is_in_shard(std::string_view name, const Shard& shard)
{
    if (shard.total <= 1) {
        return true;
    }
    std::uint64_t hash = 14695981039346656037ULL; // FNV-1a
    for (const char each : name) {
        hash = (hash ^ static_cast<unsigned char>(each)) * 1099511628211ULL;
    }
    return (hash ^ (hash >> 32)) % shard.total == shard.index - 1;
}

std::vector<Missing> missing_dependencies(const std::vector<TestFile>& all)
{
    std::vector<Missing> missing;
    std::optional<Directory> directory;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const std::string& dependency : all[i].traits->depends_on) {
            if (!directory) {
                directory.emplace(all);
            }
            if (!directory->find(all[i], dependency) && !all[i].path.empty()) {
                missing.push_back({i, Directory::beside(all[i], dependency)});
            }
        }
    }
    return missing;
}

Result<Selection> select(std::vector<TestFile> all, const SelectOptions& options)
{
    const auto edges = edges_of(all);
    if (!edges) {
        return std::unexpected(edges.error());
    }
    if (auto none = check_cycles(all, *edges); !none) {
        return std::unexpected(std::move(none.error()));
    }
    Choice choice = choose(all, options);
    if (options.pull_dependencies) {
        pull_in(choice, *edges);
    }
    std::vector<std::optional<std::size_t>> places(all.size());
    Selection selection;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (choice.chosen[i]) {
            places[i] = selection.tests.size();
            selection.tests.push_back(std::move(all[i]));
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (choice.chosen[i]) {
            selection.edges.push_back({renumbered((*edges)[i].needs, places), renumbered((*edges)[i].after, places), {}});
        }
    }
    selection.filtered_out = choice.filtered_out;
    selection.slow_left_out = choice.slow_left_out;
    selection.other_shards = choice.other_shards;
    selection.pulled_in = choice.pulled_in;
    return selection;
}

} // namespace hutch::discover
