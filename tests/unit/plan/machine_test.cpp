// What plan/ looks at by itself: disks behind io paths, hard rlimits.
#include "plan/machine.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace hutch::plan
{
namespace
{

Limits io_on(std::string path)
{
    IoLimit io;
    io.path = std::move(path);
    io.wbps = 1u << 20;
    Limits limits;
    limits.io = {{io}};
    return limits;
}

TEST(Machine, AnIoLimitWithoutAPathIsTheWorkDirectorys)
{
    EXPECT_EQ(with_io_paths(io_on(""), "/work").io->value.front().path, "/work");
    EXPECT_EQ(with_io_paths(io_on("/scratch"), "/work").io->value.front().path, "/scratch");
    EXPECT_FALSE(with_io_paths(Limits{}, "/work").io);
}

TEST(Machine, APathWithoutADiskTakesIoAway)
{
    const std::vector<Capability> able{{Resource::io, Enforcer::cgroup, "written", ""},
                                       {Resource::cpu, Enforcer::cgroup, "written", ""}};
    const Machine machine = look_at_machine(able, io_on("/proc")); // a kernel file system has no disk anywhere
    ASSERT_EQ(machine.capabilities.size(), 2u);
    EXPECT_EQ(machine.capabilities[0].enforcer, Enforcer::none);
    EXPECT_NE(machine.capabilities[0].found_by.find("/proc"), std::string::npos) << machine.capabilities[0].found_by;
    EXPECT_EQ(machine.capabilities[1].enforcer, Enforcer::cgroup);
    EXPECT_EQ(look_at_machine(able, Limits{}).capabilities[0].enforcer, Enforcer::cgroup) << "nobody wants io";
}

TEST(Machine, CeilingsAreTheHardLimitsOfThisSession)
{
    struct rlimit files;
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    const Machine machine = look_at_machine({}, Limits{});
    if (files.rlim_max == RLIM_INFINITY) {
        EXPECT_FALSE(machine.ceilings.open_files);
    } else {
        EXPECT_EQ(machine.ceilings.open_files, files.rlim_max);
    }
}

} // namespace
} // namespace hutch::plan
