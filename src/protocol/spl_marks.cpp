// The marks in a Simple spec's source. Lines are looked at, not the language: a mark in a text of many lines is a mark, too.
//
//   # @skip - the interpreter has no threads
//   describe "Pool", tag: "slow":
//       slow_it "starts a thousand":
#include <algorithm>

#include "base/text.h"
#include "protocol/spl.h"

namespace hutch::protocol {
namespace {

/// "# @skip - why" → "why", for the word "skip".
std::optional<std::string> reason_of(std::string_view comment, std::string_view word)
{
    std::string_view rest = base::trim(comment.substr(comment.find_first_not_of('#')));
    if (!rest.starts_with('@') || !rest.substr(1).starts_with(word)) {
        return std::nullopt;
    }
    rest.remove_prefix(word.size() + 1);
    if (!rest.empty() && rest.find_first_of(" \t:") != 0) {
        return std::nullopt; // "@skipped"
    }
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t:-"), rest.size()));
    return std::string(rest);
}

void read_comment(SplMarks& marks, std::string_view comment)
{
    if (comment.find_first_not_of('#') == std::string_view::npos) {
        return;
    }
    if (!marks.skip) {
        marks.skip = reason_of(comment, "skip");
    }
    if (!marks.planned) {
        marks.planned = reason_of(comment, "pending");
    }
}

/// `tag: "x"` and `tag: 'x'`, as a line of its own or as an argument; not in the middle of a text.
void read_tags(SplMarks& marks, std::string_view line)
{
    constexpr std::string_view word = "tag:";
    for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
        const std::string_view before = base::trim(line.substr(0, at));
        if (!before.empty() && !before.ends_with(',') && !before.ends_with('(')) {
            continue;
        }
        const std::string_view value = base::trim(line.substr(at + word.size()));
        if (!value.starts_with('"') && !value.starts_with('\'')) {
            continue;
        }
        const std::size_t end = value.find(value.front(), 1);
        const std::string_view tag = end == std::string_view::npos ? "" : base::trim(value.substr(1, end - 1));
        if (!tag.empty() && marks.tags.size() < most_spl_tags &&
            std::ranges::find(marks.tags, tag) == marks.tags.end()) {
            marks.tags.emplace_back(tag);
        }
    }
}

} // namespace

SplMarks read_spl_marks(std::string_view text)
{
    SplMarks marks;
    for (const std::string_view whole : base::lines(text.substr(0, spl_head))) {
        const std::string_view line = base::trim(whole);
        if (line.starts_with('#')) {
            read_comment(marks, line);
            continue;
        }
        marks.slow = marks.slow || line.starts_with("slow_it ") || line.starts_with("slow_it(");
        read_tags(marks, line);
    }
    return marks;
}

} // namespace hutch::protocol
