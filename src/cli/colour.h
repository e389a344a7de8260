// Whether output is coloured: a pure decision over what the user and the environment said.
#pragma once

#include <optional>
#include <string>

#include "hutch/error.h"

namespace hutch::cli {

enum class ColourChoice { automatic, always, never };

/// "auto", "always" or "never".
Result<ColourChoice> parse_colour(const std::string& text);

/// What the environment has to say; unset where a variable is not there.
struct ColourEnvironment {
    std::optional<std::string> no_color;       ///< NO_COLOR: any value but "" turns it off (no-color.org)
    std::optional<std::string> force_color;    ///< FORCE_COLOR: any value but "" and "0" turns it on
    std::optional<std::string> clicolor_force; ///< CLICOLOR_FORCE: the same
    std::optional<std::string> term;           ///< TERM: "dumb" turns it off
};
ColourEnvironment colour_environment();

/// --color over NO_COLOR over FORCE_COLOR and CLICOLOR_FORCE over TERM over "it is a terminal".
bool use_colour(ColourChoice choice, const ColourEnvironment& environment, bool is_terminal);

} // namespace hutch::cli
