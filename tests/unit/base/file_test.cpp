#include "base/file.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/clock.h"
#include "unit/base/fake_tree.h"

namespace hutch::base {
namespace {

using test::FakeTree;

TEST(File, reads_whole_files_of_any_length)
{
    FakeTree tree;
    for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 100000U}) {
        tree.file("f", std::string(size, 'x'));
        EXPECT_EQ(read_file(tree / "f").value().size(), size);
    }
    EXPECT_EQ(read_file(tree / "f", 99999).error().code, EFBIG);
    const auto missing = read_file(tree / "nothing");
    EXPECT_EQ(missing.error().code, ENOENT);
    EXPECT_EQ(missing.error().message, "read '" + (tree / "nothing") + "': No such file or directory");
}

TEST(File, reads_into_a_buffer_without_an_error_text)
{
    FakeTree tree;
    tree.file("f", "abcdef");
    std::array<char, 4> buffer;
    EXPECT_EQ(read_into(at_path(tree / "f"), buffer), "abcd");
    EXPECT_FALSE(read_into(at_path(tree / "nothing"), buffer));
    const auto fd = open_file(tree / "f", O_RDONLY).value();
    EXPECT_EQ(reread_into(fd, buffer), "abcd");
    EXPECT_EQ(reread_into(fd, buffer), "abcd") << "always from the beginning";
}

TEST(File, writes_once_into_what_exists)
{
    FakeTree tree;
    tree.file("f", "12345");
    EXPECT_TRUE(write_once(tree / "f", "ab"));
    EXPECT_EQ(read_file(tree / "f").value(), "ab345");
    EXPECT_EQ(write_once(tree / "new", "x").error().code, ENOENT);
    EXPECT_EQ(write_once("/dev/full", "x").error().message, "write /dev/full 'x': No space left on device");
}

TEST(File, replaces_atomically_and_leaves_nothing_beside)
{
    FakeTree tree;
    tree.file("f", "old");
    EXPECT_TRUE(replace_file(tree / "f", "new"));
    EXPECT_EQ(read_file(tree / "f").value(), "new");
    tree.directory("d/in");
    EXPECT_FALSE(replace_file(tree / "d", "x"));
    const auto entries = std::filesystem::directory_iterator(tree.path());
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 2);
}

TEST(File, makes_directories)
{
    FakeTree tree;
    EXPECT_TRUE(make_directories(tree / "a/b/c"));
    EXPECT_TRUE(make_directories(tree / "a/b/c"));
    EXPECT_EQ(make_directory(at_path(tree / "a")).error().code, EEXIST);
    tree.file("f");
    EXPECT_EQ(make_directories(tree / "f").error().code, ENOTDIR);
    EXPECT_FALSE(make_directories(tree / "f/x"));
}

TEST(File, reads_links)
{
    FakeTree tree;
    tree.link("l", "to/nowhere");
    EXPECT_EQ(read_link(tree / "l").value(), "to/nowhere");
    EXPECT_TRUE(exists(tree / "l"));
    EXPECT_EQ(read_link(tree.path()).error().code, EINVAL);
}

TEST(RemoveTree, never_follows_links)
{
    FakeTree outside, tree;
    outside.file("keep/file", "x");
    tree.link("t/dir", outside / "keep").link("t/file", outside / "keep/file").link("t/a/loop", "..");
    EXPECT_TRUE(remove_tree(tree / "t"));
    EXPECT_FALSE(exists(tree / "t"));
    EXPECT_TRUE(exists(outside / "keep/file"));

    tree.link("l", outside / "keep");
    EXPECT_TRUE(remove_tree(tree / "l")) << "a link given as the tree is removed itself";
    EXPECT_FALSE(exists(tree / "l"));
    EXPECT_TRUE(exists(outside / "keep/file"));
    EXPECT_TRUE(remove_tree(tree / "nothing"));
}

/// Nests deeper than PATH_MAX and than any descriptor limit.
void nest(const std::string& top, int depth)
{
    UniqueFd here(::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < depth; ++i) {
        ASSERT_EQ(::mkdirat(here.get(), "nested-directory", 0755), 0);
        UniqueFd(::openat(here.get(), "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        here.reset(::openat(here.get(), "nested-directory", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
}

TEST(RemoveTree, depth_and_width_do_not_matter)
{
    FakeTree tree;
    tree.directory("t");
    nest(tree / "t", 1500);
    for (int i = 0; i < 300; ++i) {
        tree.file("t/wide/" + std::to_string(i) + "/f");
    }
    const auto removed = remove_tree(tree / "t");
    EXPECT_TRUE(removed) << removed.error().message;
    EXPECT_FALSE(exists(tree / "t"));
}

/// Runs `body` in a child without privileges; its exit code.
template <class Body> int as_nobody(Body body)
{
    const pid_t child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0)) {
            ::_exit(99);
        }
        ::_exit(body());
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(RemoveTree, gives_modes_back)
{
    FakeTree tree;
    ::chmod(tree.path().c_str(), 0777);
    const std::string top = tree / "t";
    const int result = as_nobody([&] {
        for (const char* name : {"", "/none", "/none/below", "/read", "/read/below", "/write", "/write/below/deep"}) {
            if (!make_directories(top + name)) {
                return 2;
            }
        }
        ::chmod((top + "/none/below").c_str(), 0);
        ::chmod((top + "/none").c_str(), 0);
        ::chmod((top + "/read/below").c_str(), 0400);
        ::chmod((top + "/read").c_str(), 0400);
        ::chmod((top + "/write/below").c_str(), 0200);
        ::chmod((top + "/write").c_str(), 0200);
        ::chmod(top.c_str(), 0);
        return remove_tree(top) && !exists(top) ? 0 : 1;
    });
    EXPECT_EQ(result, 0);
}

TEST(RemoveTree, removes_what_it_can_and_says_what_is_left)
{
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root to make what a user cannot remove";
    }
    FakeTree tree;
    ::chmod(tree.path().c_str(), 0777);
    tree.directory("t/theirs").file("t/theirs/file").file("t/own");
    ::chmod((tree / "t").c_str(), 0777);
    const std::string top = tree / "t";
    const int result = as_nobody([&] {
        const auto removed = remove_tree(top);
        return !removed && removed.error().code == EACCES && !exists(top + "/own") ? 0 : 1;
    });
    EXPECT_EQ(result, 0);
    EXPECT_TRUE(exists(top + "/theirs/file"));
}

TEST(TempDir, is_private_and_goes_with_its_object)
{
    std::string path;
    {
        auto directory = TempDir::create("hutch-unit-").value();
        path = directory.path();
        struct stat status;
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777, 0700U);
        ASSERT_TRUE(make_directory(directory / "d"));
        const TempDir moved = std::move(directory);
        EXPECT_TRUE(exists(path + "/d"));
    }
    EXPECT_FALSE(exists(path));
    EXPECT_FALSE(TempDir::create("x", "/nowhere"));
}

TEST(Clock, deadlines)
{
    EXPECT_TRUE(Deadline::after(Microseconds{0}).passed());
    const auto later = Deadline::after(std::chrono::hours(1));
    EXPECT_FALSE(later.passed());
    EXPECT_GT(later.poll_timeout(), 3599000);
    EXPECT_EQ(Deadline::after(std::chrono::hours(24 * 365)).poll_timeout(), INT32_MAX);
    EXPECT_EQ(utc_timestamp().size(), 24U);
}

} // namespace
} // namespace hutch::base
