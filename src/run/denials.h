// The system calls of one test that its filter denied with Denial::notify: answered (EPERM) and listed. On the event loop, beside
// everything else: a turn answers a bounded number of calls, so that a test that does nothing but denied calls delays others by little.
//
// A filter's processes wait for the answer, so somebody has to give it as long as one of them lives: finish() is for when the scope is
// empty. (Whoever is left without a listener gets ENOSYS, from the kernel.)
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/fd.h"
#include "hutch/evidence.h"
#include "hutch/outcome.h"
#include "kernel/call_table.h"
#include "kernel/seccomp_listener.h"
#include "sd/event_loop.h"

namespace hutch::run {

/// So many are listed; all are counted.
inline constexpr std::size_t denied_listed = 16;

class Denials {
  public:
    Denials() = default;
    Denials(const Denials&) = delete;
    Denials& operator=(const Denials&) = delete;

    /// Takes a listener over and watches it until the last filtered process is gone, finish() is called or this ends. `table`
    /// (CallFilter::table) tells which rule denied; null: calls are named, rules are not.
    Result<void> watch(sd::EventLoop& loop, base::UniqueFd listener, std::shared_ptr<const kernel::CallTable> table);

    /// Answers what still waits, and closes the listener.
    void finish();

    bool watching() const { return listener_.valid(); }
    std::size_t count() const { return count_; }
    const std::vector<DeniedCall>& listed() const { return listed_; }

    void add_to(Evidence& evidence) const;

  private:
    void on_ready(std::uint32_t events);
    bool answer_some();
    void note(const kernel::CallNotice& notice);
    DeniedCall described(const kernel::CallNotice& notice) const;
    void close();

    std::shared_ptr<const kernel::CallTable> table_;
    base::UniqueFd listener_;
    sd::Source source_; // after listener_: a watch ends before its descriptor is closed
    std::vector<DeniedCall> listed_;
    std::size_t count_ = 0;
};

} // namespace hutch::run
