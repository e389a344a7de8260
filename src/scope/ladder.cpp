#include "scope/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "kernel/clone3.h"
#include "scope/capabilities.h"
#include "scope/cgroupfs_manager.h"
#include "scope/delegation.h"
#include "scope/namespaces.h"
#include "scope/remedies.h"
#include "scope/systemd_manager.h"
#include "scope/tree_manager.h"

namespace hutch::scope {

namespace {

class Ladder {
  public:
    Ladder(Wanted wanted, const RunId& id, kernel::CloneStack stack, const StartWarden& start_warden)
        : wanted_(wanted), id_(id), stack_(std::move(stack)), start_warden_(start_warden)
    {
        chosen_.machine = inspect_machine();
        if (const auto home = find_home()) { // before a manager moves us
            chosen_.beside.push_back(home->dir.path());
        }
    }

    /// Rung 1. True if it holds; else attempts say why not, as for all of them.
    bool delegated_scope();
    /// Rung 2.
    bool scope_for_each_test(sd::EventLoop& loop);
    /// Rung 3, or 4 where no controller could be enabled.
    bool cgroupfs();
    /// Rung 5 always holds.
    void none(std::string_view why, std::string_view remedy);

    Chosen take() { return std::move(chosen_); }
    /// Why the last rung that was tried was left, as an error of the run.
    Error last_error() const
    {
        const Attempt& last = chosen_.attempts.back();
        return {.message = last.why, .code = 0, .hint = last.remedy};
    }

  private:
    bool leave(int rung, const Error& error, std::string remedy);
    bool stand(RunNode node, int rung, std::string description);
    void add_beside(const std::filesystem::path& node);
    bool stand_on_units(std::unique_ptr<SystemdManager> manager);
    std::vector<Capability> capabilities_of(const RunNode& node, const LeafFiles& files) const;

    std::string remedy_for_home() const
    {
        if (wanted_.inside_a_test) {
            return remedy_for_delegation(chosen_.machine, Asked::not_inside_a_test);
        }
        const bool by_flag = wanted_.choice == CgroupChoice::cgroupfs;
        return remedy_for_delegation(chosen_.machine, by_flag ? Asked::not_by_flag : Asked::yes);
    }

    Wanted wanted_;
    const RunId& id_;
    kernel::CloneStack stack_;
    const StartWarden& start_warden_;
    Chosen chosen_;
};

bool Ladder::leave(int rung, const Error& error, std::string remedy)
{
    chosen_.attempts.push_back({.rung = rung,
                                .taken = false,
                                .why = error.message,
                                .remedy = error.hint.empty() ? std::move(remedy) : error.hint});
    return false;
}

void Ladder::add_beside(const std::filesystem::path& node)
{
    std::string parent = node.parent_path();
    if (std::ranges::find(chosen_.beside, parent) == chosen_.beside.end()) {
        chosen_.beside.push_back(std::move(parent));
    }
}

/// The last check, the warden where it is not there yet, and the manager on top.
bool Ladder::stand(RunNode node, int rung, std::string description)
{
    add_beside(node.root().path());
    const auto files = node.prove(stack_);
    if (!files) {
        (void)node.take_down();
        return leave(rung, files.error(), remedy_for_cgroup(chosen_.machine));
    }
    if (rung == 1) {
        if (const auto started = start_warden_(node.warden()); !started) {
            (void)node.take_down();
            return leave(rung, started.error(), "");
        }
    }
    chosen_.warden = true;
    chosen_.left_home = node.left_home();
    chosen_.controllers = node.controllers();
    auto capabilities = capabilities_of(node, *files);
    chosen_.manager = std::make_unique<CgroupfsManager>(
        std::move(node), *files,
        CgroupfsManager::Rung{.number = rung,
                              .description = fmt::format("rung {}: {}", rung, description),
                              .capabilities = std::move(capabilities)});
    chosen_.attempts.push_back({.rung = rung, .taken = true, .why = std::move(description), .remedy = ""});
    return true;
}

bool Ladder::delegated_scope()
{
    if (wanted_.inside_a_test) {
        return leave(1,
                     {.message = "no scope is asked for inside of a test of another run (HUTCH=1): it would leave that "
                                 "test's cgroup and limits"},
                     "");
    }
    auto scope = acquire_delegated_scope(id_);
    if (!scope) {
        return leave(1, scope.error(), remedy_for_manager(chosen_.machine));
    }
    std::string description =
        fmt::format("delegated scope {} ({}), cgroupfs leaves", id_.scope_name(), sd::to_string(scope->instance()));
    auto node = RunNode::in_delegated(std::move(scope->dir));
    return node ? stand(std::move(*node), 1, std::move(description))
                : leave(1, node.error(), remedy_for_cgroup(chosen_.machine));
}

bool Ladder::scope_for_each_test(sd::EventLoop& loop)
{
    auto scope = acquire_delegated_scope(id_);
    if (!scope) {
        return leave(2, scope.error(), remedy_for_manager(chosen_.machine));
    }
    auto node = RunNode::in_delegated(std::move(scope->dir));
    if (!node) {
        return leave(2, node.error(), remedy_for_cgroup(chosen_.machine));
    }
    add_beside(node->root().path());
    const auto files = node->prove(stack_);
    if (!files) {
        return leave(2, files.error(), remedy_for_cgroup(chosen_.machine));
    }
    chosen_.controllers = node->controllers();
    auto capabilities = capabilities_of(*node, *files);
    auto manager = SystemdManager::open({.units = std::move(scope->units),
                                         .node = std::move(*node),
                                         .files = *files,
                                         .capabilities = std::move(capabilities)},
                                        id_, loop);
    return manager ? stand_on_units(std::move(*manager)) : leave(2, manager.error(), "");
}

bool Ladder::stand_on_units(std::unique_ptr<SystemdManager> manager)
{
    const std::filesystem::path slice = manager->slice().path();
    const auto above = kernel::CgroupDir::open(slice.parent_path());
    if (!above) {
        return leave(2, above.error(), "");
    }
    add_beside(slice);
    const auto started = start_warden_({.dir = above->fd(),
                                        .node = {},
                                        .tests_name = slice.filename(),
                                        .remove_tests = false,
                                        .runner_leaf = {},
                                        .cgroup = manager->node().warden().cgroup});
    if (!started) {
        return leave(2, started.error(), "");
    }
    chosen_.warden = true;
    chosen_.attempts.push_back({.rung = 2, .taken = true, .why = manager->describe(), .remedy = ""});
    chosen_.manager = std::move(manager);
    return true;
}

bool Ladder::cgroupfs()
{
    auto node = RunNode::below_home(id_, start_warden_);
    if (!node) {
        return leave(3, node.error(), remedy_for_home());
    }
    if (any_enabled(node->controllers())) {
        std::string description = fmt::format("cgroupfs leaves below {}", node->root().path());
        return stand(std::move(*node), 3, std::move(description));
    }
    const ControllerState first = node->controllers().front();
    leave(3, Error{.message = "no controller: " + first.found_by},
          node->lacks_delegation() ? remedy_for_home() : remedy_for_controller(first.name, chosen_.machine));
    std::string description = fmt::format("cgroup2 without controllers, leaves below {}", node->root().path());
    return stand(std::move(*node), 4, std::move(description));
}

/// What could be enforced here. Where only the delegation is missing, that is the remedy for all.
std::vector<Capability> Ladder::capabilities_of(const RunNode& node, const LeafFiles& files) const
{
    auto capabilities = cgroup_capabilities(files, node.controllers(), chosen_.machine);
    for (Capability& capability : capabilities) {
        if (node.lacks_delegation() && !capability.remedy.empty()) {
            capability.remedy = remedy_for_home();
        }
    }
    return capabilities;
}

void Ladder::none(std::string_view why, std::string_view remedy)
{
    const Namespaces namespaces = probe_namespaces(stack_);
    chosen_.manager = std::make_unique<TreeManager>(id_, namespaces, tree_capabilities(why, remedy));
    chosen_.attempts.push_back({.rung = 5,
                                .taken = true,
                                .why = namespaces.found_by,
                                .remedy = namespaces.pid ? "" : remedy_for_namespaces(chosen_.machine)});
}

} // namespace

Result<Chosen> choose(Wanted wanted, const RunId& id, sd::EventLoop& loop, const StartWarden& start_warden)
{
    auto stack = kernel::CloneStack::create();
    if (!stack) {
        return std::unexpected(std::move(stack.error()));
    }
    Ladder ladder(wanted, id, std::move(*stack), start_warden);
    switch (wanted.choice) {
    case CgroupChoice::automatic:
        if (!ladder.delegated_scope() && !ladder.cgroupfs()) {
            const Error left = ladder.last_error();
            ladder.none(left.message, left.hint);
        }
        break;
    case CgroupChoice::systemd:
        if (!ladder.scope_for_each_test(loop)) {
            return std::unexpected(ladder.last_error());
        }
        break;
    case CgroupChoice::cgroupfs:
        if (!ladder.cgroupfs()) {
            return std::unexpected(ladder.last_error());
        }
        break;
    case CgroupChoice::none:
        ladder.none("--cgroup-manager=none", "leave out --cgroup-manager=none");
        break;
    }
    return ladder.take();
}

} // namespace hutch::scope
