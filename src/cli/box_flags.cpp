#include "cli/box_flags.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "cli/environment.h"

namespace hutch::cli {

namespace {

constexpr const char* group = "Isolation";

template <class T> using Names = std::array<std::pair<std::string_view, T>, 4>;

constexpr Names<Isolation> isolations{{{"auto", Isolation::automatic},
                                       {"required", Isolation::required},
                                       {"if-available", Isolation::if_available},
                                       {"off", Isolation::off}}};

constexpr Names<CgroupChoice> managers{{{"auto", CgroupChoice::automatic},
                                        {"systemd", CgroupChoice::systemd},
                                        {"cgroupfs", CgroupChoice::cgroupfs},
                                        {"none", CgroupChoice::none}}};

template <class T> Result<T> find(const Names<T>& names, std::string_view flag, const std::string& value)
{
    if (value.empty()) {
        return T::automatic;
    }
    for (const auto& [name, choice] : names) {
        if (name == value) {
            return choice;
        }
    }
    return usage_error(fmt::format("{} '{}': one of {}, {}, {}, {}", flag, value, names[0].first, names[1].first,
                                   names[2].first, names[3].first));
}

} // namespace

void BoxFlags::add_to(CLI::App& command)
{
    command
        .add_option("--isolation", isolation_,
                    "A limit that cannot be enforced is: auto: an error if it was\nasked for; required: an error; "
                    "if-available: a notice;\noff: none is asked for; also HUTCH_ISOLATION")
        ->type_name("WHEN")
        ->group(group);
    command
        .add_option("--cgroup-manager", manager_,
                    "auto, systemd (a scope for each test), cgroupfs, none;\nalso HUTCH_CGROUP_MANAGER")
        ->type_name("NAME")
        ->group(group);
}

Result<BoxChoice> BoxFlags::choice() const
{
    const auto isolation = find(isolations, "--isolation", flag_or_variable(isolation_, "HUTCH_ISOLATION"));
    if (!isolation) {
        return std::unexpected(isolation.error());
    }
    const auto manager = find(managers, "--cgroup-manager", flag_or_variable(manager_, "HUTCH_CGROUP_MANAGER"));
    if (!manager) {
        return std::unexpected(manager.error());
    }
    return BoxChoice{.isolation = *isolation, .cgroup = *manager};
}

} // namespace hutch::cli
