// Step 5: the held child. See spawn.h for the theory of operation.
#include "spawn/spawn.h"

#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "kernel/file_system.h"
#include "kernel/pidfd.h"
#include "spawn/launch.h"

namespace hutch::spawn {

namespace {

std::uint64_t namespaces(const Request& request)
{
    std::uint64_t flags = request.clone_flags;
    if (request.pid_namespace) {
        flags |= CLONE_NEWPID;
    }
    if (request.user_namespace) {
        flags |= CLONE_NEWUSER;
    }
    if (request.network) { // it is joined
        flags &= ~static_cast<std::uint64_t>(CLONE_NEWNET);
    }
    return flags;
}

/// "hutch-init PROGRAM ARGV…": hutch-init executes PROGRAM with what follows, and parses nothing.
std::vector<const char*> init_argv(const Request& request)
{
    std::vector<const char*> argv{"hutch-init", request.program.c_str()};
    for (const std::string& argument : request.argv) {
        argv.push_back(argument.c_str());
    }
    if (request.argv.empty()) {
        argv.push_back(request.program.c_str());
    }
    return argv;
}

std::vector<const char*> c_strings(const std::vector<std::string>& texts)
{
    std::vector<const char*> result;
    result.reserve(texts.size());
    for (const std::string& text : texts) {
        result.push_back(text.c_str());
    }
    return result;
}

Result<void> check(const Request& request)
{
    const bool no_parent = (namespaces(request) & CLONE_NEWPID) != 0 && !request.stay && request.setup;
    if (no_parent || (request.network && !request.setup)) {
        return plain_error(no_parent ? "a PID namespace needs a hutch-init that stays"
                                     : "a network without a setup that joins it");
    }
    return {};
}

/// In a user namespace of root's, whose maps we write: hutch-init may not go on before.
bool is_mapped_by_us(const Request& request)
{
    return (request.clone_flags & CLONE_NEWUSER) != 0 && ::geteuid() == 0;
}

Held held_as(const Request& request, base::UniqueFd control)
{
    return Held{.control = std::move(control),
                .stay = request.stay,
                .may_leave = request.may_leave,
                .new_session = request.new_session,
                .setup = request.setup.has_value(),
                .network = request.network.has_value(),
                .ambient = (request.clone_flags & CLONE_NEWUSER) != 0,
                .own_mounts = (request.clone_flags & CLONE_NEWNS) != 0};
}

/// What a child that has its orders at birth gets by itself, while we go on: making it is the greater part of a birth. A user namespace
/// owns the others, and to be in a PID namespace is to be born in it.
std::uint64_t later_namespaces(const Request& request)
{
    return namespaces(request) & (CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET);
}

/// With orders: they are in the socket before the child is born, or sent as soon as its maps are written.
Result<Held> spawn_init(const InitProgram& init, const Request& request, const Orders* orders)
{
    if (auto checked = check(request); !checked) {
        return std::unexpected(std::move(checked.error()));
    }
    auto control = control_pair();
    if (!control) {
        return std::unexpected(std::move(control.error()));
    }
    Held held = held_as(request, std::move(control->ours));
    held.later_namespaces = orders != nullptr ? later_namespaces(request) : 0;
    if (orders != nullptr && !is_mapped_by_us(request)) {
        if (auto sent = release(held, *orders); !sent) {
            return std::unexpected(std::move(sent.error()));
        }
    }
    std::vector<base::BorrowedFd> fds{request.streams.in, request.streams.out, request.streams.err, control->childs};
    if (request.setup) {
        fds.push_back(*request.setup);
    }
    if (request.network) {
        fds.push_back(*request.network);
    }
    auto child = launch(init, {.argv = init_argv(request),
                               .env = c_strings(request.env),
                               .fds = std::move(fds),
                               .cgroup = request.cgroup,
                               .namespaces = namespaces(request) & ~held.later_namespaces,
                               .all_ids = is_mapped_by_us(request),
                               .keep_capabilities = held.ambient,
                               .new_session = request.new_session && !request.stay}); // it blocks all signals
    if (!child) {
        return std::unexpected(std::move(child.error()));
    }
    held.pid = child->pid;
    held.pidfd = std::move(child->pidfd);
    if (orders != nullptr && is_mapped_by_us(request)) {
        if (auto sent = release(held, *orders); !sent) {
            (void)kernel::send_signal(held.pidfd, SIGKILL);
            (void)kernel::reap_within(held.pidfd, std::chrono::seconds(1));
            return std::unexpected(std::move(sent.error()));
        }
    }
    return held;
}

std::vector<const char*> program_argv(const Request& request)
{
    return request.argv.empty() ? std::vector{request.program.c_str()} : c_strings(request.argv);
}

Result<Held> execute(const InitProgram& init, const Request& request, const Orders& orders)
{
    const std::vector<kernel::wire::Rlimit> rlimits = rlimits_of(orders);
    const AtOnce at_once{.program = request.program.c_str(),
                         .work_dir = orders.work_dir.empty() ? nullptr : orders.work_dir.c_str(),
                         .umask = orders.umask,
                         .rlimits = rlimits};
    auto child = launch(init, {.argv = program_argv(request),
                               .env = c_strings(request.env),
                               .fds = {request.streams.in, request.streams.out, request.streams.err},
                               .cgroup = request.cgroup,
                               .new_session = request.new_session,
                               .at_once = &at_once});
    if (!child) {
        return std::unexpected(std::move(child.error()));
    }
    Held held = held_as(request, {});
    held.pid = child->pid;
    held.pidfd = std::move(child->pidfd);
    held.failed = std::move(child->failed);
    return held;
}

} // namespace

Result<Held> spawn_held(const InitProgram& init, const Request& request)
{
    return spawn_init(init, request, nullptr);
}

Result<Held> spawn_released(const InitProgram& init, const Request& request, const Orders& orders)
{
    const bool bare = !request.setup && !request.stay && namespaces(request) == 0 && !orders.nice && !orders.oom_score_adj;
    const bool prompt = bare && !kernel::may_hang(request.program.c_str()) &&
                        (orders.work_dir.empty() || !kernel::may_hang(orders.work_dir.c_str()));
    return prompt ? execute(init, request, orders) : spawn_init(init, request, &orders);
}

} // namespace hutch::spawn
