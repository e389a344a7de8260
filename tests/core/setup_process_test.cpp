// What is left to the process that executes the test: credentials, Landlock, the filter and its listener; and what hutch-init keeps.
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstring>
#include <fstream>

#include "core/setup_fixture.h"

namespace hutch::spawn {
namespace {

constexpr Step no_new_privs{.op = Op::no_new_privs};

class Confined : public WorldOf {};
INSTANTIATE_TEST_SUITE_P(, Confined, ::testing::Values(Who::root, Who::root_in_user_namespace, Who::nobody), name_of);

class ConfinedRoot : public SetupFixture {
  protected:
    std::string seen(const World& world, const std::string& script) { return said(Who::root, world, script); }
};

constexpr std::uint64_t bit(int capability)
{
    return std::uint64_t{1} << capability;
}

/// "CapInh: …" as five words.
std::string sets_of(const std::string& pid)
{
    return "sed -n 's/^Cap[A-Z][a-z]*:.0*\\([0-9a-f]\\)/\\1/p' /proc/" + pid + "/status | tr '\\n' ' '";
}

// ------------------------------------------------------------------------------------------------- who the test is

TEST_P(Confined, IsItselfAndHasNoForeignDescriptor)
{
    const std::string id = GetParam() == Who::nobody ? "65534" : "0";
    EXPECT_EQ(seen({.clone_flags = CLONE_NEWPID}, "id -u; id -g; ls /proc/self/fd | tr '\\n' ' '"),
              id + "\n" + id + "\n0 1 2 3 ")
        << "3 is ls's own";
    EXPECT_EQ(seen({.test = {no_new_privs}}, "ls /proc/self/fd | tr '\\n' ' '"), "0 1 2 3 ");
}

TEST_P(Confined, WithoutStepsHasTheCapabilitiesOfItsUser)
{
    const std::string eff = seen({.init = {{.op = Op::change_dir, .texts = {"/"}}}}, "grep ^CapEff /proc/self/status");
    EXPECT_EQ(eff == "CapEff:\t0000000000000000\n", GetParam() == Who::nobody) << eff;
}

TEST_P(Confined, HasTheCapabilitiesThatItIsGiven)
{
    const std::uint64_t kept = bit(CAP_NET_BIND_SERVICE) | bit(CAP_KILL);
    const World world{.test = {{.op = Op::bounding, .number = kept},
                               {.op = Op::capabilities, .number = kept, .other = bit(CAP_KILL)},
                               no_new_privs}};
    // Inheritable, permitted, effective, bounding, ambient. Root has what is bounding, by being root.
    EXPECT_EQ(seen(world, sets_of("self")), GetParam() == Who::nobody ? "420 20 20 420 20 " : "420 420 420 420 20 ");
    EXPECT_EQ(seen(world, "grep NoNewPrivs /proc/self/status"), "NoNewPrivs:\t1\n");
}

TEST_P(Confined, CanHaveNone)
{
    const World world{.test = {{.op = Op::bounding}, {.op = Op::capabilities}}};
    EXPECT_EQ(seen(world, sets_of("self")), "0 0 0 0 0 ");
}

TEST_P(Confined, SecurebitsAreSet)
{
    constexpr std::uint64_t noroot = 1; // SECBIT_NOROOT: root is nobody special at exec
    const World world{.test = {{.op = Op::securebits, .number = noroot}}};
    EXPECT_EQ(seen(world, "grep ^CapEff /proc/self/status"), "CapEff:\t0000000000000000\n");
}

TEST_P(Confined, ASessionKeyringOfItsOwn)
{
    const World own{.test = {{.op = Op::keyring}}};
    const std::string script = "python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(" +
                               std::to_string(SYS_keyctl) + ", 0, -3, 0))'"; // KEYCTL_GET_KEYRING_ID of the session's
    const std::string first = seen(own, script), second = seen(own, script);
    EXPECT_GT(std::atoi(first.c_str()), 0) << first;
    EXPECT_NE(first, second);
}

TEST_F(ConfinedRoot, BecomesSomebodyElseAndIsKilledAllTheSame)
{
    const World world{.clone_flags = CLONE_NEWPID, .test = {{.op = Op::set_ids, .number = 1234, .other = 1235}}};
    EXPECT_EQ(seen(world, "id -u; id -g; id -G; grep ^CapEff /proc/self/status; sleep 60 & exit 0"),
              "1234\n1235\n1235\nCapEff:\t0000000000000000\n")
        << "the sleeper is hutch-init's to kill: with CAP_KILL";
    EXPECT_TRUE(kernel::children_of(::getpid()).empty());
}

TEST_F(ConfinedRoot, BecomesSomebodyElseBelowASubreaper)
{
    stay_ = true;
    const World world{.test = {{.op = Op::set_ids, .number = 1234, .other = 1235}}};
    const std::string sleeper = seen(world, "setsid sleep 60 & echo $!");
    EXPECT_TRUE(eventually([&] { return is_gone(std::atoi(sleeper.c_str())); })) << sleeper;
    EXPECT_GT(std::atoi(sleeper.c_str()), 1);
    const std::string death_signal = "import ctypes\n"
                                     "signal = ctypes.c_int()\n"
                                     "ctypes.CDLL(None).prctl(2, ctypes.byref(signal))\n" // PR_GET_PDEATHSIG
                                     "print(signal.value)";
    EXPECT_EQ(seen(world, "exec python3 -c '" + death_signal + "'"), "9\n") << "a change of user takes it away";
}

TEST_F(ConfinedRoot, HutchInitKeepsWhatAParentNeeds)
{
    const World world{.clone_flags = CLONE_NEWPID | CLONE_NEWNS, .init = {apart(), mounted("proc", "/proc")}};
    // It goes on when the test has executed: its first steps are beside the test's.
    EXPECT_EQ(seen(world, "until grep -q 'CapEff:.0*800020$' /proc/1/status; do :; done; "
                          "sed -n 's/^Cap[IPEA][a-z]*:.0*\\([0-9a-f]\\)/\\1/p' /proc/1/status | tr '\\n' ' '"),
              "0 800020 800020 0 ");
    EXPECT_EQ(seen(world, "while [ -e /proc/1/fd/2 ]; do :; done; ls /proc/1/fd | tr '\\n' ' '"), "3 4 ")
        << "control socket and signalfd";
}

// ------------------------------------------------------------------------------------------------- Landlock

constexpr std::uint64_t write_rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                       LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE;

TEST_P(Confined, ByLandlockWithoutAnyMount)
{
    std::ofstream(work() + "/file") << "x";
    ::chmod((work() + "/file").c_str(), 0666);
    const World world{
        .test = {no_new_privs,
                 {.op = Op::landlock, .number = write_rights},
                 {.op = Op::landlock_path, .number = write_rights, .texts = {"\1"}},
                 {.op = Op::landlock_path, .number = write_rights, .texts = {"/dev/null"}}, // not a directory
                 {.op = Op::landlock_path, .number = write_rights, .texts = {"/no/such/place"}},
                 {.op = Op::landlock_apply}}};
    EXPECT_EQ(seen(world, "cat file; echo y > /dev/null; echo z > " + attempt() + "/new && cat " + attempt() +
                              "/new; echo z > file"),
              "xz\nsh: 1: cannot create file: Permission denied\nexit 2");
}

TEST_P(Confined, ByLandlockScopesCannotSignalOthers)
{
    constexpr std::uint64_t scope_signal = 2;
    const World world{
        .test = {no_new_privs, {.op = Op::landlock, .other = scope_signal << 32}, {.op = Op::landlock_apply}}};
    const std::string said = seen(world, "kill -0 $PPID 2>/dev/null || echo refused; sleep 60 & kill $! && echo own");
    if (said.starts_with("failed")) {
        GTEST_SKIP() << "no signal scope in this kernel's Landlock: " << said;
    }
    EXPECT_EQ(said, "refused\nown\n");
}

// ------------------------------------------------------------------------------------------------- the filter

/// uname(2) is answered with `action`; a hand-made program, for what compiles policies is not under test.
kernel::Bpf deny_uname(std::uint32_t action)
{
    const sock_filter program[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_uname},
        {BPF_RET | BPF_K, 0, 0, action},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    kernel::Bpf result(std::size(program));
    std::memcpy(result.data(), program, sizeof(program));
    return result;
}

World filtered(std::uint32_t action, std::uint64_t flags = 0, std::uint64_t clone_flags = 0)
{
    return {.clone_flags = clone_flags,
            .test = {no_new_privs, {.op = Op::filter, .number = flags}},
            .filter = deny_uname(action),
            .listens = flags != 0};
}

const char* const call_uname = "python3 -c 'import os\n"
                               "try:\n"
                               "    print(bool(os.uname()))\n"
                               "except OSError as error:\n"
                               "    print(error.errno)'";

TEST_P(Confined, ByAFilter)
{
    for (const std::uint64_t flags : {0UL, static_cast<unsigned long>(CLONE_NEWPID)}) {
        EXPECT_EQ(seen(filtered(SECCOMP_RET_ERRNO | 42, 0, flags), call_uname), "42\n");
        EXPECT_EQ(seen(filtered(SECCOMP_RET_KILL_PROCESS, 0, flags), "exec uname"), "signal 31");
    }
    EXPECT_EQ(seen({.test = {no_new_privs, {.op = Op::filter}}, .filter = {0xffff}}, "true").substr(0, 11),
              "failed 1 22")
        << "EINVAL";
}

TEST_P(Confined, ByAFilterThatAsks)
{
    int asked = 0;
    on_listener_ = [&](base::BorrowedFd listener) {
        seccomp_notif request{};
        if (::ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) {
            return;
        }
        asked += request.data.nr == SYS_uname ? 1 : 0;
        seccomp_notif_resp response{};
        response.id = request.id;
        response.error = asked == 1 && request.pid != 0 ? -77 : -1;
        (void)::ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_SEND, &response);
    };
    for (const std::uint64_t flags : {0UL, static_cast<unsigned long>(CLONE_NEWPID)}) {
        asked = 0;
        const World world = filtered(SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER, flags);
        EXPECT_EQ(seen(world, call_uname), "77\n");
        asked = 0;
        EXPECT_EQ(seen(world, std::string("ls /proc/self/fd | tr '\\n' ' '; exec ") + call_uname), "0 1 2 3 77\n")
            << "the listener is nobody's but the runner's";
    }
}

TEST_P(Confined, ByAFilterWhoseListenerIsGone)
{
    const World world = filtered(SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
    EXPECT_EQ(seen(world, call_uname), "38\n") << "ENOSYS: nobody else holds the listener";
}

TEST_P(Confined, ByAFilterThatLeavesWhatIsNeededAfterIt)
{
    const std::uint32_t allowed[] = {SYS_sendmsg, SYS_close, SYS_execve, SYS_exit_group};
    kernel::Bpf program;
    const auto add = [&](sock_filter instruction) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, &instruction, sizeof(instruction));
        program.push_back(bytes);
    };
    add({BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)});
    for (const std::uint32_t number : allowed) {
        add({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, number});
        add({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
    }
    add({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS});
    for (const std::uint64_t flags : {0UL, static_cast<unsigned long>(CLONE_NEWPID)}) {
        const World world{.clone_flags = flags,
                          .test = {no_new_privs, {.op = Op::filter, .number = SECCOMP_FILTER_FLAG_NEW_LISTENER}},
                          .filter = program};
        EXPECT_EQ(seen(world, "exit 0"), "signal 31") << "executed, and killed by its first call";
    }
}

} // namespace
} // namespace hutch::spawn
