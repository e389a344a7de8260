#include "cli/colour.h"

#include <cstdlib>

#include <fmt/format.h>

namespace hutch::cli {

namespace {

std::optional<std::string> variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool forces(const std::optional<std::string>& value)
{
    return value && !value->empty() && *value != "0";
}

} // namespace

Result<ColourChoice> parse_colour(const std::string& text)
{
    if (text == "auto") {
        return ColourChoice::automatic;
    }
    if (text == "always" || text == "never") {
        return text == "always" ? ColourChoice::always : ColourChoice::never;
    }
    return usage_error(fmt::format("--color '{}': auto, always or never", text));
}

ColourEnvironment colour_environment()
{
    return {.no_color = variable("NO_COLOR"),
            .force_color = variable("FORCE_COLOR"),
            .clicolor_force = variable("CLICOLOR_FORCE"),
            .term = variable("TERM")};
}

bool use_colour(ColourChoice choice, const ColourEnvironment& environment, bool is_terminal)
{
    if (choice != ColourChoice::automatic) {
        return choice == ColourChoice::always;
    }
    if (environment.no_color && !environment.no_color->empty()) {
        return false;
    }
    if (forces(environment.force_color) || forces(environment.clicolor_force)) {
        return true;
    }
    return is_terminal && environment.term != "dumb";
}

} // namespace hutch::cli
