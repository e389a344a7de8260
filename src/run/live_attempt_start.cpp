// Steps 4 to 7 of an attempt: prepare its scope, spawn the held child, admit it, release it.

#include "run/live_attempt.h"

#include <sys/epoll.h>

#include <utility>

#include "plan/sandbox.h"
#include "run/release.h"

namespace hutch::run {

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
    const plan::Sandbox* sandbox = job_.test->sandbox.get();
    place_.stay = place_.stay || (sandbox != nullptr && sandbox->stay);
    scope_->init_stays = place_.stay;
    if (!job_.streams) {
        if (auto opened = output_.open(world_.options, job_.test->name, job_.attempt); !opened) {
            return opened;
        }
    }
    spawn::Request request{
        .program = job_.test->program,
        .argv = job_.test->argv,
        .env = std::move(job_.env),
        .streams = job_.streams ? *job_.streams : output_.streams(world_.null),
        .cgroup = place_.cgroup,
        .stay = place_.stay,
        .pid_namespace = place_.pid_namespace,
        .user_namespace = place_.user_namespace,
        .new_session = job_.new_session,
    };
    if (sandbox != nullptr) {
        request.clone_flags = sandbox->setup.clone_flags;
        request.setup = sandbox->image.valid() ? std::optional<base::BorrowedFd>(sandbox->image) : std::nullopt;
    }
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
    const plan::Sandbox* sandbox = job_.test->sandbox.get();
    if (!place_.stay && (sandbox == nullptr || !sandbox->setup.listens)) {
        hears_ = false;
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
    if (const plan::Sandbox* sandbox = job_.test->sandbox.get()) {
        evidence_.policy = sandbox->policy.name;
        evidence_.isolation = sandbox->held;
        evidence_.filtered = !sandbox->setup.filter.empty();
    }
    for (Resource dropped : job_.test->unenforced) {
        evidence_.enforced.set(dropped, Enforcer::none);
    }
    feed(Input::admitted);
}

void LiveAttempt::release()
{
    spawn::Orders orders = orders_for(*job_.test, evidence_.enforced);
    orders.attempt_dir = job_.attempt_dir;
    if (auto released = spawn::release(*child_, orders); !released) {
        evidence_.start_failure = released.error().message;
        return feed(Input::stop_now);
    }
    released_ = true;
    stopwatch_.start();
    evidence_.enforced = with_own(evidence_.enforced, job_.test->limits);
    Result<void> armed;
    if (const auto& wall = job_.test->limits.wall) {
        armed = wall_.arm(world_.loop, wall->value, [this] { stop(StopReason::wall_clock, false); });
    }
    if (armed) {
        armed = watch_.start(
            world_.loop, world_.manager, *scope_,
            watch_plan(job_.test->limits, evidence_.enforced, world_.manager.peaks_are_sampled(), world_.cpus),
            [this](StopReason reason) { stop(reason, reason != StopReason::cpu_time); });
    }
    if (!armed) {
        evidence_.start_failure = armed.error().message;
        feed(Input::stop_now);
    }
}

} // namespace hutch::run
