// Step 3, admission to the machine: how many attempts may run at once, and which worker number each has. Slots never
// fail and never wait: they say "not yet". They know nothing of tests.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/fd.h"

namespace hutch::schedule
{

/// The right to run one attempt. Given back exactly once, by release() or forfeit().
struct Slot {
    std::size_t worker = 0; ///< 0 … capacity - 1, no two at a time: HUTCH_WORKER
    bool operator==(const Slot&) const = default;
};

class Slots
{
  public:
    virtual ~Slots() = default;
    /// A slot, or "not yet": ask again when an attempt has ended.
    virtual std::optional<Slot> acquire() = 0;
    virtual void release(Slot slot) = 0;
    /// The slot is lost for the rest of the run: what ran in it cannot be killed and still uses the machine.
    virtual void forfeit(Slot slot) = 0;
    /// Slots that can still be had, those in use included. At 0 nothing can ever run again.
    virtual std::size_t capacity() const = 0;
    /// Readable when acquire() may give a slot that it did not give just now, though nothing of this run has ended; unset: never.
    virtual std::optional<base::BorrowedFd> wait_fd() const { return std::nullopt; }
};

/// This machine alone, a fixed number of workers. The lowest free number is given first.
class LocalSlots final : public Slots
{
  public:
    /// At least one worker, whatever is asked.
    explicit LocalSlots(std::size_t workers);
    std::optional<Slot> acquire() override;
    void release(Slot slot) override;
    void forfeit(Slot slot) override;
    std::size_t capacity() const override { return capacity_; }

  private:
    enum class State : unsigned char { free, busy, lost };
    std::vector<State> workers_;
    std::size_t capacity_;
};

} // namespace hutch::schedule
