// One clone3 and one exec of hutch-init, for tests and for the warden alike. Responsible for what has to happen between
// the two, in the runner's own memory and without the heap: signals, descriptors, session, user namespace maps. Knows
// no orders.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "kernel/init_wire.h"
#include "spawn/spawn.h"

namespace hutch::spawn {

/// A program that is executed instead of hutch-init, and what has to be done before: the whole list of a test without a policy.
struct AtOnce {
    const char* program = nullptr;
    const char* work_dir = nullptr; ///< null: where we are
    unsigned umask = 022;
    std::span<const kernel::wire::Rlimit> rlimits;
};

struct Launch {
    std::vector<const char*> argv; ///< without the NULL that ends it
    std::vector<const char*> env;
    std::vector<base::BorrowedFd> fds; ///< become 0, 1, 2, …; everything else is closed
    std::optional<base::BorrowedFd> cgroup;
    std::uint64_t namespaces = 0; ///< CLONE_NEW*; with CLONE_NEWUSER our user and group map to themselves
    /// With CLONE_NEWUSER: all ids that we have map to themselves. We write that, after the child has executed hutch-init, for the child
    /// may map nobody but itself.
    bool all_ids = false;
    bool keep_capabilities =
        false; ///< with CLONE_NEWUSER: all of them are ambient, so that hutch-init has them after exec
    bool new_session = true;
    const AtOnce* at_once = nullptr; ///< null: hutch-init is executed. Without namespaces only
};

struct Launched {
    int pid = 0;
    base::UniqueFd pidfd;
    std::optional<NotExecuted> failed; ///< at once: a step failed, and the child exits with 127
};

/// On error there is no child.
Result<Launched> launch(const InitProgram& init, const Launch& launch);

/// RLIMIT_NOFILE, CORE, FSIZE and DATA, as far as they are ordered.
std::vector<kernel::wire::Rlimit> rlimits_of(const Orders& orders);

/// Two connected SOCK_SEQPACKET ends, close-on-exec: ours and the child's.
struct ControlPair {
    base::UniqueFd ours, childs;
};
Result<ControlPair> control_pair();

/// Sends one packet without waiting; never SIGPIPE. `what` is for the message: "send the orders to pid 4711".
Result<void> send_packet(base::BorrowedFd control, const void* data, std::size_t size, std::string_view what);

} // namespace hutch::spawn
