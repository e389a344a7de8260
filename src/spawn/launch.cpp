// See launch.h. Between clone and exec the child shares our memory and our stack is frozen: it makes raw system calls
// and writes into its Child, nothing else. It counts its stages there, so that we can say where it failed, or that it
// never lived: on kernels since 6.14 a cgroup that was ever killed kills what is born into it, and clone3 still reports
// success.
#include "spawn/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "kernel/pidfd.h"
#include "spawn/failure_text.h"
#include "spawn/id_maps.h"

namespace hutch::spawn {

namespace {

#define HUTCH_IN_CHILD __attribute__((no_sanitize("address", "undefined"), noinline))

constexpr std::size_t fds_max = 8;
constexpr int scratch_fd = 16; ///< above all targets; descriptors that stand in their way move there
constexpr int exit_stage_failed = 127;
constexpr unsigned descriptors_without_close_range = 4096; // as hutch-init
constexpr int exec_empty_path = 0x1000; // AT_EMPTY_PATH

enum class Stage : int {
    unborn,
    descriptors,
    session,
    deny_setgroups,
    uid_map,
    gid_map,
    capabilities,
    work_directory,
    rlimit,
    exec
};

/// In the parent's frame, written by the child.
struct Child {
    int program = -1;
    std::array<int, fds_max> fds{};
    std::size_t fd_count = 0;
    char* const* argv = nullptr;
    char* const* env = nullptr;
    bool new_session = true;
    std::uint64_t ignored_signals = 0;
    bool maps_itself = false;
    bool keep_capabilities = false;
    const char* uid_map = nullptr;
    std::size_t uid_map_bytes = 0;
    const char* gid_map = nullptr;
    std::size_t gid_map_bytes = 0;
    const AtOnce* at_once = nullptr;
    volatile std::size_t rlimits_set = 0;
    volatile Stage stage = Stage::unborn;
    volatile int code = 0;
};

/// CLONE_CLEAR_SIGHAND has reset handlers; what is ignored stays ignored until somebody says otherwise, through any
/// exec.
HUTCH_IN_CHILD void reset_ignored_signals(std::uint64_t signals)
{
    const struct {
        unsigned long handler, flags, restorer, mask;
    } by_default = {0, 0, 0, 0}; // the kernel's struct sigaction with SIG_DFL
    for (int signal = 1; signals != 0; ++signal, signals >>= 1) {
        if ((signals & 1) != 0) {
            syscall(SYS_rt_sigaction, signal, &by_default, nullptr, sizeof(signals));
        }
    }
}

HUTCH_IN_CHILD int place_descriptors(Child& child)
{
    const auto count = static_cast<int>(child.fd_count);
    for (int target = 0; target < count; ++target) {
        int& source = child.fds.data()[target];
        if (source < count) { // it would be overwritten by one of ours
            source = static_cast<int>(syscall(SYS_fcntl, source, F_DUPFD_CLOEXEC, scratch_fd));
            if (source < 0) {
                return errno;
            }
        }
    }
    for (int target = 0; target < count; ++target) {
        if (syscall(SYS_dup3, child.fds.data()[target], target, 0) < 0) {
            return errno;
        }
    }
    return 0;
}

HUTCH_IN_CHILD int write_file(const char* path, const char* text, std::size_t size)
{
    const auto fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0));
    if (fd < 0) {
        return errno;
    }
    const int code = syscall(SYS_write, fd, text, size) < 0 ? errno : 0;
    syscall(SYS_close, fd);
    return code;
}

/// As the child of a new user namespace we have all capabilities in it until exec: enough to map ourselves, once.
HUTCH_IN_CHILD int map_user(Child& child)
{
    child.stage = Stage::deny_setgroups;
    int code = write_file("/proc/self/setgroups", "deny", 4);
    if (code != 0) {
        return code;
    }
    child.stage = Stage::uid_map;
    code = write_file("/proc/self/uid_map", child.uid_map, child.uid_map_bytes);
    if (code != 0) {
        return code;
    }
    child.stage = Stage::gid_map;
    return write_file("/proc/self/gid_map", child.gid_map, child.gid_map_bytes);
}

/// The child of a new user namespace has all capabilities in it, but exec takes them from everybody who is not root there; unless
/// they are ambient.
HUTCH_IN_CHILD int make_ambient(Child& child)
{
    child.stage = Stage::capabilities;
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
    if (syscall(SYS_capget, &header, sets) != 0) {
        return errno;
    }
    for (auto& set : sets) {
        set.inheritable = set.permitted;
    }
    if (syscall(SYS_capset, &header, sets) != 0) {
        return errno;
    }
    long raised = 0;
    for (long capability = 0; raised == 0; ++capability) { // until the kernel knows no more
        raised = syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
    }
    return errno == EINVAL ? 0 : errno;
}

/// The steps of hutch-init for a test without a policy, in its order (init/steps.cpp).
HUTCH_IN_CHILD int execute_at_once(Child& child)
{
    const AtOnce& wanted = *child.at_once;
    constexpr unsigned every_signal_let_through[2] = {0, 0};
    const auto first = static_cast<unsigned>(child.fd_count);
    if (syscall(SYS_close_range, first, ~0U, 0) < 0) { // before 5.9, or refused by a filter around us
        for (unsigned fd = first; fd < descriptors_without_close_range; ++fd) {
            syscall(SYS_close, fd);
        }
    }
    child.stage = Stage::work_directory;
    if (wanted.work_dir != nullptr && syscall(SYS_chdir, wanted.work_dir) < 0) {
        return errno;
    }
    syscall(SYS_umask, wanted.umask);
    child.stage = Stage::rlimit;
    for (const kernel::wire::Rlimit& limit : wanted.rlimits) {
        const std::uint64_t both[2] = {limit.value, limit.value};
        if (syscall(SYS_prlimit64, 0, limit.resource, both, nullptr) < 0) {
            return errno;
        }
        child.rlimits_set = child.rlimits_set + 1;
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, every_signal_let_through, nullptr, sizeof(every_signal_let_through));
    child.stage = Stage::exec;
    syscall(SYS_execve, wanted.program, child.argv, child.env);
    return errno;
}

HUTCH_IN_CHILD int reach_exec(Child& child)
{
    if (child.maps_itself) {
        if (const int code = map_user(child); code != 0) {
            return code;
        }
    }
    if (child.keep_capabilities) {
        if (const int code = make_ambient(child); code != 0) {
            return code;
        }
    }
    reset_ignored_signals(child.ignored_signals);
    child.stage = Stage::descriptors;
    if (const int code = place_descriptors(child); code != 0) {
        return code;
    }
    child.stage = Stage::session;
    if (child.new_session && syscall(SYS_setsid) < 0) {
        return errno;
    }
    if (child.at_once != nullptr) {
        return execute_at_once(child);
    }
    child.stage = Stage::exec;
    syscall(SYS_execveat, child.program, "", child.argv, child.env, exec_empty_path);
    return errno;
}

HUTCH_IN_CHILD int child_main(void* argument)
{
    Child& child = *static_cast<Child*>(argument);
    child.code = reach_exec(child);
    return exit_stage_failed;
}

std::string tried(const Child& child)
{
    switch (child.stage) {
    case Stage::unborn:
    case Stage::descriptors:
        return "place the child's descriptors";
    case Stage::session:
        return "setsid";
    case Stage::deny_setgroups:
        return "write /proc/self/setgroups 'deny'";
    case Stage::uid_map:
        return fmt::format("write /proc/self/uid_map '{}'", child.uid_map);
    case Stage::gid_map:
        return fmt::format("write /proc/self/gid_map '{}'", child.gid_map);
    case Stage::capabilities:
        return "make capabilities ambient";
    case Stage::work_directory:
    case Stage::rlimit:
    case Stage::exec:
        break;
    }
    return "exec hutch-init";
}

/// The child has not executed: reaps it and says why.
std::unexpected<Error> bury(const Child& child, const kernel::CloneResult& cloned)
{
    const auto reaped = kernel::reap_within(cloned.pidfd, std::chrono::seconds(1)); // it is dead or dying
    if (child.code != 0) {
        return system_error(tried(child), child.code);
    }
    const bool killed = reaped && *reaped && (*reaped)->status.signal == SIGKILL;
    return plain_error(
        killed ? "clone3 into a cgroup: the child was killed at birth; cgroup.kill was once written for that "
                 "cgroup, for one above it, or for the runner's own"
               : "clone3: the child has died before its first instruction");
}

/// In the words of hutch-init, which would have taken the same steps.
NotExecuted what_failed(const Child& child)
{
    kernel::wire::Failed failed{};
    failed.code = child.code;
    const char* text = "";
    if (child.stage == Stage::work_directory) {
        failed.step = kernel::wire::Step::work_directory;
        text = child.at_once->work_dir;
    } else if (child.stage == Stage::rlimit) {
        const kernel::wire::Rlimit& limit = child.at_once->rlimits[child.rlimits_set];
        failed.step = kernel::wire::Step::rlimit;
        failed.resource = limit.resource;
        failed.value = static_cast<std::int64_t>(limit.value);
    } else {
        failed.step = kernel::wire::Step::exec;
        text = child.at_once->program;
    }
    return {.text = describe_failure(failed, text), .code = child.code, .at_exec = child.stage == Stage::exec};
}

/// `text` as execve(2) takes a vector: pointers, then NULL.
std::vector<char*> pointers(const std::vector<const char*>& texts)
{
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (const char* text : texts) {
        result.push_back(const_cast<char*>(text));
    }
    result.push_back(nullptr);
    return result;
}

} // namespace

Result<Launched> launch(const InitProgram& init, const Launch& launch)
{
    const std::vector<char*> argv = pointers(launch.argv);
    const std::vector<char*> env = pointers(launch.env);
    Child child;
    child.program = init.fd().get();
    child.argv = argv.data();
    child.env = env.data();
    child.new_session = launch.new_session;
    child.at_once = launch.at_once;
    child.ignored_signals = init.ignored_signals();
    child.fd_count = std::min(launch.fds.size(), fds_max);
    for (std::size_t index = 0; index < child.fd_count; ++index) {
        child.fds.at(index) = launch.fds[index].get();
    }
    std::string uid_map, gid_map;
    child.keep_capabilities = launch.keep_capabilities;
    child.maps_itself = (launch.namespaces & CLONE_NEWUSER) != 0 && !launch.all_ids;
    if (child.maps_itself) {
        uid_map = fmt::format("{0} {0} 1", ::geteuid());
        gid_map = fmt::format("{0} {0} 1", ::getegid());
        child.uid_map = uid_map.c_str();
        child.uid_map_bytes = uid_map.size();
        child.gid_map = gid_map.c_str();
        child.gid_map_bytes = gid_map.size();
    }
    auto cloned =
        kernel::clone_vfork(init.stack(), {.flags = launch.namespaces, .cgroup = launch.cgroup}, child_main, &child);
    if (!cloned) {
        return std::unexpected(std::move(cloned.error()));
    }
    if (launch.at_once != nullptr && child.stage >= Stage::work_directory && child.code != 0) {
        return Launched{cloned->pid, std::move(cloned->pidfd), what_failed(child)};
    }
    if (child.stage != Stage::exec || child.code != 0) {
        return bury(child, *cloned);
    }
    if (launch.all_ids) {
        if (auto mapped = map_all_ids(cloned->pid); !mapped) {
            (void)kernel::send_signal(cloned->pidfd, SIGKILL);
            (void)kernel::reap_within(cloned->pidfd, std::chrono::seconds(1));
            return std::unexpected(std::move(mapped.error()));
        }
    }
    return Launched{cloned->pid, std::move(cloned->pidfd), std::nullopt};
}

Result<ControlPair> control_pair()
{
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return system_error("socketpair");
    }
    return ControlPair{base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
}

Result<void> send_packet(base::BorrowedFd control, const void* data, std::size_t size, std::string_view what)
{
    ssize_t sent = -1;
    do {
        sent = ::send(control.get(), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        return system_error(std::string(what));
    }
    return {};
}

} // namespace hutch::spawn
