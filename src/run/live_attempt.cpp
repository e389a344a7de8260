#include "run/live_attempt.h"

#include <csignal>
#include <sys/epoll.h>
#include <utility>

#include "kernel/pidfd.h"
#include "kernel/process.h"

namespace hutch::run {

namespace {

/// What is still there so long after cgroup.kill is in an uninterruptible sleep (state D) or stuck in the kernel.
constexpr Microseconds kill_patience = std::chrono::seconds(5);

/// As many left-overs are described; all are counted.
constexpr std::size_t leaks_described = 256;

} // namespace

LiveAttempt::LiveAttempt(World world, Job job, Done done)
    : world_(world), job_(std::move(job)), done_(std::move(done)), self_(std::make_shared<LiveAttempt*>(this))
{
}

// ---------------------------------------------------------------------------------------------------- the machine

void LiveAttempt::start() { launch(); }

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
    case Effect::admit: return admit();
    case Effect::release: return release();
    case Effect::terminate: return terminate();
    case Effect::look: return look();
    case Effect::list_leaks: return list_leaks();
    case Effect::kill: return kill();
    case Effect::collect: return collect();
    case Effect::remove: return remove();
    case Effect::report: break; // told by done_, when the machine has come to rest
    }
}

void LiveAttempt::stop(StopReason reason, bool at_once)
{
    if (state_ == State::done) {
        return;
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

// ------------------------------------------------------------------------------------------------- prepare, spawn

void LiveAttempt::launch()
{
    auto made = world_.manager.create(job_.scope_name);
    if (made) {
        scope_ = std::move(*made);
    }
    const auto spawned = made ? spawn() : Result<void>(std::unexpected(made.error()));
    if (!spawned) {
        evidence_.start_failure = spawned.error().message;
    }
    feed(spawned ? Input::spawned : Input::start_failed);
}

Result<void> LiveAttempt::spawn()
{
    place_ = world_.manager.place(*scope_);
    if (!job_.streams) {
        if (auto opened = output_.open(world_.options, job_.test->name, job_.attempt); !opened) {
            return opened;
        }
    }
    spawn::Request request{
        .program = job_.test->program,
        .argv = job_.test->argv,
        .env = std::move(job_.env),
        .streams = job_.streams.value_or(output_.streams()),
        .cgroup = place_.cgroup,
        .stay = place_.stay,
        .pid_namespace = place_.pid_namespace,
        .user_namespace = place_.user_namespace,
        .new_session = job_.new_session,
    };
    auto held = spawn::spawn_held(world_.init, request);
    if (!held) {
        return std::unexpected(held.error());
    }
    child_ = std::move(*held);
    if (!job_.streams) {
        if (auto listening = output_.listen(world_.loop); !listening) {
            return listening;
        }
    }
    return watch_child();
}

Result<void> LiveAttempt::watch_child()
{
    auto gone = world_.loop.on_fd(child_->pidfd, EPOLLIN, [this](std::uint32_t) { on_child_gone(); });
    if (!gone) {
        return std::unexpected(gone.error());
    }
    child_gone_ = std::move(*gone);
    if (!place_.stay) {
        return {}; // the control socket is read once, at the end: end-of-file or a failed step
    }
    auto control = world_.loop.on_fd(child_->control, EPOLLIN, [this](std::uint32_t) { on_control(); });
    if (!control) {
        return std::unexpected(control.error());
    }
    control_ = std::move(*control);
    return {};
}

// ------------------------------------------------------------------------------------------------- admit, release

void LiveAttempt::admit()
{
    // A manager may answer from the event loop, when this attempt was cancelled and is gone.
    std::weak_ptr<LiveAttempt*> self = self_;
    world_.manager.admit(*scope_, child_->pid, job_.test->limits, [self](Result<Enforced> admitted) {
        if (const auto alive = self.lock()) {
            (*alive)->on_admitted(std::move(admitted));
        }
    });
}

void LiveAttempt::on_admitted(Result<Enforced> admitted)
{
    if (!admitted) {
        evidence_.start_failure = admitted.error().message;
        return feed(Input::refused);
    }
    evidence_.enforced = *admitted;
    for (Resource dropped : job_.test->unenforced) {
        evidence_.enforced.set(dropped, Enforcer::none);
    }
    feed(Input::admitted);
}

spawn::Orders LiveAttempt::orders()
{
    const Limits& limits = job_.test->limits;
    Enforced& enforced = evidence_.enforced;
    spawn::Orders orders;
    orders.work_dir = job_.test->work_dir;
    const auto rlimit = [&](const std::optional<Setting<std::uint64_t>>& setting, Resource resource) {
        if (setting) {
            enforced.set(resource, Enforcer::rlimit);
        }
        return setting ? std::optional(setting->value) : std::nullopt;
    };
    orders.open_files = rlimit(limits.open_files, Resource::open_files);
    orders.core_size = rlimit(limits.core_size, Resource::core_size);
    orders.file_size = rlimit(limits.file_size, Resource::file_size);
    if (limits.wall) {
        enforced.set(Resource::wall, Enforcer::watchdog);
    }
    if (limits.cpu_time) {
        enforced.set(Resource::cpu_time, Enforcer::watchdog);
    }
    // The watchdog looks every 20 ms; where the user asked for the limit, RLIMIT_DATA stops what is faster than that.
    // Not for a default: it counts address space, which sanitizers and runtimes reserve far beyond what they use.
    if (enforced[Resource::memory] == Enforcer::watchdog && limits.memory_max->origin == Origin::asked) {
        orders.address_data = 2 * limits.memory_max->value;
    }
    return orders;
}

WatchPlan LiveAttempt::watch_plan() const
{
    const Limits& limits = job_.test->limits;
    WatchPlan plan{.sample_peaks = world_.manager.peaks_are_sampled(), .cpus = world_.cpus};
    if (limits.cpu_time) {
        plan.cpu_time = limits.cpu_time->value;
    }
    if (limits.memory_max && evidence_.enforced[Resource::memory] == Enforcer::watchdog) {
        plan.memory = limits.memory_max->value;
    }
    if (limits.pids_max && evidence_.enforced[Resource::pids] == Enforcer::watchdog) {
        plan.processes = limits.pids_max->value;
    }
    return plan;
}

void LiveAttempt::release()
{
    if (auto released = spawn::release(*child_, orders()); !released) {
        evidence_.start_failure = released.error().message;
        return feed(Input::stop_now);
    }
    released_ = true;
    stopwatch_.start();
    Result<void> armed;
    if (const auto& wall = job_.test->limits.wall) {
        armed = wall_.arm(world_.loop, wall->value, [this] { stop(StopReason::wall_clock, false); });
    }
    if (armed) {
        armed = watch_.start(world_.loop, world_.manager, *scope_, watch_plan(), [this](StopReason reason) {
            stop(reason, reason != StopReason::cpu_time);
        });
    }
    if (!armed) {
        evidence_.start_failure = armed.error().message;
        feed(Input::stop_now);
    }
}

// --------------------------------------------------------------------------------------------- watch, stop, empty

void LiveAttempt::on_child_gone()
{
    const auto reaped = spawn::reap(*child_);
    if (!reaped || !*reaped) {
        return;
    }
    gone_ = true;
    child_gone_.reset();
    if (place_.stay) {
        on_control(); // what it said last comes before its end
    } else if (const auto message = spawn::receive(*child_); message && message->kind == spawn::Message::Kind::failed) {
        start_failed(*message);
    }
    if (!evidence_.exit) {
        return main_ended(**reaped);
    }
    look(); // a staying hutch-init is the last one out
}

void LiveAttempt::on_control()
{
    for (;;) {
        const auto message = spawn::receive(*child_);
        if (!message) {
            control_.reset(); // hutch-init has gone, as it was told or by somebody's hand; its pidfd tells the rest
            return;
        }
        if (message->kind == spawn::Message::Kind::none) {
            return;
        }
        if (message->kind == spawn::Message::Kind::failed) {
            control_.reset();
            return start_failed(*message);
        }
        if (message->kind == spawn::Message::Kind::exited) {
            // hutch-init still holds the scope open: on rungs where it goes with its last process, read it now.
            world_.manager.collect(*scope_, evidence_);
            if (!evidence_.usage.cpu_usec) {
                evidence_.usage.cpu_usec = message->cpu_usec;
            }
            return main_ended(message->status);
        }
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
    feed(Input::exited);
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
    if (!killed) {
        const auto members = world_.manager.members(*scope_);
        if (members && !members->empty()) {
            return feed(Input::leftovers);
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
    const auto members = world_.manager.members(*scope_);
    if (!members) {
        return complain(members.error());
    }
    for (int pid : *members) {
        if (evidence_.leaked.size() == leaks_described) {
            break;
        }
        if (auto leak = kernel::describe_process(pid)) {
            evidence_.leaked.push_back(std::move(*leak));
        }
    }
    evidence_.leaked_count = std::max(members->size(), evidence_.leaked.size());
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
    if (!patience_.armed() && !patience_.arm(world_.loop, kill_patience, [this] { give_up(); })) {
        give_up();
    }
}

void LiveAttempt::give_up()
{
    const auto members = world_.manager.members(*scope_);
    evidence_.unkillable = "still there 5 s after the kill";
    for (int pid : members.value_or(std::vector<int>{})) {
        evidence_.unkillable += "; " + kernel::describe_stuck(pid);
    }
    feed(Input::given_up);
}

// ------------------------------------------------------------------------------------------------ collect, remove

void LiveAttempt::collect()
{
    patience_.disarm();
    emptiness_.reset();
    if (!place_.stay) {
        world_.manager.collect(*scope_, evidence_);
    }
    output_.finish();
    if (!output_.trouble().empty()) {
        complain(Error{.message = output_.trouble()});
    }
}

void LiveAttempt::remove()
{
    child_gone_.reset();
    control_.reset();
    if (scope_) {
        if (auto removed = world_.manager.remove(*scope_); !removed) {
            complain(removed.error());
        }
    }
    feed(Input::removed);
}

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
    for (const auto& resumed :
         {wall_.resume(world_.loop), grace_.resume(world_.loop), watch_.resume(world_.loop)}) {
        if (!resumed) {
            complain(resumed.error());
        }
    }
    if (released_ && !evidence_.exit) {
        stopwatch_.resume();
    }
}

} // namespace hutch::run
