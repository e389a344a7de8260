// What the process that executes the test gives up: privileges to come, the keyring, capabilities.
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>

#include "plan/draft.h"

namespace hutch::plan
{
namespace
{

using kernel::wire::Op;

/// uid 0 means nothing to the kernel any more, for good.
constexpr std::uint64_t root_is_nobody =
    SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED;

std::uint64_t bits_of(const std::vector<std::string>&)
{
    return 0; // until the names are there
}

/// The capabilities that are left.
std::uint64_t kept(const Draft& draft)
{
    const bool own_user = draft.has(CLONE_NEWUSER);
    std::uint64_t keep = 0;
    if (!draft.rules.capabilities.keep_all) {
        keep = bits_of(draft.rules.capabilities.keep);
    }
    if (own_user && draft.rules.namespaces.network == Network::isolated) {
        keep |= std::uint64_t{1} << CAP_NET_ADMIN;
    }
    return keep;
}

} // namespace

void add_credentials(Draft& draft)
{
    // In a user namespace of our own we have all capabilities in it: what was mounted for the test could be taken off again.
    const bool own_user = draft.has(CLONE_NEWUSER);
    const bool wanted = !draft.rules.capabilities.keep_all;
    const bool changes_sets = draft.site.privileged || own_user;
    if (!(wanted || own_user) || !changes_sets) {
        return; // without privileges and with no_new_privs the sets are empty, and stay so
    }
    const Feature feature = wanted ? Feature::capabilities : Feature::user_namespace;
    const std::uint64_t keep = kept(draft);
    draft.test(feature, Op::bounding, {}, keep);
    draft.test(feature, Op::securebits, {}, root_is_nobody);
    draft.test(feature, Op::capabilities, {}, keep, keep);
}

} // namespace hutch::plan
