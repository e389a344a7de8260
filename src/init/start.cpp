// hutch-init: what is cloned into a scope instead of the test. It has no libc, no heap and no configuration: its
// argument vector is
//
//     hutch-init PROGRAM ARGV0 ARGV1 …     holds until the runner's orders come, then executes PROGRAM (or stays, see stay.h)
//     hutch-nothing                        exits with 0: what a sandbox is tried with
//     hutch-warden                         clears the run's cgroups when the runner is gone, see warden.h
//
// and its environment is the test's. All signals are blocked, all dispositions are the default (spawn/launch.cpp).
// Descriptors 0, 1 and 2 are the test's, 3 is the control socket (kernel/init_wire.h), 4 and 5 may be a setup and a network
// (kernel/setup_wire.h). If the runner dies before it has
// released us, we read end-of-file and nothing is ever executed.
#include <asm/errno.h>
#include <linux/fcntl.h>

#include "init/process.h"
#include "init/stay.h"
#include "init/steps.h"
#include "init/syscalls.h"
#include "init/text.h"
#include "init/warden.h"
#include "init/world.h"
#include "init/world_steps.h"

#if defined(__x86_64__)
__asm__(".globl _start\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call hutch_init_main\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n"
        "_start:\n"
        "    mov x29, xzr\n"
        "    mov x30, xzr\n"
        "    mov x0, sp\n"
        "    bl hutch_init_main\n");
#endif

namespace hutch::init {

namespace wire = kernel::wire;

namespace {

constexpr int descriptor_flag_cloexec = 1;

bool are_valid(const wire::Orders& orders, long received)
{
    const auto inside = [&](std::uint32_t offset) { return offset == wire::no_text || offset < orders.text_bytes; };
    return wire::is_whole(orders, wire::Kind::orders, received) && orders.rlimit_count <= wire::rlimits_max &&
           inside(orders.work_dir) && inside(orders.attempt_dir);
}

/// What is done before there is a test.
Failure prepare(const wire::Orders& orders, World& world)
{
    if ((orders.flags & wire::order_flag::drop_ambient) != 0) {
        drop_ambient();
    }
    if (orders.namespaces != 0) {
        if (const long result = unshare(orders.namespaces); result < 0) {
            return {.step = wire::Step::namespaces,
                    .code = static_cast<int>(-result),
                    .value = static_cast<std::int64_t>(orders.namespaces)};
        }
    }
    const Failure failure = open_world(orders, world);
    return failure.code != 0 ? failure : furnish(world);
}

[[noreturn]] void hold(const Program& program)
{
    fcntl(wire::control_fd, F_SETFD, descriptor_flag_cloexec);
    close_above(wire::network_fd);
    set_name("hutch-init");

    wire::Orders orders;
    long received = -EINTR;
    while (received == -EINTR) {
        received = receive(wire::control_fd, &orders, sizeof(orders));
    }
    if (received == 0) {
        exit_process(wire::exit_runner_gone);
    }
    if (!are_valid(orders, received)) {
        report({.step = wire::Step::protocol, .code = received < 0 ? static_cast<int>(-received) : EPROTO});
        exit_process(wire::exit_not_executed);
    }
    World world;
    if (const Failure failure = prepare(orders, world); failure.code != 0) {
        report(failure);
        exit_process(wire::exit_not_executed);
    }
    if ((orders.flags & wire::order_flag::stay) != 0) {
        stay(orders, program, world);
    }
    report(carry_out(orders, program, world));
    exit_process(wire::exit_not_executed);
}

} // namespace

} // namespace hutch::init

/// `stack`: argc, argv…, NULL, envp…, NULL, as the kernel leaves it.
extern "C" [[noreturn]] void hutch_init_main(long* stack)
{
    using namespace hutch::init;
    const long argc = stack[0];
    char** argv = reinterpret_cast<char**>(stack + 1);
    char** envp = argv + argc + 1;
    if (argc >= 1 && equal(argv[0], "hutch-warden")) {
        guard();
    }
    if (argc >= 1 && equal(argv[0], "hutch-nothing")) {
        exit_process(0);
    }
    if (argc < 3) {
        exit_process(hutch::kernel::wire::exit_not_executed);
    }
    hold({.path = argv[1], .argv = argv + 2, .envp = envp});
}
