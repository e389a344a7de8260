// Which run a process belongs to, by the HUTCH_RUN_ID that it was started with. (A process can change its memory, but
// what /proc shows is what it got from exec, as long as it does not overwrite that very place.)
#pragma once

#include <optional>
#include <vector>

#include "scope/run_id.h"

namespace hutch::scope {

class EnvironmentReader {
  public:
    /// Unset: no such variable, no such process, or not ours to read.
    std::optional<RunId> run_of(int pid);

  private:
    std::vector<char> buffer_ = std::vector<char>(std::size_t{256} << 10);
};

} // namespace hutch::scope
