#include <gtest/gtest.h>
#include <sys/stat.h>

#include "kernel/cgroup_mount.h"
#include "kernel/mountinfo.h"
#include "unit/kernel/fixtures.h"

namespace hutch::kernel {
namespace {

TEST(Mountinfo, lines)
{
    const auto mounts = parse_mountinfo(test::mountinfo).value();
    ASSERT_EQ(mounts.size(), 6U);
    const Mount disk{28, 27, {8, 17}, "/data", "/mnt/my disk", "rw,noatime", "xfs", "/dev/sdb1", "rw,attr2"};
    EXPECT_EQ(mounts[2], disk) << "optional fields are skipped, blanks decoded";
    EXPECT_EQ(mounts[5].source, "") << "an empty source is a field";
    EXPECT_EQ(mounts[5].super_options, "rw,size=1024k");
}

TEST(Mountinfo, malformed_lines)
{
    for (const std::string_view bad : {"\n", "x", "22 27 0:21 / /proc rw,relatime shared:5 proc proc rw\n",
                                       "22 27 0 / /proc rw - proc proc rw\n", "-1 27 0:1 / /proc rw - proc proc rw\n",
                                       "22 27 0:21 / /proc rw - proc proc\n", "22 27 0:21 / - proc proc rw\n"}) {
        EXPECT_FALSE(parse_mountinfo(bad)) << bad;
    }
    EXPECT_TRUE(parse_mountinfo("")->empty());
}

TEST(Mountinfo, longest_mount_point_by_whole_components)
{
    const auto mounts = parse_mountinfo(test::mountinfo).value();
    const auto on = [&](std::string_view path) { return mount_of(mounts, path)->mount_point; };
    EXPECT_EQ(on("/"), "/");
    EXPECT_EQ(on("/tmp"), "/tmp");
    EXPECT_EQ(on("/tmp/x"), "/tmp");
    EXPECT_EQ(on("/tmpfile"), "/");
    EXPECT_EQ(on("/mnt/my disk/a"), "/mnt/my disk");
    EXPECT_EQ(mount_of({}, "/"), nullptr);
}

TEST(Mountinfo, later_mounts_cover_earlier_ones)
{
    const auto mounts =
        parse_mountinfo("1 1 8:1 / /a rw - ext4 /dev/sda1 rw\n2 1 8:2 / /a rw - ext4 /dev/sda2 rw\n").value();
    EXPECT_EQ(mount_of(mounts, "/a/b")->id, 2);
    EXPECT_EQ(mount_of(mounts, "/"), nullptr);
}

TEST(Mountinfo, options_are_whole_words)
{
    EXPECT_TRUE(has_option("rw,nsdelegate,x", "nsdelegate"));
    EXPECT_FALSE(has_option("rw,nsdelegated", "nsdelegate"));
    EXPECT_FALSE(has_option("", "ro"));
    EXPECT_EQ(option_value("rw,upperdir=/a,workdir=/b", "upperdir"), "/a");
    EXPECT_EQ(option_value("rw,upperdir=/a\\,b\\:c,x", "upperdir"), "/a,b:c");
    EXPECT_FALSE(option_value("rw,xupperdir=/a", "upperdir"));
}

TEST(Mountinfo, this_machines)
{
    const auto mounts = read_mountinfo();
    ASSERT_TRUE(mounts) << mounts.error().message;
    struct stat status;
    ASSERT_EQ(::stat("/proc", &status), 0);
    EXPECT_EQ(mount_of(*mounts, "/proc/1")->device, DeviceNumber::from(status.st_dev));
}

CgroupMount chosen(std::string_view text)
{
    return choose_cgroup_mount(parse_mountinfo(text).value()).value();
}

TEST(CgroupMount, unified)
{
    const auto mount = chosen(test::mountinfo);
    EXPECT_EQ(mount.mount_point, "/sys/fs/cgroup");
    EXPECT_EQ(mount.root, "/");
    EXPECT_FALSE(mount.read_only);
    EXPECT_FALSE(mount.hybrid);
    EXPECT_TRUE(mount.nsdelegate);
}

TEST(CgroupMount, hybrid)
{
    const auto mount = chosen("31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
                              "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
                              "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n");
    EXPECT_EQ(mount.mount_point, "/sys/fs/cgroup/unified");
    EXPECT_TRUE(mount.hybrid);
    EXPECT_FALSE(mount.nsdelegate);
}

TEST(CgroupMount, a_container_sees_a_part_and_reads_only)
{
    const auto mount = chosen("5 1 0:28 /../../.. /host/cgroup ro - cgroup2 cgroup2 rw\n"
                              "6 1 0:28 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n");
    EXPECT_EQ(mount.mount_point, "/sys/fs/cgroup");
    EXPECT_TRUE(mount.read_only);
}

TEST(CgroupMount, the_writable_of_two)
{
    const auto mount = chosen("5 1 0:28 / /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n"
                              "6 1 0:28 / /mnt/cgroup rw - cgroup2 cgroup2 rw\n");
    EXPECT_EQ(mount.mount_point, "/mnt/cgroup");
}

TEST(CgroupMount, none_is_an_error_with_a_remedy)
{
    const auto mount = choose_cgroup_mount({});
    ASSERT_FALSE(mount);
    EXPECT_FALSE(mount.error().hint.empty());
}

TEST(CgroupMount, own_cgroup_line)
{
    EXPECT_EQ(parse_proc_cgroup("9:name=systemd:/x\n0::/user.slice/a b.scope\n").value(), "/user.slice/a b.scope");
    EXPECT_EQ(parse_proc_cgroup("0::/../other\n").value(), "/../other");
    EXPECT_FALSE(parse_proc_cgroup("1:name=systemd:/\n"));
    EXPECT_FALSE(parse_proc_cgroup("10::/x\n"));
    EXPECT_FALSE(parse_proc_cgroup("0::\n"));
    EXPECT_FALSE(parse_proc_cgroup("0::/gone (deleted)\n"));
    EXPECT_FALSE(parse_proc_cgroup(""));
}

TEST(CgroupMount, directory_of_a_cgroup)
{
    const CgroupMount all{.mount_point = "/sys/fs/cgroup"};
    EXPECT_EQ(cgroup_directory(all, "/").value(), "/sys/fs/cgroup");
    EXPECT_EQ(cgroup_directory(all, "/a/b").value(), "/sys/fs/cgroup/a/b");
    EXPECT_EQ(cgroup_directory(all, "/..b").value(), "/sys/fs/cgroup/..b");
    EXPECT_FALSE(cgroup_directory(all, "/.."));
    EXPECT_FALSE(cgroup_directory(all, "/../b"));
    const CgroupMount part{.mount_point = "/mnt", .root = "/a"};
    EXPECT_EQ(cgroup_directory(part, "/a/b").value(), "/mnt/b");
    EXPECT_EQ(cgroup_directory(part, "/a").value(), "/mnt");
    EXPECT_FALSE(cgroup_directory(part, "/ab"));
    EXPECT_FALSE(cgroup_directory(part, "/"));
}

} // namespace
} // namespace hutch::kernel
