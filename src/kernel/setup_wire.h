// The world of a test as data: what hutch-init has to do between release and exec, written once for a policy and read by
// every attempt. Responsible for the layout only. Used by hutch-init, which has no libc: plain data, nothing here may need one.
//
// A setup is one sealed memfd, mapped read-only by hutch-init (descriptor setup_fd):
//
//     Setup | Step[init_steps + test_steps] | texts, each ended by NUL | struct sock_filter[filter_count]
//
// The first `init_steps` are done by hutch-init itself, before it forks if it stays: what belongs to namespaces (mounts, host name,
// loopback). The others are done by the process that executes the test, last of all: capabilities, Landlock, seccomp. Steps are done in
// order; the first that fails ends it, unless it is optional, and comes back as Failed{Step::setup, index, errno}.
//
// A '\1' anywhere in a text stands for the attempt's own directory (Orders), a '\2' for the work directory. In the fourth text of `mount`,
// the options, what takes a mark's place has its commas, colons and backslashes escaped as overlayfs reads them. A text is at most
// text_max bytes as it is written; the texts of one step, expanded, at most expanded_max together (ENAMETOOLONG).
#pragma once

#include <cstddef>
#include <cstdint>

namespace hutch::kernel::wire {

inline constexpr int setup_fd = 4;                          ///< of hutch-init; not there without order_flag::setup
inline constexpr int network_fd = 5;                        ///< a pooled network namespace, for Op::join_network
inline constexpr std::uint32_t setup_magic = 0x31'50'54'53; ///< "STP1"
inline constexpr char attempt_dir_mark = '\1';
inline constexpr char work_dir_mark = '\2';
inline constexpr std::size_t text_max = 4095; ///< without its NUL
inline constexpr std::size_t setup_max = std::size_t{64} << 20;
inline constexpr std::size_t expanded_max = 3 * 4096;

enum class Op : std::uint16_t {
    make_dir = 1, ///< mkdir(first, number); EEXIST is fine
    make_file,    ///< an empty regular file `first`, mode `number`; EEXIST is fine
    make_link,    ///< symlink(first → second): `second` is made and says `first`; EEXIST is fine
    mount, ///< mount(2): first = source, second = target, third = file system type, fourth = data, number = MS_* flags
    bind,  ///< first → second; number: 1 = recursive
    set_attributes, ///< mount_setattr(2) on first: number = MOUNT_ATTR_* to set, other = to clear; flags::recursive
    propagation,    ///< mount(2) MS_REC | number on first
    pivot,          ///< pivot_root(first, first), the old root detached; then chdir("/")
    detach,         ///< umount2(first, MNT_DETACH)
    change_dir,     ///< chdir(first)
    write_file,     ///< the text second is written into the file first
    host_name,      ///< sethostname(first)
    loopback,       ///< lo is brought up
    join_network,   ///< with order_flag::network: setns(network_fd, CLONE_NEWNET), and if a socket lives in there, a new one instead
    unshare,        ///< unshare(number)
    // of the process that executes
    keyring,      ///< keyctl(KEYCTL_JOIN_SESSION_KEYRING, anonymous)
    bounding,     ///< PR_CAPBSET_DROP of every capability that is not a bit of number
    securebits,   ///< PR_SET_SECUREBITS number
    set_ids,      ///< setgroups(0) unless refused, setresgid(other), setresuid(number)
    capabilities, ///< capset: effective, permitted, inheritable = number; ambient raised for the bits of other
    no_new_privs,
    landlock, ///< a ruleset: number = handled file rights, other = handled network rights | scopes << 32; filled by the following landlock_path
    landlock_path,  ///< first and below: number = rights. What does not exist is passed over
    landlock_apply, ///< restrict_self
    filter, ///< seccomp(2) with the setup's program; number = SECCOMP_FILTER_FLAG_*; with NEW_LISTENER the descriptor is sent over control_fd
};

namespace step_flag {
inline constexpr std::uint16_t optional = 1;   ///< whatever goes wrong is passed over
inline constexpr std::uint16_t missing_ok = 2; ///< ENOENT and ENOTDIR are passed over
inline constexpr std::uint16_t recursive = 4;
} // namespace step_flag

inline constexpr std::size_t step_texts = 4;

struct SetupStep {
    Op op;
    std::uint16_t flags;
    std::uint32_t texts[step_texts]; ///< offsets from the beginning of the setup; 0: none
    std::uint32_t unused;
    std::uint64_t number;
    std::uint64_t other;
};

struct Setup {
    std::uint32_t magic;
    std::uint32_t bytes; ///< all of it
    std::uint32_t init_steps, test_steps;
    std::uint32_t filter;       ///< offset of the program
    std::uint32_t filter_count; ///< instructions
};

} // namespace hutch::kernel::wire
