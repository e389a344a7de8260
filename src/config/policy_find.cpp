// A policy's text by its name; see policy_file.h.
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "config/builtin_policies.h"
#include "config/policy_file.h"
#include "config/policy_toml.h"
#include "config/profile.h"

namespace hutch::config {
namespace {

constexpr std::string_view suffix = ".toml";
constexpr std::size_t longest_name = 64;

bool is_file_name(std::string_view name)
{
    return name.contains('/') || name.ends_with(suffix);
}

bool is_name(std::string_view name)
{
    const auto is_good = [](char each) {
        return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') ||
               each == '-' || each == '_';
    };
    return !name.empty() && name.size() <= longest_name && std::ranges::all_of(name, is_good);
}

/// A FIFO would be waited for, a device never ends.
Result<PolicyText> read_policy_file(const std::string& path)
{
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) {
        Error error = system_error(fmt::format("open '{}'", path)).error();
        error.fault = Fault::usage;
        return std::unexpected(std::move(error));
    }
    if (!S_ISREG(status.st_mode)) {
        return usage_error(fmt::format("policy '{}': not a regular file", path));
    }
    auto text = base::read_file(path, policy_file_limit);
    if (!text) {
        text.error().fault = Fault::usage;
        return std::unexpected(std::move(text.error()));
    }
    return PolicyText{std::filesystem::path(path).stem().string(), path, std::move(*text)};
}

std::string file_in(const std::string& directory, std::string_view name)
{
    return fmt::format("{}/{}{}", directory, name, suffix);
}

std::unexpected<Error> unknown_policy(std::string_view name, const PolicyPlaces& places)
{
    const std::string message = fmt::format("unknown policy '{}'", name.substr(0, longest_name));
    if (std::ranges::find(profiles(), name, &Profile::name) != profiles().end()) {
        return usage_error(message, fmt::format("it is a profile: --profile {}", name));
    }
    const std::vector<std::string> names = policy_names(places);
    const std::vector<std::string_view> views(names.begin(), names.end());
    const auto near = base::nearest(name, views);
    return usage_error(message,
                       near ? fmt::format("did you mean '{}'?", *near)
                            : fmt::format("known: {}; a file has a / or ends in .toml", base::join(names, ", ")));
}

void add_names_in(const std::string& directory, std::vector<std::string>& names)
{
    std::error_code error;
    std::vector<std::string> found;
    for (auto entry = std::filesystem::directory_iterator(directory, error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        const std::filesystem::path& path = entry->path();
        if (path.extension() == suffix && is_name(path.stem().string())) {
            found.push_back(path.stem().string());
        }
    }
    std::ranges::sort(found);
    for (std::string& name : found) {
        if (std::ranges::find(names, name) == names.end()) {
            names.push_back(std::move(name));
        }
    }
}

} // namespace

std::string PolicyText::label() const
{
    return source.empty() ? fmt::format("built-in policy '{}'", name) : source;
}

Result<PolicyText> find_policy_text(std::string_view name, const PolicyPlaces& places)
{
    const auto builtin = std::ranges::find(builtin_policies(), name, &BuiltinPolicy::name);
    if (builtin != builtin_policies().end()) {
        return PolicyText{std::string(name), "", std::string(builtin->text)};
    }
    if (is_file_name(name) && places.files && !name.contains('\0')) {
        const bool is_relative = !name.starts_with('/') && !places.base.empty();
        return read_policy_file(is_relative ? fmt::format("{}/{}", places.base, name) : std::string(name));
    }
    if (!is_name(name) || !places.files) {
        return unknown_policy(name, places);
    }
    const std::array<const std::string*, 2> directories{&places.project, &places.user};
    for (const std::string* directory : directories) {
        const std::string path = file_in(*directory, name);
        if (!directory->empty() && base::exists(path)) {
            return read_policy_file(path);
        }
    }
    return unknown_policy(name, places);
}

std::vector<std::string> policy_names(const PolicyPlaces& places)
{
    std::vector<std::string> names;
    for (const BuiltinPolicy& policy : builtin_policies()) {
        names.emplace_back(policy.name);
    }
    if (places.files && !places.project.empty()) {
        add_names_in(places.project, names);
    }
    if (places.files && !places.user.empty()) {
        add_names_in(places.user, names);
    }
    return names;
}

} // namespace hutch::config
