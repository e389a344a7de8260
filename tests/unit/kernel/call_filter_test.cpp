// Every filter is judged in user space over the whole table of calls, and compared with what the rules say.
#include "kernel/call_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>
#include <csignal>
#include <optional>

#include "kernel/bpf_judge.h"
#include "kernel/call_table.h"
#include "kernel/syscall_names.h"

namespace hutch::kernel {
namespace {

SyscallRules rules(std::vector<std::string> deny, std::vector<std::string> allow = {}, Denial denial = Denial::notify)
{
    return {.filter = true, .denial = denial, .deny = std::move(deny), .allow = std::move(allow)};
}

SyscallRules only(std::vector<std::string> allow, Denial denial = Denial::errno_only)
{
    return {.filter = true, .default_allow = false, .denial = denial, .allow = std::move(allow)};
}

const std::vector<std::string> wide = {"@accounting", "@bpf",       "@clock",    "@cpu_emulation", "@debug",
                                       "@fanotify",   "@handle",    "@io_uring", "@keyring",       "@module",
                                       "@mount",      "@namespace", "@obsolete", "@quota",         "@raw_io",
                                       "@raw_socket", "@reboot",    "@swap",     "@terminal",      "@userfault"};

std::uint32_t run(const SyscallRules& with, int number, const CallArguments& arguments = {},
                  std::optional<std::uint32_t> architecture = {})
{
    const auto filter = compile_filter(with);
    EXPECT_TRUE(filter) << filter.error().message;
    seccomp_data call{.nr = number, .arch = architecture.value_or(native_architecture())};
    std::ranges::copy(arguments, call.args);
    const auto result = run_bpf(filter->program, call);
    EXPECT_TRUE(result) << result.error().message;
    return result.value_or(0);
}

int number_of(const char* name)
{
    return *known_call(name)->number;
}

void expect_as_decided(const SyscallRules& with, std::uint32_t denied, const CallArguments& arguments)
{
    const auto table = resolve_calls(with);
    const auto filter = compile_filter(with);
    ASSERT_TRUE(table);
    ASSERT_TRUE(filter) << filter.error().message;
    const int clone3 = number_of("clone3"), openat2 = number_of("openat2"), last = highest_call();
    for (int number = 0; number <= last; ++number) {
        const bool allow = decide(*table, number, arguments).allow;
        std::uint32_t expected = allow ? SECCOMP_RET_ALLOW : denied;
        if (!allow && (number == clone3 || number == openat2)) {
            expected = SECCOMP_RET_ERRNO | ENOSYS;
        }
        seccomp_data call{.nr = number, .arch = native_architecture()};
        std::ranges::copy(arguments, call.args);
        EXPECT_EQ(run_bpf(filter->program, call).value(), expected) << number << " " << call_name(number);
    }
}

TEST(CallFilter, TheWholeTableIsAsTheRulesSay)
{
    const std::vector<CallArguments> samples = {{},
                                                {CLONE_NEWUSER, SOCK_RAW},
                                                {AF_INET, SOCK_RAW | SOCK_CLOEXEC},
                                                {AF_NETLINK, SOCK_RAW, 0},
                                                {AF_NETLINK, SOCK_RAW, 9},
                                                {0, 0x5412},
                                                {AF_VSOCK},
                                                {~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL}};
    for (const CallArguments& arguments : samples) {
        expect_as_decided(rules(wide), SECCOMP_RET_USER_NOTIF, arguments);
        expect_as_decided(rules(wide, {"ptrace", "clone:CLONE_NEWUSER"}, Denial::errno_only), SECCOMP_RET_ERRNO | EPERM,
                          arguments);
        expect_as_decided(rules({"@set_id"}), SECCOMP_RET_USER_NOTIF, arguments);
        expect_as_decided(rules({"ptrace"}, {}, Denial::kill), SECCOMP_RET_KILL_PROCESS, arguments);
        expect_as_decided(rules({"@mount"}, {}, Denial::log), SECCOMP_RET_LOG, arguments);
        expect_as_decided(rules({}), SECCOMP_RET_USER_NOTIF, arguments);
        expect_as_decided(only({"@default", "@basic_io", "@file_system", "socket:AF_UNIX"}), SECCOMP_RET_ERRNO | EPERM,
                          arguments);
        expect_as_decided(only({"@default", "ioctl"}, Denial::notify), SECCOMP_RET_USER_NOTIF, arguments);
        expect_as_decided(rules({"socket"}, {"socket:AF_UNIX"}), SECCOMP_RET_USER_NOTIF, arguments);
    }
}

TEST(CallFilter, OtherArchitecturesAreKilled)
{
    for (const std::uint32_t other : {std::uint32_t{AUDIT_ARCH_I386}, std::uint32_t{AUDIT_ARCH_ARM},
                                      std::uint32_t{AUDIT_ARCH_S390X}, std::uint32_t{0}}) {
        for (const int number : {0, 1, 11, 59, 101, 467, 1000}) {
            EXPECT_EQ(run(rules(wide), number, {}, other), SECCOMP_RET_KILL_PROCESS) << other << " " << number;
            EXPECT_EQ(run(rules({}), number, {}, other), SECCOMP_RET_KILL_PROCESS);
            EXPECT_EQ(run(only({"read"}), number, {}, other), SECCOMP_RET_KILL_PROCESS);
        }
    }
}

TEST(CallFilter, X32IsKilledInTheBinaryTreeToo)
{
    if (native_architecture() != AUDIT_ARCH_X86_64) {
        GTEST_SKIP() << "x32 is x86_64's";
    }
    for (int number = 0; number <= 600; ++number) {
        for (const SyscallRules& with : {rules(wide), rules({}), only({"read", "write"})}) {
            EXPECT_EQ(run(with, 0x40000000 | number), SECCOMP_RET_KILL_PROCESS) << number;
        }
        if (number % 25 != 0) {
            number += 24;
        }
    }
    EXPECT_EQ(run(rules(wide), static_cast<int>(0xc0000000U)), SECCOMP_RET_KILL_PROCESS);
}

TEST(CallFilter, WhatIsYoungerThanThisProgramIsAbsent)
{
    const std::uint32_t absent = SECCOMP_RET_ERRNO | ENOSYS;
    EXPECT_EQ(run(rules({}), highest_call() + 1), absent);
    EXPECT_EQ(run(rules(wide, {}, Denial::kill), 0x3fffffff), absent);
    EXPECT_EQ(run(only({"read"}, Denial::kill), highest_call() + 1), absent);
    EXPECT_EQ(run(rules({}), -1), SECCOMP_RET_ALLOW); // a tracer skips a call by -1; its own result stays
}

TEST(CallFilter, AllowWinsOfTheSameNameAndTheMoreExactNameOtherwise)
{
    const int trace = number_of("ptrace");
    EXPECT_EQ(run(rules({"@debug"}), trace), SECCOMP_RET_USER_NOTIF);
    EXPECT_EQ(run(rules({"@debug"}, {"ptrace"}), trace), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(rules({"ptrace"}, {"@debug"}), trace), SECCOMP_RET_ALLOW);
    const int socket_call = number_of("socket");
    EXPECT_EQ(run(rules({"socket"}, {"socket:AF_UNIX"}), socket_call, {AF_UNIX}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(rules({"socket"}, {"socket:AF_UNIX"}), socket_call, {AF_INET}), SECCOMP_RET_USER_NOTIF);
    EXPECT_EQ(run(rules({"@raw_socket"}, {"socket"}), socket_call, {AF_PACKET}), SECCOMP_RET_USER_NOTIF);
    EXPECT_EQ(run(rules({"socket:AF_INET"}, {"socket:SOCK_RAW"}), socket_call, {AF_INET, SOCK_RAW}),
              SECCOMP_RET_USER_NOTIF);
}

TEST(CallFilter, NamespacesByCloneAndNotByClone3)
{
    const SyscallRules with = rules({"@namespace"});
    const int clone_call = number_of("clone");
    EXPECT_EQ(run(with, clone_call, {SIGCHLD}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(with, clone_call, {CLONE_VM | CLONE_THREAD | CLONE_SIGHAND}), SECCOMP_RET_ALLOW);
    for (const std::uint64_t flag :
         {CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
        EXPECT_EQ(run(with, clone_call, {flag | SIGCHLD}), SECCOMP_RET_USER_NOTIF) << flag;
    }
    EXPECT_EQ(run(with, number_of("clone3")), SECCOMP_RET_ERRNO | ENOSYS);
    EXPECT_EQ(run(rules({"clone3"}, {}, Denial::kill), number_of("clone3")), SECCOMP_RET_ERRNO | ENOSYS);
    EXPECT_EQ(run(rules({"@namespace"}, {"clone3"}), number_of("clone3")), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(with, number_of("unshare")), SECCOMP_RET_USER_NOTIF);
}

TEST(CallFilter, RawSocketsAndNotThoseOfOrdinaryTests)
{
    const SyscallRules with = rules({"@raw_socket"});
    const int call = number_of("socket");
    for (const CallArguments& fine : {CallArguments{AF_UNIX, SOCK_STREAM},
                                      {AF_INET, SOCK_STREAM | SOCK_CLOEXEC},
                                      {AF_INET6, SOCK_DGRAM, 58},
                                      {AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0}}) {
        EXPECT_EQ(run(with, call, fine), SECCOMP_RET_ALLOW) << fine[0];
    }
    for (const CallArguments& bad : {CallArguments{AF_PACKET, SOCK_DGRAM},
                                     {AF_INET, 10},
                                     {AF_INET, SOCK_RAW, 1},
                                     {AF_INET6, SOCK_RAW | SOCK_NONBLOCK, 58},
                                     {AF_NETLINK, SOCK_RAW, 16},
                                     {AF_VSOCK, SOCK_STREAM},
                                     {38 /* AF_ALG */, 5}}) {
        EXPECT_EQ(run(with, call, bad), SECCOMP_RET_USER_NOTIF) << bad[0];
    }
}

TEST(CallFilter, SetIdFilesAreNotMadeAndOthersAre)
{
    const SyscallRules with = rules({"@set_id"}, {}, Denial::errno_only);
    const std::uint32_t denied = SECCOMP_RET_ERRNO | EPERM;
    for (const std::uint64_t bit : {04000, 02000, 06000}) {
        EXPECT_EQ(run(with, number_of("fchmodat"), {0, 0, bit | 0755}), denied);
        EXPECT_EQ(run(with, number_of("fchmod"), {3, bit | 0755}), denied);
        EXPECT_EQ(run(with, number_of("openat"), {0, 0, O_CREAT | O_WRONLY, bit | 0755}), denied);
        EXPECT_EQ(run(with, number_of("openat"), {0, 0, O_RDONLY, bit}), SECCOMP_RET_ALLOW) << "no file is made";
        EXPECT_EQ(run(with, number_of("mknodat"), {0, 0, bit | S_IFREG}), denied);
    }
    EXPECT_EQ(run(with, number_of("fchmodat"), {0, 0, 01777}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(with, number_of("openat"), {0, 0, O_CREAT | O_WRONLY, 0666}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(with, number_of("openat2")), SECCOMP_RET_ERRNO | ENOSYS);
}

TEST(CallFilter, WhatStartsTheTestCannotBeDenied)
{
    for (const char* name : {"execve", "exit_group", "close", "sendmsg"}) {
        const auto filter = compile_filter(rules({name}));
        ASSERT_FALSE(filter) << name;
        EXPECT_EQ(filter.error().fault, Fault::usage);
        EXPECT_NE(filter.error().message.find(name), std::string::npos);
        EXPECT_EQ(run(rules({"@process", "@network_io", "@basic_io", "@default"}), number_of(name)), SECCOMP_RET_ALLOW)
            << name;
        EXPECT_EQ(run(only({}), number_of(name)), SECCOMP_RET_ALLOW) << name;
    }
}

TEST(CallFilter, WhoListens)
{
    const auto full = compile_filter(rules(wide));
    EXPECT_TRUE(full->listens);
    EXPECT_EQ(full->flags, SECCOMP_FILTER_FLAG_NEW_LISTENER | (1UL << 5));
    EXPECT_EQ(compile_filter(rules(wide), {.wait_killable = false})->flags, SECCOMP_FILTER_FLAG_NEW_LISTENER);
    const auto deaf = compile_filter(rules(wide), {.listener = false});
    EXPECT_FALSE(deaf->listens);
    EXPECT_EQ(deaf->flags, 0U);
    seccomp_data call{.nr = number_of("ptrace"), .arch = native_architecture()};
    EXPECT_EQ(run_bpf(deaf->program, call), SECCOMP_RET_ERRNO | EPERM);
    EXPECT_FALSE(compile_filter(rules(wide, {}, Denial::kill))->listens);
}

TEST(CallFilter, TheSameRulesAreTheSameBytes)
{
    EXPECT_EQ(compile_filter(rules(wide))->program, compile_filter(rules(wide))->program);
}

TEST(BpfJudge, RefusesWhatTheKernelWould)
{
    const auto as_program = [](std::vector<sock_filter> instructions) {
        Bpf program;
        for (const sock_filter& each : instructions) {
            program.push_back(std::bit_cast<std::uint64_t>(each));
        }
        return program;
    };
    const seccomp_data call{};
    EXPECT_FALSE(run_bpf({}, call));
    EXPECT_FALSE(run_bpf(as_program({BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64)}), call));
    EXPECT_FALSE(run_bpf(as_program({BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), BPF_STMT(BPF_RET | BPF_A, 0)}), call));
    EXPECT_FALSE(run_bpf(as_program({BPF_STMT(BPF_JMP | BPF_JA, 7), BPF_STMT(BPF_RET | BPF_K, 0)}), call));
    EXPECT_FALSE(run_bpf(as_program({BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, 0)}), call));
    EXPECT_EQ(
        run_bpf(as_program({BPF_STMT(BPF_LD | BPF_IMM, 6), BPF_STMT(BPF_MISC | BPF_TAX, 0),
                            BPF_STMT(BPF_ALU | BPF_MUL | BPF_X, 0), BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_IMM, 0),
                            BPF_STMT(BPF_LD | BPF_MEM, 3), BPF_STMT(BPF_RET | BPF_A, 0)}),
                call),
        36U);
}

TEST(JudgeCall, TellsTheRuleTheGroupAndWhy)
{
    const auto judged = judge_call(rules({"@debug"}), "ptrace");
    ASSERT_TRUE(judged);
    EXPECT_EQ(judged->action, CallAction::notified);
    EXPECT_EQ(judged->number, number_of("ptrace"));
    EXPECT_EQ(judged->rule, "@debug");
    EXPECT_EQ(judged->group, "@debug");
    EXPECT_FALSE(judged->why.empty());
    EXPECT_EQ(judge_call(rules({"@debug", "ptrace"}), "ptrace")->rule, "ptrace");
    EXPECT_EQ(judge_call(rules({"@debug"}), "read")->action, CallAction::allowed);
    EXPECT_EQ(judge_call(rules({"@debug"}), "read")->rule, "");
    EXPECT_EQ(judge_call(rules({"@namespace"}), "clone3")->action, CallAction::absent);
    EXPECT_EQ(judge_call(rules({"@terminal"}), "ioctl:TIOCSTI")->action, CallAction::notified);
    EXPECT_EQ(judge_call(rules({"@terminal"}), "ioctl")->action, CallAction::allowed);
    EXPECT_EQ(judge_call(rules({"@raw_socket"}), "socket:AF_OTHER")->action, CallAction::notified);
    EXPECT_EQ(judge_call(rules({"@raw_socket"}), "socket:NETLINK_OTHER")->group, "@raw_socket");
    EXPECT_EQ(judge_call(rules({"@debug"}, {}, Denial::kill), "ptrace")->action, CallAction::killed);
    EXPECT_EQ(judge_call(rules({"@debug"}, {}, Denial::log), "ptrace")->action, CallAction::logged);
    EXPECT_EQ(judge_call(rules({"@debug"}, {}, Denial::errno_only), "ptrace")->action, CallAction::denied);
    EXPECT_EQ(judge_call({}, "ptrace")->action, CallAction::allowed); // no filter
    EXPECT_EQ(judge_call(rules({}), "@debug").error().fault, Fault::usage);
    EXPECT_EQ(judge_call(rules({}), "sys_debug_setcontext").error().fault, Fault::usage);
    EXPECT_EQ(judge_call(rules({}), "ptrac").error().hint, "did you mean 'ptrace'?");
    EXPECT_EQ(judge_call(rules({"@nothing"}), "ptrace").error().fault, Fault::usage);
}

} // namespace
} // namespace hutch::kernel
