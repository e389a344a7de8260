#include "cli/policy_show.h"

#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "config/policy_keys.h"
#include "config/policy_toml.h"
#include "report/json_object.h"

namespace hutch::cli {

namespace {

constexpr std::size_t longest_line = 100;

std::string origin_of(const config::LoadedPolicy& loaded, std::string_view key)
{
    const auto found = loaded.from.find(key);
    if (found == loaded.from.end()) {
        return "nobody says";
    }
    const config::ValueOrigin& origin = found->second;
    return origin.line == 0 ? origin.from : fmt::format("{}, line {}", origin.from, origin.line);
}

/// A list that is longer than a line, an item a line.
std::string value_text(const std::string& value)
{
    if (value.size() <= longest_line || !value.starts_with('[')) {
        return value;
    }
    std::string text = "[\n    ";
    bool in_string = false, is_escaped = false, after_comma = false;
    for (const char each : std::string_view(value).substr(1, value.size() - 2)) {
        in_string = each == '"' && !is_escaped ? !in_string : in_string;
        is_escaped = each == '\\' && !is_escaped;
        text += after_comma && each == ' ' ? std::string("\n    ") : std::string(1, each);
        after_comma = each == ',' && !in_string;
    }
    return text + ",\n]";
}

} // namespace

std::string effective_policy(const config::LoadedPolicy& loaded)
{
    std::string text = fmt::format("# {}\n", base::join(loaded.chain, " <- "));
    text += fmt::format("description = {}\n", config::quote_toml(loaded.policy.description));
    std::string_view section;
    for (const config::PolicyKey& key : config::policy_keys()) {
        const auto [part, name] = base::cut(key.name, '.');
        if (part != section) {
            section = part;
            text += fmt::format("\n[{}]\n", section);
        }
        text += fmt::format("{} = {} # {}\n", name.value_or(""), value_text(key.show(loaded.policy)),
                            origin_of(loaded, key.name));
    }
    return text;
}

std::string policy_json(const config::LoadedPolicy& loaded)
{
    report::JsonObject values, from;
    for (const config::PolicyKey& key : config::policy_keys()) {
        values.raw(key.name, key.show(loaded.policy)); // our TOML values are JSON values, too
        const auto found = loaded.from.find(key.name);
        if (found != loaded.from.end()) {
            const auto origin =
                report::JsonObject().text("from", found->second.from).number("line", found->second.line);
            from.raw(key.name, origin.str());
        }
    }
    std::string chain;
    for (const std::string& label : loaded.chain) {
        chain += (chain.empty() ? "" : ",") + report::json_string(label);
    }
    return report::JsonObject()
               .number("v", 1)
               .text("name", loaded.policy.name)
               .text("description", loaded.policy.description)
               .text("source", loaded.policy.source)
               .raw("chain", "[" + chain + "]")
               .raw("values", values.str())
               .raw("from", from.str())
               .str() +
           "\n";
}

} // namespace hutch::cli
