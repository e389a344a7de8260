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

bool is_main_guard(std::string_view line)
{
    return line.starts_with("if __name__") && line.contains("__main__");
}

bool is_test_function(std::string_view line)
{
    return line.starts_with("def test") || line.starts_with("async def test") || line.starts_with("class Test");
}

} // namespace

PythonKind python_kind(std::string_view text)
{
    bool pytest = false, unittest = false, functions = false;
    for (const std::string_view line : base::lines(text)) {
        if (is_main_guard(line)) {
            return PythonKind::script;
        }
        pytest = pytest || imports(line, "pytest");
        unittest = unittest || imports(line, "unittest");
        functions = functions || is_test_function(line);
    }
    if (pytest) {
        return PythonKind::pytest;
    }
    if (unittest) {
        return PythonKind::unittest;
    }
    return functions ? PythonKind::pytest : PythonKind::script;
}

} // namespace hutch::discover
