// The project file as JSON Schema, made from the table of its keys; see project.h. Written by hand: config/ has no JSON library.
#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "config/limit_options.h"
#include "config/profile.h"
#include "config/project.h"
#include "config/project_keys.h"

namespace hutch::config {
namespace {

/// Our own texts: no control characters.
std::string quoted(std::string_view text)
{
    std::string made = "\"";
    for (const char each : text) {
        made += each == '"' || each == '\\' ? "\\" : "";
        made += each;
    }
    return made + '"';
}

template <class Texts> std::string quoted_list(const Texts& texts)
{
    std::string made = "[";
    for (const auto& text : texts) {
        made += (made.size() > 1 ? ", " : "") + quoted(text);
    }
    return made + "]";
}

std::vector<std::string_view> profile_names()
{
    std::vector<std::string_view> names;
    std::ranges::transform(profiles(), std::back_inserter(names), &Profile::name);
    return names;
}

std::string number_members(const ProjectKey& key)
{
    const std::string most = key.most == INT64_MAX ? "" : fmt::format(", \"maximum\": {}", key.most);
    return fmt::format(R"("type": "integer", "minimum": {}{})", key.least, most);
}

std::string reference(std::string_view definition)
{
    return fmt::format(R"("$ref": "#/$defs/{}")", definition);
}

/// The members of the schema of a value, without the braces.
std::string value_members(const ProjectKey& key)
{
    switch (key.kind) {
    case ValueKind::boolean:
        return R"("type": "boolean")";
    case ValueKind::number:
        return number_members(key);
    case ValueKind::word:
        return key.name == "profile"    ? fmt::format("\"enum\": {}", quoted_list(profile_names()))
               : key.name == "priority" ? R"("anyOf": [{"enum": ["P0", "P1", "P2", "P3"]}, {"pattern": "^p[0-3]$"}])"
                                        : fmt::format("\"enum\": {}", quoted_list(key.words));
    case ValueKind::text:
    case ValueKind::path:
        return R"("type": "string", "minLength": 1)";
    case ValueKind::texts:
        return reference("strings");
    case ValueKind::patterns:
        return reference("patterns");
    case ValueKind::duration:
    case ValueKind::size:
        return R"("type": ["string", "number"])";
    case ValueKind::limit:
        return reference(key.limit == "io.max" ? "io" : "limit");
    case ValueKind::limits:
        return reference("limits");
    case ValueKind::reason:
        return R"("anyOf": [{"type": "string"}, {"const": true}])";
    case ValueKind::command:
        return reference("command");
    case ValueKind::codes:
        return R"("type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 255})";
    case ValueKind::variables:
        return R"("type": "object", "additionalProperties": {"type": "string"})";
    }
    return "";
}

std::string description_of(const ProjectKey& key)
{
    const std::string range = range_of(key);
    const bool has_default = key.standard != "–" && key.standard != "needed";
    return fmt::format("{}{}{}", key.meaning, range.empty() ? "" : " Value: " + range + ".",
                       has_default ? fmt::format(" Default: {}.", key.standard) : "");
}

/// "groups" has names of the user's choice.
std::string groups_schema(const Section& section, const ProjectKey& key)
{
    return fmt::format("{{\"description\": {}, \"type\": \"object\", \"additionalProperties\": {{{}}}}}", quoted(section.meaning),
                       number_members(key));
}

std::string table_schema(const Section& section, std::string_view indent)
{
    std::string made = fmt::format("{{\n{0}  \"description\": {1},\n{0}  \"type\": \"object\",\n", indent, quoted(section.meaning));
    if (!section.required.empty()) {
        made += fmt::format("{}  \"required\": {},\n", indent, quoted_list(section.required));
    }
    made += fmt::format("{0}  \"additionalProperties\": false,\n{0}  \"properties\": {{", indent);
    std::string_view comma;
    for (const ProjectKey& key : project_keys()) {
        if ((key.places & section.place) != 0) {
            made += fmt::format("{}\n{}    {}: {{\"description\": {}, {}}}", comma, indent, quoted(key.name), quoted(description_of(key)),
                                value_members(key));
            comma = ",";
        }
    }
    return made + fmt::format("\n{0}  }}\n{0}}}", indent);
}

std::string section_schema(const Section& section)
{
    if (section.place == in_groups) {
        return groups_schema(section, *find_project_key("NAME", in_groups));
    }
    if (!section.is_list) {
        return table_schema(section, "    ");
    }
    return "{\n      \"type\": \"array\",\n      \"items\": " + table_schema(section, "      ") + "\n    }";
}

/// "memory.max" = "1G" and memory.max = "1G" are the same to us, but not to a schema.
std::string limits_schema()
{
    std::string made;
    std::map<std::string_view, std::string> tables;
    const auto value_of = [](std::string_view limit) { return fmt::format("{{{}}}", reference(limit == "io.max" ? "io" : "limit")); };
    for (const std::string_view limit : limit_keys()) {
        made += fmt::format("{}\n        {}: {}", made.empty() ? "" : ",", quoted(limit), value_of(limit));
        if (const std::size_t dot = limit.find('.'); dot != std::string_view::npos) {
            std::string& table = tables[limit.substr(0, dot)];
            table += fmt::format("{}{}: {}", table.empty() ? "" : ", ", quoted(limit.substr(dot + 1)), value_of(limit));
        }
    }
    for (const auto& [name, properties] : tables) {
        made += fmt::format(",\n        {}: {{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {{{}}}}}", quoted(name),
                            properties);
    }
    return fmt::format("{{\n      \"type\": \"object\",\n      \"additionalProperties\": false,\n      \"properties\": {{{}\n      }}\n    }}", made);
}

std::string definitions()
{
    constexpr std::string_view lists = R"(    "strings": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    "patterns": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}]},
    "command": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "minItems": 1, "items": {"type": "string"}}]},
    "limit": {"type": ["string", "number"]},
    "io": {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": {"type": "string"}}]},
    "limits": )";
    return std::string(lists) + limits_schema();
}

} // namespace

std::string project_schema()
{
    std::string made = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "hutch.toml",
  "description": "The project file of hutch: docs/project-file.md.",
  "type": "object",
  "additionalProperties": false,
  "properties": {)";
    std::string_view comma;
    for (const Section& section : sections()) {
        if (section.place != in_user) {
            made += fmt::format("{}\n    {}: {}", comma, quoted(section.name), section_schema(section));
            comma = ",";
        }
    }
    return made + "\n  },\n  \"$defs\": {\n" + definitions() + "\n  }\n}\n";
}

} // namespace hutch::config
