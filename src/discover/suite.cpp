// See suite.h.
#include "discover/suite.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

namespace hutch::discover
{

void make_names_unique(std::vector<TestFile>& tests)
{
    std::unordered_set<std::string> taken;
    for (const TestFile& test : tests) {
        taken.insert(test.name);
    }
    std::unordered_map<std::string, unsigned> seen;
    for (TestFile& test : tests) {
        const std::string name = test.name;
        unsigned& count = seen[name];
        if (++count == 1) {
            continue;
        }
        while (!taken.insert(test.name = fmt::format("{} #{}", name, count)).second) {
            ++count;
        }
    }
}

Microseconds seconds_to_microseconds(double seconds)
{
    constexpr double hundred_years = 100.0 * 365.25 * 86400;
    return Microseconds(static_cast<Microseconds::rep>(std::ceil(std::min(seconds, hundred_years) * 1e6)));
}

std::string below(const std::string& directory, const std::string& path)
{
    if (path.starts_with('/')) {
        return path;
    }
    return path.empty() ? directory : fmt::format("{}{}{}", directory, directory.ends_with('/') ? "" : "/", path);
}

std::optional<std::string> value_of(std::span<const std::string> environment, std::string_view name)
{
    for (const std::string& entry : environment) {
        if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name)) {
            return entry.substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

std::string named_tests(std::span<const std::string> names)
{
    return names.size() == 1 ? fmt::format("test '{}'", names[0]) : fmt::format("{} tests (the first is '{}')", names.size(), names[0]);
}

} // namespace hutch::discover
