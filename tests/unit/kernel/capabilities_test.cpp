#include "kernel/capabilities.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/securebits.h>

namespace hutch::kernel {
namespace {

constexpr CapabilityMask bit(int capability)
{
    return CapabilityMask{1} << capability;
}

TEST(Capabilities, NamesAndBits)
{
    EXPECT_EQ(capability_named("CAP_NET_ADMIN"), CAP_NET_ADMIN);
    EXPECT_EQ(capability_named("cap_sys_ptrace"), CAP_SYS_PTRACE);
    EXPECT_EQ(capability_named("chown"), CAP_CHOWN);
    EXPECT_EQ(capability_name(CAP_BPF), "CAP_BPF");
    EXPECT_EQ(capability_name(63), "CAP_63");
    EXPECT_EQ(capability_names(bit(CAP_KILL) | bit(CAP_CHOWN)), (std::vector<std::string>{"CAP_CHOWN", "CAP_KILL"}));
    EXPECT_GE(last_capability(), CAP_AUDIT_READ);
    EXPECT_EQ(all_capabilities() + 1, bit(last_capability() + 1));
    for (int capability = 0; capability <= last_capability(); ++capability) {
        EXPECT_EQ(capability_named(capability_name(capability)).value_or(-1), capability);
    }
}

TEST(Capabilities, UnknownNamesTellTheNearest)
{
    const auto wrong = capability_named("CAP_NET_ADMNI");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().message, "unknown capability 'CAP_NET_ADMNI'");
    EXPECT_EQ(wrong.error().hint, "did you mean 'CAP_NET_ADMIN'?");
    EXPECT_EQ(wrong.error().fault, Fault::usage);
    for (const char* name : {"", "7", "CAP_7", "CAP_", "cap_chown cap_kill", "all"}) {
        EXPECT_FALSE(capability_named(name)) << name;
    }
}

TEST(Capabilities, SetsOfAStatusFile)
{
    const auto sets = parse_capability_sets(
        "Name:\tx\nCapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\nCapEff:\t0000000000000002\n"
        "CapBnd:\t0000000000000004\nCapAmb:\t0000000000000008\nCapNew:\tz\nSeccomp:\t0\n");
    ASSERT_TRUE(sets);
    EXPECT_EQ(*sets, (CapabilitySets{
                         .inheritable = 1, .permitted = 0x1ffffffffff, .effective = 2, .bounding = 4, .ambient = 8}));
    EXPECT_EQ(parse_capability_sets("CapPrm:\t3\n"), (CapabilitySets{.permitted = 3}));
    EXPECT_FALSE(parse_capability_sets("CapPrm:\t\n"));
    EXPECT_FALSE(parse_capability_sets("CapPrm:\tx\n"));
    EXPECT_FALSE(parse_capability_sets("CapBnd:\t11112222333344445\n"));
    const auto own = own_capabilities();
    ASSERT_TRUE(own);
    EXPECT_EQ(own->permitted & ~all_capabilities(), 0U);
    EXPECT_EQ(own->effective & ~own->permitted, 0U);
}

TEST(Capabilities, WhatARuleLeaves)
{
    EXPECT_EQ(kept_capabilities({.keep_all = true}), all_capabilities());
    EXPECT_EQ(kept_capabilities({.keep_all = false}), 0U);
    EXPECT_EQ(kept_capabilities({.keep_all = false, .keep = {"CAP_CHOWN", "net_raw"}}),
              bit(CAP_CHOWN) | bit(CAP_NET_RAW));
    EXPECT_EQ(kept_capabilities({.keep_all = false, .keep = {"CAP_CHWON"}}).error().hint, "did you mean 'CAP_CHOWN'?");
}

TEST(Capabilities, NobodyGetsWhatHeHasNot)
{
    const CapabilitySets held{.permitted = bit(CAP_CHOWN) | bit(CAP_KILL),
                              .bounding = bit(CAP_CHOWN) | bit(CAP_NET_RAW)};
    const CapabilityDrop drop = drop_to(bit(CAP_CHOWN) | bit(CAP_KILL) | bit(CAP_SYS_ADMIN), held);
    EXPECT_EQ(drop.bounding, bit(CAP_CHOWN));
    EXPECT_EQ(drop.sets, bit(CAP_CHOWN));
    EXPECT_EQ(drop.ambient, bit(CAP_CHOWN));
    EXPECT_NE(drop.securebits & SECBIT_NOROOT_LOCKED, 0U);
}

} // namespace
} // namespace hutch::kernel
