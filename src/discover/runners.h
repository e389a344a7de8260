// The runner table: how a file is run that cannot be executed by itself. Data, and the one rule that reads it. It never
// decides what is a test.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::discover
{

/// Files whose name ends in `suffix` are run by `interpreter`.
struct Runner {
    std::string_view suffix;
    std::string_view interpreter;   ///< resolved through PATH by plan/
    bool prefers_hash_bang = false; ///< the file's own #! line, if it has one, is better than `interpreter`
};

std::span<const Runner> default_runners();

/// The first row whose suffix fits; unset: nothing is known about such files.
std::optional<Runner> find_runner(std::span<const Runner> runners, std::string_view name);

/// "#!/usr/bin/env -S perl -w\n…" → {"/usr/bin/env", "-S perl -w"}, as the kernel does it (fs/binfmt_script.c):
/// everything after the interpreter is one argument. Unset: no such line, or none that the kernel would take.
std::optional<std::vector<std::string>> parse_hash_bang(std::string_view text);

} // namespace hutch::discover
