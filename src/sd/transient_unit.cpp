#include "sd/transient_unit.h"

#include <algorithm>
#include <list>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sd/systemd_names.h"
#include "sd/unit_message.h"

namespace hutch::sd {

namespace {

/// A job that was asked for and has not ended.
struct Job {
    Units::Started done;
    std::string tried; ///< "start unit 'x.scope'"
    std::string unit_name;
    std::optional<TransientUnit> start;   ///< what is started, for a second try; unset: a stop
    std::string path;                     ///< known from the reply on
    std::string early_path, early_result; ///< of a JobRemoved that came before the reply
    SlotPtr call;
    Source deadline;
    void* units = nullptr; ///< Units::State
};

Result<void> job_outcome(const std::string& tried, std::string_view result)
{
    if (result == "done") {
        return {};
    }
    return plain_error(fmt::format("{}: job ended as {}", tried, result));
}

} // namespace

struct Units::State {
    State(Bus connection, Microseconds timeout) : bus(std::move(connection)), job_timeout(timeout) {}
    ~State() { jobs.clear(); } // their slots belong to the bus

    Bus bus;
    Microseconds job_timeout;
    EventLoop* loop = nullptr;
    std::set<std::string> unknown; ///< optional properties that this manager refused
    SlotPtr job_removed;
    std::list<Job> jobs;

    Result<void> watch_jobs();
    void send_start(Job& job);
    void send_stop(Job& job);
    void send(Job& job, Result<MessagePtr> message);
    void on_refused(Job& job, const BusError& error);
    void finish(Job& job, Result<void> result);
    Result<void> wait_for(Job job);
    Job& add(Job job);
    Result<void> simple_call(const char* method, const std::string& unit, const std::string& tried);

    static int on_reply(sd_bus_message* message, void* userdata, sd_bus_error*) noexcept;
    static int on_job_removed(sd_bus_message* message, void* userdata, sd_bus_error*) noexcept;
};

/// Once a connection, before the first job. Both are only sent, nobody waits: the manager sees them before the call
/// that follows. If the match cannot be installed, sd-bus closes the connection and every call fails.
Result<void> Units::State::watch_jobs()
{
    if (job_removed) {
        return {};
    }
    // Over a private socket there is one other end, and it need not say its name.
    const char* sender = bus.direct() ? nullptr : systemd_service;
    sd_bus_slot* slot = nullptr;
    int r = sd_bus_match_signal_async(bus.native(), &slot, sender, manager_object, manager_interface, "JobRemoved",
                                      on_job_removed, nullptr, this);
    if (r < 0) {
        return system_error("watch systemd's jobs", -r);
    }
    job_removed.reset(slot);
    sd_bus_call_method_async(
        bus.native(), nullptr, systemd_service, manager_object, manager_interface, "Subscribe",
        [](sd_bus_message*, void*, sd_bus_error*) { return 0; }, nullptr, nullptr);
    return {};
}

Job& Units::State::add(Job job)
{
    job.units = this;
    return jobs.emplace_back(std::move(job));
}

void Units::State::send_start(Job& job)
{
    std::erase_if(job.start->properties,
                  [&](const UnitProperty& property) { return property.optional && unknown.contains(property.name); });
    send(job, start_transient_unit_message(bus, *job.start));
}

void Units::State::send_stop(Job& job)
{
    send(job, unit_call_message(bus, "StopUnit", job.unit_name, "replace"));
}

void Units::State::send(Job& job, Result<MessagePtr> message)
{
    if (!message) {
        return finish(job, std::unexpected(message.error()));
    }
    sd_bus_slot* slot = nullptr;
    int r = sd_bus_call_async(bus.native(), &slot, message->get(), on_reply, &job,
                              static_cast<std::uint64_t>(call_timeout.count()));
    if (r < 0) {
        return finish(job, system_error(job.tried, -r));
    }
    job.call.reset(slot);
}

/// Last use of `job`. The callback may start other jobs, or destroy all of this.
void Units::State::finish(Job& job, Result<void> result)
{
    auto place = std::ranges::find_if(jobs, [&](const Job& other) { return &other == &job; });
    Started done = std::move(job.done);
    jobs.erase(place);
    done(std::move(result));
}

void Units::State::on_refused(Job& job, const BusError& error)
{
    if (!job.start && error.name == error_no_such_unit) {
        return finish(job, {});
    }
    if (job.start) {
        std::optional<std::string> property = refused_property(*job.start, error);
        if (property) {
            unknown.insert(*property);
            return send_start(job);
        }
        if (error.name == error_unit_exists && !job.start->auxiliary.empty()) {
            job.start->auxiliary.clear();
            return send_start(job);
        }
    }
    finish(job, std::unexpected(to_error(job.tried, error)));
}

int Units::State::on_reply(sd_bus_message* message, void* userdata, sd_bus_error*) noexcept
{
    auto& job = *static_cast<Job*>(userdata);
    auto& units = *static_cast<State*>(job.units);
    if (const sd_bus_error* error = sd_bus_message_get_error(message); error != nullptr) {
        sd_bus_error copy = SD_BUS_ERROR_NULL;
        sd_bus_error_copy(&copy, error);
        units.on_refused(job, take_error(copy, -sd_bus_message_get_errno(message)));
        return 0;
    }
    const char* path = nullptr;
    if (int r = sd_bus_message_read(message, "o", &path); r < 0) {
        units.finish(job, system_error(job.tried + ": read the reply", -r));
        return 0;
    }
    job.path = path;
    if (job.early_path == job.path) {
        units.finish(job, job_outcome(job.tried, job.early_result));
    }
    return 0;
}

int Units::State::on_job_removed(sd_bus_message* message, void* userdata, sd_bus_error*) noexcept
{
    auto& units = *static_cast<State*>(userdata);
    std::uint32_t id = 0;
    const char *path = nullptr, *unit = nullptr, *result = nullptr;
    if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0) {
        return 0; // not systemd's JobRemoved; the job's deadline stands
    }
    auto job = std::ranges::find_if(units.jobs, [&](const Job& each) {
        return each.path == path || (each.path.empty() && each.unit_name == unit);
    });
    if (job == units.jobs.end()) {
        return 0;
    }
    if (job->path.empty()) {
        job->early_path = path;
        job->early_result = result;
    } else {
        units.finish(*job, job_outcome(job->tried, result));
    }
    return 0;
}

/// Sends the job and turns the connection by hand until it has ended.
Result<void> Units::State::wait_for(Job job)
{
    std::optional<Result<void>> outcome;
    job.done = [&](Result<void> result) { outcome = std::move(result); };
    std::string tried = job.tried;
    if (Result<void> watched = watch_jobs(); !watched) {
        return watched;
    }
    Job& added = add(std::move(job));
    added.start ? send_start(added) : send_stop(added);
    Result<bool> turned = bus.wait_until([&] { return outcome.has_value(); }, job_timeout);
    if (outcome) {
        return std::move(*outcome);
    }
    jobs.remove_if([&](const Job& each) { return &each == &added; });
    return turned ? system_error(tried, ETIMEDOUT) : std::unexpected(turned.error());
}

Result<void> Units::State::simple_call(const char* method, const std::string& unit, const std::string& tried)
{
    Result<MessagePtr> message = unit_call_message(bus, method, unit, nullptr);
    if (!message) {
        return std::unexpected(message.error());
    }
    Reply<MessagePtr> reply = bus.call(message->get());
    if (!reply && reply.error().name != error_no_such_unit) {
        return std::unexpected(to_error(tried, reply.error()));
    }
    return {};
}

Units::Units(Bus bus, Microseconds job_timeout) : state_(std::make_unique<State>(std::move(bus), job_timeout)) {}
Units::Units(Units&&) noexcept = default;
Units& Units::operator=(Units&&) noexcept = default;
Units::~Units() = default;

const Bus& Units::bus() const
{
    return state_->bus;
}

Result<void> Units::start(const TransientUnit& unit)
{
    Job job;
    job.tried = fmt::format("start unit '{}'", unit.name);
    job.unit_name = unit.name;
    job.start = unit;
    return state_->wait_for(std::move(job));
}

Result<void> Units::attach(EventLoop& loop)
{
    if (int r = sd_bus_attach_event(state_->bus.native(), loop.native(), SD_EVENT_PRIORITY_NORMAL); r < 0) {
        return system_error("watch the bus", -r);
    }
    state_->loop = &loop;
    return {};
}

void Units::start_async(const TransientUnit& unit, Started done)
{
    std::string tried = fmt::format("start unit '{}'", unit.name);
    if (state_->loop == nullptr) {
        return done(system_error(tried + " without an event loop", ENOTCONN));
    }
    if (Result<void> watched = state_->watch_jobs(); !watched) {
        return done(watched);
    }
    Job& job = state_->add({});
    job.done = std::move(done);
    job.tried = std::move(tried);
    job.unit_name = unit.name;
    job.start = unit;
    Result<Source> deadline = state_->loop->after(
        state_->job_timeout, [state = state_.get(), &job] { state->finish(job, system_error(job.tried, ETIMEDOUT)); });
    if (!deadline) {
        return state_->finish(job, std::unexpected(deadline.error()));
    }
    job.deadline = std::move(*deadline);
    state_->send_start(job);
}

Result<void> Units::stop(const std::string& unit)
{
    Job job;
    job.tried = fmt::format("stop unit '{}'", unit);
    job.unit_name = unit;
    return state_->wait_for(std::move(job));
}

void Units::stop_async(const std::string& unit)
{
    Result<MessagePtr> message = unit_call_message(state_->bus, "StopUnit", unit, "replace");
    if (message) {
        sd_bus_message_set_expect_reply(message->get(), 0);
        sd_bus_send(state_->bus.native(), message->get(), nullptr);
    }
}

Result<void> Units::reset_failed(const std::string& unit)
{
    return state_->simple_call("ResetFailedUnit", unit, fmt::format("reset unit '{}'", unit));
}

Result<void> Units::move_in(const std::string& unit, int pid)
{
    const std::string tried = fmt::format("move pid {} to unit '{}'", pid, unit);
    Result<MessagePtr> message = attach_message(state_->bus, unit, pid);
    if (!message) {
        return std::unexpected(message.error());
    }
    Reply<MessagePtr> reply = state_->bus.call(message->get());
    return reply ? Result<void>{} : std::unexpected(to_error(tried, reply.error()));
}

Result<std::string> Units::control_group(const std::string& unit)
{
    Result<std::string> object = unit_object_path(unit);
    if (!object) {
        return object;
    }
    Reply<std::string> group = state_->bus.string_property(*object, unit_interface(unit), "ControlGroup");
    if (!group) {
        return std::unexpected(to_error(fmt::format("ask for the cgroup of unit '{}'", unit), group.error()));
    }
    return std::move(*group);
}

} // namespace hutch::sd
