#include "run/setups.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace hutch::run {

namespace {

constexpr std::size_t most_assignments = 1000;

bool is_name(std::string_view name)
{
    const auto is_good = [](char each) { return std::isalnum(static_cast<unsigned char>(each)) != 0 || each == '_'; };
    return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 && std::ranges::all_of(name, is_good) &&
           name != "HUTCH" && !name.starts_with("HUTCH_");
}

} // namespace

std::vector<std::string> read_assignments(std::string_view output)
{
    std::vector<std::string> assignments;
    for (std::string_view line : base::lines(output)) {
        line = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
        const base::Halves halves = base::cut(line, '=');
        if (halves.after && is_name(halves.before) && !line.contains('\0') && assignments.size() < most_assignments) {
            assignments.emplace_back(line);
        }
    }
    return assignments;
}

Setups::Setups(const std::vector<TestPtr>& tests, std::size_t rounds)
{
    const bool any = std::ranges::any_of(tests, [](const TestPtr& test) { return !test->setups.empty(); });
    by_test_.resize(any ? tests.size() : 0);
    for (const TestPtr& test : tests) {
        for (const std::size_t setup : test->setups) {
            by_test_.at(setup).users += test->role == Role::test ? rounds : 1;
        }
    }
}

void Setups::has_written(std::size_t setup, std::string_view output)
{
    if (setup < by_test_.size()) {
        by_test_[setup].written = read_assignments(output);
    }
}

std::vector<std::string> Setups::environment_for(const TestSpec& test) const
{
    std::vector<std::string> variables;
    for (const std::size_t setup : test.setups) {
        const auto& written = by_test_.at(setup).written;
        variables.insert(variables.end(), written.begin(), written.end());
    }
    return variables;
}

std::vector<std::size_t> Setups::ended(const TestSpec& test)
{
    std::vector<std::size_t> unneeded;
    for (const std::size_t setup : test.setups) {
        if (--by_test_.at(setup).users == 0) {
            unneeded.push_back(setup);
        }
    }
    return unneeded;
}

} // namespace hutch::run
