// See ctest_environment.h. What ctest 3.25 does was found out by trying: docs/suites.md.
#include "discover/ctest_environment.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "discover/suite.h"

namespace hutch::discover
{
namespace
{

/// Variables in the order of their first mention. A value that is unset: the variable is taken away.
class Variables
{
  public:
    void set(std::string_view name, std::optional<std::string> value)
    {
        if (const auto found = find(name); found != all_.end()) {
            found->second = std::move(value);
        } else {
            all_.emplace_back(name, std::move(value));
        }
    }
    void forget(std::string_view name) { std::erase_if(all_, [name](const auto& each) { return each.first == name; }); }
    /// Null: nothing is said of it.
    const std::optional<std::string>* get(std::string_view name)
    {
        const auto found = find(name);
        return found != all_.end() ? &found->second : nullptr;
    }
    const auto& all() const { return all_; }

  private:
    std::vector<std::pair<std::string, std::optional<std::string>>>::iterator find(std::string_view name)
    {
        return std::ranges::find_if(all_, [name](const auto& each) { return each.first == name; });
    }
    std::vector<std::pair<std::string, std::optional<std::string>>> all_;
};

struct Joining {
    std::string_view operation;
    std::string_view separator;
    bool before; ///< the new part comes first
};
constexpr Joining joinings[] = {
    {"string_append", "", false},      {"string_prepend", "", true},      {"path_list_append", ":", false},
    {"path_list_prepend", ":", true},  {"cmake_list_append", ";", false}, {"cmake_list_prepend", ";", true},
};

std::string joined(const Joining& how, const std::string& old, std::string_view part)
{
    const std::string_view separator = old.empty() ? "" : how.separator;
    return how.before ? fmt::format("{}{}{}", part, separator, old) : fmt::format("{}{}{}", old, separator, part);
}

/// ENVIRONMENT over what is inherited, and the modifications, which are over both.
struct Layers {
    std::span<const std::string> inherited;
    Variables stated, modified;

    std::string below(std::string_view name)
    {
        if (const auto* value = stated.get(name)) {
            return value->value_or("");
        }
        return value_of(inherited, name).value_or("");
    }
    /// What a part is joined to. A variable that was unset by a modification before counts with what it was below: so does ctest.
    std::string current(std::string_view name)
    {
        const auto* value = modified.get(name);
        return value && *value ? **value : below(name);
    }
};

/// Whether there is such an operation.
bool modify(Layers& layers, std::string_view name, std::string_view operation, std::string_view value)
{
    if (operation == "reset") {
        layers.modified.forget(name); // to what ENVIRONMENT or the outside says, not to the outside alone
    } else if (operation == "set") {
        layers.modified.set(name, std::string(value));
    } else if (operation == "unset") {
        layers.modified.set(name, std::nullopt);
    } else {
        const auto how = std::ranges::find(joinings, operation, &Joining::operation);
        if (how == std::end(joinings)) {
            return false;
        }
        layers.modified.set(name, joined(*how, layers.current(name), value));
    }
    return true;
}

Result<void> modify(Layers& layers, const std::string& modification)
{
    const base::Halves halves = base::cut(modification, '=');
    if (!halves.after) {
        return plain_error(fmt::format("ENVIRONMENT_MODIFICATION '{}' has no '=' after the variable's name", modification));
    }
    const base::Halves change = base::cut(*halves.after, ':');
    if (!change.after) {
        return plain_error(fmt::format("ENVIRONMENT_MODIFICATION '{}' has no ':' after the operation", modification));
    }
    if (!modify(layers, halves.before, change.before, *change.after)) {
        return plain_error(fmt::format("ENVIRONMENT_MODIFICATION '{}': there is no operation '{}'", modification, change.before));
    }
    return {};
}

} // namespace

Result<std::vector<std::string>> ctest_environment(std::span<const std::string> environment, std::span<const std::string> modifications,
                                                   std::span<const std::string> inherited)
{
    Layers layers{inherited, {}, {}};
    for (const std::string& entry : environment) {
        const base::Halves halves = base::cut(entry, '=');
        layers.stated.set(halves.before, halves.after ? std::optional(std::string(*halves.after)) : std::nullopt);
    }
    for (const std::string& modification : modifications) {
        if (auto modified = modify(layers, modification); !modified) {
            return std::unexpected(std::move(modified).error());
        }
    }
    Variables all = std::move(layers.stated);
    for (const auto& [name, value] : layers.modified.all()) {
        all.set(name, value);
    }
    std::vector<std::string> result;
    for (const auto& [name, value] : all.all()) {
        if (!name.empty()) { // "=x": no variable, for the C library and ctest alike
            result.push_back(value ? fmt::format("{}={}", name, *value) : name);
        }
    }
    return result;
}

} // namespace hutch::discover
