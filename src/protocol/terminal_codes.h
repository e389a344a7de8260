// A line as a terminal is told it → the line as it is read. Responsible for colours, titles and links; never for what is fit to be shown.
#pragma once

#include <string>
#include <string_view>

namespace hutch::protocol {

/// Without escape sequences: CSI ("\x1b[32m"), OSC and its kin ("\x1b]8;;http://x\x1b\\", or ended by BEL), and the short ones ("\x1b(B").
/// One that is not ended ends with the line; one that is broken by a byte that cannot be in it ends before that byte.
std::string without_terminal_codes(std::string_view line);

} // namespace hutch::protocol
