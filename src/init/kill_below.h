// Kills what is left below a staying hutch-init. Responsible for ending in bounded time, whatever forks there.
#pragma once

namespace hutch::init {

/// SIGKILL for everything below this process, until there is no child left or five seconds have passed (a process in
/// state D does not die). `child_signals`: a non-blocking signalfd that has SIGCHLD.
void kill_below(int child_signals);

/// Reads all that a non-blocking signalfd has.
void drain_signals(int child_signals);

} // namespace hutch::init
