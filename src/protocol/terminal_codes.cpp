// See terminal_codes.h.
#include "protocol/terminal_codes.h"

#include <algorithm>
#include <cstddef>

namespace hutch::protocol {
namespace {

constexpr char escape = '\x1b';

bool between(char byte, char first, char last)
{
    return byte >= first && byte <= last;
}

/// `at` is behind "\x1b[": parameters (0x30 to 0x3f), intermediates (0x20 to 0x2f), one final byte (0x40 to 0x7e).
std::size_t after_control(std::string_view line, std::size_t at)
{
    while (at < line.size() && between(line[at], ' ', '?')) {
        ++at;
    }
    return at < line.size() && between(line[at], '@', '~') ? at + 1 : at;
}

/// `at` is behind "\x1b]": anything up to BEL or "\x1b\\".
std::size_t after_string(std::string_view line, std::size_t at)
{
    for (; at < line.size(); ++at) {
        if (line[at] == '\a') {
            return at + 1;
        }
        if (line[at] == escape) {
            return line.substr(at + 1).starts_with('\\') ? at + 2 : at;
        }
    }
    return at;
}

/// `at` is behind "\x1b".
std::size_t after_escape(std::string_view line, std::size_t at)
{
    if (at == line.size()) {
        return at;
    }
    switch (line[at]) {
    case '[':
        return after_control(line, at + 1);
    case ']': // OSC
    case 'P': // DCS
    case '^': // PM
    case '_': // APC
        return after_string(line, at + 1);
    default:
        break;
    }
    while (at < line.size() && between(line[at], ' ', '/')) {
        ++at;
    }
    return at < line.size() && between(line[at], '0', '~') ? at + 1 : at;
}

} // namespace

std::string without_terminal_codes(std::string_view line)
{
    std::string plain;
    std::size_t at = 0;
    while (at < line.size()) {
        const std::size_t code = std::min(line.find(escape, at), line.size());
        plain.append(line.substr(at, code - at));
        at = code == line.size() ? code : after_escape(line, code + 1);
    }
    return plain;
}

} // namespace hutch::protocol
