// See policy_needs.h.
#include "config/policy_needs.h"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::config {
namespace {

bool is_overlay(WorkTree tree)
{
    return tree == WorkTree::overlay || tree == WorkTree::overlay_keep;
}

struct Need {
    std::string_view key;   ///< has a value that …
    std::string_view other; ///< … needs this key …
    std::string_view value; ///< … to be this
    bool (*lacks)(const Policy&);
    /// A key that has no effect without the other is wrong only where it is written itself, and the other is not: who turns the other off
    /// need not empty it.
    bool is_void = false;
};

constexpr std::string_view yes = "true";

constexpr Need needs[] = {
    {"files.tmp", "namespaces.mount", yes, [](const Policy& p) { return p.files.tmp && !p.namespaces.mount; }},
    {"files.shm", "namespaces.mount", yes, [](const Policy& p) { return p.files.shm && !p.namespaces.mount; }},
    {"files.private_home", "namespaces.mount", yes,
     [](const Policy& p) { return p.files.private_home && !p.namespaces.mount; }},
    {"files.fresh_proc", "namespaces.mount", yes,
     [](const Policy& p) { return p.files.fresh_proc && !p.namespaces.mount; }},
    {"files.fresh_proc", "namespaces.pid", yes,
     [](const Policy& p) { return p.files.fresh_proc && !p.namespaces.pid; }},
    {"files.work_tree", "namespaces.mount", yes,
     [](const Policy& p) { return is_overlay(p.files.work) && !p.namespaces.mount; }},
    {"files.work_tree", "files.keep_dir", "a directory",
     [](const Policy& p) { return p.files.work == WorkTree::overlay_keep && p.files.keep_dir.empty(); }},
    {"files.keep_dir", "files.work_tree", "\"overlay-keep\"",
     [](const Policy& p) { return !p.files.keep_dir.empty() && p.files.work != WorkTree::overlay_keep; }, true},
    {"files.writable", "files.read_only_root", yes,
     [](const Policy& p) { return !p.files.writable.empty() && !p.files.read_only_root; }, true},
    {"namespaces.hostname", "namespaces.uts", yes,
     [](const Policy& p) { return !p.namespaces.hostname.empty() && !p.namespaces.uts; }, true},
    {"process.pass", "process.hermetic", yes,
     [](const Policy& p) { return !p.process.pass.empty() && !p.process.hermetic; }, true},
    {"syscalls.deny", "syscalls.filter", yes,
     [](const Policy& p) { return !p.syscalls.deny.empty() && !p.syscalls.filter; }, true},
    {"syscalls.allow", "syscalls.filter", yes,
     [](const Policy& p) { return !p.syscalls.allow.empty() && !p.syscalls.filter; }, true},
    {"syscalls.default", "syscalls.filter", yes,
     [](const Policy& p) { return !p.syscalls.default_allow && !p.syscalls.filter; }, true},
    {"syscalls.denial", "syscalls.filter", yes,
     [](const Policy& p) { return p.syscalls.denial != Denial::notify && !p.syscalls.filter; }, true},
};

} // namespace

Judged<void> check_needs(const Policy& policy, std::span<const PolicyEntry> written)
{
    for (const Need& need : needs) {
        if (!need.lacks(policy)) {
            continue;
        }
        const auto key = std::ranges::find(written, need.key, &PolicyEntry::key);
        const auto other = std::ranges::find(written, need.other, &PolicyEntry::key);
        if (need.is_void && other != written.end()) {
            continue;
        }
        const auto blamed = key != written.end() ? key : other;
        if (blamed != written.end()) {
            return complain(blamed->at, fmt::format("{} needs {}", need.key, need.other),
                            fmt::format("{} = {}", need.other, need.value));
        }
    }
    return {};
}

} // namespace hutch::config
