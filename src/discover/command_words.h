// The words of a command that runs a test file: placeholders filled in, Python's ways of being run. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "discover/python_kind.h"
#include "hutch/test.h"

namespace hutch::discover
{

struct Filling {
    std::string file;    ///< {file}: absolute; {dir} and {name} are its directory and its name without directories
    std::string project; ///< {project}: the project's directory
};

/// One word, filled in.
std::string fill_word(std::string_view word, const Filling& filling);

/// {file}, {dir}, {name} and {project} are replaced, "{{" is a brace; {xml} stays for the attempt (run/live_attempt_start.cpp). A relative program with a slash is the project's own. Without any {file} or {name}, the file is added last. Empty: the file itself.
std::vector<std::string> fill_command(const std::vector<std::string>& words, const Filling& filling);

/// Sets command and protocol: by itself, by `python3 -m unittest discover`, by `python3 -m pytest`. `file.path` is set, and `file.command`
/// replaced. A file in which nothing is tested fails.
void start_python(TestFile& file, PythonKind kind, bool executable);

} // namespace hutch::discover
