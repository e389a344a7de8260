#include "cli/box.h"

#include <unistd.h>

#include <utility>

#include "base/text.h"
#include "cli/environment.h"
#include "kernel/sched_slice.h"
#include "scope/sweep.h"

namespace hutch::cli {

std::vector<std::string> inherited_environment()
{
    std::vector<std::string> variables;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        variables.emplace_back(*variable);
    }
    return variables;
}

std::string temp_root()
{
    const std::string root = environment_variable("TMPDIR");
    return root.starts_with('/') ? root : "/tmp";
}

namespace {

/// What tests are given is exactly "1" (plan/environment.h); others use the name for a path of hutch.
bool are_inside_a_test()
{
    return environment_variable("HUTCH") == "1";
}

} // namespace

Result<std::unique_ptr<Box>> Box::open(CgroupChoice choice)
{
    (void)kernel::ask_for_short_turns(); // beside tests that use all CPUs; without it we wait longer for ours
    auto id = scope::own_run_id();
    if (!id) {
        return std::unexpected(std::move(id.error()));
    }
    auto loop = sd::EventLoop::open();
    if (!loop) {
        return std::unexpected(std::move(loop.error()));
    }
    auto init = spawn::InitProgram::open();
    if (!init) {
        return std::unexpected(std::move(init.error()));
    }
    std::unique_ptr<Box> box(new Box(std::move(*loop), std::move(*init), id->text()));
    const scope::Wanted wanted{.choice = choice, .inside_a_test = are_inside_a_test()};
    auto chosen =
        scope::choose(wanted, *id, box->loop_, [&](const scope::WardenPlan& plan) { return box->start_warden(plan); });
    if (!chosen) {
        return std::unexpected(std::move(chosen.error())); // and a warden that is there clears up
    }
    box->chosen_ = std::move(*chosen);
    if (box->warden_ && !box->chosen_.warden) {
        (void)box->warden_->dismiss(); // its rung did not hold
        box->warden_.reset();
    }
    if (wanted.inside_a_test && choice == CgroupChoice::automatic && box->chosen_.machine.systemd) {
        box->notices_.push_back(box->chosen_.attempts.front().why); // without systemd it would have been no better
    }
    box->sweep();
    return box;
}

Result<void> Box::start_warden(const scope::WardenPlan& plan)
{
    auto warden = spawn::Warden::start(init_, {.dir = plan.dir,
                                               .node = plan.node,
                                               .tests_name = plan.tests_name,
                                               .remove_tests = plan.remove_tests,
                                               .runner_leaf = plan.runner_leaf,
                                               .cgroup = plan.cgroup});
    if (!warden) {
        return std::unexpected(std::move(warden.error()));
    }
    warden_ = std::move(*warden);
    return {};
}

void Box::sweep()
{
    const scope::SweepReport report = scope::sweep_at_start(chosen_, temp_root());
    if (!report.swept.empty()) {
        notices_.push_back("swept what dead runs had left: " + base::join(report.swept, "; "));
    }
}

run::EngineDeps Box::engine(schedule::Slots& slots, std::vector<Reporter*> reporters, unsigned cpus)
{
    return {.loop = loop_,
            .manager = *chosen_.manager,
            .init = init_,
            .slots = slots,
            .reporters = std::move(reporters),
            .run_id = run_id_,
            .temp_root = temp_root(),
            .cpus = cpus};
}

Result<void> Box::close()
{
    if (auto closed = chosen_.manager->close(); !closed) {
        return closed;
    }
    return warden_ ? warden_->dismiss() : Result<void>();
}

} // namespace hutch::cli
