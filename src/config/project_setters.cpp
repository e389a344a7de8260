// The keys of hutch.toml that are no traits; see project_setters.h.
#include "config/project_setters.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "base/text.h"
#include "config/placeholders.h"
#include "config/project_values.h"
#include "config/trait_values.h"

namespace hutch::config {
namespace {

/// `draft`, changed by `change` where there is a value; the complaint where there is none.
template <class T, class Change> Draft with(TableDraft draft, Judged<T> value, Change change)
{
    if (!value) {
        return std::unexpected(std::move(value.error()));
    }
    change(draft, std::move(*value));
    return draft;
}

Judged<std::string> number_text(const TomlNode& node, const ProjectKey& key)
{
    const auto number = integer_in(node);
    if (!number) {
        return std::unexpected(number.error());
    }
    if (*number < key.least || *number > key.most) {
        return complain(node.at, fmt::format("{}: {}", *number, range_of(key)));
    }
    return std::to_string(*number);
}

Judged<std::string> word_text(const TomlNode& node, const ProjectKey& key)
{
    auto text = text_in(node);
    const auto index = text ? judged(node.at, word_value(*text, key.words)) : std::unexpected(text.error());
    return index ? std::move(text) : std::unexpected(index.error());
}

Judged<std::string> one_line(const TomlNode& node)
{
    auto text = text_in(node);
    const auto is_control = [](char each) { return static_cast<unsigned char>(each) < 0x20 || each == 0x7F; };
    if (text && (text->empty() || std::ranges::any_of(*text, is_control))) {
        return complain(node.at, "a string that is not empty and has no control characters is wanted");
    }
    return text;
}

/// "-" is standard output.
Judged<std::string> path_text(const TomlNode& node, const std::string& directory)
{
    auto text = one_line(node);
    if (!text || *text == "-" || text->starts_with('/') || directory.empty()) {
        return text;
    }
    return (std::filesystem::path(directory) / *text).lexically_normal().string();
}

/// Checked by the parser of the kind, kept as it is written: the flag reads it again.
template <class Parse> Judged<std::string> checked_quantity(const TomlNode& node, std::string_view wanted, Parse parse)
{
    auto text = quantity_in(node, wanted);
    if (!text) {
        return text;
    }
    const auto value = judged(node.at, parse(*text));
    return value ? std::move(text) : std::unexpected(value.error());
}

Judged<std::string> flag_text(const TomlNode& node, const KeyContext& context)
{
    switch (context.key.kind) {
    case ValueKind::boolean: {
        const auto flag = boolean_in(node);
        return flag ? Judged<std::string>(*flag ? "true" : "false") : std::unexpected(flag.error());
    }
    case ValueKind::number:
        return number_text(node, context.key);
    case ValueKind::word:
        return word_text(node, context.key);
    case ValueKind::path:
        return path_text(node, context.directory);
    case ValueKind::duration:
        return checked_quantity(node, "a duration (\"90s\", or a number of seconds)", parse_duration);
    case ValueKind::size:
        return checked_quantity(node, "a size (\"64M\", or a number of bytes)",
                                [&](const std::string& text) { return parse_bytes(text, context.ram); });
    default:
        return one_line(node);
    }
}

/// Below the project, as the user would type it there: no way out of it.
Judged<std::string> path_below(const TomlNode& node)
{
    auto path = one_line(node);
    const auto parts = base::split(node.text, '/');
    if (path && (path->starts_with('/') || std::ranges::find(parts, "..") != parts.end())) {
        return complain(node.at, fmt::format("'{}': a path below the project's directory, without '..'", *path));
    }
    return path;
}

} // namespace

Draft set_flag(TableDraft draft, const TomlNode& node, const KeyContext& context)
{
    const std::string name(context.key.name);
    if (context.key.kind != ValueKind::texts) {
        return with(std::move(draft), flag_text(node, context),
                    [&](TableDraft& to, std::string text) { to.run.emplace_back(name, std::move(text)); });
    }
    const auto items = texts_in(node);
    if (!items) {
        return std::unexpected(items.error());
    }
    for (const TomlNode* item : *items) {
        const auto text = one_line(*item);
        if (!text) {
            return std::unexpected(text.error());
        }
        draft.run.emplace_back(name, *text);
    }
    return draft;
}

Draft set_paths(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    const auto items = texts_in(node);
    if (!items) {
        return std::unexpected(items.error());
    }
    if (items->empty()) {
        return complain(node.at, "no path: nothing would be found");
    }
    for (const TomlNode* item : *items) {
        auto path = path_below(*item);
        if (!path) {
            return std::unexpected(std::move(path.error()));
        }
        draft.paths.push_back(std::move(*path));
    }
    return draft;
}

Draft set_name(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    const auto text = text_in(node);
    auto name = text ? judged(node.at, label_value(*text)) : std::unexpected(text.error());
    return with(std::move(draft), std::move(name), [](TableDraft& to, std::string good) { to.name = std::move(good); });
}

Draft set_match(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return with(std::move(draft), patterns_in(node),
                [](TableDraft& to, std::vector<std::string> patterns) { to.patterns = std::move(patterns); });
}

Draft set_command(TableDraft draft, const TomlNode& node, const KeyContext& context)
{
    const auto known = context.place == in_setup ? setup_placeholders() : runner_placeholders();
    return with(std::move(draft), command_in(node, known),
                [](TableDraft& to, std::vector<std::string> command) { to.command = std::move(command); });
}

Draft set_teardown(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return with(std::move(draft), command_in(node, setup_placeholders()),
                [](TableDraft& to, std::vector<std::string> command) { to.teardown = std::move(command); });
}

Draft set_protocol(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    const auto text = text_in(node);
    auto protocol = text ? judged(node.at, protocol_value(*text)) : std::unexpected(text.error());
    return with(std::move(draft), std::move(protocol), [](TableDraft& to, Protocol good) { to.protocol = good; });
}

Draft set_skip_exit_codes(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return with(std::move(draft), codes_in(node),
                [](TableDraft& to, std::vector<int> codes) { to.skip_exit_codes = std::move(codes); });
}

Draft set_environment(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return with(std::move(draft), environment_in(node),
                [](TableDraft& to, std::vector<std::string> variables) { to.environment = std::move(variables); });
}

Draft set_executable(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return with(std::move(draft), boolean_in(node), [](TableDraft& to, bool only) { to.executable_only = only; });
}

Draft set_ignore(TableDraft draft, const TomlNode& node, const KeyContext&)
{
    return with(std::move(draft), boolean_in(node), [](TableDraft& to, bool ignore) { to.ignore = ignore; });
}

} // namespace hutch::config
