#include "cli/profile_list.h"

#include "config/profile.h"

namespace hutch::cli {

std::vector<report::NamedLimits> profile_list()
{
    std::vector<report::NamedLimits> list;
    for (const config::Profile& profile : config::profiles()) {
        if (auto limits = config::profile_limits(profile.name, Origin::profile)) {
            list.push_back({.name = std::string(profile.name), .limits = std::move(*limits)});
        }
    }
    return list;
}

} // namespace hutch::cli
