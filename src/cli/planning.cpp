#include "cli/planning.h"

#include <set>

#include "cli/environment.h"
#include "plan/compile.h"
#include "plan/feasibility.h"
#include "plan/machine.h"
#include "plan/sandbox_environment.h"
#include "run/fit_sandbox.h"
#include "scope/remedies.h"

namespace hutch::cli {

namespace {

plan::Site site_of(const std::vector<TestPtr>& tests, const std::string& cwd)
{
    std::set<std::string> programs;
    for (const TestPtr& test : tests) {
        programs.insert(test->program);
        for (const std::string& word : test->argv) {
            if (word.starts_with('/')) {
                programs.insert(word);
            }
        }
    }
    return plan::look_at_site({.work_dir = cwd,
                               .home = environment_variable("HOME"),
                               .temp_root = temp_root(),
                               .path = environment_variable("PATH"),
                               .programs = {programs.begin(), programs.end()}});
}

Result<run::Fitted> fit(const std::vector<TestPtr>& tests, const Wanted& wanted, const Box& box, const std::string& cwd)
{
    return run::fit_sandbox(wanted.policy, site_of(tests, cwd), wanted.isolation,
                            {.init = box.init(),
                             .temp_root = temp_root(),
                             .namespaces_remedy = scope::remedy_for_namespaces(box.chosen().machine)});
}

} // namespace

Result<Plan> make_plan(std::vector<TestFile> files, const Wanted& wanted, const Box& box, const std::string& cwd)
{
    const Limits limits = plan::with_io_paths(wanted.limits, cwd);
    const plan::Machine machine = plan::look_at_machine(box.manager().capabilities(), limits);
    auto feasible = plan::feasible(limits, machine, wanted.isolation);
    if (!feasible) {
        return std::unexpected(std::move(feasible.error()));
    }
    auto tests = plan::compile(std::move(files), *feasible,
                               {.work_dir = cwd, .run_id = box.run_id(), .environment = inherited_environment()});
    if (!tests) {
        return std::unexpected(std::move(tests.error()));
    }
    Plan plan{.tests = std::move(*tests), .notices = std::move(feasible->notices)};
    auto fitted = fit(plan.tests, wanted, box, cwd);
    if (!fitted) {
        return std::unexpected(std::move(fitted.error()));
    }
    plan.tests = plan::in_sandbox(plan.tests, fitted->sandbox);
    std::ranges::move(fitted->notices, std::back_inserter(plan.notices));
    return plan;
}

} // namespace hutch::cli
