// See warden.h. It must survive whatever ends a runner: Ctrl-C, hang-up, a closed terminal, kill -9; so it has a
// session of its own (made by the runner, before it was executed), every signal is blocked, and none of its descriptors
// is the runner's output. It trusts the end-of-file on its socket alone: that comes when the last copy of the runner's
// end is closed, which is after any child that was being made has been executed, and so after the last birth in the
// tests' node.
#include "init/warden.h"

#include <asm/errno.h>

#include "init/cgroup_tree.h"
#include "init/process.h"
#include "init/syscalls.h"
#include "kernel/init_wire.h"

namespace hutch::init {

namespace wire = kernel::wire;

namespace {

constexpr std::int64_t patience_ms = 5000;

long receive_message(void* buffer, std::size_t size)
{
    for (;;) {
        const long got = receive(wire::control_fd, buffer, size);
        if (got != -EINTR) {
            return got;
        }
    }
}

bool names_are_inside(const wire::WardenOrders& orders)
{
    const auto inside = [&](std::uint32_t offset) { return offset < orders.text_bytes; };
    const auto inside_or_none = [&](std::uint32_t offset) { return offset == wire::no_text || inside(offset); };
    return inside(orders.tests) && inside_or_none(orders.runner) && inside_or_none(orders.node);
}

void clear_node(int node, const wire::WardenOrders& orders, std::int64_t begin)
{
    const std::int64_t deadline = begin + patience_ms;
    const CgroupAt tests = {node, orders.text + orders.tests};
    kill_until_empty(tests, begin + patience_ms / 2); // removing kills, too, and goes deeper
    if ((orders.flags & wire::warden_flag::remove_tests) != 0) {
        remove_tree(tests, deadline);
    }
    if (orders.runner != wire::no_text) {
        const CgroupAt runner = {node, orders.text + orders.runner};
        wait_until_empty(runner, deadline); // it closes its files before it leaves its cgroup
        remove_tree(runner, deadline);
    }
}

void clear(const wire::WardenOrders& orders)
{
    const std::int64_t begin = monotonic_ms();
    if (orders.node == wire::no_text) {
        clear_node(wire::warden_dir_fd, orders, begin);
        return;
    }
    // Only now: we were started before the runner made it. Nobody makes it any more, and its name has the run id, so
    // that it is ours or not there.
    const CgroupAt at = {wire::warden_dir_fd, orders.text + orders.node};
    const int node = open_despite_mode(at);
    if (node < 0) {
        return;
    }
    lock(node); // a sweep leaves it to us
    clear_node(node, orders, begin);
    remove_tree(at, begin + patience_ms);
}

} // namespace

void guard()
{
    block_signals();
    set_name("hutch-warden");
    set_traceable(false);
    close_above(wire::warden_dir_fd);

    wire::WardenOrders orders;
    const long got = receive_message(&orders, sizeof(orders));
    if (!wire::is_whole(orders, wire::Kind::warden_orders, got) || !names_are_inside(orders)) {
        exit_process(got == 0 ? 0 : wire::exit_not_executed); // 0: gone before there was anything to clear
    }
    for (;;) {
        wire::Plain message;
        const long size = receive_message(&message, sizeof(message));
        if (size <= 0) {
            clear(orders);
            exit_process(wire::exit_runner_gone);
        }
        if (message.header.magic == wire::magic && message.header.kind == wire::Kind::goodbye) {
            exit_process(0);
        }
    }
}

} // namespace hutch::init
