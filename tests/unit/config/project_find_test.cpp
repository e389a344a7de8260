// Where hutch.toml is looked for, and what ends the search.
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/project.h"
#include "config/project_find.h"
#include "config/user_file.h"

namespace hutch::config {
namespace {

namespace fs = std::filesystem;

constexpr Bytes ram = Bytes{8} << 30;

/// A directory of its own: "home" is a home, "home/p/a/b" a working directory.
class FindProject : public testing::Test {
  protected:
    FindProject()
    {
        std::array<char, 32> name{"/tmp/hutch-find-XXXXXX"};
        top = fs::canonical(mkdtemp(name.data())).string();
        home = top + "/home";
        cwd = home + "/p/a/b";
        fs::create_directories(cwd);
    }
    ~FindProject() override { fs::remove_all(top); }

    void write(const std::string& file, const std::string& text = "[run]\njobs = 3\n") const
    {
        fs::create_directories(fs::path(top + "/" + file).parent_path());
        std::ofstream(top + "/" + file) << text;
    }

    std::string found(const std::string& from) const
    {
        const auto project = find_project(from, home, ram);
        EXPECT_TRUE(project) << project.error().message;
        EXPECT_TRUE(project && (!project->file.empty() || project->directory == from));
        return project ? project->file : "";
    }

    std::string top, home, cwd;
};

TEST_F(FindProject, InTheNearestDirectoryThatHasOne)
{
    EXPECT_EQ(found(cwd), "");
    write("home/hutch.toml");
    EXPECT_EQ(found(cwd), home + "/hutch.toml");
    EXPECT_EQ(found(cwd + "/"), home + "/hutch.toml");
    EXPECT_EQ(found(cwd + "/../b/."), home + "/hutch.toml");
    write("home/p/hutch.toml");
    EXPECT_EQ(found(cwd), home + "/p/hutch.toml");
    write("home/p/a/b/hutch.toml");
    EXPECT_EQ(found(cwd), cwd + "/hutch.toml");
    const auto project = find_project(cwd, home, ram);
    EXPECT_EQ(project->directory, cwd);
    EXPECT_EQ(project->run, (RunDefaults{{"jobs", "3"}}));
}

TEST_F(FindProject, InTheConfigDirectory)
{
    write("home/p/.config/hutch.toml");
    const auto project = find_project(cwd, home, ram);
    ASSERT_TRUE(project) << project.error().message;
    EXPECT_EQ(project->file, home + "/p/.config/hutch.toml");
    EXPECT_EQ(project->directory, home + "/p");
    write("home/p/hutch.toml");
    const auto both = find_project(cwd, home, ram);
    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().message, "'" + home + "/p' has both hutch.toml and .config/hutch.toml");
    EXPECT_EQ(both.error().fault, Fault::usage);
    write("home/p/a/.config", "a file, not a directory");
    EXPECT_FALSE(find_project(cwd, home, ram));
}

TEST_F(FindProject, NotAboveARepository)
{
    write("home/hutch.toml");
    fs::create_directories(home + "/p/.git");
    EXPECT_EQ(found(cwd), "");
    write("home/p/hutch.toml");
    EXPECT_EQ(found(cwd), home + "/p/hutch.toml");
    write("home/p/a/.git", "gitdir: elsewhere"); // of a submodule or a worktree
    EXPECT_EQ(found(cwd), "");
}

TEST_F(FindProject, NotAboveHome)
{
    write("hutch.toml");
    EXPECT_EQ(found(cwd), "");
    EXPECT_EQ(found(home), "");
    EXPECT_EQ(find_project(cwd, home + "/", ram)->file, "");
    EXPECT_EQ(find_project(cwd, "/elsewhere", ram)->file, top + "/hutch.toml");
    EXPECT_EQ(find_project(cwd, "", ram)->file, top + "/hutch.toml");
    EXPECT_EQ(find_project("relative", home, ram)->directory, "relative");
    EXPECT_EQ(find_project("", home, ram)->file, "");
}

TEST_F(FindProject, NotWhatIsSomebodyElses)
{
    // Everything here is ours; to somebody else it is not. Root's is everybody's.
    const uid_t other = geteuid() + 1;
    write("home/p/hutch.toml");
    const auto ours = look_for_project(cwd, home, geteuid());
    ASSERT_TRUE(ours);
    EXPECT_EQ(ours->file, home + "/p/hutch.toml");
    EXPECT_EQ(ours->passed_over, "");
    if (geteuid() != 0) {
        const auto theirs = look_for_project(home + "/p", home, other);
        ASSERT_TRUE(theirs);
        EXPECT_EQ(theirs->file, "");
        EXPECT_EQ(theirs->directory, home + "/p");
        EXPECT_EQ(theirs->passed_over, home + "/p/hutch.toml");
        EXPECT_EQ(look_for_project(cwd, home, other)->passed_over, "") << "the first directory ends it";
        return;
    }
    const auto change_owner = [&](const std::string& path, uid_t uid) { ASSERT_EQ(lchown((top + path).c_str(), uid, 0), 0); };
    const auto passed_over = [&](uid_t uid) {
        const auto looked = look_for_project(cwd, home, uid);
        EXPECT_TRUE(looked && looked->file.empty() && looked->text.empty());
        return looked ? looked->passed_over : "";
    };
    change_owner("/home/p/hutch.toml", 1000);
    EXPECT_EQ(passed_over(0), home + "/p/hutch.toml");
    EXPECT_EQ(passed_over(1001), home + "/p/hutch.toml");
    EXPECT_EQ(look_for_project(cwd, home, 1000)->file, home + "/p/hutch.toml");
    change_owner("/home/p/hutch.toml", 0);
    EXPECT_EQ(look_for_project(cwd, home, 1000)->file, home + "/p/hutch.toml");
    change_owner("/home/p", 1000);
    EXPECT_EQ(passed_over(0), home + "/p/hutch.toml");
    change_owner("/home/p/a", 1000);
    write("home/hutch.toml");
    EXPECT_EQ(passed_over(0), "") << "no farther than a directory of somebody else";
    change_owner("/home/p/a", 0);
    change_owner("/home/p", 0);
    // A link that somebody else put there, to a file that is ours: not his to choose.
    fs::rename(top + "/home/p/hutch.toml", top + "/elsewhere.toml");
    fs::create_symlink(top + "/elsewhere.toml", home + "/p/hutch.toml");
    EXPECT_EQ(look_for_project(cwd, home, 0)->file, home + "/p/hutch.toml");
    change_owner("/home/p/hutch.toml", 1000);
    EXPECT_EQ(passed_over(0), home + "/p/hutch.toml");
    fs::remove(home + "/p/hutch.toml");
    write("home/p/.config/hutch.toml");
    change_owner("/home/p/.config", 1000);
    EXPECT_EQ(passed_over(0), home + "/p/.config/hutch.toml");
}

TEST_F(FindProject, OnlyRegularFilesAreRead)
{
    const std::string file = home + "/p/hutch.toml";
    const auto expect_error = [&](const std::string& message) {
        const auto project = find_project(cwd, home, ram);
        ASSERT_FALSE(project) << message;
        EXPECT_EQ(project.error().message, message);
        EXPECT_EQ(project.error().fault, Fault::usage);
    };
    ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
    expect_error("'" + file + "': not a regular file");
    fs::remove(file);
    fs::create_directory(file);
    expect_error("'" + file + "': not a regular file");
    fs::remove(file);
    fs::create_symlink("/nowhere", file);
    expect_error("open '" + file + "': No such file or directory");
    fs::remove(file);
    fs::create_symlink("hutch.toml", file);
    expect_error("open '" + file + "': Too many levels of symbolic links");
    fs::remove(file);
    fs::create_symlink("/dev/zero", file);
    expect_error("'" + file + "': not a regular file");
    fs::remove(file);
    write("home/p/hutch.toml", "#" + std::string(project_file_limit * 3, 'x'));
    expect_error(file + ":1:1: a project file has at most 1 MB");
    write("home/p/hutch.toml", "[rum]");
    expect_error(file + ":1:2: unknown key 'rum'");
    if (geteuid() != 0) {
        fs::permissions(file, fs::perms::none);
        expect_error("open '" + file + "': Permission denied");
    }
}

TEST_F(FindProject, TheUsersFile)
{
    const std::string directory = home + "/.config/hutch";
    EXPECT_TRUE(find_user_file(directory, ram)->run.empty());
    EXPECT_TRUE(find_user_file("", ram)->run.empty());
    write("home/.config/hutch/config.toml", "[run]\njobs = 2");
    EXPECT_EQ(find_user_file(directory, ram)->run, (RunDefaults{{"jobs", "2"}}));
    write("home/.config/hutch/config.toml", "[run]\njosb = 2");
    EXPECT_EQ(find_user_file(directory, ram).error().message, directory + "/config.toml:2:1: unknown key 'run.josb'");
    fs::remove(directory + "/config.toml");
    ASSERT_EQ(mkfifo((directory + "/config.toml").c_str(), 0600), 0);
    EXPECT_EQ(find_user_file(directory, ram).error().message, "'" + directory + "/config.toml': not a regular file");
}

} // namespace
} // namespace hutch::config
