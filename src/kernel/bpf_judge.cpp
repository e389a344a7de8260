#include "kernel/bpf_judge.h"

#include <bit>
#include <cstring>
#include <optional>

#include <fmt/format.h>
#include <linux/filter.h>
#include <seccomp.h>

#include "kernel/call_filter.h"
#include "kernel/call_table.h"
#include "kernel/syscall_groups.h"
#include "kernel/syscall_names.h"

namespace hutch::kernel {

namespace {

/// The registers of classic BPF.
struct Machine {
    std::uint32_t a = 0, x = 0;
    std::array<std::uint32_t, BPF_MEMWORDS> memory{};
    std::size_t next = 0;
};

using Step = Result<std::optional<std::uint32_t>>; ///< set: the program has returned

std::unexpected<Error> bad(std::size_t at, const sock_filter& instruction, std::string_view what)
{
    return plain_error(
        fmt::format("bpf instruction {} (code {:#x}, k {:#x}): {}", at, instruction.code, instruction.k, what));
}

std::optional<std::uint32_t> calculated(const sock_filter& instruction, const Machine& machine)
{
    const std::uint32_t value = BPF_SRC(instruction.code) == BPF_X ? machine.x : instruction.k;
    switch (BPF_OP(instruction.code)) {
    case BPF_ADD:
        return machine.a + value;
    case BPF_SUB:
        return machine.a - value;
    case BPF_MUL:
        return machine.a * value;
    case BPF_DIV:
        return value == 0 ? std::nullopt : std::optional(machine.a / value);
    case BPF_AND:
        return machine.a & value;
    case BPF_OR:
        return machine.a | value;
    case BPF_XOR:
        return machine.a ^ value;
    case BPF_LSH:
        return value > 31 ? std::nullopt : std::optional(machine.a << value);
    case BPF_RSH:
        return value > 31 ? std::nullopt : std::optional(machine.a >> value);
    case BPF_NEG:
        return 0U - machine.a;
    default:
        return std::nullopt;
    }
}

std::optional<bool> compared(const sock_filter& instruction, const Machine& machine)
{
    const std::uint32_t value = BPF_SRC(instruction.code) == BPF_X ? machine.x : instruction.k;
    switch (BPF_OP(instruction.code)) {
    case BPF_JEQ:
        return machine.a == value;
    case BPF_JGT:
        return machine.a > value;
    case BPF_JGE:
        return machine.a >= value;
    case BPF_JSET:
        return (machine.a & value) != 0;
    default:
        return std::nullopt;
    }
}

/// What a load brings; seccomp takes whole, aligned words of its own data only.
std::optional<std::uint32_t> loaded(const sock_filter& instruction, const Machine& machine, const seccomp_data& call)
{
    switch (BPF_MODE(instruction.code)) {
    case BPF_ABS: {
        if (BPF_CLASS(instruction.code) != BPF_LD || instruction.k % 4 != 0 || instruction.k >= sizeof call) {
            return std::nullopt;
        }
        std::uint32_t word = 0;
        std::memcpy(&word, reinterpret_cast<const char*>(&call) + instruction.k, sizeof word);
        return word;
    }
    case BPF_LEN:
        return static_cast<std::uint32_t>(sizeof call);
    case BPF_IMM:
        return instruction.k;
    case BPF_MEM:
        return instruction.k < BPF_MEMWORDS ? std::optional(machine.memory[instruction.k]) : std::nullopt;
    default:
        return std::nullopt;
    }
}

/// Jumps are relative to the next instruction and go forward only: every program ends.
bool jumped(const sock_filter& instruction, Machine& machine)
{
    if (BPF_OP(instruction.code) == BPF_JA) {
        machine.next += instruction.k;
        return true;
    }
    const auto taken = compared(instruction, machine);
    machine.next += taken.value_or(false) ? instruction.jt : instruction.jf;
    return taken.has_value();
}

bool worked(const sock_filter& instruction, Machine& machine, const seccomp_data& call)
{
    std::optional<std::uint32_t> value;
    switch (BPF_CLASS(instruction.code)) {
    case BPF_LD:
        value = BPF_SIZE(instruction.code) == BPF_W ? loaded(instruction, machine, call) : std::nullopt;
        machine.a = value.value_or(0);
        return value.has_value();
    case BPF_LDX:
        value = loaded(instruction, machine, call);
        machine.x = value.value_or(0);
        return value.has_value();
    case BPF_ALU:
        value = calculated(instruction, machine);
        machine.a = value.value_or(0);
        return value.has_value();
    case BPF_ST:
    case BPF_STX:
        if (instruction.k >= BPF_MEMWORDS) {
            return false;
        }
        machine.memory[instruction.k] = BPF_CLASS(instruction.code) == BPF_ST ? machine.a : machine.x;
        return true;
    case BPF_MISC:
        (BPF_MISCOP(instruction.code) == BPF_TAX ? machine.x : machine.a) =
            BPF_MISCOP(instruction.code) == BPF_TAX ? machine.a : machine.x;
        return true;
    case BPF_JMP:
        return jumped(instruction, machine);
    default:
        return false;
    }
}

Step step(const Bpf& program, Machine& machine, const seccomp_data& call)
{
    const std::size_t at = machine.next++;
    const auto instruction = std::bit_cast<sock_filter>(program[at]);
    if (BPF_CLASS(instruction.code) == BPF_RET) {
        return BPF_RVAL(instruction.code) == BPF_A ? machine.a : instruction.k;
    }
    if (!worked(instruction, machine, call)) {
        return bad(at, instruction, "not one that seccomp takes");
    }
    return std::nullopt;
}

CallAction action_of(std::uint32_t result)
{
    switch (result & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
        return CallAction::allowed;
    case SECCOMP_RET_LOG:
        return CallAction::logged;
    case SECCOMP_RET_USER_NOTIF:
        return CallAction::notified;
    case SECCOMP_RET_ERRNO:
        return (result & SECCOMP_RET_DATA) == ENOSYS ? CallAction::absent : CallAction::denied;
    default:
        return CallAction::killed;
    }
}

constexpr std::uint64_t nobodys_value = 1000; ///< no protocol, no family

/// Arguments that fit an argument rule, for a question that is put by the rule's name.
CallArguments fitting(const ArgumentRule& rule, CallArguments arguments)
{
    for (const ArgumentTest& test : rule.tests) {
        std::uint64_t& argument = arguments[test.index];
        if (test.equal) {
            argument = (argument & ~std::uint64_t{test.mask}) | test.value;
        } else if ((argument & test.mask) == test.value) {
            argument = nobodys_value;
        }
    }
    return arguments;
}

std::string reason(const CallRule& says, std::string_view argument_what)
{
    if (!argument_what.empty()) {
        return std::string(argument_what);
    }
    const SyscallGroup* group = syscall_group(says.group);
    return group != nullptr ? std::string(group->why) : std::string();
}

} // namespace

Result<std::uint32_t> run_bpf(const Bpf& program, const seccomp_data& call)
{
    Machine machine;
    while (machine.next < program.size()) {
        const Step done = step(program, machine, call);
        if (!done) {
            return std::unexpected(done.error());
        }
        if (*done) {
            return **done;
        }
    }
    return plain_error("bpf program without an end");
}

std::uint32_t native_architecture()
{
    return seccomp_arch_native();
}

std::string_view to_string(CallAction action)
{
    switch (action) {
    case CallAction::allowed:
        return "allowed";
    case CallAction::denied:
        return "denied";
    case CallAction::notified:
        return "notified";
    case CallAction::killed:
        return "killed";
    case CallAction::logged:
        return "logged";
    case CallAction::absent:
        return "absent";
    }
    return "unknown";
}

Result<Judged> judge_call(const SyscallRules& rules, std::string_view name, const CallArguments& arguments)
{
    if (syscall_group(name) != nullptr) {
        return usage_error(fmt::format("'{}' is a group of system calls, not a call", name));
    }
    const ArgumentRule* special = argument_rule(name);
    if (const auto known = expand_call(name); !known) {
        return std::unexpected(known.error());
    }
    const auto call = known_call(special != nullptr ? special->call : name);
    if (!call || !call->number) {
        return usage_error(fmt::format("system call '{}' is not one of this architecture's", name));
    }
    Judged judged{.number = *call->number};
    if (!rules.filter) {
        return judged;
    }
    const auto filter = compile_filter(rules);
    if (!filter) {
        return std::unexpected(filter.error());
    }
    const CallArguments asked = special != nullptr ? fitting(*special, arguments) : arguments;
    seccomp_data data{.nr = judged.number, .arch = native_architecture()};
    std::ranges::copy(asked, data.args);
    const auto result = run_bpf(filter->program, data);
    if (!result) {
        return std::unexpected(result.error());
    }
    judged.action = action_of(*result);
    const CallRule& says = decide(*filter->table, judged.number, asked);
    judged.rule = says.rule;
    judged.group = says.group;
    judged.why = reason(says, special != nullptr && !says.rule.empty() ? special->what : std::string_view{});
    return judged;
}

} // namespace hutch::kernel
