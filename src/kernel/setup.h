// The world of a test as plan/ describes it and spawn/ hands it over; kernel/setup_wire.h is its layout for hutch-init.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"
#include "hutch/error.h"
#include "hutch/policy.h"
#include "kernel/setup_wire.h"

namespace hutch::kernel {

/// One step, and the feature that it serves: what fails tells what cannot be had here.
struct SetupStep {
    wire::Op op{};
    Feature feature{};
    std::uint16_t flags = 0;
    std::uint64_t number = 0, other = 0;
    std::array<std::string, wire::step_texts> texts{}; ///< see setup_wire.h for the marks
};

/// A seccomp program, as bytes: struct sock_filter, one after another.
using Bpf = std::vector<std::uint64_t>; ///< each is a struct sock_filter, bit by bit

struct Setup {
    std::uint64_t clone_flags = 0; ///< CLONE_NEW*
    std::vector<SetupStep> init;   ///< done by hutch-init itself
    std::vector<SetupStep> test;   ///< done by the process that executes the test
    Bpf filter;                    ///< for Op::filter
    bool listens = false;          ///< the filter has a listener, which hutch-init sends

    const SetupStep* step(std::size_t index) const ///< in the order of init, test; null past the end
    {
        if (index < init.size()) {
            return &init[index];
        }
        return index - init.size() < test.size() ? &test[index - init.size()] : nullptr;
    }
};

/// Lays `setup` out and seals it. Errors: a text over 4095 bytes, more than 64 MB in all, memfd_create(2).
Result<base::UniqueFd> lay_out(const Setup& setup);

} // namespace hutch::kernel
