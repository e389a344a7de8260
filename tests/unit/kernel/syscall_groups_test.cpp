#include "kernel/syscall_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "kernel/argument_rules.h"
#include "kernel/syscall_names.h"

namespace hutch::kernel {
namespace {

bool has(const std::vector<std::string>& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

TEST(SyscallNames, NativeForeignYoungAndUnknown)
{
    ASSERT_TRUE(known_call("read"));
    EXPECT_EQ(call_name(*known_call("read")->number), "read");
    EXPECT_EQ(known_call("open_tree_attr")->number, 467); // younger than the libseccomp of Debian 12
    EXPECT_EQ(call_name(467), "open_tree_attr");
    ASSERT_TRUE(known_call("sys_debug_setcontext")); // powerpc's
    EXPECT_FALSE(known_call("sys_debug_setcontext")->number);
    EXPECT_FALSE(known_call("ptrac"));
    EXPECT_EQ(call_name(highest_call() + 1), "");
    EXPECT_GE(highest_call(), 471);
    EXPECT_FALSE(call_name(highest_call()).empty());
}

TEST(SyscallGroups, SortedEachWithASentenceAndKnownMembers)
{
    EXPECT_GE(syscall_groups().size(), 35U);
    EXPECT_TRUE(std::ranges::is_sorted(syscall_groups(), {}, &SyscallGroup::name));
    for (const SyscallGroup& group : syscall_groups()) {
        EXPECT_TRUE(group.name.starts_with('@')) << group.name;
        EXPECT_TRUE(group.why.ends_with('.')) << group.name;
        std::set<std::string_view> seen;
        for (const std::string_view member : base::words(group.members)) {
            EXPECT_TRUE(seen.insert(member).second) << group.name << " has " << member << " twice";
            EXPECT_TRUE(syscall_group(member) != nullptr || argument_rule(member) != nullptr || known_call(member) ||
                        group.name == "@obsolete")
                << group.name << " has an unknown " << member;
        }
        const auto expanded = expand_call(group.name);
        ASSERT_TRUE(expanded) << group.name;
        EXPECT_FALSE(expanded->empty()) << group.name;
    }
}

TEST(SyscallGroups, GroupsInGroupsAndBothSpellings)
{
    const auto privileged = expand_call("@privileged");
    ASSERT_TRUE(privileged);
    EXPECT_TRUE(has(*privileged, "init_module"));
    EXPECT_TRUE(has(*privileged, "iopl"));
    EXPECT_EQ(*expand_call("@raw-io"), *expand_call("@raw_io"));
    const auto mount = expand_call("@mount");
    for (const char* name : {"mount", "umount2", "move_mount", "open_tree_attr", "mount_setattr", "chroot"}) {
        EXPECT_TRUE(has(*mount, name)) << name;
    }
}

TEST(SyscallGroups, WhatIsIndispensableIsInNoGroup)
{
    for (const SyscallGroup& group : syscall_groups()) {
        const auto expanded = expand_call(group.name);
        for (const std::string& call : *expanded) {
            EXPECT_FALSE(is_indispensable(call)) << group.name << ": " << call;
        }
    }
    for (const std::string_view call : indispensable_calls()) {
        EXPECT_TRUE(known_call(call)->number) << call;
    }
}

TEST(SyscallGroups, UnknownNamesTellTheNearest)
{
    const auto call = expand_call("ptrac");
    ASSERT_FALSE(call);
    EXPECT_EQ(call.error().message, "unknown system call 'ptrac'");
    EXPECT_EQ(call.error().hint, "did you mean 'ptrace'?");
    EXPECT_EQ(call.error().fault, Fault::usage);
    const auto group = expand_call("@mounts");
    ASSERT_FALSE(group);
    EXPECT_EQ(group.error().message, "unknown group of system calls '@mounts'");
    EXPECT_EQ(group.error().hint, "did you mean '@mount'?");
    EXPECT_EQ(expand_call("ioctl:TIOCST").error().hint, "did you mean 'ioctl:TIOCSTI'?");
    EXPECT_EQ(expand_call("").error().message, "unknown system call ''");
}

TEST(ArgumentRules, FitTheLowHalfOfArguments)
{
    const ArgumentRule* sti = argument_rule("ioctl:TIOCSTI");
    ASSERT_NE(sti, nullptr);
    EXPECT_TRUE(fits(*sti, std::array<std::uint64_t, 2>{0, 0x5412}));
    EXPECT_TRUE(fits(*sti, std::array<std::uint64_t, 2>{0, 0xffffffff00005412})); // the kernel cuts it off, too
    EXPECT_FALSE(fits(*sti, std::array<std::uint64_t, 2>{0x5412, 0x5413}));
    EXPECT_EQ(argument_rule("ioctl:NONE"), nullptr);
    for (const ArgumentRule& rule : argument_rules()) {
        EXPECT_TRUE(rule.name.starts_with(std::string(rule.call) + ":")) << rule.name;
        EXPECT_TRUE(known_call(rule.call)->number) << rule.name;
    }
}

} // namespace
} // namespace hutch::kernel
