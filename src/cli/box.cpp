#include "cli/box.h"

#include <unistd.h>

#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/environment.h"
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

Result<std::unique_ptr<Box>> Box::open(CgroupChoice choice)
{
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
    auto chosen = scope::choose(choice, *id, box->loop_);
    if (!chosen) {
        return std::unexpected(std::move(chosen.error()));
    }
    box->chosen_ = std::move(*chosen);
    if (auto started = box->start_warden(); !started) {
        (void)box->close();
        return std::unexpected(std::move(started.error()));
    }
    box->sweep();
    return box;
}

Result<void> Box::start_warden()
{
    if (!chosen_.warden) {
        return {};
    }
    const scope::WardenPlan& plan = *chosen_.warden;
    auto warden = spawn::Warden::start(init_, {.parent_dir = plan.parent_dir,
                                               .tests_name = plan.tests_name,
                                               .remove_tests = plan.remove_tests,
                                               .runner_leaf = plan.runner_leaf,
                                               .cgroup = plan.cgroup,
                                               .remove_parent = plan.remove_parent,
                                               .grandparent_dir = plan.grandparent_dir,
                                               .parent_name = plan.parent_name});
    if (!warden) {
        return std::unexpected(std::move(warden.error()));
    }
    warden_ = std::move(*warden);
    if (!plan.move_to) {
        return {};
    }
    return base::write_once(base::FileAt{*plan.move_to, "cgroup.procs"}, fmt::format("{}", warden_->pid()));
}

void Box::sweep()
{
    scope::SweepReport report = scope::sweep_processes();
    report.add(scope::sweep_temp_dirs(temp_root()));
    if (chosen_.warden) {
        // Dead runs of our kind have their nodes beside ours, or in the same slice.
        const auto node = base::read_link(fmt::format("/proc/self/fd/{}", chosen_.warden->parent_dir.get()));
        if (node) {
            report.add(scope::sweep_cgroups({*node, node->substr(0, node->rfind('/'))}, false));
        }
    }
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
