#include "kernel/block_device.h"

#include <sys/stat.h>

#include "unit/base/fake_tree.h"

namespace hutch::kernel {
namespace {

using Devices = std::vector<DeviceNumber>;

/// A machine's /sys in a directory: disks sda 8:0 (with sda1, sda2) and sdb 8:16 (with sdb1).
class BlockDevice : public ::testing::Test {
  protected:
    BlockDevice()
    {
        device("8:0", "sda", "devices/pci/sda");
        device("8:1", "sda1", "devices/pci/sda/sda1");
        device("8:2", "sda2", "devices/pci/sda/sda2");
        device("8:16", "sdb", "devices/pci/sdb");
        device("8:17", "sdb1", "devices/pci/sdb/sdb1");
        for (const std::string partition : {"sda/sda1", "sda/sda2", "sdb/sdb1"}) {
            tree_.file("sys/devices/pci/" + partition + "/partition", "1\n");
        }
        world_.sys = tree_ / "sys";
    }

    void device(const std::string& number, const std::string& name, const std::string& place)
    {
        tree_.file("sys/" + place + "/dev", number + "\n");
        tree_.link("sys/dev/block/" + number, tree_ / ("sys/" + place));
        tree_.link("sys/class/block/" + name, tree_ / ("sys/" + place));
    }
    /// A mapped device that stands on others, given by their places below sys.
    void mapped(const std::string& number, const std::string& name, const std::vector<std::string>& slaves)
    {
        device(number, name, "devices/virtual/" + name);
        for (const std::string& slave : slaves) {
            tree_.link("sys/devices/virtual/" + name + "/slaves/" + slave.substr(slave.rfind('/') + 1),
                       tree_ / ("sys/devices/" + slave));
        }
    }
    /// Everything below `name` of the tree is on this file system.
    std::string mounted(const std::string& name, DeviceNumber number, const std::string& type,
                        const std::string& source = "none", const std::string& options = "rw")
    {
        tree_.directory(name);
        world_.mounts.push_back({.device = number,
                                 .root = "/",
                                 .mount_point = tree_ / name,
                                 .options = "rw",
                                 .type = type,
                                 .source = source,
                                 .super_options = options});
        return tree_ / name;
    }

    test::FakeTree tree_;
    BlockWorld world_;
};

TEST_F(BlockDevice, a_disk_is_itself_and_a_partition_its_disk)
{
    EXPECT_EQ(whole_disks({8, 0}, world_).value(), (Devices{{8, 0}}));
    EXPECT_EQ(whole_disks({8, 2}, world_).value(), (Devices{{8, 0}}));
    EXPECT_EQ(whole_disks({8, 17}, world_).value(), (Devices{{8, 16}}));
    const auto unknown = whole_disks({9, 9}, world_);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ENODEV);
}

TEST_F(BlockDevice, mapped_devices_lead_to_all_disks)
{
    mapped("9:0", "md0", {"pci/sda/sda2", "pci/sdb/sdb1"});
    mapped("253:0", "dm-0", {"virtual/md0"});
    mapped("253:1", "dm-1", {"virtual/dm-0"});
    EXPECT_EQ(whole_disks({253, 1}, world_).value(), (Devices{{8, 0}, {8, 16}}));
}

TEST_F(BlockDevice, a_loop_of_slaves_ends)
{
    mapped("253:0", "dm-0", {"virtual/dm-1"});
    mapped("253:1", "dm-1", {"virtual/dm-0"});
    EXPECT_EQ(whole_disks({253, 0}, world_).error().code, ELOOP);
}

TEST_F(BlockDevice, a_path_by_its_mount)
{
    const auto root = mounted("root", {8, 1}, "ext4", "/dev/sda1");
    mounted("root/data", {8, 17}, "xfs", "/dev/sdb1");
    tree_.file("root/file").file("root/data/file").link("root/link", "data/file");
    EXPECT_EQ(disks_behind(root, world_).value(), (Devices{{8, 0}}));
    EXPECT_EQ(disks_behind(root + "/file", world_).value(), (Devices{{8, 0}}));
    EXPECT_EQ(disks_behind(root + "/data/file", world_).value(), (Devices{{8, 16}}));
    EXPECT_EQ(disks_behind(root + "/link", world_).value(), (Devices{{8, 16}})) << "links are resolved first";
    EXPECT_EQ(disks_behind(root + "/nothing", world_).error().code, ENOENT);
}

TEST_F(BlockDevice, an_overlay_writes_to_its_upper_directory)
{
    mounted("upper", {8, 17}, "ext4", "/dev/sdb1");
    const auto merged = mounted("merged", {0, 50}, "overlay", "overlay",
                                "rw,lowerdir=/l,upperdir=" + (tree_ / "upper") + ",workdir=/w");
    EXPECT_EQ(disks_behind(merged, world_).value(), (Devices{{8, 16}}));
}

TEST_F(BlockDevice, an_overlay_of_a_container_is_not_guessed)
{
    const auto merged = mounted("merged", {0, 50}, "overlay", "overlay", "rw,upperdir=/not/visible/here,workdir=/w");
    const auto found = disks_behind(merged, world_);
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().message.find("no block device behind"), std::string::npos) << found.error().message;
    world_.mounts.clear();
    tree_.directory("loop/up");
    const auto loop = mounted("loop", {0, 51}, "overlay", "overlay", "rw,upperdir=" + (tree_ / "loop/up"));
    EXPECT_FALSE(disks_behind(loop, world_));
}

TEST_F(BlockDevice, btrfs_by_its_source_or_by_all_its_devices)
{
    const auto one = mounted("one", {0, 40}, "btrfs", "/dev/sda2");
    EXPECT_EQ(disks_behind(one, world_).value(), (Devices{{8, 0}}));
    tree_.link("sys/fs/btrfs/0123-4567/devices/sda2", tree_ / "sys/devices/pci/sda/sda2");
    tree_.link("sys/fs/btrfs/0123-4567/devices/sdb1", tree_ / "sys/devices/pci/sdb/sdb1");
    EXPECT_EQ(disks_behind(one, world_).value(), (Devices{{8, 0}, {8, 16}}));
    const auto lost = mounted("lost", {0, 41}, "btrfs", "/dev/no-such-device");
    EXPECT_FALSE(disks_behind(lost, world_));
}

TEST_F(BlockDevice, file_systems_without_a_disk_say_so)
{
    for (const std::string type : {"tmpfs", "nfs4", "proc", "fuse.sshfs", "9p"}) {
        const auto found = disks_behind(mounted(type, {0, 60}, type), world_);
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().message,
                  "no block device behind '" + (tree_ / type) + "' (" + type + " at " + (tree_ / type) + ")");
    }
    const auto found = disks_behind("/proc", BlockWorld{.mounts = {}});
    EXPECT_FALSE(found) << "no mountinfo at all";
}

TEST(BlockDeviceHere, this_machine)
{
    const auto world = block_world();
    ASSERT_TRUE(world);
    EXPECT_FALSE(disks_behind("/proc/self", *world));
    const Mount* root = mount_of(world->mounts, "/");
    if (root == nullptr || root->device.major_number == 0) {
        GTEST_SKIP() << "the root file system is not on a block device of its own";
    }
    const auto disks = disks_behind("/", *world);
    ASSERT_TRUE(disks) << disks.error().message;
    struct stat status;
    if (::stat(root->source.c_str(), &status) == 0 && S_ISBLK(status.st_mode)) {
        EXPECT_EQ(disks_behind(root->source, *world).value(), *disks) << "by the device node";
    }
}

} // namespace
} // namespace hutch::kernel
