#include "cli/planning.h"

#include "plan/compile.h"
#include "plan/feasibility.h"
#include "plan/machine.h"

namespace hutch::cli {

Result<Plan> make_plan(std::vector<TestFile> files, const Limits& limits, Isolation isolation, const Box& box,
                       const std::string& cwd)
{
    const Limits wanted = plan::with_io_paths(limits, cwd);
    const plan::Machine machine = plan::look_at_machine(box.manager().capabilities(), wanted);
    auto feasible = plan::feasible(wanted, machine, isolation);
    if (!feasible) {
        return std::unexpected(std::move(feasible.error()));
    }
    auto tests = plan::compile(std::move(files), *feasible,
                               {.work_dir = cwd, .run_id = box.run_id(), .environment = inherited_environment()});
    if (!tests) {
        return std::unexpected(std::move(tests.error()));
    }
    return Plan{.tests = std::move(*tests), .notices = std::move(feasible->notices)};
}

} // namespace hutch::cli
