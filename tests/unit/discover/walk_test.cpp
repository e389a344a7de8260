// What a walk sees: executable files in bytewise order, no more, whatever the directory looks like.
#include "discover/walk.h"

#include <algorithm>
#include <random>
#include <set>

#include <sys/stat.h>
#include <unistd.h>

#include "unit/discover/tree.h"

namespace hutch::discover
{
namespace
{

using Paths = std::vector<std::string>;

Result<Paths> executables_below(const std::string& root)
{
    const auto found = files_below(root, [](std::string_view, bool executable) { return executable; });
    if (!found) {
        return std::unexpected(found.error());
    }
    Paths paths;
    for (const Found& file : *found) {
        paths.push_back(file.below);
    }
    return paths;
}

Paths walk(const Tree& tree)
{
    const auto found = executables_below(tree.path());
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(Paths{});
}

TEST(Walk, FindsExecutableFilesInBytewiseOrder)
{
    Tree tree;
    for (const auto* name : {"b", "a/z", "a.sh", "a-b", "B", "a/B/c", "\xc3\xa4", "10", "9"}) {
        tree.file(name);
    }
    EXPECT_EQ(walk(tree), (Paths{"10", "9", "B", "a-b", "a.sh", "a/B/c", "a/z", "b", "\xc3\xa4"}));
}

TEST(Walk, AFileWithoutTheXBitIsNoTest)
{
    Tree tree;
    tree.file("data", 0644);
    tree.file("test", 0755);
    EXPECT_EQ(walk(tree), Paths{"test"});
}

TEST(Walk, PassesOverHiddenAndGeneratedThings)
{
    Tree tree;
    for (const auto* name :
         {".hidden", ".git/hooks/pre-commit", "node_modules/.bin/x", "node_modules/y", "sub/__pycache__/z",
          "CMakeFiles/a.out", "old~", "x.orig", "x.rej", "x.bak", "libx.so", "libx.so.1.2"}) {
        tree.file(name);
    }
    tree.file("sub/socket.sock");
    tree.file("node_modules.sh");
    EXPECT_EQ(walk(tree), (Paths{"node_modules.sh", "sub/socket.sock"}));
}

TEST(Walk, LinksToFilesCountAndLinksToDirectoriesAreNotFollowed)
{
    Tree tree;
    tree.file("real/test");
    tree.link("real/test", "link");
    tree.link("nowhere", "dangling");
    tree.link("..", "real/up");
    tree.link("real", "again");
    tree.link("loop", "loop");
    EXPECT_EQ(walk(tree), (Paths{"link", "real/test"}));
}

TEST(Walk, TheRootItselfMayBeALink)
{
    Tree tree;
    tree.file("real/test");
    tree.link("real", "link");
    EXPECT_EQ(executables_below(tree / "link"), Paths{"test"});
}

TEST(Walk, WhatIsNoFileIsNoTest)
{
    Tree tree;
    ASSERT_EQ(::mkfifo((tree / "fifo").c_str(), 0777), 0);
    tree.directory("empty");
    EXPECT_EQ(walk(tree), Paths{});
}

/// Root may read everything: for as long as it lives, this process is nobody.
class AsNobody
{
  public:
    AsNobody() : was_(::geteuid()), changed_(was_ == 0 && ::seteuid(65534) == 0) {}
    ~AsNobody() { changed_ = changed_ && ::seteuid(was_) != 0; }

  private:
    uid_t was_;
    bool changed_;
};

TEST(Walk, WhatCannotBeReadIsAnErrorAndNotSilence)
{
    Tree tree;
    tree.file("closed/test");
    tree.file("open/test");
    ASSERT_EQ(::chmod((tree / "closed").c_str(), 0), 0);
    ASSERT_EQ(::chmod(tree.path().c_str(), 0755), 0);
    const auto found = [&] {
        const AsNobody nobody;
        return executables_below(tree.path());
    }();
    ASSERT_EQ(::chmod((tree / "closed").c_str(), 0755), 0);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, EACCES);
    EXPECT_EQ(found.error().message, "open directory '" + (tree / "closed") + "': Permission denied");
}

TEST(Walk, TheXBitMustBeForUs)
{
    Tree tree;
    tree.file("everybody", 0755);
    tree.file("owner", 0744);
    ASSERT_EQ(::chmod(tree.path().c_str(), 0755), 0);
    if (::geteuid() == 0) {
        const AsNobody nobody;
        EXPECT_EQ(walk(tree), Paths{"everybody"});
    }
    EXPECT_EQ(walk(tree), (Paths{"everybody", "owner"}));
}

TEST(Walk, ARootThatIsNotThereIsAnError)
{
    Tree tree;
    const auto found = executables_below(tree / "missing");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ENOENT);
}

TEST(Walk, DeepTreesNeedNoDescriptors)
{
    Tree tree;
    std::string path = "d";
    for (int depth = 0; depth < 700; ++depth) {
        path += "/d";
    }
    tree.file(path + "/test");
    EXPECT_EQ(walk(tree), Paths{path + "/test"});
}

TEST(Walk, RandomTreesGiveExactlyTheirExecutablesSorted)
{
    std::mt19937 random(5);
    constexpr std::string_view names[] = {"a", "b", "c.sh", "a-", "A", "\xff", "z z", "0", ".h", "node_modules"};
    for (int round = 0; round < 20; ++round) {
        Tree tree;
        std::set<std::string> expected, taken;
        for (int count = 0; count < 60; ++count) {
            std::string path;
            bool visible = true, clash = false;
            for (auto depth = random() % 4; depth > 0; --depth) {
                const auto name = names[random() % std::size(names)];
                visible = visible && name != ".h" && name != "node_modules";
                path += "dir" + std::string(name);
                path = visible ? path : path.substr(0, path.size() - name.size() - 3) + std::string(name);
                clash = clash || taken.contains(path);
                path += "/";
            }
            const auto name = names[random() % std::size(names)];
            path += name;
            const bool executable = random() % 3 != 0;
            if (clash || std::filesystem::exists(tree / path)) {
                continue;
            }
            tree.file(path, executable ? 0755 : 0644);
            taken.insert(path);
            if (visible && executable && name != ".h") {
                expected.insert(path);
            }
        }
        EXPECT_EQ(walk(tree), Paths(expected.begin(), expected.end()));
    }
}

} // namespace
} // namespace hutch::discover
