// Private directories: empty when they are taken, whatever a test did to the one that it gave back.

#include "run/temp_dirs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/temp_dir.h"
#include "scope/sweep.h"

namespace hutch::run {
namespace {

namespace fs = std::filesystem;

class TempDirsTest : public testing::Test {
  protected:
    base::TempDir place_ = *base::TempDir::create("hutch-test-");
};

TEST_F(TempDirsTest, IsPrivateAndEmptyAndGoneInTheEnd)
{
    std::string path;
    {
        TempDirs dirs(place_.path(), "id");
        path = *dirs.take();
        EXPECT_TRUE(path.starts_with(place_.path() + "/hutch-id/"));
        EXPECT_TRUE(fs::is_empty(path));
        EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
        ASSERT_TRUE(dirs.give_back(path));
    }
    EXPECT_TRUE(fs::is_empty(place_.path()));
}

TEST_F(TempDirsTest, TwoAtATimeAreTwo)
{
    TempDirs dirs(place_.path(), "id");
    const std::string first = *dirs.take(), second = *dirs.take();
    EXPECT_NE(first, second);
    ASSERT_TRUE(dirs.give_back(first));
    EXPECT_EQ(*dirs.take(), first) << "as new: used again";
}

TEST_F(TempDirsTest, WhatATestDidToItsDirectoryNeverReachesAnother)
{
    TempDirs dirs(place_.path(), "id");
    const auto left_empty_after = [&](auto&& deed) {
        const std::string path = *dirs.take();
        deed(path);
        ASSERT_TRUE(dirs.give_back(path));
        const std::string next = *dirs.take();
        EXPECT_TRUE(fs::is_directory(fs::symlink_status(next)));
        EXPECT_TRUE(fs::is_empty(next));
        EXPECT_EQ(fs::status(next).permissions(), fs::perms::owner_all);
        ASSERT_TRUE(dirs.give_back(next));
    };
    left_empty_after([](const std::string& path) { std::ofstream(path + "/file") << "x"; });
    left_empty_after([](const std::string& path) { fs::create_directories(path + "/a/b/c"); });
    left_empty_after([](const std::string& path) { fs::create_directory(path + "/" + std::string(255, 'x')); });
    left_empty_after([](const std::string& path) { ::chmod(path.c_str(), 0); });
    left_empty_after([](const std::string& path) { ::chmod(path.c_str(), 0777); });
    left_empty_after([](const std::string& path) {
        fs::remove(path);
        fs::create_symlink("/", path);
    });
    left_empty_after([](const std::string& path) {
        fs::create_directory(path + "/locked");
        std::ofstream(path + "/locked/file") << "x";
        ::chmod((path + "/locked").c_str(), 0);
    });
    left_empty_after([](const std::string& path) { fs::remove(path); });
}

TEST_F(TempDirsTest, NoSweepTakesThemThoughTheRunLooksDead)
{
    const auto sweep = [&] { return scope::sweep_temp_dirs(place_.path()); };
    std::string root;
    {
        TempDirs dirs(place_.path(), "00000000-1-1"); // of another boot, or so it seems
        const std::string path = *dirs.take();
        root = fs::path(path).parent_path();
        ASSERT_EQ(sweep().left.size(), 1U);
        EXPECT_EQ(sweep().left[0].why, "is locked by a living process");
        EXPECT_TRUE(fs::is_directory(path));
        std::ofstream(path + "/kept") << "x"; // not given back: the root stays
    }
    EXPECT_EQ(sweep().swept, std::vector{"directory " + root});
    EXPECT_TRUE(fs::is_empty(place_.path()));
}

TEST_F(TempDirsTest, WhatATestPutsBesideItsDirectoryGoesInTheEnd)
{
    fs::create_directory(place_.path() + "/elsewhere");
    std::ofstream(place_.path() + "/elsewhere/file") << "x";
    {
        TempDirs dirs(place_.path(), "id");
        const std::string path = *dirs.take();
        fs::rename(path, path + "-moved");
        fs::create_symlink(place_.path() + "/elsewhere", path);
        fs::create_symlink(place_.path() + "/elsewhere", path + "-link");
        ASSERT_TRUE(dirs.give_back(path));
    }
    EXPECT_FALSE(fs::exists(place_.path() + "/hutch-id"));
    EXPECT_TRUE(fs::exists(place_.path() + "/elsewhere/file"));
}

TEST_F(TempDirsTest, WhatWasNotGivenBackStays)
{
    std::string path;
    {
        TempDirs dirs(place_.path(), "id");
        path = *dirs.take();
    }
    EXPECT_TRUE(fs::is_directory(path)) << "somebody may still be at work in it";
}

TEST_F(TempDirsTest, ADirectoryOfTheSameNameIsNotTaken)
{
    fs::create_directory(place_.path() + "/hutch-id");
    TempDirs dirs(place_.path(), "id");
    EXPECT_FALSE(dirs.take().has_value());
}

} // namespace
} // namespace hutch::run
