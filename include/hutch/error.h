// What went wrong, as a value. Library code returns an Error; only src/cli turns one into text on a terminal.
#pragma once

#include <cerrno>
#include <expected>
#include <string>
#include <system_error>
#include <utility>

namespace hutch {

/// Who has to act on an error; src/cli maps it to an exit code.
enum class Fault {
    machine, ///< hutch or the machine: exit 3
    usage,   ///< command line, configuration, metadata, filter: exit 2
};

/// `message` says what was tried and with which data, in lower case and without "failed to":
/// `write memory.max '64M': Permission denied`. `hint`, if any, is the command or the file that repairs it.
struct Error {
    std::string message;
    int code = 0; ///< errno value, 0 where there was none
    std::string hint = {};
    Fault fault = Fault::machine;
};

template <class T> using Result = std::expected<T, Error>;

/// An Error from errno: `system_error("open '/x'")` → "open '/x': No such file or directory".
inline std::unexpected<Error> system_error(std::string tried, int code = errno)
{
    tried += ": " + std::generic_category().message(code);
    return std::unexpected(Error{.message = std::move(tried), .code = code});
}

/// An Error of the user's making (exit 2).
inline std::unexpected<Error> usage_error(std::string message, std::string hint = {})
{
    return std::unexpected(
        Error{.message = std::move(message), .code = 0, .hint = std::move(hint), .fault = Fault::usage});
}

/// An Error that is neither errno's nor the user's.
inline std::unexpected<Error> plain_error(std::string message, std::string hint = {})
{
    return std::unexpected(Error{.message = std::move(message), .code = 0, .hint = std::move(hint)});
}

} // namespace hutch
