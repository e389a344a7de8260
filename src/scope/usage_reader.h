// The figures that the kernel kept for a leaf, read once at its end. On the hot path of every test: each file that
// exists is one openat, read and close relative to the leaf's descriptor, and nothing is allocated. A file that is
// missing or does not parse is "not known", never zero. Judges nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "hutch/evidence.h"
#include "kernel/cgroup_dir.h"
#include "scope/leaf_files.h"

namespace hutch::scope {

struct Figures {
    Usage usage;
    std::optional<OomFacts> oom; ///< enclosing_oom is the caller's to find out
    std::optional<std::uint64_t> pids_max_hits;
};

Figures read_figures(const kernel::CgroupDir& leaf, const LeafFiles& files);

/// Fills in the highest samples (0: none was taken) where the kernel kept no peak.
Usage with_samples(Usage usage, std::uint64_t memory_peak, std::uint64_t pids_peak);

/// cpu.stat usage_usec alone, for the watchdog.
std::optional<std::uint64_t> read_cpu_usec(const kernel::CgroupDir& leaf);

/// A file with one number: memory.current, pids.current.
std::optional<std::uint64_t> read_number(const kernel::CgroupDir& leaf, const char* file);

} // namespace hutch::scope
