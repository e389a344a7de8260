// Users, groups and capabilities of the process that executes the test, and of the hutch-init that stays. Sets are 64 bits, capability n
// is bit n. Order is the plan's: bounding before capabilities, ids before the set that is left.
#include <asm/errno.h>
#include <linux/capability.h>
#include <linux/prctl.h>

#include "init/syscalls.h"
#include "init/world_steps.h"

namespace hutch::init {

namespace {

constexpr int capabilities_max = 64;
constexpr long join_session_keyring = 1; // KEYCTL_JOIN_SESSION_KEYRING

struct CapabilitySets {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct halves[2] = {};
};

long get(CapabilitySets& sets)
{
    return raw_syscall(__NR_capget, as_word(&sets.header), as_word(sets.halves));
}

long put(const CapabilitySets& sets)
{
    return raw_syscall(__NR_capset, as_word(&sets.header), as_word(sets.halves));
}

bool has(std::uint64_t set, int capability)
{
    return ((set >> capability) & 1) != 0;
}

long ambient(long operation, int capability)
{
    return raw_syscall(__NR_prctl, PR_CAP_AMBIENT, operation, capability, 0, 0);
}

} // namespace

long join_keyring()
{
    const long result = raw_syscall(__NR_keyctl, join_session_keyring, 0);
    return result < 0 ? result : 0;
}

long bound_capabilities(const Arguments& step)
{
    for (int capability = 0; capability < capabilities_max; ++capability) {
        if (has(step.number, capability)) {
            continue;
        }
        const long result = prctl(PR_CAPBSET_DROP, capability);
        if (result == -EINVAL) { // the kernel knows no more
            return 0;
        }
        if (result < 0) {
            return result;
        }
    }
    return 0;
}

long set_ids(const Arguments& step)
{
    long death_signal = 0; // the kernel forgets it with the user
    prctl(PR_GET_PDEATHSIG, as_word(&death_signal));
    prctl(PR_SET_KEEPCAPS, 1); // what is kept is the business of `capabilities`; exec takes what that leaves
    const long groups = raw_syscall(__NR_setgroups, 0, 0);
    if (groups < 0 && groups != -EPERM) { // EPERM: refused for this user namespace, which has no foreign groups then
        return groups;
    }
    const auto group = static_cast<long>(step.other);
    const auto user = static_cast<long>(step.number);
    long result = raw_syscall(__NR_setresgid, group, group, group);
    if (result >= 0) {
        result = raw_syscall(__NR_setresuid, user, user, user);
    }
    prctl(PR_SET_PDEATHSIG, static_cast<int>(death_signal));
    return result;
}

long set_capabilities(const Arguments& step)
{
    CapabilitySets sets;
    for (int half = 0; half < 2; ++half) {
        const auto bits = static_cast<std::uint32_t>(step.number >> (32 * half));
        sets.halves[half] = {bits, bits, bits};
    }
    long result = put(sets); // what is not permitted any more is not ambient either
    for (int capability = 0; result >= 0 && capability < capabilities_max; ++capability) {
        if (has(step.other, capability)) {
            result = ambient(PR_CAP_AMBIENT_RAISE, capability);
        }
    }
    return result;
}

void keep_capabilities(std::uint64_t kept)
{
    CapabilitySets sets;
    if (get(sets) < 0) {
        return;
    }
    for (int half = 0; half < 2; ++half) {
        const std::uint32_t bits = sets.halves[half].permitted & static_cast<std::uint32_t>(kept >> (32 * half));
        sets.halves[half] = {bits, bits, 0};
    }
    put(sets);
}

void drop_ambient()
{
    ambient(PR_CAP_AMBIENT_CLEAR_ALL, 0);
}

} // namespace hutch::init
