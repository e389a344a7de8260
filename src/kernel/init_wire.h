// What the runner, hutch-init and the warden say to each other over a SOCK_SEQPACKET pair (descriptor 3 of hutch-init).
// Responsible for the layout only. Used by hutch-init, which has no libc: plain data, nothing here may need one.
//
// Both ends are always of the same build (the program is embedded in the runner); the magic guards against a runner
// that executes a stale copy. One message is one packet. Texts are NUL-terminated, at an offset into a bounded array
// that ends the struct; only its used part is sent, so that a packet of a kind has the size bytes_of(message) and no
// other.
//
//     runner                                     hutch-init
//       Orders (= release)              →
//                                       ←        Failed, then exit 127            a step failed
//                                       ←        Listener, with a descriptor      if the filter has one: before the end-of-file; staying: when a denied call waits
//                                       ←        end-of-file                      executed (descriptor 3 is close-on-exec)
//     staying:                          ←        Exited                           once; of the exec nothing is said. With order_flag::leave
//                                                                                 and an exit code: its own exit, with that code
//       Signal, Finish                  →
//     warden:
//       WardenOrders, Goodbye           →
//       end-of-file                     →        the runner is gone: everything below is killed
#pragma once

#include <cstddef>
#include <cstdint>

namespace hutch::kernel::wire {

inline constexpr std::uint32_t magic = 0x34'49'48'48; ///< "HHI4" in little endian; the digit is the version
inline constexpr int control_fd = 3;
inline constexpr int warden_dir_fd = 4;       ///< R, or the directory that has R, or is going to have it
inline constexpr int exit_not_executed = 127; ///< of hutch-init when a step failed
inline constexpr int exit_runner_gone = 125;  ///< of a held hutch-init that was never released

inline constexpr std::size_t path_max = 4096; ///< PATH_MAX, with its NUL
inline constexpr std::size_t name_max = 256;  ///< NAME_MAX, with its NUL
inline constexpr std::size_t rlimits_max = 4;
inline constexpr std::uint32_t no_text = ~std::uint32_t{0}; ///< the offset of a text that is not there

enum class Kind : std::uint32_t {
    orders = 1,
    signal = 2,
    finish = 3,
    goodbye = 4,
    warden_orders = 5,
    failed = 17,
    exited = 18,
    listener = 19, ///< Plain, with the listener of the test's seccomp filter as SCM_RIGHTS
};

struct Header {
    std::uint32_t magic;
    Kind kind;
};

/// The first steps after release, in this order; `exec` is the last one.
enum class Step : std::uint32_t {
    protocol, ///< the orders were not understood
    namespaces, ///< unshare(2); Failed::value has the CLONE_NEW* bits
    stay,       ///< what staying needs: subreaper, signalfd, vfork
    session,  ///< setsid(2)
    setup, ///< a step of the setup; Failed::value is its index (-1: the setup itself), resource its Op, text its path
    work_directory, ///< chdir(2); Failed::text is the directory
    rlimit,         ///< prlimit(2); Failed::resource and value
    nice,           ///< setpriority(2); Failed::value
    oom_score_adj,  ///< /proc/self/oom_score_adj; Failed::value
    exec,           ///< execve(2); Failed::text is the program
};

struct Rlimit {
    std::uint32_t resource; ///< RLIMIT_*
    std::uint32_t unused;
    std::uint64_t value; ///< soft and hard
};

namespace order_flag {
inline constexpr std::uint32_t stay = 1;        ///< stay as the parent, see docs of spawn.h
inline constexpr std::uint32_t new_session = 2; ///< with `stay`: the test gets a session of its own
inline constexpr std::uint32_t nice = 4;        ///< Orders::nice counts
inline constexpr std::uint32_t oom_score_adj = 8;
inline constexpr std::uint32_t setup = 16;   ///< descriptor setup_fd (kernel/setup_wire.h) is there
inline constexpr std::uint32_t network = 32; ///< descriptor network_fd is there
inline constexpr std::uint32_t drop_ambient =
    64; ///< capabilities came through exec as ambient ones, for hutch-init alone
/// The mounts are the test's own. Without it, and before their propagation was set, no step mounts anything.
inline constexpr std::uint32_t own_mounts = 128;
inline constexpr std::uint32_t leave = 256; ///< with `stay`: end when the test has ended and nothing is left, with its code
} // namespace order_flag

struct Orders {
    Header header;
    std::uint32_t flags;
    std::uint32_t umask;
    std::int32_t nice;
    std::int32_t oom_score_adj;
    std::uint32_t rlimit_count;
    std::uint32_t work_dir;    ///< offset in `text`, or no_text: stay where the runner is
    std::uint32_t attempt_dir; ///< the same: what '\1' stands for in a setup
    std::uint32_t text_bytes;  ///< used part of `text`
    std::uint32_t namespaces; ///< CLONE_NEW* for unshare(2), before anything else
    Rlimit rlimits[rlimits_max];
    char text[2 * path_max];
};

/// A text of the orders; null: it is not there. Whoever has received them has checked the offsets.
constexpr const char* text_of(const Orders& orders, std::uint32_t offset)
{
    return offset == no_text ? nullptr : orders.text + offset;
}

struct Signal {
    Header header;
    std::int32_t signal;
};

/// Finish, Goodbye, Listener.
struct Plain {
    Header header;
};

struct Failed {
    Header header;
    Step step;
    std::int32_t code; ///< errno
    std::int64_t value;
    std::uint32_t resource;
    std::uint32_t text_bytes;
    char text[path_max];
};

struct Exited {
    Header header;
    std::int32_t wait_status; ///< as wait4(2) gives it
    std::uint32_t leaves;     ///< 1: nothing is left, and hutch-init ends by itself (order_flag::leave)
    std::uint64_t cpu_usec; ///< user and system time of all that was reaped until now
};

namespace warden_flag {
inline constexpr std::uint32_t remove_tests = 1; ///< the tests' node and all below it are removed, not only killed
} // namespace warden_flag

struct WardenOrders {
    Header header;
    std::uint32_t flags;
    std::uint32_t tests;  ///< offset of the name of the tests' node in R
    std::uint32_t runner; ///< offset of the name of the runner's leaf in R, or no_text: removed when empty
    std::uint32_t node;   ///< offset of R's name in warden_dir_fd, which is removed as well; no_text: that is R itself
    std::uint32_t text_bytes;
    std::uint32_t unused;
    char text[3 * name_max];
};

/// How much of a message with a text is sent.
template <class Message> constexpr std::size_t bytes_of(const Message& message)
{
    return offsetof(Message, text) + message.text_bytes;
}

/// Whether a packet of `received` bytes is that kind of message, whole, with a text that ends.
template <class Message> constexpr bool is_whole(const Message& message, Kind kind, long received)
{
    constexpr std::size_t fixed = offsetof(Message, text);
    if (received < static_cast<long>(fixed) || message.header.magic != magic || message.header.kind != kind) {
        return false;
    }
    if (message.text_bytes > sizeof(message.text) || received != static_cast<long>(fixed + message.text_bytes)) {
        return false;
    }
    return message.text_bytes == 0 || message.text[message.text_bytes - 1] == '\0';
}

} // namespace hutch::kernel::wire
