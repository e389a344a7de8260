// Step 5: the held child. See spawn.h for the theory of operation.
#include "spawn/spawn.h"

#include <sched.h>
#include <unistd.h>

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

} // namespace

Result<Held> spawn_held(const InitProgram& init, const Request& request)
{
    const bool no_parent = (namespaces(request) & CLONE_NEWPID) != 0 && !request.stay && request.setup;
    if (no_parent || (request.network && !request.setup)) {
        return plain_error(no_parent ? "a PID namespace needs a hutch-init that stays"
                                     : "a network without a setup that joins it");
    }
    auto control = control_pair();
    if (!control) {
        return std::unexpected(std::move(control.error()));
    }
    std::vector<base::BorrowedFd> fds{request.streams.in, request.streams.out, request.streams.err, control->childs};
    if (request.setup) {
        fds.push_back(*request.setup);
    }
    if (request.network) {
        fds.push_back(*request.network);
    }
    const bool capable = (request.clone_flags & CLONE_NEWUSER) != 0;
    auto child = launch(init, {.argv = init_argv(request),
                               .env = c_strings(request.env),
                               .fds = std::move(fds),
                               .cgroup = request.cgroup,
                               .namespaces = namespaces(request),
                               .all_ids = capable && ::geteuid() == 0,
                               .keep_capabilities = capable,
                               .new_session = request.new_session});
    if (!child) {
        return std::unexpected(std::move(child.error()));
    }
    return Held{.pid = child->pid,
                .pidfd = std::move(child->pidfd),
                .control = std::move(control->ours),
                .stay = request.stay,
                .new_session = request.new_session,
                .setup = request.setup.has_value(),
                .network = request.network.has_value(),
                .ambient = capable,
                .own_mounts = (request.clone_flags & CLONE_NEWNS) != 0};
}

} // namespace hutch::spawn
