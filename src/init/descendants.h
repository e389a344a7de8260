// The processes below this one, listed and signalled without a libc. Responsible for never signalling anybody else.
#pragma once

#include <cstddef>

namespace hutch::init {

/// As many as one pass handles; the next pass finds the rest.
inline constexpr std::size_t descendants_max = 4096;

struct Descendant {
    int pid;
    int parent;
};

/// All descendants as one pass has found them, parents before children. 32 KB: on the stack of who needs it.
class Descendants {
  public:
    /// Stops (SIGSTOP) each process, then lists its children: what is stopped adds none. Unset /proc files end a
    /// branch, not the pass.
    void stop_all();

    /// SIGKILL for each that stop_all() has found.
    void kill_all() const;

    bool all_stopped() const { return running_ == 0; } ///< nobody was found running: the list is whole
    bool readable() const { return readable_; }        ///< false: this kernel does not list children

  private:
    void add_children_of(int pid, const char* file);
    void add_children_of_threads(int pid);

    Descendant entries_[descendants_max];
    std::size_t count_ = 0;
    std::size_t running_ = 0;
    bool readable_ = true;
};

/// SIGKILL for direct children only, found by a walk over all of /proc: for kernels without CONFIG_PROC_CHILDREN.
void kill_direct_children();

} // namespace hutch::init
