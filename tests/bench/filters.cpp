// Measures what a filter costs: to compile, to load, for a call that it allows, for a call that it denies. Prints a markdown table;
// the least of many, so that other work on the machine does not show. usage: bench_filters [DENY…]  (default: the groups of policy strict)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <seccomp.h>

#include "kernel/argument_filter.h"
#include "kernel/call_filter.h"
#include "kernel/seccomp_listener.h"
#include "kernel/syscall_names.h"

namespace {

using namespace hutch;
using Clock = std::chrono::steady_clock;

constexpr int children = 41;

double nanoseconds(Clock::time_point since)
{
    return std::chrono::duration<double, std::nano>(Clock::now() - since).count();
}

/// The least: what the machine did beside it does not count.
double least(const std::vector<double>& values)
{
    return *std::ranges::min_element(values);
}

/// One call of `body`, the best of batches.
double each(int batch, const std::function<void()>& body)
{
    std::vector<double> times;
    for (int round = 0; round < 101; ++round) {
        const auto start = Clock::now();
        for (int i = 0; i < batch; ++i) {
            body();
        }
        times.push_back(nanoseconds(start) / batch);
    }
    return least(times);
}

/// The same calls, one comparison after another, as libseccomp makes it by default.
kernel::Bpf linear(const kernel::CallTable& table, std::uint32_t denied, bool same_opening)
{
    seccomp_api_set(6);
    void* context = seccomp_init(SCMP_ACT_ALLOW);
    for (const auto& [number, says] : table.calls) {
        if (!says.allow) {
            seccomp_rule_add(context, denied, number, 0);
        }
    }
    const int file = memfd_create("linear", MFD_CLOEXEC);
    seccomp_export_bpf(context, file);
    seccomp_release(context);
    std::vector<sock_filter> program(static_cast<std::size_t>(lseek(file, 0, SEEK_END)) / sizeof(sock_filter));
    if (pread(file, program.data(), program.size() * sizeof(sock_filter), 0) < 0) {
        std::perror("pread");
    }
    close(file);
    kernel::Bpf whole;
    if (same_opening) {
        for (const sock_filter& one : kernel::opening_program(
                 table,
                 {.architecture = seccomp_arch_native(), .denied = denied, .highest_call = kernel::highest_call()})) {
            whole.push_back(std::bit_cast<std::uint64_t>(one));
        }
    }
    for (const sock_filter& one : program) {
        whole.push_back(std::bit_cast<std::uint64_t>(one));
    }
    return whole;
}

struct Figures {
    double load = 0, getppid = 0, ioctl_ = 0, fork_ = 0, denied = 0;
};

long load(const kernel::Bpf& program, std::uint64_t flags)
{
    const sock_fprog filter{.len = static_cast<unsigned short>(program.size()),
                            .filter = reinterpret_cast<sock_filter*>(const_cast<std::uint64_t*>(program.data()))};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
}

void measure_calls(Figures& to)
{
    to.getppid = each(5000, [] { syscall(SYS_getppid); });
    to.ioctl_ = each(5000, [] { ioctl(-1, 0); });
    to.fork_ = each(20, [] {
        const pid_t child = fork();
        if (child == 0) {
            _exit(0);
        }
        waitpid(child, nullptr, 0);
    });
    to.denied = each(2000, [] { syscall(SYS_keyctl, -1); });
}

/// In a child of its own: a filter stays.
Figures in_child(const kernel::Bpf* program, bool calls)
{
    void* shared = mmap(nullptr, sizeof(Figures), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto& figures = *new (shared) Figures;
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (program) {
            const auto start = Clock::now();
            if (load(*program, 0) != 0) {
                std::perror("seccomp");
                _exit(1);
            }
            figures.load = nanoseconds(start);
        }
        if (calls) {
            measure_calls(figures);
        }
        _exit(0);
    }
    waitpid(child, nullptr, 0);
    const Figures result = figures;
    munmap(shared, sizeof(Figures));
    return result;
}

void row(const std::string& name, const kernel::Bpf* program)
{
    Figures figures = in_child(program, true);
    std::vector<double> loads;
    for (int i = 0; program && i < children; ++i) {
        loads.push_back(in_child(program, false).load);
    }
    fmt::print("| {} | {} | {} | {:.0f} | {:.0f} | {:.0f} | {:.0f} |\n", name, program ? program->size() : 0,
               program ? fmt::format("{:.0f}", least(loads) / 1000) : "–", figures.getppid, figures.ioctl_,
               figures.fork_ / 1000, figures.denied);
    std::fflush(stdout);
}

/// The round trip of a notified call, with a parent that does nothing but answer.
double round_trip(const kernel::CallFilter& filter)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return 0;
    }
    void* shared = mmap(nullptr, sizeof(double), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        const auto listener = static_cast<int>(load(filter.program, filter.flags));
        if (write(ends[1], &listener, sizeof listener) < 0) {
            _exit(1);
        }
        char go = 0;
        if (read(ends[1], &go, 1) != 1) {
            _exit(1);
        }
        close(listener);
        *static_cast<double*>(shared) = each(500, [] { syscall(SYS_keyctl, -1); });
        _exit(0);
    }
    int theirs = -1;
    if (read(ends[0], &theirs, sizeof theirs) != sizeof theirs) {
        return 0;
    }
    const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    const base::UniqueFd listener(static_cast<int>(syscall(SYS_pidfd_getfd, pidfd, theirs, 0)));
    if (write(ends[0], "g", 1) != 1) {
        return 0;
    }
    while (waitpid(child, nullptr, WNOHANG) == 0) {
        if (const auto notice = kernel::next_notice(listener); notice && *notice) {
            (void)kernel::refuse(listener, (*notice)->id, EPERM);
        }
    }
    return *static_cast<double*>(shared);
}

} // namespace

int main(int argc, char** argv)
{
    SyscallRules rules{
        .filter = true, .denial = Denial::errno_only, .deny = std::vector<std::string>(argv + 1, argv + argc)};
    if (rules.deny.empty()) {
        rules.deny = {"@module",   "@bpf",       "@reboot",   "@swap",     "@accounting", "@quota",        "@raw_io",
                      "@clock",    "@keyring",   "@terminal", "@obsolete", "@debug",      "@namespace",    "@mount",
                      "@io_uring", "@userfault", "@handle",   "@fanotify", "@raw_socket", "@cpu_emulation"};
    }
    const auto tree = kernel::compile_filter(rules);
    if (!tree) {
        fmt::print(stderr, "{} ({})\n", tree.error().message, tree.error().hint);
        return 2;
    }
    const kernel::Bpf one_after_another = linear(*tree->table, SCMP_ACT_ERRNO(EPERM), true);
    fmt::print("compile: {:.0f} us, {} calls named\n\n", each(3, [&] { (void)kernel::compile_filter(rules); }) / 1000,
               tree->table->calls.size());
    fmt::print(
        "| filter | instructions | load, us | getppid, ns | ioctl, ns | fork and wait, us | denied keyctl, ns |\n");
    fmt::print("|---|---|---|---|---|---|---|\n");
    const kernel::Bpf nothing = {
        std::bit_cast<std::uint64_t>(sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW))};
    row("none", nullptr);
    row("one instruction", &nothing);
    row("tree", &tree->program);
    row("linear", &one_after_another);
    row("none", nullptr);
    rules.denial = Denial::notify;
    fmt::print("\nnotify: {:.0f} ns a denied call\n", round_trip(*kernel::compile_filter(rules)));
    return 0;
}
