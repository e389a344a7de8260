// See policy_toml.h.
#include "config/policy_toml.h"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "base/text.h"
#include "config/nesting.h"

// The library checks what its parser takes for granted by assertions alone, and texts such as "[[=" break them: with NDEBUG it reads
// on from a wrong place. Here an assertion is an exception, in every build; that is why the library is taken as headers.
#undef NDEBUG
namespace hutch::config {
struct BrokenAssumption : std::exception {
    const char* what() const noexcept override { return "this is not TOML"; }
};
[[noreturn]] void assumption_broken()
{
    throw BrokenAssumption();
}
} // namespace hutch::config
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(expression) (static_cast<bool>(expression) ? void() : ::hutch::config::assumption_broken())
#define TOML_MAX_NESTED_VALUES 64
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace hutch::config {
namespace {

Position position_of(const toml::source_region& region)
{
    return {region.begin.line, region.begin.column};
}

std::string_view kind_of(const toml::node& node)
{
    switch (node.type()) {
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "a whole number";
    case toml::node_type::boolean:
        return "a boolean";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::table:
        return "a table";
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::none:
        break;
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
        return "a date or time";
    }
    return "nothing";
}

PolicyValue value_of(const toml::node& node)
{
    using Kind = PolicyValue::Kind;
    PolicyValue value;
    value.what = kind_of(node);
    value.at = position_of(node.source());
    if (const auto* text = node.as_string()) {
        value.kind = Kind::text;
        value.text = text->get();
    } else if (const auto* number = node.as_integer()) {
        value.kind = Kind::integer;
        value.integer = number->get();
    } else if (const auto* boolean = node.as_boolean()) {
        value.kind = Kind::boolean;
        value.boolean = boolean->get();
    } else if (const auto* list = node.as_array()) {
        value.kind = Kind::list;
        for (const toml::node& item : *list) {
            value.list.push_back(value_of(item));
        }
    }
    return value;
}

/// Recursion is bounded: too_deep() was asked before the text was parsed.
void flatten(const toml::table& table, const std::string& prefix, std::vector<PolicyEntry>& entries)
{
    for (const auto& [key, node] : table) {
        std::string name = prefix + std::string(key.str());
        const toml::table* inner = node.as_table();
        if (inner != nullptr && !inner->empty()) {
            flatten(*inner, name + ".", entries);
        } else {
            entries.push_back({std::move(name), position_of(key.source()), value_of(node)});
        }
    }
}

/// The library's own words, without what it says about itself: "Error while parsing key: expected …" → "expected …".
std::string words_of(std::string_view description)
{
    constexpr std::string_view before = "Error while parsing ";
    if (description.starts_with(before)) {
        const auto colon = description.find(": ");
        description.remove_prefix(colon == std::string_view::npos ? before.size() : colon + 2);
    }
    std::string words(description);
    if (!words.empty()) {
        words.front() = base::to_lower(words.substr(0, 1)).front();
    }
    return words;
}

} // namespace

Judged<std::vector<PolicyEntry>> read_policy_toml(std::string_view text)
{
    if (text.size() > policy_file_limit) {
        return complain({1, 1}, "a policy file has at most 1 MB");
    }
    if (const auto place = too_deep(text, policy_nesting_limit)) {
        return complain(*place, fmt::format("nested more than {} deep", policy_nesting_limit));
    }
    try {
        std::vector<PolicyEntry> entries;
        flatten(toml::parse(text), "", entries);
        std::ranges::stable_sort(entries, {}, &PolicyEntry::at);
        return entries;
    } catch (const toml::parse_error& error) {
        return complain(position_of(error.source()), words_of(error.description()));
    } catch (const std::exception& error) {
        return complain({1, 1}, error.what());
    }
}

Judged<PolicyValue> read_policy_value(std::string_view text)
{
    PolicyValue plain;
    plain.kind = PolicyValue::Kind::text;
    plain.text = std::string(text);
    plain.what = "a string";
    const bool must_be_toml = text.find_first_of("[{\"'") == 0;
    const auto entries = read_policy_toml(fmt::format("v = {}", text));
    if (!entries) {
        if (must_be_toml) {
            return complain({}, entries.error().message);
        }
        return plain;
    }
    if (entries->size() != 1 || entries->front().key != "v") { // a line break in the text
        return plain;
    }
    PolicyValue value = entries->front().value;
    // 2026-01-01 and 1.5 are no values of ours, but may be text: a host name.
    return value.kind == PolicyValue::Kind::other && !must_be_toml ? plain : value;
}

std::string quote_toml(std::string_view text)
{
    std::string quoted = "\"";
    for (const char each : text) {
        const auto code = static_cast<unsigned char>(each);
        if (each == '"' || each == '\\') {
            quoted += '\\';
            quoted += each;
        } else if (code < 0x20 || code == 0x7F) {
            quoted += fmt::format("\\u{:04X}", code);
        } else {
            quoted += each;
        }
    }
    return quoted + '"';
}

} // namespace hutch::config
