// Steps 4 to 7 of an attempt: prepare its scope, spawn the held child, admit it, release it.

#include "run/live_attempt.h"

#include <sys/epoll.h>

#include <utility>

#include "plan/sandbox.h"
#include "run/release.h"

namespace hutch::run {

// ------------------------------------------------------------------------------------------------- prepare, spawn

void LiveAttempt::prepare()
{
    if (auto made = make_scope(); !made && scope_) {
        (void)world_.manager.remove(*scope_);
        scope_.reset();
    }
}

void LiveAttempt::launch()
{
    auto spawned = scope_ ? Result<void>() : make_scope();
    if (spawned) {
        spawned = spawn();
    }
    if (!spawned) {
        evidence_.start_failure = spawned.error().message;
    }
    feed(spawned ? Input::spawned : Input::start_failed);
}

Result<void> LiveAttempt::make_scope()
{
    auto made = world_.manager.create(job_.scope_name);
    if (!made) {
        return std::unexpected(std::move(made.error()));
    }
    scope_ = std::move(*made);
    place_ = world_.manager.place(*scope_);
    const plan::Sandbox* sandbox = job_.test->sandbox.get();
    place_.stay = place_.stay || (sandbox != nullptr && sandbox->stay);
    scope_->init_stays = place_.stay;
    if (world_.manager.admits_empty(job_.test->limits)) {
        world_.manager.admit(*scope_, 0, job_.test->limits, [this](Result<Enforced> now) { ahead_ = std::move(now); });
        if (!*ahead_) {
            return std::unexpected(ahead_->error());
        }
    }
    if (job_.streams) {
        return {};
    }
    // Expressions see both streams as they were mixed.
    const ExitRules& exit = job_.test->exit;
    const bool merged = !exit.skip_if.empty() || !exit.fail_if.empty() || !exit.pass_if.empty();
    return output_.open(world_.options, job_.test->name, job_.attempt, job_.test->protocol, merged);
}

/// "{xml}" in a command is this attempt's JUnit file.
static std::vector<std::string> argv_of(const Job& job)
{
    std::vector<std::string> argv = job.test->argv;
    if (!job.xml_inside.empty()) {
        constexpr std::string_view mark = "{xml}";
        for (std::string& word : argv) {
            if (const auto at = word.find(mark); at != std::string::npos) {
                word.replace(at, mark.size(), job.xml_inside);
            }
        }
    }
    return argv;
}

Result<void> LiveAttempt::spawn()
{
    const plan::Sandbox* sandbox = job_.test->sandbox.get();
    spawn::Request request{
        .program = job_.test->program,
        .argv = argv_of(job_),
        .env = std::move(job_.env),
        .streams = job_.streams ? *job_.streams : output_.streams(world_.null),
        .cgroup = place_.cgroup,
        .stay = place_.stay,
        .may_leave = place_.may_leave,
        .pid_namespace = place_.pid_namespace,
        .user_namespace = place_.user_namespace,
        .new_session = job_.new_session,
    };
    if (sandbox != nullptr) {
        request.clone_flags = sandbox->setup.clone_flags;
        request.network = job_.network;
        request.setup = sandbox->image.valid() ? std::optional<base::BorrowedFd>(sandbox->image) : std::nullopt;
    }
    auto held = born(request);
    if (!held) {
        return std::unexpected(held.error());
    }
    child_ = std::move(*held);
    scope_->init_pid = child_->pid;
    if (!job_.streams) {
        if (auto listening = output_.listen(world_.loop); !listening) {
            return listening;
        }
    }
    return watch_child();
}

/// Where the limits are in force already, there is nothing to wait for.
Result<spawn::Held> LiveAttempt::born(const spawn::Request& request)
{
    if (!ahead_) {
        return spawn::spawn_held(world_.init, request);
    }
    evidence_.enforced = **ahead_;
    stopwatch_.start();
    return spawn::spawn_released(world_.init, request, orders());
}

spawn::Orders LiveAttempt::orders() const
{
    spawn::Orders orders = orders_for(*job_.test, evidence_.enforced);
    orders.attempt_dir = job_.attempt_dir;
    return orders;
}

Result<void> LiveAttempt::watch_child()
{
    auto gone = world_.loop.on_fd(child_->pidfd, EPOLLIN, [this](std::uint32_t) { on_child_gone(); },
                                  sd::Urgency::high);
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
    if (ahead_) {
        return on_admitted(*ahead_);
    }
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
    if (!ahead_) {
        if (auto released = spawn::release(*child_, orders()); !released) {
            evidence_.start_failure = released.error().message;
            return feed(Input::stop_now);
        }
        stopwatch_.start();
    }
    released_ = true;
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
