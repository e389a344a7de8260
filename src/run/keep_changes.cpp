#include "run/keep_changes.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "base/file.h"
#include "plan/sandbox.h"

namespace hutch::run {

namespace {

std::string place_of(const TestSpec& test, int attempt)
{
    std::string name = test.name;
    std::ranges::replace(name, '/', '_');
    if (name.starts_with('.')) {
        name.insert(0, "_");
    }
    constexpr std::size_t longest = 200;
    name.resize(std::min(name.size(), longest));
    const std::string& keep_dir = test.sandbox->policy.files.keep_dir;
    return attempt == 1 ? fmt::format("{}/{}", keep_dir, name) : fmt::format("{}/{}.{}", keep_dir, name, attempt);
}

} // namespace

bool keeps_changes(const TestSpec& test)
{
    return test.sandbox && test.sandbox->policy.files.work == WorkTree::overlay_keep &&
           test.sandbox->held[Feature::work_tree] == Holder::mounts;
}

Result<void> keep_changes(const TestSpec& test, int attempt, const std::string& attempt_dir)
{
    if (auto made = base::make_directories(test.sandbox->policy.files.keep_dir); !made) {
        return made;
    }
    const std::string from = attempt_dir + "/upper";
    const std::string to = place_of(test, attempt);
    if (auto removed = base::remove_tree(to); !removed && removed.error().code != ENOENT) {
        return removed;
    }
    if (std::rename(from.c_str(), to.c_str()) != 0) {
        const int code = errno;
        auto error = system_error(fmt::format("keep the changes of '{}' in {}", test.name, to), code).error();
        error.hint = code == EXDEV ? "TMPDIR has to be on the same file system" : "";
        return std::unexpected(std::move(error));
    }
    return {};
}

} // namespace hutch::run
