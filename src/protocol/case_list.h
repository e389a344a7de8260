// Cases as a reader finds them → a CaseReport: counted all, kept up to the bounds of hutch/cases.h. Shared by all readers.
#pragma once

#include <string_view>

#include "hutch/cases.h"

namespace hutch::protocol {

/// Counts `found`, and keeps it if there is room, its texts cut at a whole character of UTF-8.
void add_case(CaseReport& report, Case found);

/// The first complaint is the one that counts, cut at a whole character, too.
void complain(CaseReport& report, std::string_view complaint);

} // namespace hutch::protocol
