// See hash_bang.h.
#include "discover/hash_bang.h"

#include "base/text.h"

namespace hutch::discover
{

std::optional<std::vector<std::string>> parse_hash_bang(std::string_view text)
{
    constexpr std::size_t kernel_limit = 255; // BINPRM_BUF_SIZE less one
    text = text.substr(0, kernel_limit);
    const std::size_t line_end = text.find('\n');
    if (!text.starts_with("#!") || (line_end == std::string_view::npos && text.size() == kernel_limit)) {
        return std::nullopt;
    }
    const std::string_view line =
        base::trim(text.substr(2, line_end == std::string_view::npos ? line_end : line_end - 2));
    const std::string_view interpreter = line.substr(0, line.find_first_of(" \t"));
    if (interpreter.empty()) {
        return std::nullopt;
    }
    std::vector<std::string> command{std::string(interpreter)};
    const std::string_view argument = base::trim(line.substr(interpreter.size()));
    if (!argument.empty()) {
        command.emplace_back(argument);
    }
    return command;
}

} // namespace hutch::discover
