#include "cli/history.h"

#include <unistd.h>

#include <utility>

#include "base/file.h"
#include "cli/environment.h"
#include "kernel/process.h"

namespace hutch::cli {

namespace {

std::string state_directory(const std::string& project)
{
    const std::string named = environment_variable("HUTCH_STATE_DIR");
    return named.empty() ? project + "/.hutch" : named;
}

std::string this_boot()
{
    return kernel::boot_id().value_or("");
}

discover::LastStatus status_of(const std::string& verdict)
{
    using discover::LastStatus;
    if (verdict.empty()) {
        return LastStatus::unknown;
    }
    if (verdict == "pass" || verdict == "flaky") {
        return LastStatus::passed;
    }
    if (verdict == "skip") {
        return LastStatus::skipped;
    }
    if (verdict == "planned") {
        return LastStatus::planned;
    }
    return verdict == "blocked" || verdict == "cancelled" ? LastStatus::not_run : LastStatus::failed;
}

} // namespace

Result<History> History::open(const std::string& directory, bool only_read)
{
    const store::StorePlace place{.directory = state_directory(directory)};
    History history;
    if (only_read && !base::exists(place.directory + "/store.sqlite")) {
        return history;
    }
    auto opened = store::Store::open(place, {.boot_id = this_boot()});
    if (!opened) {
        return std::unexpected(std::move(opened.error()));
    }
    history.notices_ = std::move(opened->notices);
    history.store_ = std::make_shared<store::Store>(std::move(opened->store));
    if (auto settled = history.store_->settle(is_alive); !settled) {
        return std::unexpected(std::move(settled.error()));
    }
    auto last = history.store_->last_of_each();
    if (!last) {
        return std::unexpected(std::move(last.error()));
    }
    history.last_ = std::make_shared<const std::unordered_map<std::string, store::Last>>(*std::move(last));
    return history;
}

History History::without(std::string notice)
{
    History history;
    history.notices_.push_back(std::move(notice));
    return history;
}

void History::name_by_project(const std::string& cwd, const std::string& directory)
{
    project_ = directory.ends_with('/') ? directory : directory + "/";
    const std::string here = cwd.ends_with('/') ? cwd : cwd + "/";
    below_ = here.starts_with(project_) ? here.substr(project_.size()) : here;
}

std::string History::stored_name(const std::string& test) const
{
    if (project_.empty()) {
        return test;
    }
    if (test.starts_with('/')) {
        return test.starts_with(project_) ? test.substr(project_.size()) : test;
    }
    return below_ + test;
}

const store::Last* History::find(const std::string& test) const
{
    if (!last_) {
        return nullptr;
    }
    const auto found = last_->find(stored_name(test));
    return found != last_->end() ? &found->second : nullptr;
}

LastOf History::last_of() const
{
    return [known = *this](const std::string& name) {
        const store::Last* last = known.find(name);
        return last == nullptr ? discover::LastStatus::unknown : status_of(last->verdict);
    };
}

store::Owner this_process()
{
    const int pid = ::getpid();
    const auto stat = kernel::process_stat(pid);
    return {.boot_id = this_boot(), .pid = pid, .start_time = stat ? stat->start_time : 0};
}

bool is_alive(const store::Owner& owner)
{
    if (owner.boot_id.empty()) {
        return true; // not known
    }
    if (owner.boot_id != this_boot()) {
        return false;
    }
    const auto stat = kernel::process_stat(owner.pid);
    return stat && !stat->is_zombie() && (owner.start_time == 0 || stat->start_time == owner.start_time);
}

} // namespace hutch::cli
