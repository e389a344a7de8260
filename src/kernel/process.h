// What /proc says about a process: for the run's identity, for leaks, for the watchdog and for what cannot be killed.
// Every answer may be out of date when it is read; a process that is gone is unset, not an error. Never signals
// anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/error.h"
#include "hutch/outcome.h"

namespace hutch::kernel {

/// /proc/PID/stat
///     4711 (a b) c)) S 4710 4711 4711 0 -1 4194560 … utime stime … starttime …
/// The name may have blanks and parentheses: it ends at the *last* ')'.
struct ProcessStat {
    int pid = 0;
    std::string comm;
    char state = '?'; ///< R S D Z T t X I
    int ppid = 0, pgrp = 0, session = 0;
    bool executed = true; ///< a program since it was forked; else it still has its parent's name and command line
    bool exiting = false;  ///< it, or its first thread, is on its way out, and is no zombie yet
    std::uint64_t utime_ticks = 0, stime_ticks = 0; ///< sysconf(_SC_CLK_TCK) a second
    std::uint64_t waited_ticks = 0;                 ///< the same two of all children that it has waited for
    std::uint64_t start_time = 0; ///< field 22: ticks since boot; pid + start_time + boot id is unique
    std::uint64_t threads = 1; ///< the first one included, though it may have ended
    /// Dead and waiting to be reaped. A process whose first thread has ended while others run on also says 'Z', but lives.
    bool is_zombie() const { return (state == 'Z' || state == 'X') && threads <= 1; }
    /// No instruction of its program will run any more.
    bool is_ending() const { return (exiting || is_zombie()) && threads <= 1; }
    bool first_thread_ended() const { return state == 'Z' && threads > 1; }
};
Result<ProcessStat> parse_process_stat(std::string_view text);
std::optional<ProcessStat> process_stat(int pid);

/// /proc/PID/comm without the newline.
std::optional<std::string> process_name(int pid);

/// /proc/PID/cmdline with blanks for NULs, control characters as '?', at most `limit` bytes; empty for kernel threads
/// and zombies.
std::optional<std::string> command_line(int pid, std::size_t limit = 256);

/// Name and command line as a Leak has them; unset when the process is gone. Zombies are processes: filter before.
std::optional<Leak> describe_process(int pid);

/// Direct children, by /proc/PID/task/*/children (CONFIG_PROC_CHILDREN), or where the kernel lacks it by a walk over
/// /proc.
std::vector<int> children_of(int pid);

/// Children, their children, …: parents before children, `pid` itself left out; zombies included. At most 65536.
std::vector<int> descendants_of(int pid);

/// Resident bytes, shared pages included (/proc/PID/statm, second field).
std::optional<std::uint64_t> resident_bytes(int pid);
std::optional<std::uint64_t> parse_statm_resident(std::string_view text, std::uint64_t page_size);

/// "pid 4711 (tar) state D, in folio_wait_bit_common; stack: a < b < c": what is known about a process that does not
/// die. wchan and stack only where they may be read.
std::string describe_stuck(int pid);

/// /proc/sys/kernel/random/boot_id, all 36 characters.
Result<std::string> boot_id();

} // namespace hutch::kernel
