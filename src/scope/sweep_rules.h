// Whether something of a dead run may be removed by us. Inside of the sweep only.
#pragma once

#include <optional>
#include <string>

#include "base/fd.h"

namespace hutch::scope {

/// Why a directory of a dead run is not ours to remove; unset if it is, and then it is locked until the descriptor is
/// closed.
std::optional<std::string> reason_to_leave(base::BorrowedFd directory);

} // namespace hutch::scope
