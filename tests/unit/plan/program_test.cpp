// execvp(3)'s search as a function: same answers, no exec.
#include "plan/program.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temp_dir.h"

namespace hutch::plan
{
namespace
{

class Program : public testing::Test
{
  protected:
    void file(const std::string& name, mode_t mode)
    {
        std::ofstream(at(name)) << "#!/bin/sh\n";
        ASSERT_EQ(::chmod(at(name).c_str(), mode), 0);
    }
    void directory(const std::string& name) { ASSERT_EQ(::mkdir(at(name).c_str(), 0755), 0); }
    std::string at(const std::string& name) const { return dir_.path() + "/" + name; }

    base::TempDir dir_ = base::TempDir::create("hutch-program-").value();
};

TEST_F(Program, WithASlashIsAPath)
{
    EXPECT_EQ(resolve_program("/bin/x", "/w", "/bin"), "/bin/x");
    EXPECT_EQ(resolve_program("./x", "/w", "/bin"), "/w/./x");
    EXPECT_EQ(resolve_program("a/x", "/", "/bin"), "/a/x");
}

TEST_F(Program, TheFirstExecutableInPathWins)
{
    directory("one");
    directory("two");
    file("one/tool", 0644);
    file("two/tool", 0755);
    EXPECT_EQ(resolve_program("tool", "/w", at("missing") + ":" + at("one") + ":" + at("two")), at("two/tool"));
}

TEST_F(Program, ADirectoryIsNoProgram)
{
    directory("one");
    directory("two");
    directory("one/tool");
    file("two/tool", 0755);
    EXPECT_EQ(resolve_program("tool", "/w", at("one") + ":" + at("two")), at("two/tool"));
}

TEST_F(Program, EmptyAndRelativeEntriesStartAtTheWorkDirectory)
{
    directory("bin");
    file("bin/tool", 0755);
    file("here", 0755);
    EXPECT_EQ(resolve_program("tool", dir_.path(), "bin"), at("bin/tool"));
    EXPECT_EQ(resolve_program("here", dir_.path(), "bin:"), at("here"));
    EXPECT_FALSE(resolve_program("here", dir_.path(), "bin"));
}

TEST_F(Program, WithoutPathTheSystemsDirectoriesAreSearched)
{
    const auto found = resolve_program("sh", "/w", "");
    ASSERT_TRUE(found);
    EXPECT_TRUE(*found == "/bin/sh" || *found == "/usr/bin/sh") << *found;
}

TEST_F(Program, NotFoundAndNotExecutableAreToldApart)
{
    file("data", 0644);
    const auto missing = resolve_program("tool", "/w", dir_.path());
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ENOENT);
    EXPECT_EQ(missing.error().fault, Fault::machine);
    EXPECT_EQ(missing.error().message, "find 'tool' in PATH '" + dir_.path() + "': No such file or directory");
    EXPECT_EQ(resolve_program("data", "/w", dir_.path()).error().code, EACCES);
    EXPECT_EQ(resolve_program("", "/w", dir_.path()).error().code, ENOENT);
}

} // namespace
} // namespace hutch::plan
