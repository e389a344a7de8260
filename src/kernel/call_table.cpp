#include "kernel/call_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/syscall_groups.h"
#include "kernel/syscall_names.h"

namespace hutch::kernel {

namespace {

using Named = std::map<std::string, CallRule, std::less<>>; ///< call or argument rule → what was said last

Result<void> add(Named& named, const std::vector<std::string>& written, bool allow)
{
    for (const std::string& rule : written) {
        if (!allow && is_indispensable(rule)) {
            return usage_error(fmt::format("system call '{}' cannot be denied", rule),
                               "the test is started by it after the filter is in force (docs/seccomp.md)");
        }
        auto expanded = expand_call(rule);
        if (!expanded) {
            return std::unexpected(expanded.error());
        }
        const SyscallGroup* group = syscall_group(rule);
        for (std::string& each : *expanded) {
            const CallRule says{
                .allow = allow, .name = each, .rule = rule, .group = group ? std::string(group->name) : ""};
            // Of two rules that say the same the one that names the call itself is the better answer to "why".
            const auto before = named.find(each);
            if (before == named.end() || before->second.allow != allow || !before->second.group.empty()) {
                named.insert_or_assign(std::move(each), says);
            }
        }
    }
    return {};
}

void add_cases(CallTable& table, const std::string& name, const CallRule& says)
{
    for (const ArgumentRule& rule : argument_rules()) {
        if (rule.name != name) {
            continue;
        }
        if (const auto call = known_call(rule.call); call && call->number) {
            table.cases[*call->number].push_back({.rule = &rule, .says = says});
        }
    }
}

} // namespace

Result<CallTable> resolve_calls(const SyscallRules& rules)
{
    Named named;
    if (auto added = add(named, rules.deny, false); !added) {
        return std::unexpected(added.error());
    }
    if (auto added = add(named, rules.allow, true); !added) { // after deny: it wins
        return std::unexpected(added.error());
    }
    CallTable table;
    table.otherwise.allow = rules.default_allow;
    for (const auto& [name, says] : named) {
        if (argument_rule(name) != nullptr) {
            add_cases(table, name, says);
        } else if (const auto call = known_call(name); call && call->number) {
            table.calls.insert_or_assign(*call->number, says);
        }
    }
    for (const std::string_view name : indispensable_calls()) {
        if (const auto call = known_call(name); call && call->number) {
            table.calls.insert_or_assign(*call->number,
                                         CallRule{.allow = true, .name = std::string(name), .rule = std::string(name)});
        }
    }
    for (auto& [number, cases] : table.cases) {
        // A call that fits a denied and an allowed rule is denied: both were named with equal exactness.
        std::ranges::stable_partition(cases, [](const ArgumentCase& each) { return !each.says.allow; });
    }
    return table;
}

const CallRule& decide(const CallTable& table, int number, std::span<const std::uint64_t> arguments)
{
    if (const auto cases = table.cases.find(number); cases != table.cases.end()) {
        const auto fit =
            std::ranges::find_if(cases->second, [&](const ArgumentCase& each) { return fits(*each.rule, arguments); });
        if (fit != cases->second.end()) {
            return fit->says;
        }
    }
    const auto call = table.calls.find(number);
    return call != table.calls.end() ? call->second : table.otherwise;
}

} // namespace hutch::kernel
