// See warden.h.
#include "spawn/warden.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cstring>

#include "base/file.h"
#include "kernel/init_wire.h"
#include "kernel/pidfd.h"
#include "spawn/launch.h"

namespace hutch::spawn {

namespace wire = kernel::wire;

namespace {

constexpr auto farewell = std::chrono::seconds(1);

/// Appends `name` to the message's text. A cgroup's name is at most NAME_MAX bytes, so all three fit.
Result<std::uint32_t> add_name(wire::WardenOrders& orders, const std::string& name)
{
    const bool leads_elsewhere = name == "." || name == ".." || name.find('/') != std::string::npos;
    if (name.empty() || name.size() >= wire::name_max || leads_elsewhere) {
        return plain_error(fmt::format("'{}' cannot be the name of a cgroup", name));
    }
    const std::uint32_t offset = orders.text_bytes;
    std::memcpy(orders.text + offset, name.c_str(), name.size() + 1);
    orders.text_bytes += static_cast<std::uint32_t>(name.size() + 1);
    return offset;
}

Result<std::uint32_t> add_name(wire::WardenOrders& orders, const std::optional<std::string>& name)
{
    return name ? add_name(orders, *name) : wire::no_text;
}

Result<wire::WardenOrders> orders_from(const WardenPlan& plan)
{
    wire::WardenOrders orders{};
    orders.header = {wire::magic, wire::Kind::warden_orders};
    orders.flags = plan.remove_tests ? wire::warden_flag::remove_tests : 0;
    const auto tests = add_name(orders, plan.tests_name);
    const auto runner = add_name(orders, plan.runner_leaf);
    const auto node = add_name(orders, plan.node);
    for (const auto* name : {&tests, &runner, &node}) {
        if (!*name) {
            return std::unexpected(name->error());
        }
    }
    orders.tests = *tests;
    orders.runner = *runner;
    orders.node = *node;
    return orders;
}

} // namespace

Result<Warden> Warden::start(const InitProgram& init, const WardenPlan& plan)
{
    const auto orders = orders_from(plan);
    if (!orders) {
        return std::unexpected(orders.error());
    }
    // Not our streams: who reads hutch's output through a pipe must see its end when we are gone.
    const auto null = base::open_file("/dev/null", O_RDWR);
    if (!null) {
        return std::unexpected(null.error());
    }
    auto control = control_pair();
    if (!control) {
        return std::unexpected(std::move(control.error()));
    }
    // The orders are in the socket before the warden is: there is no moment in which it would not know what to clear.
    if (auto sent = send_packet(control->ours, &*orders, wire::bytes_of(*orders), "send orders to the warden"); !sent) {
        return std::unexpected(std::move(sent.error()));
    }
    auto child = launch(init, {.argv = {"hutch-warden"},
                               .env = {},
                               .fds = {*null, *null, *null, control->childs, plan.dir},
                               .cgroup = plan.cgroup,
                               .namespaces = 0,
                               .new_session = true});
    if (!child) {
        return std::unexpected(std::move(child.error()));
    }
    return Warden(child->pid, std::move(child->pidfd), std::move(control->ours));
}

Result<void> Warden::dismiss()
{
    const wire::Plain goodbye{{wire::magic, wire::Kind::goodbye}};
    const auto sent = send_packet(control_, &goodbye, sizeof(goodbye), "send goodbye to the warden");
    const auto reaped = kernel::reap_within(pidfd_, farewell);
    control_.reset();
    if (!reaped) {
        return std::unexpected(reaped.error());
    }
    if (!*reaped) {
        return plain_error(fmt::format("the warden (pid {}) does not leave", pid_));
    }
    if (!sent) {
        return plain_error(fmt::format("the warden (pid {}) was killed", pid_));
    }
    return {};
}

} // namespace hutch::spawn
