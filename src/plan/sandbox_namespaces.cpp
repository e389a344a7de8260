// Clone flags, and what has to be done in the new namespaces before there is a test.
#include <linux/capability.h>
#include <sched.h>

#include <fmt/format.h>

#include "plan/draft.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace hutch::plan {
namespace {

using kernel::wire::Op;

bool needs_mounts(const Draft& draft)
{
    const FileRules& files = draft.rules.files;
    const bool hides = !files.hidden.empty() && !draft.landlock.hidden;
    const bool covers =
        files.read_only_root || hides || files.tmp || files.shm || files.fresh_proc || files.hide_control;
    return draft.rules.namespaces.mount || covers || files.work != WorkTree::writable;
}

std::uint64_t clone_flags(const Draft& draft)
{
    const NamespaceRules& spaces = draft.rules.namespaces;
    const std::pair<bool, std::uint64_t> wanted[] = {
        {spaces.pid, CLONE_NEWPID},       {needs_mounts(draft), CLONE_NEWNS},
        {spaces.ipc, CLONE_NEWIPC},       {spaces.uts, CLONE_NEWUTS},
        {spaces.cgroup, CLONE_NEWCGROUP}, {spaces.network != Network::host, CLONE_NEWNET}};
    std::uint64_t flags = 0;
    for (const auto& [is_wanted, flag] : wanted) {
        flags |= is_wanted ? flag : 0;
    }
    const bool any = flags != 0 || spaces.time_offset;
    if (spaces.user.value_or(any && !draft.site.privileged)) {
        flags |= CLONE_NEWUSER;
    }
    return flags;
}

/// Whether a network in which nothing runs any more is as new, so that another test may have it. It is where a test has only loopback and
/// can change nothing of it: no address, rule or setting. Sockets that outlive their test are looked for before it is joined.
bool stays_as_new(const Draft& draft)
{
    constexpr std::uint64_t of_administrators = std::uint64_t{1} << CAP_NET_ADMIN | std::uint64_t{1} << CAP_SYS_ADMIN |
                                                std::uint64_t{1} << CAP_SYS_MODULE | std::uint64_t{1} << CAP_BPF;
    return draft.rules.namespaces.network == Network::none && !draft.has(CLONE_NEWUSER) &&
           draft.rules.files.fresh_proc && (kept_capabilities(draft) & of_administrators) == 0;
}

} // namespace

void add_namespaces(Draft& draft)
{
    const NamespaceRules& spaces = draft.rules.namespaces;
    draft.setup.clone_flags = clone_flags(draft);
    draft.stay = spaces.pid || spaces.time_offset;
    if (spaces.time_offset) {
        // Whoever is forked from now on is in the new one: that is why hutch-init stays.
        draft.init(Feature::time_namespace, Op::unshare, {}, CLONE_NEWTIME);
        draft.init(
            Feature::time_namespace, Op::write_file,
            {"/proc/self/timens_offsets", fmt::format("monotonic {0} 0\nboottime {0} 0\n", *spaces.time_offset)});
    }
    if (spaces.uts) {
        draft.init(Feature::uts_namespace, Op::host_name, {spaces.hostname.empty() ? "hutch" : spaces.hostname});
    }
    if (spaces.network != Network::host) {
        draft.pooled_network = stays_as_new(draft);
        if (draft.pooled_network) {
            draft.init(Feature::network, Op::join_network);
        }
        draft.init(Feature::network, Op::loopback);
    }
}

} // namespace hutch::plan
