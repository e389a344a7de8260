#include "kernel/argument_rules.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace hutch::kernel {

namespace {

#if defined(__s390__) || defined(__s390x__)
constexpr unsigned clone_flags = 1; // s390 has the stack first
#else
constexpr unsigned clone_flags = 0;
#endif

constexpr std::uint32_t type_mask = 0xf;  // without SOCK_CLOEXEC and SOCK_NONBLOCK (SOCK_TYPE_MASK)
constexpr std::uint32_t packet_type = 10; // SOCK_PACKET, with AF_INET: the packet socket of Linux 2.0, still there

constexpr ArgumentTest equals(unsigned index, std::uint32_t value)
{
    return {.index = index, .value = value};
}
constexpr ArgumentTest differs(unsigned index, std::uint32_t value)
{
    return {.index = index, .value = value, .equal = false};
}
constexpr ArgumentTest has(unsigned index, std::uint32_t bit)
{
    return {.index = index, .mask = bit, .value = bit};
}
constexpr ArgumentTest type_is(std::uint32_t value)
{
    return {.index = 1, .mask = type_mask, .value = value};
}

constexpr std::array sti = {equals(1, TIOCSTI)};
constexpr std::array linux_console = {equals(1, TIOCLINUX)};
constexpr std::array new_mount = {has(clone_flags, CLONE_NEWNS)};
constexpr std::array new_cgroup = {has(clone_flags, CLONE_NEWCGROUP)};
constexpr std::array new_uts = {has(clone_flags, CLONE_NEWUTS)};
constexpr std::array new_ipc = {has(clone_flags, CLONE_NEWIPC)};
constexpr std::array new_user = {has(clone_flags, CLONE_NEWUSER)};
constexpr std::array new_pid = {has(clone_flags, CLONE_NEWPID)};
constexpr std::array new_net = {has(clone_flags, CLONE_NEWNET)};
constexpr std::array unix_family = {equals(0, AF_UNIX)};
constexpr std::array inet = {equals(0, AF_INET)};
constexpr std::array inet6 = {equals(0, AF_INET6)};
constexpr std::array netlink = {equals(0, AF_NETLINK)};
constexpr std::array packet = {equals(0, AF_PACKET)};
constexpr std::array inet_packet = {equals(0, AF_INET), type_is(packet_type)};
constexpr std::array raw_inet = {equals(0, AF_INET), type_is(SOCK_RAW)};
constexpr std::array raw_inet6 = {equals(0, AF_INET6), type_is(SOCK_RAW)};
constexpr std::array other_netlink = {equals(0, AF_NETLINK), differs(2, NETLINK_ROUTE)};
constexpr std::array vsock = {equals(0, AF_VSOCK)};
constexpr std::array other_family = {differs(0, AF_UNIX),    differs(0, AF_INET),   differs(0, AF_INET6),
                                     differs(0, AF_NETLINK), differs(0, AF_PACKET), differs(0, AF_VSOCK)};

constexpr std::array set_user_second = {has(1, S_ISUID)};
constexpr std::array set_group_second = {has(1, S_ISGID)};
constexpr std::array set_user_third = {has(2, S_ISUID)};
constexpr std::array set_group_third = {has(2, S_ISGID)};
// The mode of an open that creates nothing is whatever stands in the register.
constexpr std::array open_set_user = {has(1, O_CREAT), has(2, S_ISUID)};
constexpr std::array open_set_group = {has(1, O_CREAT), has(2, S_ISGID)};
constexpr std::array openat_set_user = {has(2, O_CREAT), has(3, S_ISUID)};
constexpr std::array openat_set_group = {has(2, O_CREAT), has(3, S_ISGID)};

constexpr std::string_view set_id = "makes a program that runs as its owner, whoever starts it, after the test too";
constexpr std::string_view pushes = "puts characters into a terminal's input, as if they had been typed";
constexpr std::string_view console = "selects and pastes on a virtual console: the other way to type for somebody";
constexpr std::string_view a_namespace = "makes a namespace, in which the test has more rights than outside of it";
constexpr std::string_view a_packet_socket = "sees and sends whole frames of the network";
constexpr std::string_view a_raw_socket = "sends IP packets of any making, under any address";
constexpr std::string_view not_route = "talks to the kernel's audit, firewall, crypto and device code";
constexpr std::string_view unusual =
    "a protocol family that ordinary tests do not use, and rarely used kernel code: AF_ALG, "
    "AF_BLUETOOTH, AF_CAN, AF_XDP, …";

constexpr std::array rules = {
    ArgumentRule{"ioctl:TIOCSTI", "ioctl", pushes, sti},
    ArgumentRule{"ioctl:TIOCLINUX", "ioctl", console, linux_console},
    ArgumentRule{"chmod:set_id", "chmod", set_id, set_user_second},
    ArgumentRule{"chmod:set_id", "chmod", set_id, set_group_second},
    ArgumentRule{"fchmod:set_id", "fchmod", set_id, set_user_second},
    ArgumentRule{"fchmod:set_id", "fchmod", set_id, set_group_second},
    ArgumentRule{"fchmodat:set_id", "fchmodat", set_id, set_user_third},
    ArgumentRule{"fchmodat:set_id", "fchmodat", set_id, set_group_third},
    ArgumentRule{"fchmodat2:set_id", "fchmodat2", set_id, set_user_third},
    ArgumentRule{"fchmodat2:set_id", "fchmodat2", set_id, set_group_third},
    ArgumentRule{"mknod:set_id", "mknod", set_id, set_user_second},
    ArgumentRule{"mknod:set_id", "mknod", set_id, set_group_second},
    ArgumentRule{"mknodat:set_id", "mknodat", set_id, set_user_third},
    ArgumentRule{"mknodat:set_id", "mknodat", set_id, set_group_third},
    ArgumentRule{"creat:set_id", "creat", set_id, set_user_second},
    ArgumentRule{"creat:set_id", "creat", set_id, set_group_second},
    ArgumentRule{"open:set_id", "open", set_id, open_set_user},
    ArgumentRule{"open:set_id", "open", set_id, open_set_group},
    ArgumentRule{"openat:set_id", "openat", set_id, openat_set_user},
    ArgumentRule{"openat:set_id", "openat", set_id, openat_set_group},
    ArgumentRule{"clone:CLONE_NEWNS", "clone", a_namespace, new_mount},
    ArgumentRule{"clone:CLONE_NEWCGROUP", "clone", a_namespace, new_cgroup},
    ArgumentRule{"clone:CLONE_NEWUTS", "clone", a_namespace, new_uts},
    ArgumentRule{"clone:CLONE_NEWIPC", "clone", a_namespace, new_ipc},
    ArgumentRule{"clone:CLONE_NEWUSER", "clone", a_namespace, new_user},
    ArgumentRule{"clone:CLONE_NEWPID", "clone", a_namespace, new_pid},
    ArgumentRule{"clone:CLONE_NEWNET", "clone", a_namespace, new_net},
    ArgumentRule{"socket:AF_UNIX", "socket", "a local socket", unix_family},
    ArgumentRule{"socket:AF_INET", "socket", "a socket of IPv4", inet},
    ArgumentRule{"socket:AF_INET6", "socket", "a socket of IPv6", inet6},
    ArgumentRule{"socket:AF_NETLINK", "socket", "a socket to the kernel, of whatever protocol", netlink},
    ArgumentRule{"socket:AF_PACKET", "socket", a_packet_socket, packet},
    ArgumentRule{"socket:AF_PACKET", "socket", a_packet_socket, inet_packet},
    ArgumentRule{"socket:SOCK_RAW", "socket", a_raw_socket, raw_inet},
    ArgumentRule{"socket:SOCK_RAW", "socket", a_raw_socket, raw_inet6},
    ArgumentRule{"socket:NETLINK_OTHER", "socket", not_route, other_netlink},
    ArgumentRule{"socket:AF_VSOCK", "socket", "reaches the hypervisor, or guests; no network namespace holds it",
                 vsock},
    ArgumentRule{"socket:AF_OTHER", "socket", unusual, other_family},
};

} // namespace

std::span<const ArgumentRule> argument_rules()
{
    return rules;
}

std::span<const std::string_view> hidden_calls()
{
    static constexpr std::array<std::string_view, 2> calls = {"clone3", "openat2"};
    return calls;
}

const ArgumentRule* argument_rule(std::string_view name)
{
    const auto found = std::ranges::find(rules, name, &ArgumentRule::name);
    return found != rules.end() ? &*found : nullptr;
}

bool fits(const ArgumentRule& rule, std::span<const std::uint64_t> arguments)
{
    return std::ranges::all_of(rule.tests, [&](const ArgumentTest& test) {
        const std::uint64_t argument = test.index < arguments.size() ? arguments[test.index] : 0;
        return ((static_cast<std::uint32_t>(argument) & test.mask) == test.value) == test.equal;
    });
}

} // namespace hutch::kernel
