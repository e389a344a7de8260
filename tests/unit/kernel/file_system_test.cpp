#include "kernel/file_system.h"

#include <gtest/gtest.h>

namespace hutch::kernel {
namespace {

TEST(FileSystem, OfTheKernelItselfDoesNotHang)
{
    EXPECT_FALSE(may_hang("/proc"));
    EXPECT_FALSE(may_hang("/dev"));
}

TEST(FileSystem, ThatCannotBeSeenMay)
{
    EXPECT_TRUE(may_hang("/no/such/place"));
}

} // namespace
} // namespace hutch::kernel
