// Landlock (docs.kernel.org/userspace-api/landlock.html): rights by their numbers, because the headers of the build may be
// older than the kernel, and what this kernel has of it. Found by doing: there are kernels whose ABI number promises
// scopes that they do not have.
#pragma once

#include <cstdint>

namespace hutch::kernel {

namespace landlock {
inline constexpr std::uint64_t execute = 1, write_file = 2, read_file = 4, read_dir = 8, remove_dir = 16,
                               remove_file = 32, make_char = 64, make_dir = 128, make_reg = 256, make_sock = 512,
                               make_fifo = 1024, make_block = 2048, make_sym = 4096;
inline constexpr std::uint64_t refer = std::uint64_t{1} << 13;    ///< ABI 2: rename and link between directories
inline constexpr std::uint64_t truncate = std::uint64_t{1} << 14; ///< ABI 3
/// What changes the file system; `refer` and `truncate` where the ABI has them.
inline constexpr std::uint64_t changes = write_file | remove_dir | remove_file | make_char | make_dir | make_reg |
                                         make_sock | make_fifo | make_block | make_sym | refer | truncate;
/// The rights that a rule on a file may have; all others are of directories.
inline constexpr std::uint64_t of_files = execute | write_file | read_file | truncate;
inline constexpr std::uint64_t scope_abstract_sockets = 1, scope_signals = 2; ///< ABI 6
} // namespace landlock

struct LandlockSupport {
    int abi = 0; ///< 0: the kernel has none, or does not let us use it
    std::uint64_t scopes = 0;
    bool operator==(const LandlockSupport&) const = default;
};

/// Makes rulesets, and applies none.
LandlockSupport probe_landlock();

} // namespace hutch::kernel
