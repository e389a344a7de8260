#include "scope/run_node.h"

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "kernel/birth_probe.h"

namespace hutch::scope {

namespace {

constexpr const char* tests_name = "tests";
constexpr const char* runner_name = "runner";
constexpr const char* warden_name = "warden";
constexpr const char* probe_name = "probe";

/// Controllers for the leaves of `home`/R/tests. Empties a delegated home first, if there is anything to gain.
std::vector<ControllerState> enable_below(const Home& home, const kernel::CgroupDir& root,
                                          const kernel::CgroupDir& tests)
{
    if (available_controllers(home.dir).empty()) {
        return no_controllers(fmt::format("cgroup.controllers of {} has none", home.dir.path()));
    }
    if (!home.real_root && !home.delegated) {
        return no_controllers(home.found_by);
    }
    if (!home.real_root) {
        if (const auto vacated = vacate(home); !vacated) {
            return no_controllers(vacated.error().message);
        }
    }
    const std::array levels = {&home.dir, &root, &tests};
    auto states = enable_controllers(levels);
    if (!home.real_root && !any_enabled(states)) {
        (void)refill(home); // nothing was gained by it
    }
    return states;
}

/// Another run's sweep takes this lock before it removes anything: it sees a living owner even from another PID
/// namespace.
void hold(const kernel::CgroupDir& root)
{
    (void)flock(root.fd().get(), LOCK_EX | LOCK_NB);
}

} // namespace

Result<RunNode> RunNode::in_delegated(kernel::CgroupDir scope)
{
    auto runner = scope.make_child(runner_name);
    if (!runner) {
        return std::unexpected(std::move(runner.error()));
    }
    if (auto moved = move_all(scope, *runner); !moved) {
        return std::unexpected(std::move(moved.error()));
    }
    auto warden = scope.make_child(warden_name);
    auto tests = scope.make_child(tests_name);
    if (!warden || !tests) {
        return std::unexpected(std::move(warden ? tests.error() : warden.error()));
    }
    RunNode node(std::move(scope), std::move(*tests));
    hold(node.root_);
    node.runner_ = std::move(*runner);
    node.warden_ = std::move(*warden);
    const std::array<const kernel::CgroupDir*, 2> levels = {&node.root_, &node.tests_};
    node.controllers_ = enable_controllers(levels);
    return node;
}

Result<RunNode> RunNode::below_home(const RunId& id, const StartWarden& start_warden)
{
    auto home = find_home();
    if (!home) {
        return std::unexpected(std::move(home.error()));
    }
    // Born where we are now, never in R. vacate() moves it with us; move_runner() leaves it.
    auto started =
        start_warden({.dir = home->dir.fd(), .node = id.node_name(), .runner_leaf = runner_name, .cgroup = {}});
    if (!started) {
        return std::unexpected(std::move(started.error()));
    }
    auto lock = lock_home(*home);
    if (!lock) {
        return std::unexpected(lock.error());
    }
    auto node = make_below(*home, id);
    if (!node) {
        return node;
    }
    node->controllers_ = enable_below(*home, node->root_, node->tests_);
    node->home_ = std::move(*home);
    node->name_ = id.node_name();
    // Where the runner is now, not where it was before: vacate() may have moved it.
    auto above = own_directory();
    if (!above) {
        lock->reset(); // take_down() takes it itself
        (void)node->take_down();
        return std::unexpected(std::move(above.error()));
    }
    node->above_ = std::move(*above);
    return node;
}

Result<RunNode> RunNode::make_below(const Home& home, const RunId& id)
{
    auto root = home.dir.make_child(id.node_name());
    if (!root) {
        return std::unexpected(std::move(root.error()));
    }
    hold(*root);
    auto tests = root->make_child(tests_name);
    if (!tests) {
        (void)home.dir.remove_child(id.node_name());
        return std::unexpected(std::move(tests.error()));
    }
    return RunNode(std::move(*root), std::move(*tests));
}

Result<LeafFiles> RunNode::prove(const kernel::CloneStack& stack)
{
    for (bool again = false;; again = true) {
        auto leaf = tests_.make_child(probe_name);
        if (!leaf) {
            return std::unexpected(std::move(leaf.error()));
        }
        const LeafFiles files = find_leaf_files(*leaf);
        const auto birth = kernel::probe_birth(stack, *leaf);
        auto removed = tests_.remove_child(probe_name);
        if (!birth || !removed) {
            return std::unexpected(birth ? std::move(removed.error()) : birth.error());
        }
        if (*birth == kernel::Birth::lives) {
            return files;
        }
        if (again || runner_) {
            return plain_error(fmt::format("clone into {}: the child was killed at birth", leaf->path()));
        }
        if (auto moved = move_runner(); !moved) {
            return std::unexpected(std::move(moved.error()));
        }
    }
}

Result<void> RunNode::move_runner()
{
    auto runner = root_.make_child(runner_name);
    if (!runner) {
        return std::unexpected(std::move(runner.error()));
    }
    runner_ = std::move(*runner);
    return runner_->write("cgroup.procs", "0");
}

WardenPlan RunNode::warden() const
{
    return {.dir = root_.fd(), .node = {}, .runner_leaf = runner_name, .cgroup = warden_->fd()};
}

Result<void> RunNode::take_down()
{
    if (auto removed = root_.remove_tree(tests_name); !removed) {
        return removed;
    }
    if (home_) {
        return take_down_home();
    }
    // Rung 1: we are in R/runner until we exit, and the warden may not have ended yet; the manager removes R when it
    // is empty.
    (void)root_.remove_child(warden_name);
    return {};
}

Result<void> RunNode::take_down_home()
{
    if (runner_) {
        if (auto back = above_->write("cgroup.procs", "0"); !back) {
            return back;
        }
        if (auto removed = root_.remove_child(runner_name); !removed) {
            return removed;
        }
        runner_.reset();
    }
    const auto lock = lock_home(*home_);
    if (!lock) {
        return std::unexpected(lock.error());
    }
    auto removed = home_->dir.remove_child(name_);
    return removed ? refill(*home_) : removed;
}

} // namespace hutch::scope
