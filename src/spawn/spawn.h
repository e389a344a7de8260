// From plan to held child: one clone3(2) straight into the scope, hutch-init executed, waiting for its orders.
//
// Theory of operation. The runner never forks: clone3(CLONE_VM|CLONE_VFORK|CLONE_PIDFD|CLONE_CLEAR_SIGHAND
// [|CLONE_INTO_CGROUP|CLONE_NEWPID|CLONE_NEWUSER]) on a stack of its own suspends the runner until the child has
// executed hutch-init, 14 KB without libc, so the runner's size does not matter. No limit is written yet at that time,
// so a tiny cpu.max cannot stall the runner (kernel: a vfork parent waits for its child whatever throttles it); where limits are
// written before, none of them may be one that throttles.
// hutch-init then blocks on its control socket, unless the scope's limits were in force before it was born: then its orders are there
// already, and a test without a policy is executed at once, without hutch-init (spawn_released). release() sends the orders (kernel/init_wire.h); exec closes the
// socket, which is how the runner learns of success; a failure comes back as {step, errno}. What a policy asks for is a
// setup, done by hutch-init between the two (docs/world.md). If the runner dies,
// hutch-init reads end-of-file and exits: nothing held is ever released by accident.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "hutch/evidence.h"
#include "hutch/limits.h"
#include "kernel/clone3.h"

namespace hutch::spawn {

/// hutch-init's program text, held open for the whole run: a sealed memfd, or a file where memfds may not be executed;
/// and what every child of it needs: the stack it is cloned on, the dispositions it has to reset.
class InitProgram {
  public:
    /// Found by doing: what is returned has been executed once. The error lists each place that was tried. Signals that
    /// this process ignores have to be ignored before (those that are ignored by custom, SIGPIPE and SIGHUP among them,
    /// at any time).
    static Result<InitProgram> open();

    base::BorrowedFd fd() const { return fd_; }
    const kernel::CloneStack& stack() const { return stack_; }
    std::uint64_t ignored_signals() const { return ignored_signals_; } ///< signal n is bit n - 1

  private:
    InitProgram(base::UniqueFd fd, kernel::CloneStack stack, std::uint64_t ignored_signals)
        : fd_(std::move(fd)), stack_(std::move(stack)), ignored_signals_(ignored_signals)
    {}
    static Result<InitProgram> probed(Result<base::UniqueFd> program);
    base::UniqueFd fd_;
    kernel::CloneStack stack_;
    std::uint64_t ignored_signals_;
};

/// Where the three standard streams of the test go.
struct Streams {
    base::BorrowedFd in, out, err;
};

/// Everything about the child that is known before it is cloned.
struct Request {
    std::string program = {}; ///< executed by path, absolute
    std::vector<std::string> argv = {};
    std::vector<std::string> env = {};
    Streams streams = {};
    std::optional<base::BorrowedFd> cgroup = {};
    bool stay = false;
    bool may_leave = false; ///< with `stay`: when the test has ended and nothing is left, hutch-init ends, too, and with the same code
    bool pid_namespace = false;
    bool user_namespace = false;
    /// CLONE_NEW*, added to what the two above say. With CLONE_NEWUSER: of root all ids that it has map to themselves (where that is
    /// refused, and of everybody else: the own user and group), and hutch-init has all capabilities in the namespace until the test is
    /// executed, whose own they are only if it is root or if the setup makes them ambient. CLONE_NEWPID needs `stay`.
    std::uint64_t clone_flags = 0;
    std::optional<base::BorrowedFd> setup = {};   ///< kernel::lay_out(): what is done between release and exec
    std::optional<base::BorrowedFd> network = {}; ///< a network namespace, for Op::join_network, in place of CLONE_NEWNET; only with a setup
    bool new_session = true; ///< setsid(2): no controlling terminal; off for `hutch exec` in the foreground
};

/// What hutch-init does between release and exec.
struct Orders {
    std::string work_dir = {};    ///< as the test sees it; empty: where the runner is, with a setup "/"
    std::string attempt_dir = {}; ///< what '\1' stands for in a setup
    unsigned umask = 022;
    std::optional<int> nice = {};
    std::optional<int> oom_score_adj = {};
    /// RLIMIT_NOFILE, CORE, FSIZE and DATA, soft and hard.
    std::optional<std::uint64_t> open_files = {}, core_size = {}, file_size = {}, address_data = {};
};

/// Why a program was not executed.
struct NotExecuted {
    std::string text;
    int code = 0;         ///< errno
    bool at_exec = false; ///< execve(2) itself; false: a step before it
};

/// A child that waits at the barrier, or was released at its birth.
struct Held {
    int pid = 0;
    base::UniqueFd pidfd;
    base::UniqueFd control;  ///< SOCK_SEQPACKET; see kernel/init_wire.h; invalid: the test was executed without hutch-init
    bool stay = false;       ///< as requested: it goes with the orders
    bool may_leave = false;  ///< the same
    bool new_session = true; ///< as requested
    bool setup = false, network = false, ambient = false, own_mounts = false; ///< as requested: they go with the orders
    std::uint64_t later_namespaces = 0;     ///< CLONE_NEW* that go with the orders
    std::optional<NotExecuted> failed = {}; ///< without hutch-init: it was not executed, and ends with 127
};

/// Step 5. On error there is no child. Codes: those of clone3 (EBUSY, EAGAIN, EACCES, EPERM), E2BIG (argv and env), 0
/// (killed at birth: the cgroup was once killed, see kernel/birth_probe.h).
Result<Held> spawn_held(const InitProgram& init, const Request& request);

/// Steps 5 and 7 in one, for a scope whose limits are in force and do not throttle: the same child, which does not wait. What
/// release() cannot send is an Error here, and there is no child. Without a setup, and if it need not stay nor be given priorities, the
/// child executes the test itself; unless that may take for ever (program or work directory on a network file system, or FUSE), for so long
/// the runner would stand still.
Result<Held> spawn_released(const InitProgram& init, const Request& request, const Orders& orders);

/// Step 7. Sends the orders; the child goes on and executes the test. Code EPIPE: the child has died while it was held.
Result<void> release(const Held& child, const Orders& orders);

/// What the control socket has said. Call when it is readable; there may be more at once: call until `none`. Last words, after which it
/// must not be called again: `failed`; without `stay` also `executed`.
///
/// Where the setup's filter has a listener (kernel::Setup::listens), the socket has to be watched from release on, without `stay` as well:
/// `listener` comes before `executed`, and each denied call of the test waits until its notification has been answered. Nobody else has
/// that descriptor: when it is closed here, denied calls fail with ENOSYS.
///
/// The kernel cannot tell a child that has executed from one that was killed before it could: both are end-of-file. How
/// the process ended, and whether its limits had struck, says which.
struct Message {
    enum class Kind {
        none,     ///< nothing yet
        executed, ///< without `stay`: the test has been executed (end-of-file without a failure)
        failed,   ///< a step failed: `text` says which and why; the child exits with 127
        exited,   ///< staying init: the test's first process ended with `status`
        listener, ///< the filter is loaded; `listener` is its descriptor
    };
    Kind kind = Kind::none;
    std::string text = {};
    ExitStatus status = {};
    std::optional<std::uint64_t> cpu_usec = {}; ///< with exited: rusage of all reaped children
    bool leaves = false;                        ///< with exited: nothing is left, and the staying init ends by itself
    int code = 0;                               ///< with failed: errno
    bool at_exec = false;                       ///< with failed: execve(2) itself; false: a step before it
    /// With failed: which step of the setup, in the order of kernel::Setup::step(), which tells the feature that cannot be had.
    std::optional<std::size_t> setup_step = {};
    base::UniqueFd listener = {}; ///< with listener: for seccomp_unotify(2)
};
/// An Error when a staying init has gone without being told to (somebody killed it), or talks nonsense.
Result<Message> receive(const Held& child);

/// Staying init: kill all that is left below it, then exit with 0. Takes up to 5 s if something does not die; the pidfd
/// tells. The socket may already be closed on the other side: that is no error.
Result<void> finish(const Held& child);

/// Sends a signal to the test's process group, or through a staying init. Without a new session to the first process
/// alone: its group is the runner's. Never reaches anybody else: once the child is reaped, nothing is sent.
Result<void> signal_group(const Held& child, bool stay, int signal);

/// waitid(P_PIDFD): reaps the child. Unset while it still runs.
Result<std::optional<ExitStatus>> reap(const Held& child);

} // namespace hutch::spawn
