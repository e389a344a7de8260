// See tap_line.h.
#include "protocol/tap_line.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace hutch::protocol {
namespace {

constexpr std::string_view digits = "0123456789";

bool is_word(char each)
{
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') ||
           each == '_' || static_cast<unsigned char>(each) >= 0x80;
}

/// `prefix` is in lower case; ASCII only.
bool begins_with_any_case(std::string_view text, std::string_view prefix)
{
    return text.size() >= prefix.size() && base::to_lower(text.substr(0, prefix.size())) == prefix;
}

/// The digits that `text` begins with.
std::string_view leading_digits(std::string_view text)
{
    return text.substr(0, std::min(text.find_first_not_of(digits), text.size()));
}

/// A backslash escapes '#' and another backslash; before anything else it is itself.
bool is_escape(std::string_view text, std::size_t at)
{
    return text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '\\' || text[at + 1] == '#');
}

std::string unescaped(std::string_view text)
{
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_escape(text, at)) {
            ++at;
        }
        plain += text[at];
    }
    return plain;
}

struct Directive {
    TapDirective kind = TapDirective::none;
    std::string_view reason;
};

/// What stands behind a '#'. "SKIP", "skipped:", "TODO" … up to a blank are the word, the rest is the reason.
Directive read_directive(std::string_view behind)
{
    behind.remove_prefix(blanks_before(behind));
    Directive found;
    if (begins_with_any_case(behind, "skip")) {
        found.kind = TapDirective::skip;
    } else if (begins_with_any_case(behind, "todo")) {
        found.kind = TapDirective::todo;
    } else {
        return found;
    }
    const std::size_t end = behind.find_first_of(" \t");
    found.reason = end == std::string_view::npos ? std::string_view() : base::trim(behind.substr(end));
    return found;
}

/// The place of a directive's '#' in a test point, from `from` on; npos: it has none. It is the first '#' that is not escaped, stands
/// behind a blank (or an escaped backslash) and has a directive behind it; a '#' between blanks before that begins some other
/// producer's directive, and all is description (but for "# time=", which take_time() knows).
std::size_t find_directive(std::string_view line, std::size_t from)
{
    bool may_begin = false;
    for (std::size_t at = from; at < line.size(); ++at) {
        if (is_escape(line, at)) {
            may_begin = line[++at] == '\\';
            continue;
        }
        if (line[at] == '#' && may_begin) {
            const std::string_view behind = line.substr(at + 1);
            if (read_directive(behind).kind != TapDirective::none) {
                return at;
            }
            const bool alone = behind.empty() || is_blank(behind.front());
            if (alone && !base::trim(behind).starts_with("time=")) {
                break;
            }
        }
        may_begin = is_blank(line[at]);
    }
    return std::string_view::npos;
}

/// Takes "# time=12.5ms" off the end.
std::optional<Microseconds> take_time(std::string_view& text)
{
    constexpr std::string_view mark = "# time=";
    constexpr std::size_t longest = 32;
    const std::size_t at = text.rfind(mark);
    if (at == std::string_view::npos || at == 0 || !is_blank(text[at - 1])) {
        return {};
    }
    const std::string_view value = base::trim(text.substr(at + mark.size()));
    if (value.size() > longest || !value.ends_with('s')) {
        return {};
    }
    const auto duration = parse_duration(value);
    if (!duration) {
        return {};
    }
    text = text.substr(0, at);
    return *duration;
}

std::string description_of(std::string_view text)
{
    text = base::trim(text);
    if (text == "-" || text.starts_with("- ") || text.starts_with("-\t")) {
        text = base::trim(text.substr(1));
    }
    return unescaped(text);
}

std::optional<TapPoint> read_point(std::string_view line)
{
    TapPoint point;
    point.ok = !line.starts_with("not ");
    std::size_t at = point.ok ? 0 : 4;
    if (!line.substr(at).starts_with("ok") || (line.size() > at + 2 && is_word(line[at + 2]))) {
        return {};
    }
    at += 2;
    const std::size_t blanks = blanks_before(line.substr(at));
    const std::string_view number = leading_digits(line.substr(at + blanks));
    const std::size_t behind = at + blanks + number.size();
    if (blanks > 0 && (behind == line.size() || is_blank(line[behind]))) {
        point.number = number;
        at = behind;
    }
    point.duration = take_time(line);
    at = std::min(at, line.size());
    const std::size_t mark = find_directive(line, at);
    std::string_view description = line.substr(at, mark == std::string_view::npos ? mark : mark - at);
    if (mark != std::string_view::npos) {
        const Directive directive = read_directive(line.substr(mark + 1));
        point.directive = directive.kind;
        point.reason = unescaped(directive.reason);
        if (const auto before = take_time(description); before && !point.duration) {
            point.duration = before;
        }
    }
    point.description = description_of(description);
    return point;
}

std::optional<TapPlan> read_plan(std::string_view line)
{
    if (!line.starts_with("1..")) {
        return {};
    }
    const std::string_view number = leading_digits(line.substr(3));
    const std::string_view behind = base::trim(line.substr(3 + number.size()));
    if (number.empty() || (!behind.empty() && !behind.starts_with('#'))) {
        return {};
    }
    TapPlan plan{line.substr(0, 3 + number.size()), base::parse_uint64(number), {}};
    if (!behind.empty()) {
        const std::string_view remark = base::trim(behind.substr(1));
        const Directive directive = read_directive(remark);
        plan.remark = unescaped(directive.kind == TapDirective::skip ? directive.reason : remark);
    }
    return plan;
}

std::optional<TapVersion> read_version(std::string_view line)
{
    constexpr std::string_view mark = "tap version ";
    if (!begins_with_any_case(line, mark)) {
        return {};
    }
    const std::string_view number = base::trim(line.substr(mark.size()));
    if (number.empty() || leading_digits(number).size() != number.size()) {
        return {};
    }
    return TapVersion{number};
}

std::optional<TapBailOut> read_bail_out(std::string_view line)
{
    constexpr std::string_view mark = "bail out!";
    if (!begins_with_any_case(line, mark)) {
        return {};
    }
    return TapBailOut{unescaped(base::trim(line.substr(mark.size())))};
}

std::optional<TapPragma> read_pragma(std::string_view line)
{
    constexpr std::string_view mark = "pragma ";
    if (!line.starts_with(mark)) {
        return {};
    }
    TapPragma pragma;
    for (const std::string_view piece : base::split(line.substr(mark.size()), ',')) {
        const std::string_view one = base::trim(piece);
        if (one.size() < 2 || (one[0] != '+' && one[0] != '-') ||
            !std::ranges::all_of(one.substr(1), [](char each) { return is_word(each) || each == '-'; })) {
            return {};
        }
        if (one.substr(1) == "strict") {
            pragma.strict = one[0] == '+';
        }
    }
    return pragma;
}

} // namespace

std::size_t blanks_before(std::string_view line)
{
    return std::min(line.find_first_not_of(" \t"), line.size());
}

std::string shortened(std::string_view text, std::size_t longest)
{
    if (text.size() <= longest) {
        return std::string(text);
    }
    std::size_t end = longest;
    while (end > 0 && longest - end < 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return std::string(text.substr(0, end)) + "…";
}

TapLine read_tap_line(std::string_view line)
{
    if (base::trim(line).empty()) {
        return TapBlank{};
    }
    if (line.starts_with('#')) {
        return TapComment{line.substr(1)};
    }
    if (auto point = read_point(line)) {
        return std::move(*point);
    }
    if (auto plan = read_plan(line)) {
        return std::move(*plan);
    }
    if (const auto version = read_version(line)) {
        return *version;
    }
    if (auto bail_out = read_bail_out(line)) {
        return std::move(*bail_out);
    }
    if (const auto pragma = read_pragma(line)) {
        return *pragma;
    }
    return TapOther{line};
}

std::optional<std::string> subtest_name(const TapComment& comment)
{
    constexpr std::string_view mark = "Subtest";
    const std::string_view text = base::trim(comment.text);
    if (text == mark) {
        return "";
    }
    if (!text.starts_with("Subtest:")) {
        return {};
    }
    return unescaped(base::trim(text.substr(mark.size() + 1)));
}

} // namespace hutch::protocol
