// See project_values.h.
#include "config/project_values.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/glob.h"
#include "base/text.h"
#include "config/placeholders.h"
#include "config/trait_values.h"

namespace hutch::config {
namespace {

using Kind = TomlNode::Kind;

constexpr std::size_t longest_shown = 60;
constexpr int most_exit_code = 255;

std::unexpected<Complaint> too_long(const TomlNode& node)
{
    return complain(node.at, fmt::format("a list has at most {} items", longest_project_list));
}

struct Word {
    std::string_view text;
    Position at;
};

/// Of a list, its items; "bats --tap {file}" is split. What would need quotes needs a list: nobody should have to guess whose quoting
/// rules these are.
Judged<std::vector<Word>> words_in(const TomlNode& node)
{
    if (node.kind == Kind::text && node.text.find_first_of("'\"\\") != std::string::npos) {
        return complain(node.at, "a command that is one string is split at blanks, and quotes nothing",
                        "a list has each word as it is: [\"sh\", \"-c\", \"echo 'a b'\"]");
    }
    const auto items = texts_in(node);
    if (!items) {
        return std::unexpected(items.error());
    }
    std::vector<Word> words;
    if (node.kind == Kind::text) {
        std::ranges::transform(base::words(node.text), std::back_inserter(words),
                               [&](std::string_view word) { return Word{word, node.at}; });
        return words;
    }
    std::ranges::transform(*items, std::back_inserter(words),
                           [](const TomlNode* item) { return Word{item->text, item->at}; });
    return words;
}

Judged<void> check_placeholders(const Word& word, std::span<const std::string_view> known)
{
    const auto expanded = expand_placeholders(word.text, known, [](std::string_view) { return std::string(); });
    if (!expanded) {
        return complain(word.at, expanded.error().message, expanded.error().hint);
    }
    return {};
}

} // namespace

std::unexpected<Complaint> wrong_kind(const TomlNode& node, std::string_view wanted, std::string hint)
{
    return complain(node.at, fmt::format("{} is wanted, and this is {}", wanted, node.what), std::move(hint));
}

Judged<bool> boolean_in(const TomlNode& node)
{
    if (node.kind != Kind::boolean) {
        return wrong_kind(node, "true or false");
    }
    return node.boolean;
}

Judged<std::int64_t> integer_in(const TomlNode& node)
{
    if (node.kind != Kind::integer) {
        return wrong_kind(node, "a whole number");
    }
    return node.integer;
}

Judged<std::string> text_in(const TomlNode& node)
{
    if (node.kind != Kind::text) {
        return wrong_kind(node, "a string");
    }
    return node.text;
}

Judged<std::vector<const TomlNode*>> texts_in(const TomlNode& node)
{
    if (node.kind == Kind::text) {
        return std::vector{&node};
    }
    if (node.kind != Kind::list) {
        return wrong_kind(node, "a string or a list of strings");
    }
    if (node.list.size() > longest_project_list) {
        return too_long(node);
    }
    std::vector<const TomlNode*> items;
    for (const TomlNode& item : node.list) {
        if (item.kind != Kind::text) {
            return wrong_kind(item, "a string");
        }
        items.push_back(&item);
    }
    return items;
}

Judged<std::string> quantity_in(const TomlNode& node, std::string_view wanted)
{
    switch (node.kind) {
    case Kind::text:
        return node.text;
    case Kind::integer:
        return std::to_string(node.integer);
    case Kind::fraction:
        return fmt::format("{}", node.fraction);
    case Kind::boolean:
    case Kind::list:
    case Kind::table:
    case Kind::other:
        break;
    }
    return wrong_kind(node, wanted);
}

Judged<std::vector<std::string>> patterns_in(const TomlNode& node)
{
    const auto items = texts_in(node);
    if (!items) {
        return std::unexpected(items.error());
    }
    if (items->empty()) {
        return complain(node.at, "no pattern: nothing would fit");
    }
    std::vector<std::string> patterns;
    for (const TomlNode* item : *items) {
        if (const auto good = base::check_glob(item->text); !good) {
            return complain(item->at, good.error().message, good.error().hint);
        }
        patterns.push_back(item->text);
    }
    return patterns;
}

Judged<std::vector<std::string>> command_in(const TomlNode& node, std::span<const std::string_view> known)
{
    const auto words = words_in(node);
    if (!words) {
        return std::unexpected(words.error());
    }
    if (words->empty() || words->front().text.empty()) {
        return complain(words->empty() ? node.at : words->front().at, "a command begins with a program");
    }
    std::vector<std::string> command;
    for (const Word& word : *words) {
        if (const auto good = check_placeholders(word, known); !good) {
            return std::unexpected(good.error());
        }
        command.emplace_back(word.text);
    }
    return command;
}

Judged<std::vector<int>> codes_in(const TomlNode& node)
{
    if (node.kind != Kind::list) {
        return wrong_kind(node, "a list of exit codes");
    }
    std::vector<int> codes;
    for (const TomlNode& item : node.list) {
        const auto code = integer_in(item);
        if (!code) {
            return std::unexpected(code.error());
        }
        if (*code < 1 || *code > most_exit_code) {
            return complain(item.at, fmt::format("{}: an exit code that is no pass is 1 to {}", *code, most_exit_code));
        }
        if (std::ranges::find(codes, *code) == codes.end()) {
            codes.push_back(static_cast<int>(*code));
        }
    }
    return codes;
}

Judged<std::vector<std::string>> environment_in(const TomlNode& node)
{
    if (node.kind != Kind::table) {
        return wrong_kind(node, "a table of strings");
    }
    if (node.table.size() > longest_project_list) {
        return complain(node.at, fmt::format("an environment has at most {} variables", longest_project_list));
    }
    std::vector<std::string> variables;
    for (const TomlEntry& entry : node.table) {
        const auto value = text_in(entry.node);
        if (!value) {
            return std::unexpected(value.error());
        }
        if (entry.key.empty() || entry.key.contains('=')) {
            return complain(entry.at, fmt::format("'{}' is no name of a variable", entry.key.substr(0, longest_shown)));
        }
        variables.push_back(entry.key + "=" + *value);
    }
    return variables;
}

Judged<std::string> reason_in(const TomlNode& node)
{
    if (node.kind == Kind::boolean && node.boolean) {
        return std::string();
    }
    if (node.kind != Kind::text) {
        const bool is_false = node.kind == Kind::boolean;
        return wrong_kind(node, "a reason (a string) or true", is_false ? "what is not so, is not said" : "");
    }
    return judged(node.at, reason_value(node.text));
}

} // namespace hutch::config
