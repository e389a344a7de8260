#include "kernel/syscall_groups.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "kernel/argument_rules.h"
#include "kernel/syscall_group_table.h"
#include "kernel/syscall_names.h"

namespace hutch::kernel {

namespace {

/// write: hutch-init's report that the exec failed. sendmsg and close: the listener's descriptor.
constexpr std::array<std::string_view, 9> indispensable = {
    "close", "execve", "execveat", "exit", "exit_group", "restart_syscall", "rt_sigreturn", "sendmsg", "write"};

std::string with_underscores(std::string_view name)
{
    std::string same(name);
    std::ranges::replace(same, '-', '_');
    return same;
}

Error unknown_name(std::string_view name)
{
    const bool group = name.starts_with('@');
    std::vector<std::string> known = group ? std::vector<std::string>{} : all_call_names();
    for (const SyscallGroup& each : syscall_groups()) {
        known.emplace_back(each.name);
    }
    for (const ArgumentRule& rule : argument_rules()) {
        known.emplace_back(rule.name);
    }
    const std::vector<std::string_view> views(known.begin(), known.end());
    const auto near = base::nearest(name, views);
    const std::string hint = near ? fmt::format("did you mean '{}'?", *near)
                                  : "docs/seccomp.md has the groups, syscalls(2) the calls";
    return {.message = fmt::format("unknown {} '{}'", group ? "group of system calls" : "system call", name),
            .hint = hint,
            .fault = Fault::usage};
}

void add_once(std::vector<std::string>& names, std::string_view name)
{
    if (std::ranges::find(names, name) == names.end()) {
        names.emplace_back(name);
    }
}

void add_group(const SyscallGroup& group, std::vector<std::string>& names)
{
    for (const std::string_view member : base::words(group.members)) {
        if (const SyscallGroup* inner = syscall_group(member)) {
            add_group(*inner, names); // groups in groups are our own table's: they end
        } else if (!is_indispensable(member)) {
            add_once(names, member);
        }
    }
}

} // namespace

std::span<const SyscallGroup> syscall_groups()
{
    return group_table;
}

const SyscallGroup* syscall_group(std::string_view name)
{
    if (!name.starts_with('@')) {
        return nullptr;
    }
    const auto found = std::ranges::find(group_table, with_underscores(name), &SyscallGroup::name);
    return found != group_table.end() ? &*found : nullptr;
}

bool is_indispensable(std::string_view call)
{
    return std::ranges::find(indispensable, call) != indispensable.end();
}

std::span<const std::string_view> indispensable_calls()
{
    return indispensable;
}

Result<std::vector<std::string>> expand_call(std::string_view name)
{
    std::vector<std::string> names;
    if (const SyscallGroup* group = syscall_group(name)) {
        add_group(*group, names);
        return names;
    }
    if (argument_rule(name) == nullptr && !known_call(name)) {
        return std::unexpected(unknown_name(name));
    }
    names.emplace_back(name);
    return names;
}

} // namespace hutch::kernel
