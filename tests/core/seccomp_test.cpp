// Filters in the kernel: that it takes them, what it answers, and the listener's side of it. Needs seccomp(2), no cgroup.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#include <chrono>
#include <thread>

#include "core/filtered_child.h"
#include "kernel/bpf_judge.h"
#include "kernel/seccomp_listener.h"
#include "kernel/seccomp_probe.h"
#include "kernel/syscall_names.h"
#include "run/denials.h"

namespace hutch {
namespace {

using std::chrono::milliseconds;
using test::FilteredChild;

const std::vector<std::string> wide = {"@accounting", "@bpf",       "@clock",    "@cpu_emulation", "@debug",
                                       "@fanotify",   "@handle",    "@io_uring", "@keyring",       "@module",
                                       "@mount",      "@namespace", "@obsolete", "@quota",         "@raw_io",
                                       "@raw_socket", "@reboot",    "@swap",     "@terminal",      "@userfault"};

kernel::CallFilter filter(std::vector<std::string> deny, Denial denial = Denial::notify, bool default_allow = true,
                          std::vector<std::string> allow = {})
{
    const auto compiled = kernel::compile_filter({.filter = true,
                                                  .default_allow = default_allow,
                                                  .denial = denial,
                                                  .deny = std::move(deny),
                                                  .allow = std::move(allow)});
    EXPECT_TRUE(compiled) << compiled.error().message;
    return *compiled;
}

int traced()
{
    return ptrace(PTRACE_TRACEME, 0, 0, 0) == 0 ? 0 : errno;
}

class Seccomp : public testing::Test {
  protected:
    void SetUp() override
    {
        const auto stack = kernel::CloneStack::create();
        const auto facts = kernel::probe_seccomp(*stack);
        ASSERT_TRUE(facts) << facts.error().message;
        if (!facts->support.listener) {
            GTEST_SKIP() << "no filter with a listener here: " << std::strerror(facts->listener_errno);
        }
    }
    void run_for(milliseconds time)
    {
        auto end = loop.after(time, [&] { loop.stop(); }).value();
        ASSERT_TRUE(loop.run());
    }
    /// Until the last filtered process is gone.
    void run_to_the_end(run::Denials& denials, FilteredChild& child)
    {
        for (int i = 0; i < 500 && denials.watching(); ++i) {
            run_for(milliseconds(20));
            child.reap_if_ended();
        }
        EXPECT_FALSE(denials.watching()) << "no hang-up";
    }

    sd::EventLoop loop = sd::EventLoop::open().value();
};

TEST_F(Seccomp, TheKernelTakesEveryKindOfFilter)
{
    const std::vector<std::string> basics = {"@default", "@basic_io", "@file_system", "socket:AF_UNIX"};
    for (const kernel::CallFilter& each :
         {filter({}), filter(wide), filter(wide, Denial::kill), filter(wide, Denial::errno_only),
          filter(wide, Denial::log), filter({}, Denial::errno_only, false, basics),
          filter({}, Denial::notify, false, basics)}) {
        FilteredChild child(each, [] { return 7; });
        EXPECT_EQ(child.wait(), 7 << 8);
    }
}

TEST_F(Seccomp, ADeniedCallIsNamedWithItsProcess)
{
    FilteredChild child(filter({"@debug"}), [] {
        prctl(PR_SET_NAME, "nosy one");
        return traced();
    });
    run::Denials denials;
    ASSERT_TRUE(denials.watch(loop, std::move(child.listener()), child.table()));
    const int pid = child.pid();
    run_to_the_end(denials, child);
    EXPECT_EQ(child.wait(), EPERM << 8);
    ASSERT_EQ(denials.listed().size(), 1U);
    EXPECT_EQ(denials.count(), 1U);
    EXPECT_EQ(denials.listed().front(),
              (DeniedCall{.number = SYS_ptrace, .name = "ptrace", .rule = "@debug", .pid = pid, .comm = "nosy one"}));
}

TEST_F(Seccomp, SixteenAreListedAndAllAreCounted)
{
    FilteredChild child(filter(wide), [] {
        int tried = 0;
        for (const char* name :
             {"acct",    "bpf",      "settimeofday", "modify_ldt", "ptrace",     "kcmp",   "fanotify_init",
              "add_key", "keyctl",   "mount",        "umount2",    "pivot_root", "chroot", "setns",
              "unshare", "quotactl", "iopl",         "ioperm",     "reboot",     "swapon"}) {
            for (int twice = 0; twice < 2; ++twice) {
                tried += syscall(*kernel::known_call(name)->number, 0, 0, 0, 0, 0, 0) == -1 && errno == EPERM ? 1 : 0;
            }
        }
        return tried;
    });
    run::Denials denials;
    ASSERT_TRUE(denials.watch(loop, std::move(child.listener()), child.table()));
    run_to_the_end(denials, child);
    EXPECT_EQ(child.wait(), 40 << 8);
    EXPECT_EQ(denials.count(), 40U);
    EXPECT_EQ(denials.listed().size(), run::denied_listed);
    EXPECT_EQ(denials.listed().front().name, "acct");
    EXPECT_EQ(denials.listed().back().name, "quotactl");
}

TEST_F(Seccomp, AFloodOfDeniedCallsLeavesTheLoopToOthers)
{
    constexpr int flood = 100'000;
    FilteredChild child(filter({"ptrace"}), [] {
        for (int i = 0; i < flood; ++i) {
            if (traced() != EPERM) {
                return 1;
            }
        }
        return 0;
    });
    run::Denials denials;
    ASSERT_TRUE(denials.watch(loop, std::move(child.listener()), child.table()));
    int ticks = 0;
    std::size_t before = 0;
    std::size_t most_between_ticks = 0;
    sd::Source ticker;
    const std::function<void()> tick = [&] {
        ++ticks;
        most_between_ticks = std::max(most_between_ticks, denials.count() - before);
        before = denials.count();
        ticker = loop.after(milliseconds(5), tick).value();
    };
    tick();
    for (int i = 0; i < 3000 && denials.watching(); ++i) {
        run_for(milliseconds(20));
    }
    EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(denials.count(), static_cast<std::size_t>(flood));
    EXPECT_EQ(denials.listed().size(), 1U);
    EXPECT_GT(ticks, 10);
    EXPECT_LT(most_between_ticks, static_cast<std::size_t>(flood) / 4);
}

TEST_F(Seccomp, ACallerThatDiesBeforeOrAfterItWasReadBlocksNobody)
{
    for (const bool read_first : {true, false}) {
        FilteredChild child(filter({"ptrace"}), traced);
        std::optional<kernel::CallNotice> notice;
        for (int i = 0; read_first && !notice && i < 5000; ++i) {
            notice = kernel::next_notice(child.listener()).value();
            std::this_thread::sleep_for(milliseconds(1));
        }
        if (read_first) {
            ASSERT_TRUE(notice);
            EXPECT_EQ(notice->number, SYS_ptrace);
            EXPECT_TRUE(kernel::still_waits(child.listener(), notice->id));
        } else {
            std::this_thread::sleep_for(milliseconds(50));
        }
        child.kill_it();
        EXPECT_EQ(child.wait(), SIGKILL);
        if (read_first) {
            EXPECT_FALSE(kernel::still_waits(child.listener(), notice->id));
            EXPECT_TRUE(kernel::refuse(child.listener(), notice->id, EPERM));
        }
        const auto after = kernel::next_notice(child.listener());
        ASSERT_TRUE(after) << after.error().message;
        EXPECT_FALSE(*after);
    }
}

TEST_F(Seccomp, FinishAnswersWhatStillWaits)
{
    FilteredChild child(filter({"ptrace"}), traced);
    run::Denials denials;
    ASSERT_TRUE(denials.watch(loop, std::move(child.listener()), child.table()));
    std::this_thread::sleep_for(milliseconds(100)); // the loop does not turn meanwhile
    denials.finish();
    EXPECT_FALSE(denials.watching());
    EXPECT_EQ(denials.count(), 1U);
    EXPECT_EQ(child.wait(), EPERM << 8);
    Evidence evidence;
    denials.add_to(evidence);
    EXPECT_EQ(evidence.denied_count, 1U);
    EXPECT_EQ(evidence.denied.front().name, "ptrace");
}

TEST_F(Seccomp, AListenerThatIsNoneIsGivenUp)
{
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    base::UniqueFd reader(ends[0]), writer(ends[1]);
    ASSERT_EQ(write(writer.get(), "x", 1), 1);
    run::Denials denials;
    ASSERT_TRUE(denials.watch(loop, std::move(reader), nullptr));
    run_for(milliseconds(20));
    EXPECT_FALSE(denials.watching());
    EXPECT_EQ(denials.count(), 0U);
}

TEST_F(Seccomp, KillIsSigsys)
{
    FilteredChild child(filter({"ptrace"}, Denial::kill), traced);
    const int status = child.wait();
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGSYS);
}

TEST_F(Seccomp, ThreadsComeByCloneWhereClone3IsAbsent)
{
    FilteredChild child(filter({"@namespace"}), [] {
        int made = 0;
        std::thread([&] { made = 1; }).join();
        const bool absent = syscall(SYS_clone3, nullptr, 0) == -1 && errno == ENOSYS;
        const bool refused = unshare(CLONE_NEWUSER) == -1 && errno == EPERM;
        const bool no_namespace = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) == -1 && errno == EPERM;
        const pid_t forked = fork();
        if (forked == 0) {
            _exit(0);
        }
        return made + (absent ? 2 : 0) + (refused ? 4 : 0) + (no_namespace ? 8 : 0) + (forked > 0 ? 16 : 0);
    });
    run::Denials denials;
    ASSERT_TRUE(denials.watch(loop, std::move(child.listener()), child.table()));
    run_to_the_end(denials, child);
    EXPECT_EQ(child.wait(), 31 << 8);
    EXPECT_EQ(denials.count(), 2U);
    ASSERT_EQ(denials.listed().size(), 2U);
    EXPECT_EQ(denials.listed()[0].name, "unshare");
    EXPECT_EQ(denials.listed()[1].name, "clone:CLONE_NEWUSER");
    EXPECT_EQ(denials.listed()[1].rule, "@namespace");
}

TEST_F(Seccomp, RawSocketsAreDeniedAndOthersAreNot)
{
    FilteredChild child(filter({"@raw_socket"}, Denial::errno_only), [] {
        const bool packet = socket(AF_PACKET, SOCK_RAW, 0) == -1 && errno == EPERM;
        const bool raw = socket(AF_INET, SOCK_RAW, 1) == -1 && errno == EPERM;
        const bool audit = socket(AF_NETLINK, SOCK_RAW, 9) == -1 && errno == EPERM;
        const bool route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0;
        const bool local = socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
        const bool inet = socket(AF_INET, SOCK_STREAM, 0) >= 0;
        return packet && raw && audit && route && local && inet ? 0 : 1;
    });
    EXPECT_EQ(child.wait(), 0);
}

#ifdef __x86_64__
TEST_F(Seccomp, TheOtherDoorsOfX86AreShut)
{
    FilteredChild x32(filter({}), [] { return static_cast<int>(syscall(0x40000000 | SYS_getpid) > 0); });
    int status = x32.wait();
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) << status;

    FilteredChild i386(filter({}), [] {
        int result = 20; // getpid of i386
        asm volatile("int $0x80" : "+a"(result) : : "memory");
        return result > 0 ? 0 : 1;
    });
    status = i386.wait();
    EXPECT_TRUE(WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV)) << status;

    FilteredChild young(filter({}), [] { return syscall(kernel::highest_call() + 1) == -1 ? errno : 0; });
    EXPECT_EQ(young.wait(), ENOSYS << 8);
}
#endif

} // namespace
} // namespace hutch
