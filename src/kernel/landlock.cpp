#include "kernel/landlock.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

namespace hutch::kernel {

namespace {

constexpr long create_ruleset_call = 444; // the same on all architectures
constexpr unsigned version_flag = 1;      // LANDLOCK_CREATE_RULESET_VERSION

struct RulesetAttributes { // struct landlock_ruleset_attr of ABI 6
    std::uint64_t files, network, scopes;
};

bool makes_ruleset(const RulesetAttributes& attributes)
{
    const base::UniqueFd fd(static_cast<int>(syscall(create_ruleset_call, &attributes, sizeof(attributes), 0U)));
    return fd.valid();
}

} // namespace

LandlockSupport probe_landlock()
{
    const long abi = syscall(create_ruleset_call, nullptr, std::size_t{0}, version_flag);
    if (abi <= 0) {
        return {};
    }
    LandlockSupport support{.abi = static_cast<int>(abi)};
    for (const std::uint64_t scope : {landlock::scope_abstract_sockets, landlock::scope_signals}) {
        if (makes_ruleset({.files = 0, .network = 0, .scopes = scope})) {
            support.scopes |= scope;
        }
    }
    return support;
}

} // namespace hutch::kernel
