// See python_kind.h. Lines are looked at, not Python's grammar: a docstring that has `import pytest` at the beginning of a line is taken
// for the import. The mistake shows (pytest says what it found), and a row of the project file repairs it.
#include "discover/python_kind.h"

#include "base/text.h"

namespace hutch::discover
{
namespace
{

/// "import a, unittest as u" and "from unittest import x", at any depth: imports are found in try blocks, too.
bool imports(std::string_view line, std::string_view module)
{
    line = base::trim(line);
    const bool from = line.starts_with("from ");
    if (!from && !line.starts_with("import ")) {
        return false;
    }
    line.remove_prefix(from ? 5 : 7);
    for (std::string_view name : base::split(line, ',')) {
        name = base::trim(name);
        name = name.substr(0, name.find_first_of(" .\t#;"));
        if (name == module) {
            return true;
        }
        if (from) {
            return false;
        }
    }
    return false;
}

/// What runs the tests of a file that is executed.
bool runs_itself(std::string_view line)
{
    const bool is_main_guard = line.starts_with("if") && line.contains("__name__") && line.contains("__main__");
    return is_main_guard || line.starts_with("unittest.main(");
}

/// Functions, and methods of a class whatever it is derived from.
bool is_test_function(std::string_view line)
{
    const std::string_view inner = base::trim(line);
    return inner.starts_with("def test") || inner.starts_with("async def test") || line.starts_with("class Test");
}

/// "class A(unittest.TestCase):", "class B(base.MyTestCase, Mixin):"; load_tests is unittest's own way in.
bool is_test_case(std::string_view line)
{
    const std::size_t bases = line.find('(');
    return (line.starts_with("class ") && bases != std::string_view::npos && line.substr(bases).contains("TestCase")) ||
           line.starts_with("def load_tests");
}

} // namespace

PythonKind python_kind(std::string_view text)
{
    bool itself = false, pytest = false, cases = false, functions = false;
    for (const std::string_view line : base::lines(text)) {
        if (line.contains("pytest.main(")) {
            return PythonKind::pytest; // its exit code is often dropped: a failure would pass
        }
        itself = itself || runs_itself(line);
        pytest = pytest || imports(line, "pytest");
        cases = cases || is_test_case(line);
        functions = functions || is_test_function(line);
    }
    if (itself) {
        return PythonKind::script;
    }
    if (cases && !pytest) {
        return PythonKind::unittest;
    }
    return pytest || functions ? PythonKind::pytest : PythonKind::script;
}

} // namespace hutch::discover
