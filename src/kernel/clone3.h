// The one way a process is made: clone3(2) like vfork, straight into a cgroup, with a pidfd. Mechanism only: what the
// child does is the caller's function.
//
// Theory of operation. CLONE_VM|CLONE_VFORK: the child runs in our memory, on a stack of its own, while this thread
// is suspended until it has executed or exited; so nothing is copied, and how big this process is does not matter.
// All signals are blocked in the parent around the call, so that no handler of ours runs in the child; the child
// starts with all signals blocked and with handlers reset (CLONE_CLEAR_SIGHAND). *Ignored signals stay ignored* and
// the mask stays full until somebody (hutch-init) sets both: exec keeps them.
//
// Where clone3 is refused (ENOSYS or EPERM: seccomp filters of containers), clone(2) does the same without
// CLONE_INTO_CGROUP; the child then writes "0" to cgroup.procs before the caller's function runs: it is in its cgroup
// in both cases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/fd.h"
#include "hutch/error.h"

namespace hutch::kernel {

/// The stack of vfork-style children, with a guard page; made once, used again for each child (they never overlap:
/// the parent is suspended meanwhile). Not for two threads at a time.
class CloneStack {
  public:
    static Result<CloneStack> create(std::size_t bytes = std::size_t{64} << 10);
    CloneStack(CloneStack&& other) noexcept;
    CloneStack& operator=(CloneStack&& other) noexcept;
    ~CloneStack();
    void* bottom() const { return bottom_; } ///< lowest usable address
    std::size_t size() const { return size_; }

  private:
    CloneStack(void* bottom, std::size_t size) : bottom_(bottom), size_(size) {}
    void* bottom_ = nullptr;
    std::size_t size_ = 0;
};

struct CloneRequest {
    std::uint64_t flags = 0;                ///< CLONE_NEWPID, CLONE_NEWUSER, …; the rest is added
    std::optional<base::BorrowedFd> cgroup; ///< the cgroup's directory: the child is born in it
    bool without_clone3 = false; ///< take the fallback at once: for tests, and once it was seen that clone3 is refused
};

struct CloneResult {
    int pid = 0;
    base::UniqueFd pidfd;
    bool by_clone3 = true; ///< false: the fallback was taken
};

/// Runs `child(argument)` in a new process; its return value is the exit code. The child must only make system calls
/// and write to memory it was given: no heap, no locks, no stdio, no exceptions. It shares errno with the parent.
/// Returns when the child has executed or exited. The caller reaps it (kernel/pidfd.h). Errors (no child is left):
/// EBUSY, the cgroup has controllers enabled for its children; EAGAIN, a pids limit above; EACCES, cgroup
/// containment; EPERM, namespaces are refused.
Result<CloneResult> clone_vfork(const CloneStack& stack, const CloneRequest& request, int (*child)(void*),
                                void* argument);

} // namespace hutch::kernel
