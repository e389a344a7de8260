// See comment_lines.h. The leaders of all languages at once: which one a file is in is not known, and a line that is a comment in one of
// them and code in another is rare at the top of a file; the exceptions are in is_code().
#include "config/comment_lines.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace hutch::config {
namespace {

constexpr std::string_view blanks = " \t\r\v\f";

/// A comment that goes on until `close`, over lines.
struct Block {
    std::string_view open, close;
    char decoration; ///< stands before the text of a line, "* text"; '\0': nothing does
};
constexpr std::array<Block, 6> blocks{{
    {"/*", "*/", '*'},
    {"<!--", "-->", '\0'},
    {"{-", "-}", '\0'},
    {"(*", "*)", '*'},
    {"--[[", "]]", '\0'},
    {"<#", "#>", '\0'},
}};

/// A comment until the end of its line.
struct Leader {
    std::string_view text;
    enum class Next {
        anything,
        blank,       ///< a blank or the end of the line: "dnl" is not "dnlabel"
        blank_or_at, ///< or an '@': 'text' and """text""" are strings
    } next;
};
/// The longer before the shorter that it begins with.
constexpr std::array<Leader, 13> leaders{{
    {"#", Leader::Next::anything},
    {"//", Leader::Next::anything},
    {"--", Leader::Next::anything},
    {";", Leader::Next::anything},
    {"%", Leader::Next::anything},
    {"!", Leader::Next::anything},
    {"::", Leader::Next::anything},
    {".\\\"", Leader::Next::anything},
    {"'\\\"", Leader::Next::anything},
    {"\"", Leader::Next::blank_or_at},
    {"'", Leader::Next::blank_or_at},
    {"rem", Leader::Next::blank},
    {"dnl", Leader::Next::blank},
}};

/// What comes before a program's first comment and is none.
constexpr std::array<std::string_view, 3> openings{"<?php", "<?xml", "@echo off"};

std::string_view without_blanks(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text;
}

bool begins_with_word(std::string_view text, std::string_view word)
{
    return base::to_lower(text.substr(0, word.size())) == word &&
           (text.size() == word.size() || blanks.contains(text[word.size()]));
}

/// '#' is the C preprocessor's, too: `#include <a>`, `#define A`. "#include a" is a sentence.
bool is_code(std::string_view line)
{
    constexpr std::array<std::string_view, 4> directives{"#define", "#ifdef", "#ifndef", "#pragma"};
    if (begins_with_word(line, "#include")) {
        const std::string_view rest = without_blanks(line.substr(std::string_view("#include").size()));
        return rest.starts_with('<') || rest.starts_with('"');
    }
    return line.starts_with("#include<") || line.starts_with("#include\"") ||
           std::ranges::any_of(directives, [&](std::string_view each) { return begins_with_word(line, each); });
}

/// The leader that `line` begins with, as long as it is written: "///" and "//!" are "//".
std::optional<std::size_t> leader_length(std::string_view line)
{
    for (const Leader& leader : leaders) {
        const std::size_t length = leader.text.size();
        if (base::to_lower(line.substr(0, length)) != leader.text) {
            continue;
        }
        const bool at_end = length == line.size();
        const bool before_blank = at_end || blanks.contains(line[length]);
        switch (leader.next) {
        case Leader::Next::blank:
            return before_blank ? std::optional(length) : std::nullopt;
        case Leader::Next::blank_or_at:
            return before_blank || line[length] == '@' ? std::optional(length) : std::nullopt;
        case Leader::Next::anything:
            const std::size_t end = std::min(line.find_first_not_of(leader.text.back(), length), line.size());
            return end < line.size() && line[end] == '!' ? end + 1 : end;
        }
    }
    return std::nullopt;
}

class Comments {
  public:
    explicit Comments(std::string_view text) : rest_(text) {}

    std::vector<CommentLine> read()
    {
        skip_opening();
        while (!rest_.empty() && read_line()) {
        }
        return std::move(found_);
    }

  private:
    std::string_view take_line()
    {
        const std::size_t end = rest_.find('\n');
        line_ = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++number_;
        return line_;
    }

    void skip_opening()
    {
        constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        rest_.remove_prefix(rest_.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
        if (rest_.starts_with("#!")) {
            take_line();
        }
        const std::string start = base::to_lower(rest_.substr(0, openings.back().size()));
        if (std::ranges::any_of(openings, [&](std::string_view each) { return start.starts_with(each); })) {
            take_line();
        }
    }

    /// False: there was code in the line.
    bool read_line()
    {
        std::string_view left = take_line();
        if (block_ != nullptr) {
            left = continue_block(without_blanks(left));
        }
        for (left = without_blanks(left); !left.empty(); left = without_blanks(left)) {
            const std::optional<std::string_view> behind = read_comment(left);
            if (!behind) {
                return false;
            }
            left = *behind;
        }
        return true;
    }

    /// What is left of the line behind the comment that it begins with; unset: it begins with code.
    std::optional<std::string_view> read_comment(std::string_view left)
    {
        if (is_code(left)) {
            return std::nullopt;
        }
        if (left.starts_with("@") && begins_with_word(left.substr(1), "rem")) {
            left.remove_prefix(1); // the batch language's "do not show it"
        }
        const auto block = std::ranges::find_if(blocks, [&](const Block& each) { return left.starts_with(each.open); });
        if (block != blocks.end()) {
            block_ = &*block;
            return continue_block(left.substr(block->open.size()));
        }
        const std::optional<std::size_t> length = leader_length(left);
        if (!length) {
            return std::nullopt;
        }
        keep(left.substr(*length));
        return std::string_view();
    }

    /// What is behind the end of the block; "" where it goes on in the next line.
    std::string_view continue_block(std::string_view left)
    {
        const std::size_t end = left.find(block_->close);
        std::string_view content = left.substr(0, end);
        if (block_->decoration != '\0') {
            content.remove_prefix(std::min(content.find_first_not_of(block_->decoration), content.size()));
            content.remove_prefix(content.starts_with('!') ? 1 : 0);
        }
        keep(content);
        if (end == std::string_view::npos) {
            return {};
        }
        left.remove_prefix(end + block_->close.size());
        block_ = nullptr;
        return left;
    }

    void keep(std::string_view content)
    {
        content = base::trim(content);
        if (!content.empty()) {
            found_.push_back({number_, line_, content});
        }
    }

    std::string_view rest_, line_;
    std::uint32_t number_ = 0;
    const Block* block_ = nullptr; ///< the one that is open
    std::vector<CommentLine> found_;
};

} // namespace

std::vector<CommentLine> comment_lines(std::string_view text)
{
    return Comments(text).read();
}

std::uint32_t column_of(std::string_view line, std::string_view part)
{
    const auto before = line.substr(0, static_cast<std::size_t>(part.data() - line.data()));
    const auto begins = [](char each) { return (static_cast<unsigned char>(each) & 0xc0U) != 0x80U; };
    return static_cast<std::uint32_t>(std::ranges::count_if(before, begins)) + 1;
}

} // namespace hutch::config
