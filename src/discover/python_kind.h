// How a Python test file wants to be run, found out from its text. Pure.
#pragma once

#include <string_view>

namespace hutch::discover
{

enum class PythonKind {
    script,   ///< by itself: it has an `if __name__ == "__main__"`, or does its work when it is read
    unittest, ///< by `python3 -m unittest`: it has test cases and nothing that runs them
    pytest,   ///< by `python3 -m pytest`: it uses pytest, or has test functions or methods and nothing that runs them
};

/// `text` is the head of the file (64 KB). In doubt, the kind that fails when nothing is tested.
PythonKind python_kind(std::string_view text);

} // namespace hutch::discover
