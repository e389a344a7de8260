// What every manager with cgroups does with a leaf, be it one that was made here or a unit of systemd's.
#pragma once

#include "hutch/evidence.h"
#include "scope/enclosing_oom.h"
#include "scope/leaf_files.h"
#include "scope/scope.h"
#include "scope/usage_reader.h"

namespace hutch::scope {

/// Of a staying hutch-init, which the kernel counts and which is not the test's: pids.max is the limit plus one, figures are told less one.
inline constexpr std::uint64_t own_processes = 1;
Limits with_room_for_init(Limits limits);
std::optional<std::uint64_t> without_init(std::optional<std::uint64_t> processes);

/// By the controllers' files where there are any, else by a walk over the members. Raises the scope's sampled peaks.
Sample sample_leaf(Scope& scope, const LeafFiles& files);

/// The figures, with the samples that stand in for what the kernel does not keep, and whether a limit above was hit
/// since the scope was made.
void fill_evidence(const Scope& scope, Figures figures, const EnclosingOom& enclosing, Evidence& evidence);

} // namespace hutch::scope
