#include "report/printable.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

namespace hutch::report {

namespace {

constexpr char escape = '\x1b';
constexpr char bell = '\a';
constexpr std::string_view replacement = "\xef\xbf\xbd";

struct CodePoint {
    std::uint32_t value;
    std::size_t length;
};

bool is_continuation(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// How many bytes a sequence has that starts with `lead`, and the bits that `lead` brings; unset for no lead at all.
std::optional<CodePoint> sequence_start(unsigned char lead)
{
    if (lead < 0x80) {
        return CodePoint{lead, 1};
    }
    if (lead >= 0xC2 && lead < 0xE0) {
        return CodePoint{lead & 0x1FU, 2};
    }
    if (lead >= 0xE0 && lead < 0xF0) {
        return CodePoint{lead & 0x0FU, 3};
    }
    if (lead >= 0xF0 && lead < 0xF5) {
        return CodePoint{lead & 0x07U, 4};
    }
    return std::nullopt;
}

/// The code point at the start of `text`; unset where the bytes are not UTF-8 (overlong forms, surrogates, cut off).
std::optional<CodePoint> decode(std::string_view text)
{
    auto point = sequence_start(static_cast<unsigned char>(text.front()));
    if (!point || text.size() < point->length) {
        return std::nullopt;
    }
    for (std::size_t i = 1; i < point->length; ++i) {
        if (!is_continuation(text[i])) {
            return std::nullopt;
        }
        point->value = point->value << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    const bool overlong =
        (point->length == 3 && point->value < 0x800) || (point->length == 4 && point->value < 0x10000);
    const bool surrogate = point->value >= 0xD800 && point->value < 0xE000;
    if (overlong || surrogate || point->value > 0x10FFFF) {
        return std::nullopt;
    }
    return point;
}

/// A string sequence (ESC ] title BEL, ESC P … ESC \): up to its end, or up to the end of the line where it has none,
/// so that a test cannot swallow the rest of its output.
std::size_t string_sequence_length(std::string_view text)
{
    for (std::size_t i = 2; i < text.size(); ++i) {
        if (text[i] == bell) {
            return i + 1;
        }
        if (text[i] == escape) {
            return i + 1 < text.size() && text[i + 1] == '\\' ? i + 2 : i;
        }
        if (text[i] == '\n') {
            return i;
        }
    }
    return text.size();
}

/// ECMA-48: the length of the escape sequence that `text` begins with (text[0] is ESC).
std::size_t escape_length(std::string_view text)
{
    if (text.size() < 2) {
        return 1;
    }
    if (std::string_view("]PX^_").contains(text[1])) {
        return string_sequence_length(text);
    }
    std::size_t i = 1;
    if (text[1] == '[') {
        ++i;
        while (i < text.size() && text[i] >= 0x30 && text[i] <= 0x3F) { // parameters
            ++i;
        }
    }
    while (i < text.size() && text[i] >= 0x20 && text[i] <= 0x2F) { // intermediates
        ++i;
    }
    const bool has_final = i < text.size() && text[i] >= 0x30 && text[i] <= 0x7E;
    return has_final ? i + 1 : i;
}

bool hides_text(std::uint32_t point)
{
    return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0x2028 ||
           point == 0x2029;
}

void append_control(std::string& out, char byte)
{
    out += '^';
    out += byte == 0x7F ? '?' : static_cast<char>(byte + '@');
}

/// One code point, escape sequence or broken byte of `rest` goes to `out`; returns how many bytes it was.
std::size_t append_next(std::string& out, std::string_view rest, bool keep_lines)
{
    const char byte = rest.front();
    if (byte == escape) {
        return escape_length(rest);
    }
    if (keep_lines && (byte == '\n' || byte == '\t')) {
        out += byte;
        return 1;
    }
    if (keep_lines && byte == '\r') {
        if (rest.size() < 2 || rest[1] != '\n') {
            out += '\n';
        }
        return 1;
    }
    if ((byte >= 0 && byte < 0x20) || byte == 0x7F) {
        append_control(out, byte);
        return 1;
    }
    const auto point = decode(rest);
    if (!point) {
        out += replacement;
        return 1;
    }
    if ((point->value >= 0x80 && point->value < 0xA0) || hides_text(point->value)) {
        fmt::format_to(std::back_inserter(out), "<U+{:04X}>", point->value);
    } else {
        out += rest.substr(0, point->length);
    }
    return point->length;
}

std::string convert(std::string_view bytes, bool keep_lines)
{
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        bytes.remove_prefix(append_next(out, bytes, keep_lines));
    }
    return out;
}

} // namespace

std::string printable(std::string_view bytes)
{
    return convert(bytes, true);
}

std::string printable_line(std::string_view bytes)
{
    return convert(bytes, false);
}

} // namespace hutch::report
