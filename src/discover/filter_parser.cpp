// An expression's text → its tree; see filter.h. By recursive descent, bounded in depth:
//
//     any       := every (("|" | "or") every)*
//     every     := one (("&" | "and" | "-") one)*
//     one       := ("!" | "not") one | "(" any ")" | WORD "(" argument ")"
//     argument  := 'quoted' | "quoted" | everything up to the matching ")"
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "discover/filter_node.h"

namespace hutch::discover {
namespace {

using Kind = FilterNode::Kind;
/// A Misfit's offset is into the expression here.
using Parsed = std::expected<NodePtr, Misfit>;

std::unexpected<Misfit> wrong(std::size_t offset, std::string message, std::string hint = {})
{
    return std::unexpected(Misfit{offset, std::move(message), std::move(hint)});
}

/// An argument without its quotes, and where each of its bytes stands.
struct Argument {
    std::string text;
    std::vector<std::size_t> offsets; ///< one more than bytes: the last is where it ends

    void add(char each, std::size_t offset)
    {
        text += each;
        offsets.push_back(offset);
    }
    std::size_t offset(std::size_t byte) const { return offsets[std::min(byte, offsets.size() - 1)]; }
};

bool is_blank(char each)
{
    return each == ' ' || each == '\t' || each == '\n' || each == '\r';
}

bool is_word_character(char each)
{
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') || each == '_';
}

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    Parsed whole()
    {
        skip_blanks();
        if (at_end()) {
            return wrong(0, "the expression is empty", "all() is every test");
        }
        Parsed node = any(0);
        if (!node || at_end()) {
            return node;
        }
        if (text_[at_] == ')') {
            return wrong(at_, "')' without '('");
        }
        return no_operator();
    }

  private:
    bool at_end() const { return at_ == text_.size(); }
    void skip_blanks()
    {
        while (!at_end() && is_blank(text_[at_])) {
            ++at_;
        }
    }
    std::string_view word() const
    {
        const std::string_view rest = text_.substr(at_);
        const auto end = std::ranges::find_if_not(rest, is_word_character);
        return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    }
    /// What stands here, for a message.
    std::string here() const
    {
        constexpr std::size_t most = 40;
        if (at_end()) {
            return "the end";
        }
        std::size_t length = std::max(word().size(), std::size_t{1});
        while (at_ + length < text_.size() && (static_cast<unsigned char>(text_[at_ + length]) & 0xc0U) == 0x80U) {
            ++length;
        }
        return fmt::format("'{}'", text_.substr(at_, std::min(length, most)));
    }
    std::unexpected<Misfit> no_operator() const
    {
        const std::string lower = base::to_lower(word());
        return wrong(at_, fmt::format("no operator before {}", here()),
                     lower == "and" || lower == "or" ? fmt::format("did you mean '{}'?", lower) : "one of & | - is between two of them");
    }
    std::unexpected<Misfit> unknown(std::string_view name, const Misfit& misfit) const
    {
        const std::size_t begin = at_ - name.size();
        if (base::to_lower(name) == "not") {
            return wrong(begin, misfit.message, "did you mean 'not'?");
        }
        const std::size_t next = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
        const bool is_bare = next == text_.size() || text_[next] != '(';
        const bool is_far = misfit.hint.starts_with("known");
        return wrong(begin, misfit.message, is_bare && is_far ? fmt::format("a tag is tag({})", name) : misfit.hint);
    }
    /// Goes over `sign`, or over the word that means the same, and the blanks behind.
    bool take(char sign, std::string_view spelled)
    {
        const bool is_sign = !at_end() && text_[at_] == sign;
        if (!is_sign && (spelled.empty() || word() != spelled)) {
            return false;
        }
        at_ += is_sign ? 1 : spelled.size();
        skip_blanks();
        return true;
    }

    Parsed any(std::size_t depth)
    {
        std::vector<NodePtr> parts;
        do {
            Parsed part = every(depth);
            if (!part) {
                return part;
            }
            parts.push_back(std::move(*part));
        } while (take('|', "or"));
        return parts.size() == 1 ? parts.front() : make_node(Kind::any, std::move(parts));
    }

    Parsed every(std::size_t depth)
    {
        std::vector<NodePtr> parts;
        for (bool is_less = false;;) {
            Parsed part = one(depth);
            if (!part) {
                return part;
            }
            parts.push_back(is_less ? make_node(Kind::negation, {std::move(*part)}) : std::move(*part));
            is_less = take('-', "");
            if (!is_less && !take('&', "and")) {
                break;
            }
        }
        return parts.size() == 1 ? parts.front() : make_node(Kind::every, std::move(parts));
    }

    Parsed one(std::size_t depth)
    {
        if (depth > deepest_filter) {
            return wrong(at_, fmt::format("more than {} parentheses and negations within each other", deepest_filter));
        }
        if (take('!', "not")) {
            Parsed part = one(depth + 1);
            return part ? make_node(Kind::negation, {std::move(*part)}) : part;
        }
        const std::size_t open = at_;
        if (!take('(', "")) {
            return predicate();
        }
        Parsed inner = any(depth + 1);
        if (inner && !take(')', "")) {
            return at_end() ? wrong(open, "'(' without ')'") : no_operator();
        }
        return inner;
    }

    Parsed predicate()
    {
        const std::string_view name = word();
        const bool is_operator = name == "and" || name == "or" || name == "not";
        if (name.empty() || is_operator) {
            const char each = at_end() ? '\0' : text_[at_];
            const bool is_doubled = at_ > 0 && text_[at_ - 1] == each && (each == '&' || each == '|');
            return wrong(at_, fmt::format("a predicate is missing before {}", here()),
                         is_doubled ? fmt::format("one {} is enough", each) : "");
        }
        at_ += name.size();
        const auto found = find_predicate(name);
        if (!found) {
            return unknown(name, found.error());
        }
        skip_blanks();
        if (at_end() || text_[at_] != '(') {
            return wrong(at_, fmt::format("'(' is missing behind '{}'", name), fmt::format("{}({})", name, (*found)->argument));
        }
        return with_argument(name);
    }

    Parsed with_argument(std::string_view name)
    {
        const auto argument = read_argument();
        if (!argument) {
            return std::unexpected(argument.error());
        }
        skip_blanks();
        Leaf made = make_leaf(name, argument->text);
        if (!made) {
            return wrong(argument->offset(made.error().offset), made.error().message, made.error().hint);
        }
        regexes_ += made->regexes;
        if (regexes_ > most_filter_regexes) {
            return wrong(argument->offset(0), fmt::format("more than {} regular expressions", most_filter_regexes),
                         "one with | in it: name(a|b)");
        }
        return std::make_shared<const FilterNode>(std::move(*made));
    }

    /// From '(' to behind ')'.
    std::expected<Argument, Misfit> read_argument()
    {
        const std::size_t open = at_++;
        skip_blanks();
        if (!at_end() && (text_[at_] == '\'' || text_[at_] == '"')) {
            return quoted();
        }
        std::size_t end = at_;
        for (std::size_t depth = 1; end < text_.size(); ++end) {
            depth += text_[end] == '(' ? 1 : 0;
            depth -= text_[end] == ')' ? 1 : 0;
            if (depth == 0) {
                break;
            }
            end += text_[end] == '\\' ? 1 : 0;
        }
        if (end >= text_.size()) {
            return wrong(open, "'(' without ')'", "an argument with parentheses that are no pair is quoted: name('a(')");
        }
        Argument argument;
        const std::string_view trimmed = base::trim(text_.substr(at_, end - at_));
        for (const char& each : trimmed) {
            argument.add(each, static_cast<std::size_t>(&each - text_.data()));
        }
        argument.offsets.push_back(trimmed.empty() ? end : at_ + trimmed.size());
        at_ = end + 1;
        return argument;
    }

    /// A backslash before a quote or a backslash stands for that; before anything else it stays: 'a\.b' is as good as 'a\\.b'.
    std::expected<Argument, Misfit> quoted()
    {
        const std::size_t open = at_;
        const char quote = text_[at_++];
        Argument argument;
        for (; !at_end() && text_[at_] != quote; ++at_) {
            const bool escapes = text_[at_] == '\\' && at_ + 1 < text_.size() &&
                                 (text_[at_ + 1] == '\\' || text_[at_ + 1] == '\'' || text_[at_ + 1] == '"');
            at_ += escapes ? 1 : 0;
            argument.add(text_[at_], at_);
        }
        if (at_end()) {
            return wrong(open, fmt::format("{} without its end", quote));
        }
        argument.offsets.push_back(at_++);
        skip_blanks();
        if (at_end() || text_[at_] != ')') {
            return wrong(at_, fmt::format("')' is missing before {}", here()));
        }
        ++at_;
        return argument;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t regexes_ = 0;
};

/// The expression as a message has it: one line, and not all of a long one.
std::string shown(std::string_view text)
{
    constexpr std::size_t most = 200;
    const bool is_long = text.size() > most;
    std::size_t end = std::min(text.size(), most);
    while (is_long && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    std::string line(text.substr(0, end));
    std::ranges::replace_if(line, is_blank, ' ');
    return line + (is_long ? "…" : "");
}

std::size_t column_of(std::string_view text, std::size_t offset)
{
    const auto begins = [](char each) { return (static_cast<unsigned char>(each) & 0xc0U) != 0x80U; };
    return static_cast<std::size_t>(std::ranges::count_if(text.substr(0, offset), begins)) + 1;
}

} // namespace

Result<Filter> Filter::parse(std::string_view expression, std::string_view label)
{
    if (expression.size() > longest_filter) {
        return usage_error(fmt::format("{}: an expression has at most {} bytes", label, longest_filter));
    }
    const Parsed node = Parser(expression).whole();
    if (!node) {
        const Misfit& misfit = node.error();
        const std::size_t column = column_of(expression, misfit.offset);
        return usage_error(fmt::format("{} '{}': column {}: {}", label, shown(expression), column, misfit.message), misfit.hint);
    }
    return Filter(*node);
}

} // namespace hutch::discover
