#include "plan/make_sandbox.h"

#include <utility>

#include "plan/draft.h"

namespace hutch::plan {
namespace {

using kernel::wire::Op;

/// Landlock and seccomp ask for it of everybody who has no CAP_SYS_ADMIN; it is the first thing, because what follows takes that away.
void add_promises(Draft& draft)
{
    if (draft.rules.process.new_keyring) {
        draft.test(Feature::no_new_privs, Op::keyring).flags = kernel::wire::step_flag::optional;
    }
    if (draft.rules.process.no_new_privs || draft.rules.syscalls.filter || draft.landlock.any()) {
        draft.test(Feature::no_new_privs, Op::no_new_privs);
    }
}

Result<void> add_filter(Draft& draft)
{
    if (!draft.rules.syscalls.filter) {
        return {};
    }
    auto filter = kernel::compile_filter(draft.rules.syscalls, draft.site.filters);
    if (!filter) {
        return std::unexpected(std::move(filter.error()));
    }
    draft.setup.filter = std::move(filter->program);
    draft.setup.listens = filter->listens;
    draft.calls = std::move(filter->table);
    draft.test(Feature::syscalls, Op::filter, {}, filter->flags);
    return {};
}

} // namespace

Result<Sandbox> make_sandbox(const Policy& policy, const Site& site)
{
    Draft draft{.site = site, .rules = policy};
    divide(draft);
    add_namespaces(draft);
    add_mounts(draft);
    add_promises(draft);
    add_landlock(draft);
    add_credentials(draft);
    if (auto added = add_filter(draft); !added) {
        return std::unexpected(std::move(added.error()));
    }
    return Sandbox{.policy = policy,
                   .setup = std::move(draft.setup),
                   .image = {},
                   .calls = std::move(draft.calls),
                   .stay = draft.stay,
                   .held = draft.held,
                   .temp_dir = std::move(draft.temp_dir),
                   .out_dir = std::move(draft.out_dir),
                   .home = std::move(draft.home),
                   .pooled_network = draft.pooled_network,
                   .attempt_dir = draft.attempt_dir};
}

} // namespace hutch::plan
