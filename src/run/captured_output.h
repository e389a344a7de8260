// The two output pipes of one attempt: read as the test writes, head and tail kept, all of it in files on request.
// The verdict never waits for end-of-file: a left-over process may hold a pipe open for ever.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hutch/event.h"
#include "hutch/session.h"
#include "protocol/reader.h"
#include "sd/event_loop.h"
#include "spawn/output.h"
#include "spawn/spawn.h"

namespace hutch::run {

class CapturedOutput {
  public:
    /// `merged`: standard error goes where standard output goes, in the order in which it was written.
    /// Opens both pipes (and the files, where the options ask for them).
    Result<void> open(const RunOptions& options, std::string_view test, int attempt, Protocol protocol = Protocol::exit,
                      bool merged = false);
    /// What the child gets, with `in` as its standard input.
    spawn::Streams streams(base::BorrowedFd in) const;
    /// Closes the child's ends here and reads from now on.
    Result<void> listen(sd::EventLoop& loop);
    /// Takes what is still in the pipes and closes them.
    void finish();

    /// What standard output has said until now, of its first bytes; the pipes stay open.
    std::string said_so_far();

    /// What the protocol's reader has found in standard output; null: nothing is told there. After finish().
    std::shared_ptr<const CaseReport> cases() const { return cases_; }
    std::shared_ptr<const Captured> out() const { return out_.kept; }
    std::shared_ptr<const Captured> err() const { return err_.kept; }
    const std::string& file() const { return file_; } ///< of standard output; standard error is beside it; "" if none
    const std::string& trouble() const { return trouble_; } ///< a file could not be written; mostly empty

  private:
    struct Channel {
        base::UniqueFd tee; ///< outlives the pipe
        std::optional<spawn::OutputPipe> pipe;
        sd::Source readable;
        std::shared_ptr<const Captured> kept;
        bool tee_failed = false;
    };
    Result<void> listen_to(sd::EventLoop& loop, Channel& channel);
    void drain(Channel& channel);
    void drain_rest(Channel& channel);

    Channel out_, err_;
    bool merged_ = false;
    std::optional<protocol::Reader> reader_;
    std::shared_ptr<const CaseReport> cases_;
    std::string file_;
    std::string trouble_;
};

} // namespace hutch::run
