// See command_words.h.
#include "discover/command_words.h"

#include <algorithm>

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
            return filling.name;
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
    const bool has_file = std::ranges::any_of(words, [](const std::string& word) {
        return word.contains("{file}") || word.contains("{name}");
    });
    if (!has_file) {
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
        // By directory and pattern: a path need not be a module's name.
        file.command = {"python3", "-m", "unittest", "discover", "-s", directory_of(file.path), "-p", file.path.substr(file.path.rfind('/') + 1)};
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
