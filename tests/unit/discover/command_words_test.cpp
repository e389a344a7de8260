// Commands of runners, word by word, and the ways to run Python.
#include "discover/command_words.h"

#include <gtest/gtest.h>

namespace hutch::discover
{
namespace
{

using Words = std::vector<std::string>;

const Filling filling{.file = "/p/a b/t.sh", .project = "/p"};

TEST(CommandWords, Placeholders)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""},
        {"{file}", "/p/a b/t.sh"},
        {"--in={file}", "--in=/p/a b/t.sh"},
        {"{dir}", "/p/a b"},
        {"{name}", "t.sh"},
        {"{dir}/{name}", "/p/a b/t.sh"},
        {"{project}/x", "/p/x"},
        {"{xml}", "{xml}"},
        {"{{file}", "{file}"},
        {"}", "}"},
        {"{unknown}", "{unknown}"},
        {"{", "{"},
    };
    for (const auto& [word, filled] : rows) {
        EXPECT_EQ(fill_word(word, filling), filled);
    }
    EXPECT_EQ(fill_word("{dir}", {.file = "/t.sh", .project = "/"}), "/");
}

TEST(CommandWords, TheFileIsAddedWhereNoWordNamesIt)
{
    EXPECT_EQ(fill_command({}, filling), (Words{"/p/a b/t.sh"}));
    EXPECT_EQ(fill_command({"sh", "-e"}, filling), (Words{"sh", "-e", "/p/a b/t.sh"}));
    EXPECT_EQ(fill_command({"sh", "{file}", "-v"}, filling), (Words{"sh", "/p/a b/t.sh", "-v"}));
    EXPECT_EQ(fill_command({"find", "{dir}", "-name", "{name}"}, filling), (Words{"find", "/p/a b", "-name", "t.sh"}));
    EXPECT_EQ(fill_command({"sh", "{{file}"}, filling), (Words{"sh", "{file}", "/p/a b/t.sh"})) << "a brace is no placeholder";
    EXPECT_EQ(fill_command({"x", "{dir}"}, filling), (Words{"x", "/p/a b", "/p/a b/t.sh"}));
}

TEST(CommandWords, ARelativeProgramIsTheProjects)
{
    EXPECT_EQ(fill_command({"bin/x"}, filling).front(), "/p/bin/x");
    EXPECT_EQ(fill_command({"./x"}, filling).front(), "/p/./x");
    EXPECT_EQ(fill_command({"x"}, filling).front(), "x");
    EXPECT_EQ(fill_command({"/bin/x"}, filling).front(), "/bin/x");
    EXPECT_EQ(fill_command({"{file}"}, filling).front(), "/p/a b/t.sh");
}

TestFile python(PythonKind kind, bool executable, std::string path = "/p/test_a.py")
{
    TestFile file;
    file.path = std::move(path);
    file.why = "row";
    start_python(file, kind, executable);
    return file;
}

TEST(CommandWords, Python)
{
    EXPECT_EQ(python(PythonKind::script, false).command, (Words{"python3", "/p/test_a.py"}));
    EXPECT_EQ(python(PythonKind::script, true).command, (Words{"/p/test_a.py"}));
    EXPECT_EQ(python(PythonKind::script, true).protocol, Protocol::automatic);
    EXPECT_EQ(python(PythonKind::script, true).why, "row");

    const TestFile cases = python(PythonKind::unittest, true);
    EXPECT_EQ(cases.command, (Words{"python3", "-m", "unittest", "discover", "-s", "/p", "-p", "test_a.py"}));
    EXPECT_EQ(cases.protocol, Protocol::exit);
    EXPECT_EQ(cases.exit.fail_if.size(), 1u) << "an empty file does not pass";
    EXPECT_EQ(python(PythonKind::unittest, false, "/test_a.py").command.at(5), "/");

    const TestFile functions = python(PythonKind::pytest, false);
    EXPECT_EQ(functions.command, (Words{"python3", "-m", "pytest", "-q", "--junitxml={xml}", "/p/test_a.py"}));
    EXPECT_EQ(functions.protocol, Protocol::junit);
}

TEST(CommandWords, AFileWhoseNameIsNotPythonsIsImportedAsItIsCalled)
{
    const Words command = python(PythonKind::unittest, false, "/p/test_a-b.py").command;
    ASSERT_EQ(command.size(), 5u);
    EXPECT_EQ(command.at(1), "-c");
    EXPECT_EQ(command.at(3), "/p");
    EXPECT_EQ(command.at(4), "test_a-b") << "discover passes over it, and ends with 0";
}

} // namespace
} // namespace hutch::discover
