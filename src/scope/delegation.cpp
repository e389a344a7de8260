#include "scope/delegation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "scope/machine.h"
#include "scope/remedies.h"
#include "scope/stand_in.h"
#include "scope/systemd_cgroup.h"

namespace hutch::scope {

namespace {

std::unexpected<Error> with_remedy(Error error)
{
    if (error.hint.empty()) {
        error.hint = remedy_for_manager(inspect_machine());
    }
    return std::unexpected(std::move(error));
}

Result<void> start_scope(sd::Units& units, const sd::TransientUnit& unit)
{
    auto started = units.start(unit);
    if (!started && started.error().code != ETIMEDOUT) {
        // A unit of this name can only be our own, failed before it took anybody in.
        if (started = units.reset_failed(unit.name); started) {
            started = units.start(unit);
        }
    }
    return started;
}

/// By our own hand where we may (root; or a user within its manager's tree), else by the manager's.
Result<void> enter(const kernel::CgroupDir& scope, sd::Units& units, const std::string& unit)
{
    if (scope.write("cgroup.procs", "0")) {
        return {};
    }
    return units.move_in(unit, getpid());
}

} // namespace

Result<DelegatedScope> acquire_delegated_scope(const RunId& id)
{
    auto bus = sd::Bus::open(geteuid() == 0 ? sd::Instance::system : sd::Instance::user);
    if (!bus) {
        return with_remedy(std::move(bus.error()));
    }
    return acquire_delegated_scope(id, sd::Units(std::move(*bus)));
}

Result<DelegatedScope> acquire_delegated_scope(const RunId& id, sd::Units units)
{
    const std::string name = id.scope_name();
    auto first = StandIn::start(name, units.bus().fd());
    if (!first) {
        return std::unexpected(std::move(first.error()));
    }
    if (auto told = first->about_to_ask(); !told) {
        return std::unexpected(std::move(told.error()));
    }
    const sd::TransientUnit unit = sd::scope_unit({.unit = name,
                                                   .description = fmt::format("hutch test run {}", id.text()),
                                                   .pids = {static_cast<std::uint32_t>(first->pid())}});
    if (auto started = start_scope(units, unit); !started) {
        return with_remedy(std::move(started.error()));
    }
    auto dir = open_unit_of(first->pid(), name);
    if (!dir) {
        return std::unexpected(std::move(dir.error()));
    }
    if (auto entered = enter(*dir, units, name); !entered) {
        return with_remedy(std::move(entered.error()));
    }
    if (auto there = open_unit_of(getpid(), name); !there) {
        return std::unexpected(std::move(there.error()));
    }
    if (auto left = first->dismiss(); !left) {
        return std::unexpected(std::move(left.error()));
    }
    return DelegatedScope{.dir = std::move(*dir), .units = std::move(units)};
}

} // namespace hutch::scope
