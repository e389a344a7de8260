// Names of the store's enumerations. They are in files: never changed.
#include <array>

#include "store/values.h"

namespace hutch::store {

namespace {

constexpr std::array<std::string_view, 4> states = {"running", "finished", "stopped", "abandoned"};
constexpr std::array<std::string_view, 6> orders = {"memory", "cpu", "io", "time", "flaky", "leaks"};

} // namespace

std::string_view to_string(RunState state)
{
    return states.at(static_cast<std::size_t>(state));
}

std::string_view to_string(By by)
{
    return orders.at(static_cast<std::size_t>(by));
}

std::optional<By> by_named(std::string_view name)
{
    for (std::size_t index = 0; index < orders.size(); ++index) {
        if (orders[index] == name) {
            return static_cast<By>(index);
        }
    }
    return std::nullopt;
}

std::size_t RunRow::completed() const
{
    std::size_t sum = 0;
    for (const auto& [verdict, tests] : verdicts) {
        sum += tests;
    }
    return sum;
}

} // namespace hutch::store
