// Build directories and the real ctest and meson, where they are installed.
#include "discover/suites.h"

#include <cstdlib>
#include <filesystem>

#include "base/tool.h"
#include "support/require.h"
#include "unit/discover/suite_fixture.h"
#include "unit/discover/tree.h"

namespace hutch::discover
{
namespace
{

using namespace std::chrono_literals;

bool there_is(const std::string& tool)
{
    return base::run_tool({tool, "--version"}, "", 1 << 20, 60s).has_value();
}

TEST(Suites, NoBuildDirectory)
{
    Tree tree;
    const auto nothing = ctest_suite(tree / "nothing");
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().message, "find build directory '" + (tree / "nothing") + "': No such file or directory");
    EXPECT_EQ(nothing.error().fault, Fault::usage);
    const auto empty = ctest_suite(tree.path());
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().message, "'" + tree.path() + "' is no build directory of CMake with tests: it has no CTestTestfile.cmake");
    EXPECT_EQ(empty.error().fault, Fault::usage);
    const auto meson = meson_suite(tree.path());
    ASSERT_FALSE(meson);
    EXPECT_EQ(meson.error().message, "'" + tree.path() + "' is no build directory of Meson with tests: it has no meson-info/intro-tests.json");
}

TEST(Suites, Ctest)
{
    if (!there_is("ctest")) {
        HUTCH_SKIP("ctest", "there is no ctest");
    }
    Tree tree;
    tree.file("CTestTestfile.cmake", 0644, "add_test([=[a b]=] sh -c \"exit 0\")\nadd_test(gone ./nosuch)\nadd_test(t true)\n"
                                           "set_tests_properties(t PROPERTIES TIMEOUT 7)\n");
    const auto plain = ctest_suite(tree.path());
    ASSERT_TRUE(plain) << plain.error().message;
    EXPECT_EQ(names_of(*plain), (Words{"a b", "gone", "t"}));
    EXPECT_TRUE(plain->notices.empty());
    EXPECT_EQ(named(*plain, "a b").traits->limits.wall, std::nullopt);
    EXPECT_NE(named(*plain, "gone").not_available, "");

    tree.file("DartConfiguration.tcl", 0644, "# TimeOut is said below\nTimeOutish: 3\nTimeOut: 1500\n");
    tree.file("CTestCustom.cmake", 0644, "set(CTEST_CUSTOM_TESTS_IGNORE t)\nset(CTEST_CUSTOM_POST_TEST \"true\")\n");
    const auto with_default = ctest_suite(tree.path() + "/.");
    ASSERT_TRUE(with_default) << with_default.error().message;
    EXPECT_EQ(names_of(*with_default), (Words{"a b", "gone"}));
    EXPECT_EQ(named(*with_default, "a b").traits->limits.wall->value, 1500s);
    EXPECT_EQ(with_default->notices, (Words{"CTEST_CUSTOM_POST_TEST of CTestCustom.cmake: ctest runs it when it lists the tests, and nothing after them"}));
}

TEST(Suites, CtestWithConfigurations)
{
    if (!there_is("ctest")) {
        HUTCH_SKIP("ctest", "there is no ctest");
    }
    Tree tree;
    tree.file("CMakeCache.txt", 0644, "CMAKE_BUILD_TYPE:STRING=\nCMAKE_CONFIGURATION_TYPES:STRING=Debug;Release\n");
    const std::string chosen = "if(CTEST_CONFIGURATION_TYPE MATCHES \"^([Dd][Ee][Bb][Uu][Gg])$\")\n  add_test(a true)\nelse()\n  add_test(a NOT_AVAILABLE)\nendif()\n";
    tree.file("CTestTestfile.cmake", 0644, chosen);
    const auto none = ctest_suite(tree.path());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().message, "'" + tree.path() + "' has the configurations Debug;Release, and none was chosen: ctest lists no test");
    EXPECT_EQ(none.error().fault, Fault::usage);
    EXPECT_EQ(ctest_suite(tree.path(), "Fast").error().message,
              "'" + tree.path() + "' has the configurations Debug;Release, and 'Fast' is none of them: ctest lists no test");
    EXPECT_EQ(ctest_suite(tree.path(), "debug")->tests.size(), 1u);
    tree.file("CTestTestfile.cmake", 0644, chosen + "add_test(b true)\n");
    EXPECT_EQ(ctest_suite(tree.path())->notices,
              (Words{"The build has the configurations Debug;Release, and none was chosen: ctest does not list tests that need one"}));
}

TEST(Suites, CtestFails)
{
    if (!there_is("ctest")) {
        HUTCH_SKIP("ctest", "there is no ctest");
    }
    Tree tree;
    tree.file("CTestTestfile.cmake", 0644, "add_test(a true\n");
    const auto broken = ctest_suite(tree.path());
    ASSERT_FALSE(broken);
    EXPECT_TRUE(broken.error().message.starts_with("ctest in '" + tree.path() + "' ended with exit code 8: ")) << broken.error().message;
}

TEST(Suites, ToolIsMissing)
{
    Tree tree;
    tree.file("CTestTestfile.cmake", 0644, "");
    tree.file("meson-info/intro-tests.json", 0644, R"([{"name":"a","cmd":["x"]}])");
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", tree.path().c_str(), 1);
    const auto ctest = ctest_suite(tree.path());
    const auto meson = meson_suite(tree.path());
    ::setenv("PATH", path.c_str(), 1);
    ASSERT_FALSE(ctest);
    EXPECT_EQ(ctest.error().message, "run 'ctest --show-only=json-v1': No such file or directory");
    EXPECT_EQ(ctest.error().hint, "install cmake, or put it into PATH");
    ASSERT_TRUE(meson) << meson.error().message;
    EXPECT_EQ(names_of(*meson), (Words{"a"}));
    ASSERT_EQ(meson->notices.size(), 2u);
    EXPECT_EQ(meson->notices[1], "meson itself could not be asked: run 'meson runpython -c def main():…': No such file or directory");
}

TEST(Suites, Meson)
{
    if (!there_is("meson")) {
        HUTCH_SKIP("meson", "there is no meson");
    }
    Tree tree;
    tree.file("source/meson.build", 0644, "project('p')\nsh = find_program('sh')\ntest('a', sh, args: ['-c', 'exit 1'], should_fail: true, suite: 's')\n"
                                          "e = environment()\ne.append('PATH', '/added')\ntest('b', sh, env: e)\ntest('slow', sh, suite: 'slow')\n"
                                          "add_test_setup('usual', is_default: true, exclude_suites: 'slow', timeout_multiplier: 3)\n");
    const auto made = base::run_tool({"meson", "setup", "build", "source"}, tree.path(), 1 << 20, 120s);
    if (!made || made->exit_code != 0) {
        HUTCH_SKIP("meson", "meson setup fails here: " + (made ? made->out : made.error().message));
    }
    const auto suite = meson_suite(tree / "build");
    ASSERT_TRUE(suite) << suite.error().message;
    EXPECT_EQ(suite->notices, Words{});
    EXPECT_EQ(names_of(*suite), (Words{"p:s / a", "p / b"}));
    EXPECT_TRUE(named(*suite, "p:s / a").exit.will_fail);
    EXPECT_EQ(named(*suite, "p:s / a").traits->limits.wall->value, 90s);
    EXPECT_EQ(value_of(named(*suite, "p / b").environment, "PATH"), std::getenv("PATH") + std::string(":/added"));
    EXPECT_EQ(value_of(named(*suite, "p / b").environment, "HOME"), std::nullopt); // what is inherited is not repeated

    // Its own data are gone: introspection is what is left.
    std::filesystem::remove(tree / "build/meson-private/meson_test_setup.dat");
    const auto introspected = meson_suite(tree / "build");
    ASSERT_TRUE(introspected) << introspected.error().message;
    EXPECT_EQ(introspected->tests.size(), 3u);
    EXPECT_EQ(introspected->notices.size(), 2u);
}

} // namespace
} // namespace hutch::discover
