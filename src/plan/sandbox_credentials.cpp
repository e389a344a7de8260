// What the process that executes the test gives up: privileges to come, the keyring, capabilities.
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>

#include <algorithm>

#include "config/capability_names.h"
#include "plan/draft.h"

namespace hutch::plan {
namespace {

using kernel::wire::Op;

/// uid 0 means nothing to the kernel any more, for good.
constexpr std::uint64_t root_is_nobody = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED;

/// The parser has let known names through and no others.
std::uint64_t bits_of(const std::vector<std::string>& names)
{
    const auto known = config::capability_names();
    std::uint64_t bits = 0;
    for (const std::string& name : names) {
        const auto found = std::ranges::find(known, name);
        bits |= found == known.end() ? 0 : std::uint64_t{1} << (found - known.begin());
    }
    return bits;
}

/// What an ordinary user has any use for in a namespace of its own: its own network.
constexpr std::uint64_t of_own_network =
    std::uint64_t{1} << CAP_NET_ADMIN | std::uint64_t{1} << CAP_NET_RAW | std::uint64_t{1} << CAP_NET_BIND_SERVICE;

} // namespace

std::uint64_t kept_capabilities(const Draft& draft)
{
    const CapabilityRules& rules = draft.rules.capabilities;
    const Network network = draft.rules.namespaces.network;
    if (rules.keep_all && draft.site.privileged && !draft.has(CLONE_NEWUSER)) {
        return ~std::uint64_t{0};
    }
    std::uint64_t keep = rules.keep_all ? 0 : bits_of(rules.keep);
    if (!draft.site.privileged) {
        keep &= network == Network::host ? 0 : of_own_network;
    }
    if (draft.has(CLONE_NEWUSER) && network == Network::isolated) {
        keep |= std::uint64_t{1} << CAP_NET_ADMIN;
    }
    return keep;
}

void add_credentials(Draft& draft)
{
    // In a user namespace of our own we have all capabilities in it: what was mounted for the test could be taken off again.
    const bool own_user = draft.has(CLONE_NEWUSER);
    const bool wanted = !draft.rules.capabilities.keep_all;
    if (!own_user && !(wanted && draft.site.privileged)) {
        return; // without privileges and with no_new_privs the sets are empty, and stay so
    }
    const Feature feature = wanted ? Feature::capabilities : Feature::user_namespace;
    const std::uint64_t keep = kept_capabilities(draft);
    draft.test(feature, Op::bounding, {}, keep);
    draft.test(feature, Op::securebits, {}, root_is_nobody);
    draft.test(feature, Op::capabilities, {}, keep, keep);
}

} // namespace hutch::plan
