// How Python files want to be run. A file that is taken for a script and runs nothing would pass: the doubtful ones are not scripts.
#include "discover/python_kind.h"

#include <string>

#include <gtest/gtest.h>

namespace hutch::discover
{
namespace
{

TEST(PythonKind, Table)
{
    using enum PythonKind;
    const std::pair<std::string_view, PythonKind> rows[] = {
        {"", script},
        {"print('works')\nassert 1 + 1 == 2\n", script},
        {"import unittest\nclass A(unittest.TestCase):\n  def test_a(self): pass\nif __name__ == '__main__':\n    unittest.main()\n", script},
        {"def test_a(): pass\nif __name__ == \"__main__\":\n    test_a()\n", script},
        {"def test_a(): pass\nif '__main__' == __name__:\n    test_a()\n", script},
        {"import unittest\nclass A(unittest.TestCase): pass\nunittest.main()\n", script},
        {"import unittest\nclass A(unittest.TestCase):\n  def test_a(self): pass\n", unittest},
        {"import os, unittest as u\nclass A(u.TestCase): pass\n", unittest},
        {"from django.test import TestCase\nclass AnimalTests(TestCase):\n    def test_a(self): pass\n", unittest},
        {"class A(B, unittest.IsolatedAsyncioTestCase):\n", unittest},
        {"def load_tests(loader, tests, pattern):\n", unittest},
        {"import pytest\n", pytest},
        {"import pytest  # noqa\n", pytest},
        {"try:\n    import pytest\nexcept ImportError:\n    pass\n", pytest},
        {"from pytest import mark\n", pytest},
        {"import pytest\nclass A(unittest.TestCase): pass\n", pytest},
        {"def test_a():\n    pass\n", pytest},
        {"async def test_a():\n    pass\n", pytest},
        {"class TestA:\n    def test_a(self): pass\n", pytest},
        {"class ATests(Base):\n    def test_a(self): pass\n", pytest},
        {"from unittest import mock\ndef test_a():\n    pass\n", pytest},
        {"from unittest.mock import patch\nclass TestA:\n    pass\n", pytest},
        {"import pytest\nif __name__ == '__main__':\n    pytest.main([__file__])\n", pytest},
        {"import mypytest\nfrom x import pytest\n", script},
        {"x = '__name__ == __main__'\n", script},
        {"def testimony(): pass\n", pytest},
        {std::string_view("\0\xff\nimport", 9), script},
    };
    for (const auto& [text, kind] : rows) {
        EXPECT_EQ(static_cast<int>(python_kind(text)), static_cast<int>(kind)) << text;
        std::string windows;
        for (const char each : text) {
            windows += each == '\n' ? "\r\n" : std::string(1, each);
        }
        EXPECT_EQ(static_cast<int>(python_kind(windows)), static_cast<int>(kind)) << "with CRLF: " << text;
    }
}

TEST(PythonKind, ACutTextIsNoCrash)
{
    const std::string text = "import os, unittest\nfrom pytest import x\nclass A(unittest.TestCase):\nif __name__ == '__main__':\n";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        (void)python_kind(std::string_view(text).substr(0, size));
    }
    EXPECT_EQ(static_cast<int>(python_kind(std::string(1 << 16, 'x'))), static_cast<int>(PythonKind::script));
}

} // namespace
} // namespace hutch::discover
