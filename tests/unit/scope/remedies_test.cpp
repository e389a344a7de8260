#include "scope/remedies.h"

#include <gtest/gtest.h>

#include "scope/capabilities.h"
#include "unit/base/fake_tree.h"

namespace hutch::scope {
namespace {

using ::testing::Test;

/// A user on a current distribution, logged in.
Machine user_machine()
{
    return {.uid = 1000,
            .user = "dev",
            .systemd = true,
            .cgroup2 = true,
            .mount_point = "/sys/fs/cgroup",
            .runtime_dir = true,
            .runtime_dir_set = true,
            .bus_socket = true,
            .lingering = true};
}

TEST(Remedies, io_is_delegated_by_a_drop_in)
{
    EXPECT_EQ(remedy_for_controller("io", user_machine()),
              "sudo mkdir -p /etc/systemd/system/user@.service.d && "
              "printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' | "
              "sudo tee /etc/systemd/system/user@.service.d/delegate.conf && "
              "sudo systemctl daemon-reload && sudo systemctl restart user@1000");
}

TEST(Remedies, without_a_session_lingering_makes_one)
{
    Machine machine = user_machine();
    machine.runtime_dir = machine.runtime_dir_set = machine.bus_socket = machine.lingering = false;
    EXPECT_EQ(remedy_for_manager(machine), "sudo loginctl enable-linger dev && export XDG_RUNTIME_DIR=/run/user/1000");
    EXPECT_EQ(remedy_for_lingering(machine), "sudo loginctl enable-linger dev");
    EXPECT_EQ(remedy_for_cgroup(machine), remedy_for_manager(machine));
    EXPECT_EQ(remedy_for_controller("memory", machine), remedy_for_manager(machine));
}

TEST(Remedies, what_is_not_delegated_is_asked_for)
{
    Machine machine = user_machine();
    EXPECT_EQ(remedy_for_delegation(machine, Asked::not_by_flag), "leave out --cgroup-manager=cgroupfs");
    EXPECT_EQ(remedy_for_delegation(machine, Asked::yes), remedy_for_manager(machine));
    EXPECT_TRUE(remedy_for_delegation(machine, Asked::not_inside_a_test).starts_with("--cgroup-manager=systemd"));
    machine.uid = 0;
    EXPECT_EQ(remedy_for_delegation(machine, Asked::not_by_flag), "systemd-run --scope -p Delegate=yes hutch …");
    machine.read_only = true;
    EXPECT_EQ(remedy_for_delegation(machine, Asked::not_inside_a_test), "sudo mount -o remount,rw /sys/fs/cgroup");
}

TEST(Remedies, a_session_without_a_bus_or_its_variable)
{
    Machine machine = user_machine();
    machine.runtime_dir_set = false;
    EXPECT_EQ(remedy_for_manager(machine), "export XDG_RUNTIME_DIR=/run/user/1000");
    machine.bus_socket = false;
    EXPECT_EQ(remedy_for_manager(machine), "sudo apt-get install dbus-user-session, then log in again");
}

TEST(Remedies, a_hybrid_hierarchy_needs_another_boot)
{
    Machine machine = user_machine();
    machine.hybrid = true;
    EXPECT_EQ(remedy_for_controller("memory", machine),
              "boot with systemd.unified_cgroup_hierarchy=1 on the kernel command line");
    machine.systemd = false;
    EXPECT_NE(remedy_for_controller("memory", machine).find("cgroup_no_v1=all"), std::string::npos);
}

TEST(Remedies, containers_have_to_be_opened_from_outside)
{
    Machine machine{
        .user = "root", .container = "podman", .cgroup2 = true, .mount_point = "/sys/fs/cgroup", .read_only = true};
    EXPECT_EQ(remedy_for_cgroup(machine), "podman run --security-opt unmask=/sys/fs/cgroup …");
    EXPECT_EQ(remedy_for_controller("pids", machine), remedy_for_cgroup(machine));
    machine.container = "docker";
    EXPECT_EQ(remedy_for_cgroup(machine), "docker run --privileged --cgroupns=private …");
    EXPECT_EQ(remedy_for_namespaces(machine), "docker run --security-opt seccomp=unconfined …");
}

TEST(Remedies, what_is_mounted_read_only_is_remounted)
{
    Machine machine = user_machine();
    machine.read_only = true;
    EXPECT_EQ(remedy_for_cgroup(machine), "sudo mount -o remount,rw /sys/fs/cgroup");
}

TEST(Remedies, namespaces_by_the_setting_that_forbids_them)
{
    Machine machine = user_machine();
    EXPECT_EQ(remedy_for_namespaces(machine), "");
    machine.userns_switch = "user.max_user_namespaces=0";
    EXPECT_EQ(remedy_for_namespaces(machine), "sudo sysctl -w user.max_user_namespaces=15000");
    machine.userns_switch = "kernel.apparmor_restrict_unprivileged_userns=1";
    EXPECT_EQ(remedy_for_namespaces(machine), "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
}

TEST(MachineTest, is_read_from_files)
{
    test::FakeTree tree;
    tree.directory("run/systemd/system").file("run/.containerenv");
    tree.file("proc/sys/user/max_user_namespaces", "0\n").file("proc/sys/kernel/unprivileged_userns_clone", "1\n");
    const Machine machine = inspect_machine(tree.path());
    EXPECT_TRUE(machine.systemd);
    EXPECT_EQ(machine.container, "podman");
    EXPECT_EQ(machine.userns_switch, "user.max_user_namespaces=0");
    EXPECT_FALSE(machine.runtime_dir);
    EXPECT_FALSE(machine.bus_socket);
}

TEST(MachineTest, lxc_and_nspawn_tell_by_the_environment_of_pid_1)
{
    test::FakeTree tree;
    tree.file("proc/1/environ", std::string_view("PATH=/bin\0container=lxc\0", 24));
    EXPECT_EQ(inspect_machine(tree.path()).container, "lxc");
}

TEST(Capabilities, each_resource_with_its_finding_and_remedy)
{
    const std::vector<ControllerState> controllers = {
        {.name = "memory", .enabled = true, .found_by = "wrote +memory"},
        {.name = "pids", .enabled = true, .found_by = "wrote +pids"},
        {.name = "cpu", .enabled = true, .found_by = "wrote +cpu"},
        {.name = "io", .enabled = false, .found_by = "write +io: No such file or directory"},
    };
    const LeafFiles files = {.memory_max = true, .memory_high = true, .cpu_weight = true, .pids_max = true};
    const auto all = cgroup_capabilities(files, controllers, user_machine());
    ASSERT_EQ(all.size(), resource_count);
    const auto of = [&](Resource resource) { return all[static_cast<std::size_t>(resource)]; };
    EXPECT_EQ(of(Resource::memory).enforcer, Enforcer::cgroup);
    EXPECT_EQ(of(Resource::memory).found_by, "wrote +memory");
    EXPECT_EQ(of(Resource::memory).remedy, "");
    EXPECT_EQ(of(Resource::cpu).enforcer, Enforcer::none);
    EXPECT_EQ(of(Resource::cpu).found_by, "wrote +cpu, but this kernel has no cpu.max");
    EXPECT_EQ(of(Resource::io).enforcer, Enforcer::none);
    EXPECT_EQ(of(Resource::io).found_by, "write +io: No such file or directory");
    EXPECT_EQ(of(Resource::io).remedy, remedy_for_controller("io", user_machine()));
    EXPECT_EQ(of(Resource::wall).enforcer, Enforcer::watchdog);
    EXPECT_EQ(of(Resource::file_size).enforcer, Enforcer::rlimit);
    for (std::size_t index = 0; index < resource_count; ++index) {
        EXPECT_EQ(all[index].resource, static_cast<Resource>(index));
    }
}

TEST(Capabilities, without_a_cgroup_the_reason_is_the_finding)
{
    const auto all = tree_capabilities("mkdir: Read-only file system", "mount it");
    EXPECT_EQ(all[static_cast<std::size_t>(Resource::io)].found_by, "mkdir: Read-only file system");
    EXPECT_EQ(all[static_cast<std::size_t>(Resource::io)].remedy, "mount it");
    EXPECT_EQ(all[static_cast<std::size_t>(Resource::pids)].enforcer, Enforcer::watchdog);
    EXPECT_EQ(all[static_cast<std::size_t>(Resource::wall)].remedy, "");
}

} // namespace
} // namespace hutch::scope
