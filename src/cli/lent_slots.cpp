#include "cli/lent_slots.h"

#include <utility>

#include <fmt/format.h>

#include "cli/environment.h"
#include "schedule/jobserver.h"

namespace hutch::cli {

Lent lent_slots(const RunSettings& settings)
{
    Lent lent{.slots = std::make_unique<schedule::LocalSlots>(settings.options.workers), .notices = {}};
    if (settings.jobs_given) {
        return lent;
    }
    const auto address = schedule::parse_makeflags(environment_variable("MAKEFLAGS"));
    if (address && !*address) {
        return lent;
    }
    auto slots = address ? schedule::JobserverSlots::open(**address, settings.cpus) : std::unexpected(address.error());
    if (slots) {
        lent.slots = *std::move(slots);
        return lent;
    }
    // Whatever make lends would be taken from others: one slot is ours in any case.
    lent.slots = std::make_unique<schedule::LocalSlots>(1);
    lent.notices.push_back(fmt::format("one test at a time: {}{}", slots.error().message,
                                       slots.error().hint.empty() ? "" : " (" + slots.error().hint + ")"));
    return lent;
}

} // namespace hutch::cli
