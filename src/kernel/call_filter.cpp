#include "kernel/call_filter.h"

#include <linux/seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <seccomp.h>

#include "base/fd.h"
#include "base/file.h"
#include "kernel/argument_filter.h"
#include "kernel/call_table.h"
#include "kernel/syscall_names.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) // 5.19
#endif

namespace hutch::kernel {

namespace {

using Context = std::unique_ptr<void, decltype([](void* context) { seccomp_release(context); })>;

constexpr unsigned binary_tree = 2; // SCMP_FLTATR_CTL_OPTIMIZE
constexpr unsigned all_actions = 6; // libseccomp's "API level" that has user notification, whatever kernel is at hand

/// libseccomp's actions are the kernel's SECCOMP_RET_* with its data.
std::uint32_t action_of(Denial denial)
{
    switch (denial) {
    case Denial::errno_only:
        return SCMP_ACT_ERRNO(EPERM);
    case Denial::notify:
        return SCMP_ACT_NOTIFY;
    case Denial::kill:
        return SCMP_ACT_KILL_PROCESS;
    case Denial::log:
        return SCMP_ACT_LOG;
    }
    return SCMP_ACT_ERRNO(EPERM);
}

std::unexpected<Error> library_error(std::string tried, int code)
{
    return system_error(std::move(tried), -code);
}

Result<Context> new_context(std::uint32_t otherwise)
{
    // Else libseccomp asks the running kernel, and a policy would be judged differently from machine to machine.
    (void)seccomp_api_set(all_actions);
    Context context(seccomp_init(otherwise));
    if (!context) {
        return plain_error("seccomp_init: no filter");
    }
    for (const auto& [attribute, value] : {std::pair{SCMP_FLTATR_ACT_BADARCH, std::uint32_t{SCMP_ACT_KILL_PROCESS}},
                                           std::pair{SCMP_FLTATR_CTL_OPTIMIZE, std::uint32_t{binary_tree}}}) {
        if (const int code = seccomp_attr_set(context.get(), attribute, value); code < 0) {
            return library_error(fmt::format("seccomp_attr_set {}", static_cast<int>(attribute)), code);
        }
    }
    return context;
}

Result<void> add_rule(void* context, std::uint32_t action, int number)
{
    if (const int code = seccomp_rule_add_exact(context, action, number, 0); code < 0) {
        return library_error(fmt::format("seccomp_rule_add {} ({})", call_name(number), number), code);
    }
    return {};
}

Result<void> add_rules(void* context, const CallTable& table, std::uint32_t denied)
{
    std::map<int, std::uint32_t> actions; // but for what the default says
    for (const auto& [number, says] : table.calls) {
        if (says.allow != table.otherwise.allow) {
            actions[number] = says.allow ? SCMP_ACT_ALLOW : denied;
        }
    }
    for (const std::string_view name : hidden_calls()) {
        if (const auto call = known_call(name); call && call->number && !decide(table, *call->number, {}).allow) {
            actions[*call->number] = SCMP_ACT_ERRNO(ENOSYS);
        }
    }
    for (const auto& [number, action] : actions) {
        if (auto added = add_rule(context, action, number); !added) {
            return added;
        }
    }
    return {};
}

Result<std::vector<sock_filter>> exported(void* context)
{
    const base::UniqueFd file(memfd_create("seccomp filter", MFD_CLOEXEC));
    if (!file.valid()) {
        return system_error("memfd_create");
    }
    if (const int code = seccomp_export_bpf(context, file.get()); code < 0) {
        return library_error("seccomp_export_bpf", code);
    }
    const off_t bytes = lseek(file.get(), 0, SEEK_END);
    if (bytes < 0 || static_cast<std::size_t>(bytes) % sizeof(sock_filter) != 0) {
        return plain_error(fmt::format("seccomp_export_bpf: {} bytes are no program", bytes));
    }
    std::vector<sock_filter> program(static_cast<std::size_t>(bytes) / sizeof(sock_filter));
    if (pread(file.get(), program.data(), static_cast<std::size_t>(bytes), 0) != bytes) {
        return system_error("read the exported filter");
    }
    return program;
}

Bpf bytes_of(const std::vector<sock_filter>& opening, const std::vector<sock_filter>& table)
{
    Bpf program;
    program.reserve(opening.size() + table.size());
    for (const auto* part : {&opening, &table}) {
        for (const sock_filter& instruction : *part) {
            program.push_back(std::bit_cast<std::uint64_t>(instruction));
        }
    }
    return program;
}

} // namespace

Result<CallFilter> compile_filter(const SyscallRules& rules, const FilterSupport& support)
{
    auto resolved = resolve_calls(rules);
    if (!resolved) {
        return std::unexpected(std::move(resolved.error()));
    }
    const auto table = std::make_shared<const CallTable>(std::move(*resolved));
    const bool listens = rules.denial == Denial::notify && support.listener;
    const Denial denial = rules.denial == Denial::notify && !listens ? Denial::errno_only : rules.denial;
    const std::uint32_t denied = action_of(denial);
    const auto context = new_context(table->otherwise.allow ? SCMP_ACT_ALLOW : denied);
    if (!context) {
        return std::unexpected(context.error());
    }
    if (auto added = add_rules(context->get(), *table, denied); !added) {
        return std::unexpected(added.error());
    }
    const auto program = exported(context->get());
    if (!program) {
        return std::unexpected(program.error());
    }
    const OpeningActions actions{
        .architecture = seccomp_arch_native(), .denied = denied, .highest_call = highest_call()};
    CallFilter filter{
        .program = bytes_of(opening_program(*table, actions), *program), .listens = listens, .table = table};
    if (filter.program.size() > BPF_MAXINSNS) {
        return plain_error(
            fmt::format("a filter of {} instructions: the kernel takes {}", filter.program.size(), BPF_MAXINSNS));
    }
    if (listens) {
        filter.flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
        if (support.wait_killable) {
            filter.flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
        }
    }
    return filter;
}

} // namespace hutch::kernel
