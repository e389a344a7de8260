// Items of the lists of a policy: paths, system calls, capabilities, variables; see policy_setters.h.
#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/text.h"
#include "config/capability_names.h"
#include "config/policy_setters.h"

namespace hutch::config {
namespace {

constexpr std::size_t longest_path = 4095;
constexpr std::size_t longest_name = 128;
constexpr std::array<std::string_view, 3> places{"{work}", "{home}", "{run}"};

bool is_control(char each)
{
    return static_cast<unsigned char>(each) < 0x20 || each == 0x7F;
}

std::unexpected<Complaint> no_path(const PolicyValue& value, std::string_view why, std::string hint = {})
{
    return complain(value.at, fmt::format("path '{}': {}", value.text, why), std::move(hint));
}

/// What follows "{work}"; unset where the path begins with nothing known.
std::optional<std::string_view> after_place(std::string_view path)
{
    for (const std::string_view place : places) {
        if (path.starts_with(place)) {
            return path.substr(place.size());
        }
    }
    return path.starts_with('/') ? std::optional(path) : std::nullopt;
}

std::unexpected<Complaint> wrong_beginning(const PolicyValue& value)
{
    constexpr std::string_view begins = "is absolute, or begins with {work}, {home} or {run}";
    if (value.text.starts_with('~') || value.text.starts_with("$HOME")) {
        const auto rest = value.text.substr(std::min(value.text.find('/'), value.text.size()));
        return no_path(value, begins, fmt::format("did you mean '{{home}}{}'?", rest));
    }
    const std::string_view word = std::string_view(value.text).substr(0, value.text.find('/'));
    const auto near = word.starts_with('{') ? base::nearest(word, places) : std::nullopt;
    return no_path(value, begins, near ? fmt::format("did you mean '{}'?", *near) : std::string());
}

} // namespace

Judged<std::string> checked_path(const PolicyValue& value)
{
    if (value.text.empty() || value.text.size() > longest_path) {
        return complain(value.at, fmt::format("a path has 1 to {} bytes", longest_path));
    }
    if (std::ranges::any_of(value.text, is_control)) {
        return no_path(value, "has a control character");
    }
    const auto rest = after_place(value.text);
    if (!rest || (!rest->empty() && !rest->starts_with('/'))) {
        return wrong_beginning(value);
    }
    std::vector<std::string_view> parts;
    for (const std::string_view part : base::split(*rest, '/')) {
        if (part == ".." || part == ".") {
            return no_path(value, "has a part '.' or '..'");
        }
        if (!part.empty()) {
            parts.push_back(part);
        }
    }
    const std::string begin = value.text.substr(0, value.text.size() - rest->size());
    if (begin.empty() && parts.empty()) {
        return no_path(value, "is everything", "files.read_only_root is the key for the whole machine");
    }
    return parts.empty() ? begin : begin + "/" + base::join(parts, "/");
}

Judged<std::string> checked_call(const PolicyValue& value)
{
    std::string_view name = value.text;
    name.remove_prefix(name.starts_with('@') ? 1 : 0);
    const auto is_good = [](char each) {
        return std::isalnum(static_cast<unsigned char>(each)) != 0 || each == '_' || each == '-' || each == ':';
    };
    if (name.empty() || value.text.size() > longest_name || !std::ranges::all_of(name, is_good)) {
        return complain(value.at, fmt::format("'{}' is no name of a system call and no @group",
                                              value.text.substr(0, longest_name)));
    }
    return value.text;
}

Judged<std::string> checked_capability(const PolicyValue& value)
{
    std::string name = base::to_lower(value.text);
    std::ranges::transform(name, name.begin(),
                           [](char each) { return static_cast<char>(std::toupper(static_cast<unsigned char>(each))); });
    name = name.starts_with("CAP_") ? name : "CAP_" + name;
    const auto known = capability_names();
    if (std::ranges::find(known, name) != known.end()) {
        return name;
    }
    const auto near = base::nearest(name, known);
    return complain(value.at, fmt::format("unknown capability '{}'", value.text.substr(0, longest_name)),
                    near ? fmt::format("did you mean '{}'?", *near) : "capabilities(7) has them all");
}

Judged<std::string> checked_variable(const PolicyValue& value)
{
    std::string_view name = value.text;
    name.remove_suffix(name.ends_with('*') ? 1 : 0);
    const auto is_good = [](char each) { return std::isalnum(static_cast<unsigned char>(each)) != 0 || each == '_'; };
    if (value.text == "*") {
        return complain(value.at, "'*' is every variable", "process.hermetic = false passes all of them");
    }
    if (name.empty() || name.size() > longest_name || !std::ranges::all_of(name, is_good) ||
        std::isdigit(static_cast<unsigned char>(name.front())) != 0) {
        return complain(value.at, fmt::format("'{}' is no name of a variable, nor the beginning of one with * behind",
                                              value.text.substr(0, longest_name)));
    }
    return value.text;
}

} // namespace hutch::config
