#include "kernel/argument_filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <bit>
#include <cerrno>
#include <cstddef>

namespace hutch::kernel {

namespace {

using Program = std::vector<sock_filter>;

constexpr std::uint32_t x32_bit = 0x40000000; // __X32_SYSCALL_BIT
constexpr std::uint32_t skipped_call = ~std::uint32_t{0};

sock_filter load(std::size_t offset)
{
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

sock_filter jump(unsigned comparison, std::uint32_t value, std::size_t if_true, std::size_t if_false)
{
    return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), value, static_cast<std::uint8_t>(if_true),
                    static_cast<std::uint8_t>(if_false));
}

sock_filter result(std::uint32_t action)
{
    return BPF_STMT(BPF_RET | BPF_K, action);
}

/// The low half of an argument: it is all that the kernel takes of those that have rules.
std::size_t argument_offset(unsigned index)
{
    constexpr std::size_t low_half = std::endian::native == std::endian::little ? 0 : sizeof(std::uint32_t);
    return offsetof(seccomp_data, args) + index * sizeof(std::uint64_t) + low_half;
}

void append(Program& program, const Program& more)
{
    program.insert(program.end(), more.begin(), more.end());
}

/// Made back to front, because each test jumps over all that come after it.
Program case_program(const ArgumentCase& each, std::uint32_t denied)
{
    Program program = {result(each.says.allow ? SECCOMP_RET_ALLOW : denied)};
    for (auto test = each.rule->tests.rbegin(); test != each.rule->tests.rend(); ++test) {
        Program before = {load(argument_offset(test->index))};
        if (test->mask != ~std::uint32_t{0}) {
            before.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, test->mask));
        }
        const std::size_t past = program.size();
        before.push_back(test->equal ? jump(BPF_JEQ, test->value, 0, past) : jump(BPF_JEQ, test->value, past, 0));
        append(before, program);
        program = std::move(before);
    }
    return program;
}

/// An allowed case says something only where what follows would deny.
bool matters(const CallTable& table, int number, const ArgumentCase& each)
{
    const auto call = table.calls.find(number);
    const bool allowed = call != table.calls.end() ? call->second.allow : table.otherwise.allow;
    return each.says.allow != allowed;
}

Program cases_program(const CallTable& table, std::uint32_t denied)
{
    Program program;
    for (const auto& [number, cases] : table.cases) {
        Program one;
        for (const ArgumentCase& each : cases) {
            if (matters(table, number, each)) {
                append(one, case_program(each, denied));
            }
        }
        if (one.empty()) {
            continue;
        }
        // A holds an argument after this: the number is loaded again for the next call.
        one.push_back(load(offsetof(seccomp_data, nr)));
        program.push_back(jump(BPF_JEQ, static_cast<std::uint32_t>(number), 0, one.size()));
        append(program, one);
    }
    return program;
}

Program young_program(const OpeningActions& actions)
{
    Program refused = {result(SECCOMP_RET_ERRNO | ENOSYS)};
    if (actions.architecture == AUDIT_ARCH_X86_64) {
        refused = {jump(BPF_JGE, x32_bit, 0, 1), result(SECCOMP_RET_KILL_PROCESS), refused.front()};
    }
    Program program = {jump(BPF_JGE, static_cast<std::uint32_t>(actions.highest_call) + 1, 0, refused.size() + 1),
                       jump(BPF_JEQ, skipped_call, refused.size(), 0)};
    append(program, refused);
    return program;
}

} // namespace

std::vector<sock_filter> opening_program(const CallTable& table, const OpeningActions& actions)
{
    Program body = {load(offsetof(seccomp_data, nr))};
    append(body, young_program(actions));
    append(body, cases_program(table, actions.denied));
    Program program = {load(offsetof(seccomp_data, arch)), jump(BPF_JEQ, actions.architecture, 1, 0),
                       BPF_STMT(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(body.size()))};
    append(program, body);
    return program;
}

} // namespace hutch::kernel
