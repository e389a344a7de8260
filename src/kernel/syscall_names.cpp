#include "kernel/syscall_names.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include <seccomp.h>

namespace hutch::kernel {

namespace {

struct YoungCall {
    int number;
    std::string_view name;
};

/// In the order of their numbers. From 424 on all architectures that libseccomp knows share their numbers (alpha and o32 apart, which hutch does not
/// build for). Linux 6.5 to 7.0, include/uapi/asm-generic/unistd.h.
constexpr std::array young_calls = {
#ifdef __x86_64__
    YoungCall{335, "uretprobe"},         YoungCall{336, "uprobe"}, // its own: 6.11, 6.18
#endif
    YoungCall{451, "cachestat"},         YoungCall{452, "fchmodat2"},        YoungCall{453, "map_shadow_stack"},
    YoungCall{454, "futex_wake"},        YoungCall{455, "futex_wait"},       YoungCall{456, "futex_requeue"},
    YoungCall{457, "statmount"},         YoungCall{458, "listmount"},        YoungCall{459, "lsm_get_self_attr"},
    YoungCall{460, "lsm_set_self_attr"}, YoungCall{461, "lsm_list_modules"}, YoungCall{462, "mseal"},
    YoungCall{463, "setxattrat"},        YoungCall{464, "getxattrat"},       YoungCall{465, "listxattrat"},
    YoungCall{466, "removexattrat"},     YoungCall{467, "open_tree_attr"},   YoungCall{468, "file_getattr"},
    YoungCall{469, "file_setattr"},      YoungCall{470, "listns"},           YoungCall{471, "rseq_slice_yield"},
};

/// Where the search for libseccomp's highest number ends: tables have gaps, but none as wide.
constexpr int widest_gap = 16;

using LibraryText = std::unique_ptr<char, decltype([](char* text) { std::free(text); })>;

} // namespace

std::optional<KnownCall> known_call(std::string_view name)
{
    const int number = seccomp_syscall_resolve_name(std::string(name).c_str());
    if (number >= 0) {
        return KnownCall{number};
    }
    const auto young = std::ranges::find(young_calls, name, &YoungCall::name);
    if (young != young_calls.end()) {
        return KnownCall{young->number};
    }
    if (number != __NR_SCMP_ERROR) { // a number of libseccomp's own: the call is another architecture's
        return KnownCall{};
    }
    return std::nullopt;
}

std::string call_name(int number)
{
    const LibraryText name(seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number));
    if (name) {
        return name.get();
    }
    const auto young = std::ranges::find(young_calls, number, &YoungCall::number);
    return young != young_calls.end() ? std::string(young->name) : std::string();
}

int highest_call()
{
    int highest = young_calls.back().number;
    for (int number = highest + 1; number <= highest + widest_gap; ++number) {
        if (LibraryText(seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number))) {
            highest = number;
        }
    }
    return highest;
}

std::vector<std::string> all_call_names()
{
    std::vector<std::string> names;
    for (int number = 0, last = highest_call(); number <= last; ++number) {
        if (std::string name = call_name(number); !name.empty()) {
            names.push_back(std::move(name));
        }
    }
    return names;
}

} // namespace hutch::kernel
