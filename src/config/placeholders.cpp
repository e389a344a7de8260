// See placeholders.h.
#include "config/placeholders.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace hutch::config {
namespace {

constexpr std::array<std::string_view, 5> of_runners{"file", "dir", "name", "xml", "project"};
constexpr std::size_t longest_shown = 60;

std::unexpected<Error> unknown_placeholder(std::string_view name, std::span<const std::string_view> known)
{
    const auto near = base::nearest(name, known);
    const std::string hint = near ? fmt::format("did you mean {{{}}}? A '{{' itself is written {{{{", *near)
                                  : fmt::format("known: {{{}}}; a '{{' itself is written {{{{", base::join(known, "}, {"));
    return usage_error(fmt::format("unknown placeholder '{{{}}}'", name.substr(0, longest_shown)), hint);
}

} // namespace

std::span<const std::string_view> runner_placeholders()
{
    return of_runners;
}

std::span<const std::string_view> setup_placeholders()
{
    return std::span(of_runners).last(1);
}

Result<std::string> expand_placeholders(std::string_view word, std::span<const std::string_view> known,
                                        const std::function<std::string(std::string_view)>& value_of)
{
    std::string made;
    while (!word.empty()) {
        const std::size_t open = std::min(word.find('{'), word.size());
        made += word.substr(0, open);
        word.remove_prefix(open);
        if (word.starts_with("{{")) {
            made += '{';
            word.remove_prefix(2);
            continue;
        }
        if (word.empty()) {
            break;
        }
        const std::size_t close = word.find('}');
        if (close == std::string_view::npos) {
            return usage_error(fmt::format("'{}': '{{' without '}}'", word.substr(0, longest_shown)),
                               "a '{' itself is written {{");
        }
        const std::string_view name = word.substr(1, close - 1);
        if (std::ranges::find(known, name) == known.end()) {
            return unknown_placeholder(name, known);
        }
        made += value_of(name);
        word.remove_prefix(close + 1);
    }
    return made;
}

} // namespace hutch::config
