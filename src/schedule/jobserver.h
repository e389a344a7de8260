// make's job server, as its client: slots that make lends. The first slot is make's own to us (it started us in it); each further one
// needs a byte from make's pipe, which has to be written back as it was. Never makes the shared pipe non-blocking: the
// descriptors are opened anew, so that the flag is ours alone.
// GNU make manual, "Sharing Job Slots with GNU make".
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "hutch/error.h"
#include "schedule/slots.h"

namespace hutch::schedule {

/// Where a job server is: a named pipe (make 4.4 and later), or two descriptors that were inherited.
struct JobserverAddress {
    std::string fifo = {}; ///< "" → the descriptors
    int read_fd = -1, write_fd = -1;
    bool operator==(const JobserverAddress&) const = default;
};

/// The value of MAKEFLAGS, "n -j8 --jobserver-auth=fifo:/tmp/GMfifo12 -- CC=gcc": the last --jobserver-auth or --jobserver-fds counts.
/// Unset: there is none. An Error: there is one that cannot be used, and the message says why; one slot may be used then.
Result<std::optional<JobserverAddress>> parse_makeflags(std::string_view makeflags);

/// Whether make only prints what it would run (`make -n`): then nothing should be done.
bool is_dry_run(std::string_view makeflags);

class JobserverSlots final : public Slots {
  public:
    /// At most `workers` at a time, whatever make would lend. An Error (descriptors that are not open, not make's pipe, …) is no reason to
    /// give up: the message is for a notice.
    static Result<std::unique_ptr<JobserverSlots>> open(const JobserverAddress& address, std::size_t workers);

    /// Gives everything back.
    ~JobserverSlots() override;
    JobserverSlots(const JobserverSlots&) = delete;
    JobserverSlots& operator=(const JobserverSlots&) = delete;

    std::optional<Slot> acquire() override;
    void release(Slot slot) override;
    /// The byte of a lost slot is kept until the end: what cannot be killed still uses the machine.
    void forfeit(Slot slot) override;
    std::size_t capacity() const override { return workers_.capacity(); }

    /// Set when the last acquire() said "not yet" for want of a byte, until the next one: when it is readable, acquire() may succeed (or
    /// another client of make was faster). Owned here.
    std::optional<base::BorrowedFd> wait_fd() const override;
    /// Bytes that are held now.
    std::size_t tokens() const { return tokens_.size(); }

  private:
    JobserverSlots(base::UniqueFd read, base::UniqueFd write, std::size_t workers);

    bool take_token();
    void return_tokens(std::size_t keep);

    LocalSlots workers_;
    base::UniqueFd read_;
    base::UniqueFd write_; ///< not valid: read_ is both
    std::size_t busy_ = 0; ///< slots that were given, and those that are lost
    std::string tokens_;   ///< one for each busy slot but one
    bool wanting_ = false;
};

} // namespace hutch::schedule
