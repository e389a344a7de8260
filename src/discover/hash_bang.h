// #! lines, as the kernel reads them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::discover
{

/// "#!/usr/bin/env -S perl -w\n…" → {"/usr/bin/env", "-S perl -w"}, as the kernel does it (fs/binfmt_script.c):
/// everything after the interpreter is one argument. Unset: no such line, or none that the kernel would take.
std::optional<std::vector<std::string>> parse_hash_bang(std::string_view text);

} // namespace hutch::discover
