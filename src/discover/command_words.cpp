// See command_words.h.
#include "discover/command_words.h"

#include <algorithm>
#include <cctype>

#include "config/placeholders.h"

namespace hutch::discover
{
namespace
{

std::string directory_of(const std::string& file)
{
    const std::size_t slash = file.rfind('/');
    return slash == 0 ? "/" : file.substr(0, slash);
}

std::string file_name(const std::string& file)
{
    return file.substr(file.rfind('/') + 1);
}

/// Whether `word` itself says which file is meant; "{{file}" does not.
bool names_file(std::string_view word)
{
    bool named = false;
    const auto look = [&](std::string_view name) {
        named = named || name == "file" || name == "name";
        return std::string();
    };
    (void)config::expand_placeholders(word, config::runner_placeholders(), look);
    return named;
}

/// By directory and pattern: a path need not be a module's name. But what is no name of Python's is passed over there, in silence, and so is
/// imported as it is called.
std::vector<std::string> unittest_command(const std::string& file)
{
    const std::string directory = directory_of(file), name = file_name(file);
    const std::string module = name.substr(0, name.rfind('.'));
    const auto is_word = [](char each) { return std::isalnum(static_cast<unsigned char>(each)) != 0 || each == '_'; };
    if (std::ranges::all_of(module, is_word)) {
        return {"python3", "-m", "unittest", "discover", "-s", directory, "-p", name};
    }
    const std::string program = "import sys, unittest; sys.path.insert(0, sys.argv[1]); unittest.main(module=sys.argv[2], argv=['unittest'])";
    return {"python3", "-c", program, directory, module};
}

} // namespace

std::string fill_word(std::string_view word, const Filling& filling)
{
    const auto value_of = [&](std::string_view name) -> std::string {
        if (name == "file") {
            return filling.file;
        }
        if (name == "dir") {
            return directory_of(filling.file);
        }
        if (name == "name") {
            return file_name(filling.file);
        }
        return name == "project" ? filling.project : "{xml}";
    };
    // What is wrong with a placeholder was said when the project file was read.
    return config::expand_placeholders(word, config::runner_placeholders(), value_of).value_or(std::string(word));
}

std::vector<std::string> fill_command(const std::vector<std::string>& words, const Filling& filling)
{
    std::vector<std::string> command;
    for (const std::string& word : words) {
        command.push_back(fill_word(word, filling));
    }
    if (!command.empty() && command.front().contains('/') && !command.front().starts_with('/')) {
        command.front() = filling.project + "/" + command.front(); // the project file's own programs, from wherever it is used
    }
    if (std::ranges::none_of(words, names_file)) {
        command.push_back(filling.file);
    }
    return command;
}

void start_python(TestFile& file, PythonKind kind, bool executable)
{
    switch (kind) {
    case PythonKind::script:
        file.command = executable ? std::vector{file.path} : std::vector<std::string>{"python3", file.path};
        file.protocol = Protocol::automatic;
        return;
    case PythonKind::unittest:
        file.command = unittest_command(file.path);
        // Python before 3.12 ends with 0 where a file turned out to have no test.
        file.exit.fail_if = {"(?m)^Ran 0 tests in [0-9.]+s\n\nOK$"};
        file.why += "; it has unittest's cases, and nothing that runs them";
        return;
    case PythonKind::pytest:
        file.command = {"python3", "-m", "pytest", "-q", "--junitxml={xml}", file.path};
        file.protocol = Protocol::junit;
        file.why += "; it has test functions or uses pytest";
        return;
    }
}

} // namespace hutch::discover
