#include "report/excerpt.h"

#include <fmt/format.h>

#include "report/printable.h"

namespace hutch::report {

namespace {

constexpr std::string_view mark = "  | ";

bool splits_character(std::string_view text, std::size_t at)
{
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

std::string_view first_bytes(std::string_view text, std::size_t limit)
{
    if (text.size() <= limit) {
        return text;
    }
    const auto newline = text.substr(0, limit).rfind('\n');
    if (newline != std::string_view::npos) {
        return text.substr(0, newline + 1);
    }
    while (limit > 0 && splits_character(text, limit)) {
        --limit;
    }
    return text.substr(0, limit);
}

std::string_view last_bytes(std::string_view text, std::size_t limit)
{
    if (text.size() <= limit) {
        return text;
    }
    std::size_t start = text.size() - limit;
    // A part that begins right after a newline is whole lines already.
    const auto newline = text.find('\n', start == 0 ? 0 : start - 1);
    if (newline != std::string_view::npos && newline + 1 < text.size()) {
        return text.substr(newline + 1);
    }
    while (splits_character(text, start)) {
        ++start;
    }
    return text.substr(start);
}

void append_marked(std::string& out, std::string_view text)
{
    while (!text.empty()) {
        const auto newline = text.find('\n');
        out += mark;
        out += text.substr(0, newline);
        out += '\n';
        text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    }
}

} // namespace

std::string excerpt(const Captured& captured, std::size_t show)
{
    std::string out;
    const std::string kept = captured.head + captured.tail;
    if (captured.dropped == 0 && kept.size() <= show) {
        append_marked(out, printable(kept));
        return out;
    }
    // Where nothing was dropped, head and tail are one text, and either may be the longer part of it.
    const bool one_text = captured.dropped == 0;
    const std::string_view first = first_bytes(one_text ? kept : captured.head, show / 4);
    const std::string_view last = last_bytes(one_text ? kept : captured.tail, show - show / 4);
    append_marked(out, printable(first));
    const std::uint64_t missing = captured.dropped + kept.size() - first.size() - last.size();
    out += fmt::format("  … {} not shown …\n", format_bytes(missing));
    append_marked(out, printable(last));
    return out;
}

} // namespace hutch::report
