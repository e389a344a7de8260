#include "run/live_attempt.h"

#include <cerrno>
#include <csignal>
#include <sys/epoll.h>
#include <utility>

#include "kernel/process.h"
#include "plan/sandbox.h"
#include "run/leftovers.h"
#include "scope/tampering.h"

namespace hutch::run {

namespace {

/// What is still there so long after cgroup.kill is in an uninterruptible sleep (state D) or stuck in the kernel.
constexpr Microseconds patience_step = Milliseconds(100);
constexpr int most_patience_steps = 50; // five seconds

} // namespace

LiveAttempt::LiveAttempt(World world, Job job, Done vacated, Done done)
    : world_(world), job_(std::move(job)), vacated_(std::move(vacated)), done_(std::move(done)), self_(std::make_shared<LiveAttempt*>(this))
{}

// ---------------------------------------------------------------------------------------------------- the machine

void LiveAttempt::start()
{
    started_ = true;
    launch();
}

void LiveAttempt::feed(Input input)
{
    inputs_.push_back(input);
    if (feeding_) {
        return;
    }
    feeding_ = true;
    while (!inputs_.empty()) {
        const Step taken = step(state_, inputs_.front());
        inputs_.pop_front();
        state_ = taken.to;
        for (Effect effect : taken.effects) {
            perform(effect);
        }
    }
    feeding_ = false;
    if (state_ == State::done && done_) {
        std::exchange(done_, nullptr)(*this);
    }
}

void LiveAttempt::perform(Effect effect)
{
    switch (effect) {
    case Effect::admit:
        return admit();
    case Effect::release:
        return release();
    case Effect::terminate:
        return terminate();
    case Effect::look:
        return look();
    case Effect::list_leaks:
        return list_leaks();
    case Effect::kill:
        return kill();
    case Effect::vacate:
        return vacate();
    case Effect::collect:
        return collect();
    case Effect::remove:
        return remove();
    case Effect::report:
        break; // told by done_, when the machine has come to rest
    }
}

void LiveAttempt::stop(StopReason reason, bool at_once)
{
    if (state_ == State::done) {
        return;
    }
    if (held_) {
        return let_go();
    }
    if (!evidence_.stopped && !evidence_.exit) {
        evidence_.stopped = reason;
    }
    feed(at_once ? Input::stop_now : Input::stop);
}

void LiveAttempt::complain(const Error& error)
{
    trouble_ += (trouble_.empty() ? "" : "; ") + error.message;
}

// --------------------------------------------------------------------------------------------- watch, stop, empty

void LiveAttempt::on_child_gone()
{
    if (!place_.stay) {
        check_membership({child_->pid}); // a zombie is where it ended
    }
    const auto reaped = spawn::reap(*child_);
    if (!reaped || !*reaped) {
        return;
    }
    gone_ = true;
    child_gone_.reset();
    if (hears_) {
        on_control(); // what it said last comes before its end
    } else if (const auto message = spawn::receive(*child_); message && message->kind == spawn::Message::Kind::failed) {
        start_failed(*message);
    }
    if (!evidence_.exit) {
        // A staying hutch-init that ends without a word about the test has left with the test's exit code; or was told to end it, or
        // was killed with it: then its own end says nothing of the test's.
        const bool silent = place_.stay && evidence_.start_failure.empty();
        const bool left = place_.may_leave && !dismissed_ && (*reaped)->code.has_value();
        return main_ended(silent && !left ? ExitStatus{.signal = SIGKILL} : **reaped);
    }
    look(); // a staying hutch-init is the last one out
}

void LiveAttempt::on_control()
{
    while (control_) {
        auto message = spawn::receive(*child_);
        if (!message) {
            control_.reset(); // hutch-init has gone, as it was told or by somebody's hand; its pidfd tells the rest
            return;
        }
        if (message->kind == spawn::Message::Kind::none) {
            return;
        }
        if (message->kind == spawn::Message::Kind::listener) {
            on_listener(std::move(message->listener));
            continue;
        }
        if (message->kind == spawn::Message::Kind::executed && !place_.stay) {
            control_.reset(); // its last word
            return;
        }
        if (message->kind == spawn::Message::Kind::failed) {
            control_.reset();
            return start_failed(*message);
        }
        if (message->kind == spawn::Message::Kind::exited) {
            // hutch-init still holds the scope open: on rungs where it goes with its last process, read it now.
            if (message->leaves) {
                dismissed_ = true;
                leaves_ = true;
            } else {
                check_membership(kernel::descendants_of(child_->pid));
            }
            world_.manager.collect(*scope_, evidence_);
            collected_ = true;
            if (!evidence_.usage.cpu_usec) {
                evidence_.usage.cpu_usec = message->cpu_usec;
            }
            return main_ended(message->status);
        }
    }
}

void LiveAttempt::check_membership(const std::vector<int>& pids)
{
    for (const int pid : pids) {
        if (auto left = scope::left_cgroup(*scope_, pid)) {
            evidence_.tampered.push_back(std::move(*left));
            return;
        }
    }
}

void LiveAttempt::on_listener(base::UniqueFd listener)
{
    if (auto watched = denials_.watch(world_.loop, std::move(listener), job_.test->sandbox->calls); !watched) {
        complain(watched.error());
    }
}

void LiveAttempt::start_failed(const spawn::Message& message)
{
    evidence_.start_failure = message.text;
    start_errno_ = message.at_exec ? message.code : 0;
}

void LiveAttempt::main_ended(const ExitStatus& status)
{
    evidence_.duration = stopwatch_.stop();
    evidence_.exit = status;
    wall_.disarm();
    grace_.disarm();
    watch_.stop();
    if (job_.ready && state_ == State::running && status.code == 0) {
        held_ = true;
        return std::exchange(job_.ready, nullptr)(*this);
    }
    feed(Input::exited);
}

void LiveAttempt::let_go()
{
    if (std::exchange(held_, false)) {
        feed(Input::exited);
    }
}

void LiveAttempt::terminate()
{
    if (auto sent = spawn::signal_group(*child_, place_.stay, SIGTERM); !sent) {
        complain(sent.error());
    }
    wall_.disarm();
    watch_.stop();
    if (!grace_.arm(world_.loop, job_.test->limits.grace, [this] { feed(Input::grace_over); })) {
        feed(Input::grace_over);
    }
}

void LiveAttempt::forward(int signal)
{
    if (child_ && !gone_ && released_) {
        if (auto sent = spawn::signal_group(*child_, place_.stay, signal); !sent) {
            complain(sent.error());
        }
    }
}

void LiveAttempt::look()
{
    const bool killed = state_ == State::emptying || state_ == State::killing;
    const auto populated = world_.manager.populated(*scope_);
    const bool parent_left = place_.stay && !gone_;
    if (!parent_left && (!populated || !*populated)) {
        return feed(Input::empty);
    }
    if (!killed && !leaves_) {
        const auto members = world_.manager.members(*scope_);
        if (members && !members->empty()) {
            return wait_for_names(*members) ? void() : feed(Input::leftovers);
        }
    }
    // Only hutch-init is left, or processes that are on their way out.
    if (parent_left && !dismissed_) {
        dismissed_ = true;
        if (auto told = spawn::finish(*child_); !told) {
            complain(told.error());
        }
    }
    be_patient();
    watch_emptiness();
}

/// What was forked a moment ago is given a few milliseconds to become what it is to be listed as: exec(2) of another
/// process is no event that we could wait for. True: we look again.
bool LiveAttempt::wait_for_names(const std::vector<int>& members)
{
    constexpr int most_waits = 5;
    if (name_waits_ == most_waits || !are_about_to_execute(members)) {
        return false;
    }
    ++name_waits_;
    return patience_.arm(world_.loop, Milliseconds(1), [this] { look(); }).has_value();
}

void LiveAttempt::watch_emptiness()
{
    const auto fd = world_.manager.events_fd(*scope_);
    if (emptiness_ || !fd) {
        return;
    }
    auto source = world_.loop.on_fd(*fd, EPOLLPRI, [this](std::uint32_t) { look(); });
    if (!source) {
        return complain(source.error());
    }
    emptiness_ = std::move(*source);
    // The change may have come between the look and the watch.
    if (const auto populated = world_.manager.populated(*scope_); populated && !*populated && (!place_.stay || gone_)) {
        feed(Input::empty);
    }
}

void LiveAttempt::list_leaks()
{
    auto left = list_leftovers({.members = [this] { return world_.manager.members(*scope_); },
                                .populated = [this] { return world_.manager.populated(*scope_).value_or(false); }});
    if (!left) {
        return complain(left.error());
    }
    evidence_.leaked = std::move(left->described);
    evidence_.leaked_count = left->count;
}

void LiveAttempt::kill()
{
    wall_.disarm();
    grace_.disarm();
    watch_.stop();
    if (auto killed = world_.manager.kill(*scope_); !killed) {
        complain(killed.error());
    }
    if (place_.stay && !gone_ && !dismissed_) {
        dismissed_ = true;
        (void)spawn::finish(*child_); // it may be dead already
    }
    be_patient();
    if (state_ == State::emptying) {
        look();
    }
}

void LiveAttempt::be_patient()
{
    if (!patience_.armed() && !patience_.arm(world_.loop, patience_step, [this] { still_there(); })) {
        give_up();
    }
}

void LiveAttempt::still_there()
{
    if (++patience_steps_ >= most_patience_steps) {
        return give_up();
    }
    // Before the fix of 2025 a fork could outrun cgroup.kill (seen on 6.1), and a notification can be lost: look, kill again.
    if (state_ != State::looking) {
        if (auto killed = world_.manager.kill(*scope_); !killed) {
            complain(killed.error());
        }
    }
    be_patient();
    if (state_ != State::killing) {
        look();
    }
}

void LiveAttempt::give_up()
{
    const auto members = world_.manager.members(*scope_);
    evidence_.duration = stopwatch_.stop(); // until now, or to the end of its first process if that was seen
    evidence_.unkillable = describe_unkillable(members.value_or(std::vector<int>{}));
    feed(Input::given_up);
}

// ------------------------------------------------------------------------------------------------------- clocks

void LiveAttempt::pause_clocks()
{
    wall_.pause();
    grace_.pause();
    watch_.pause();
    if (stopwatch_.running()) {
        stopwatch_.pause();
    }
}

void LiveAttempt::resume_clocks()
{
    for (const auto& resumed : {wall_.resume(world_.loop), grace_.resume(world_.loop), watch_.resume(world_.loop)}) {
        if (!resumed) {
            complain(resumed.error());
        }
    }
    if (released_ && !evidence_.exit) {
        stopwatch_.resume();
    }
}

} // namespace hutch::run
