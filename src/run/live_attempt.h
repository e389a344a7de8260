// One attempt at one test, in the real world: performs the effects of the attempt machine (run/attempt.h), feeds back what
// came of them, and gathers the Evidence. It decides nothing: the machine says what is next, the judge what it meant.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hutch/event.h"
#include "hutch/session.h"
#include "run/attempt.h"
#include "run/captured_output.h"
#include "run/clocks.h"
#include "run/denials.h"
#include "run/resource_watch.h"
#include "scope/scope.h"
#include "sd/event_loop.h"
#include "spawn/spawn.h"

namespace hutch::run {

/// What all attempts of a run share.
struct World {
    sd::EventLoop& loop;
    scope::ScopeManager& manager;
    const spawn::InitProgram& init;
    const RunOptions& options;
    unsigned cpus = 1;     ///< allowed CPUs
    base::BorrowedFd null; ///< /dev/null: standard input of captured tests
};

/// What is special to one attempt.
struct Job {
    TestPtr test;
    int attempt = 1;
    std::string scope_name;                ///< unique in the run
    std::vector<std::string> env;          ///< complete
    std::string attempt_dir = {};          ///< outside, for this attempt alone; "": none is needed
    std::optional<base::BorrowedFd> network = {}; ///< to be joined; unset: it gets a new one, if any
    std::optional<spawn::Streams> streams; ///< pass-through (`hutch exec`); unset: captured
    bool new_session = true;
    std::string xml_file = {}; ///< outside: the JUnit file that it is to write; "" for none
    std::string xml_inside = {}; ///< the same, as the test sees it
    /// A set-up: when its first process has ended well, what it left running stays, until let_go().
    std::function<void(class LiveAttempt&)> ready = {};
};

class LiveAttempt {
  public:
    /// `done` is called once, last of all; the attempt may be destroyed after it has returned to the event loop.
    using Done = std::function<void(LiveAttempt&)>;
    /// `vacated` is called at most once, before that: nothing of it lives, and what is still to be done is to read its figures and to
    /// take its scope down.
    LiveAttempt(World world, Job job, Done vacated, Done done);
    LiveAttempt(const LiveAttempt&) = delete;

    /// Makes what needs no process: scope, limits, pipes. May be done ahead of start(), which else does it; what fails here is tried
    /// again there.
    void prepare();
    void start();
    /// Whether start() was called.
    bool started() const { return started_; }
    std::vector<std::string>& env() { return job_.env; } ///< until start()
    /// Ends it: gently (SIGTERM and grace) or at once. The first reason is the one that counts.
    void stop(StopReason reason, bool at_once);
    /// A set-up that has called `ready` is not needed any more.
    void let_go();
    bool is_held() const { return held_; }
    /// Sends a signal to the test without wanting its end (`hutch exec` forwards).
    void forward(int signal);
    void pause_clocks();
    void resume_clocks();

    const Job& job() const { return job_; }
    int pid() const { return child_ ? child_->pid : 0; }
    /// Released: the test's own program is (about to be) running.
    bool released() const { return released_; }
    Evidence& evidence() { return evidence_; }
    int start_errno() const { return start_errno_; } ///< of a failed exec; 0 if it did not fail there
    CapturedOutput& output() { return output_; }
    const std::string& trouble() const { return trouble_; } ///< what could not be removed, for a notice; mostly empty

  private:
    void feed(Input input);
    void perform(Effect effect);

    void launch();
    Result<void> make_scope();
    Result<void> spawn();
    Result<spawn::Held> born(const spawn::Request& request);
    spawn::Orders orders() const;
    void admit();
    void on_admitted(Result<Enforced> admitted);
    void release();
    void terminate();
    void look();
    void list_leaks();
    void kill();
    void give_up();
    void vacate();
    void collect();
    void remove();
    bool remove_again();

    void be_patient();
    void still_there();
    void on_child_gone();
    void on_control();
    void check_membership(const std::vector<int>& pids);
    void on_listener(base::UniqueFd listener);
    void start_failed(const spawn::Message& message);
    void main_ended(const ExitStatus& status);
    Result<void> watch_child();
    void watch_emptiness();
    bool wait_for_names(const std::vector<int>& members);
    void complain(const Error& error);

    World world_;
    Job job_;
    Done vacated_, done_;
    State state_ = State::fresh;
    std::deque<Input> inputs_; ///< fed while another input is being worked on
    bool feeding_ = false;

    std::optional<scope::Scope> scope_;
    scope::Place place_;
    std::optional<spawn::Held> child_;
    CapturedOutput output_;
    sd::Source child_gone_, control_, emptiness_;
    PausableTimer wall_, grace_, patience_;
    ResourceWatch watch_;
    Denials denials_;
    Stopwatch stopwatch_;

    Evidence evidence_;
    std::string trouble_;
    int start_errno_ = 0;
    int remove_tries_ = 0;
    int name_waits_ = 0;
    int patience_steps_ = 0;
    std::optional<Result<Enforced>> ahead_; ///< admitted before it was born, and released at its birth
    bool started_ = false;
    bool held_ = false; ///< a set-up that has ended well, with what it left running
    bool hears_ = true; ///< the control socket is watched
    bool released_ = false;
    bool gone_ = false;                  ///< the cloned child (hutch-init or the test itself) has been reaped
    bool collected_ = false;             ///< the figures were read while a staying hutch-init held the scope open
    bool dismissed_ = false;             ///< a staying hutch-init was told to finish, or does so by itself
    bool leaves_ = false;                ///< it does so by itself: nothing is left
    std::shared_ptr<LiveAttempt*> self_; ///< an admission that answers late finds it gone
};

} // namespace hutch::run
