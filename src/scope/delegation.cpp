#include "scope/delegation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "scope/machine.h"
#include "scope/remedies.h"
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
    const sd::TransientUnit unit = sd::scope_unit({.unit = id.scope_name(),
                                                   .description = fmt::format("hutch test run {}", id.text()),
                                                   .pids = {static_cast<std::uint32_t>(getpid())}});
    auto started = units.start(unit);
    if (!started && started.error().code != ETIMEDOUT) {
        // A unit of this name can only be our own, failed before it took us in.
        if (started = units.reset_failed(unit.name); started) {
            started = units.start(unit);
        }
    }
    if (!started) {
        return with_remedy(std::move(started.error()));
    }
    auto dir = open_unit_of(getpid(), unit.name);
    if (!dir) {
        return std::unexpected(std::move(dir.error()));
    }
    return DelegatedScope{.dir = std::move(*dir), .units = std::move(units)};
}

} // namespace hutch::scope
