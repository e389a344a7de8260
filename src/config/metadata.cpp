// See metadata.h: the comment's lines, the words among them that are keys, and where what is wrong with one stands.
#include "config/metadata.h"

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "config/comment_lines.h"
#include "config/metadata_keys.h"

namespace hutch::config {
namespace {

/// "@Timeout: 600" in a line.
struct Statement {
    std::string_view word;  ///< "Timeout"; the '@' is right before it
    std::string_view value; ///< "600", trimmed
    char next;              ///< what stands behind the word: ' ', ':', '=', or '\0' for the end of the line
};

bool is_word_character(char each)
{
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') || each == '-' || each == '_';
}

/// Unset: the line says something else: prose, "@author(s)", "@scope/package", a decorator.
std::optional<Statement> find_statement(std::string_view content)
{
    if (!content.starts_with('@')) {
        return std::nullopt;
    }
    content.remove_prefix(1);
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(content, is_word_character) - content.begin());
    const std::string_view word = content.substr(0, end);
    std::string_view rest = content.substr(end);
    const bool ends = rest.empty() || rest.front() == ':' || rest.front() == '=' || rest.front() == ' ' || rest.front() == '\t';
    if (word.empty() || !ends) {
        return std::nullopt;
    }
    rest = base::trim(rest);
    const char next = rest.empty() ? '\0' : rest.front() == ':' || rest.front() == '=' ? rest.front() : ' ';
    return Statement{word, base::trim(rest.substr(next == ':' || next == '=' ? 1 : 0)), next};
}

/// The complete lines of what is looked at.
std::string_view head_of(std::string_view text)
{
    if (text.size() < metadata_head) {
        return text;
    }
    text = text.substr(0, metadata_head);
    return text.substr(0, text.rfind('\n') + 1); // npos + 1 is 0: one endless line
}

class Metadata {
  public:
    Metadata(std::string_view file, Bytes ram) : file_(file), ram_(ram) {}

    Result<void> take(const CommentLine& line)
    {
        const std::optional<Statement> statement = find_statement(line.content);
        if (!statement) {
            return {};
        }
        const MetadataRow* row = find_metadata_key(statement->word);
        if (row == nullptr) {
            return check_unknown(line, *statement);
        }
        return say(line, *statement, *row);
    }

    Traits traits() && { return std::move(traits_); }

  private:
    std::unexpected<Error> refuse(const CommentLine& line, std::string_view where, std::string_view message, std::string hint = {}) const
    {
        return usage_error(fmt::format("{}:{}:{}: {}", file_, line.number, column_of(line.line, where), message), std::move(hint));
    }

    static std::string_view at_sign(std::string_view word) { return {word.data() - 1, 1}; }

    Result<void> check_unknown(const CommentLine& line, const Statement& statement) const
    {
        const auto near = near_metadata_key(statement.word);
        if (!near) {
            return {};
        }
        return refuse(line, at_sign(statement.word), fmt::format("unknown key @{}", statement.word), fmt::format("did you mean @{}?", *near));
    }

    Result<void> say(const CommentLine& line, const Statement& statement, const MetadataRow& row)
    {
        const std::string key = fmt::format("@{}", row.key.name);
        const std::string_view at_key = at_sign(statement.word);
        if (statement.next == '=') {
            return refuse(line, at_key, fmt::format("{}: '=' behind a key", key),
                          fmt::format("a blank or a colon: {} {}", key, statement.value));
        }
        const auto [first, is_first] = first_lines_.try_emplace(&row, line.number);
        if (!is_first && !row.repeatable) {
            return refuse(line, at_key, fmt::format("{}: said twice; the first is in line {}", key, first->second));
        }
        const std::string_view at_value = statement.value.empty() ? at_key : statement.value;
        if (auto fits = check_text(line, key, statement.value); !fits) {
            return fits;
        }
        NewTraits changed = row.say(std::move(traits_), {key, statement.value, ram_});
        if (!changed) {
            Objection& objection = changed.error();
            const std::string_view where = objection.where.data() != nullptr ? objection.where : at_value;
            return refuse(line, where, objection.message, std::move(objection.hint));
        }
        traits_ = std::move(*changed);
        return {};
    }

    /// What no value has. The control character itself is not put into the message.
    Result<void> check_text(const CommentLine& line, std::string_view key, std::string_view value) const
    {
        const auto is_control = [](char each) { return (static_cast<unsigned char>(each) < 0x20 && each != '\t') || each == 0x7f; };
        const auto control = std::ranges::find_if(value, is_control);
        if (control != value.end()) {
            return refuse(line, {control, 1}, fmt::format("{}: a control character (0x{:02x})", key, static_cast<unsigned>(*control)));
        }
        if (value.size() > longest_trait) {
            return refuse(line, value, fmt::format("{}: a value has at most {} bytes", key, longest_trait));
        }
        return {};
    }

    std::string_view file_;
    Bytes ram_;
    Traits traits_;
    std::map<const MetadataRow*, std::uint32_t> first_lines_;
};

} // namespace

Result<Traits> read_metadata(std::string_view text, std::string_view file, Bytes ram)
{
    if (text.substr(0, metadata_head).contains('\0')) {
        return Traits{};
    }
    Metadata metadata(file, ram);
    for (const CommentLine& line : comment_lines(head_of(text))) {
        if (const auto taken = metadata.take(line); !taken) {
            return std::unexpected(taken.error());
        }
    }
    return std::move(metadata).traits();
}

} // namespace hutch::config
