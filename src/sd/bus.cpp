#include "sd/bus.h"

#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include "sd/systemd_names.h"

namespace hutch::sd {

namespace {

/// The uid of whoever listens at the other end; unset for sockets that do not tell.
std::optional<unsigned> peer_uid(sd_bus* bus)
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    int fd = sd_bus_get_fd(bus);
    if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return std::nullopt;
    }
    return credentials.uid;
}

Result<BusPtr> new_bus(const std::string& tried)
{
    sd_bus* bus = nullptr;
    if (int r = sd_bus_new(&bus); r < 0) {
        return system_error(tried, -r);
    }
    BusPtr owned(bus);
    if (int r = sd_bus_set_method_call_timeout(bus, static_cast<std::uint64_t>(call_timeout.count())); r < 0) {
        return system_error(tried, -r);
    }
    return owned;
}

} // namespace

Error to_error(std::string_view tried, const BusError& error)
{
    Error result{.message = fmt::format("{}: {}", tried, error.text), .code = error.code};
    if (!error.name.empty()) {
        result.message += fmt::format(" ({})", error.name);
    }
    return result;
}

BusError take_error(sd_bus_error& error, int result)
{
    BusError taken{.name = error.name != nullptr ? error.name : "",
                   .text = error.message != nullptr ? error.message : std::generic_category().message(-result),
                   .code = -result};
    sd_bus_error_free(&error);
    return taken;
}

void BusDeleter::operator()(sd_bus* bus) const
{
    // Not flushed: a manager that does not read would hold us for ever.
    sd_bus_close_unref(bus);
}

void BusDeleter::operator()(sd_bus_message* message) const
{
    sd_bus_message_unref(message);
}

Result<Bus> Bus::open(Instance instance)
{
    return open(instance, BusEnvironment::of_process());
}

Result<Bus> Bus::open(Instance instance, const BusEnvironment& environment)
{
    BusCandidates candidates = bus_candidates(instance, environment);
    std::string attempts;
    int code = 0;
    for (const BusAddress& address : candidates.addresses) {
        Result<Bus> bus = connect(address, instance, environment);
        if (bus) {
            return bus;
        }
        attempts += (attempts.empty() ? "" : "; ") + bus.error().message;
        code = bus.error().code;
    }
    for (const std::string& refused : candidates.refused) {
        attempts += (attempts.empty() ? "" : "; ") + refused;
    }
    return std::unexpected(
        Error{.message = fmt::format("connect to the {}: {}", to_string(instance), attempts), .code = code});
}

Result<Bus> Bus::connect(const BusAddress& address, Instance instance, const BusEnvironment& environment)
{
    Result<BusPtr> bus = new_bus(address.address);
    if (!bus) {
        return std::unexpected(bus.error());
    }
    int r = sd_bus_set_address(bus->get(), address.address.c_str());
    if (r >= 0) {
        r = sd_bus_set_bus_client(bus->get(), address.direct ? 0 : 1);
    }
    if (r >= 0) {
        r = sd_bus_start(bus->get());
    }
    if (r < 0) {
        return system_error(address.address, -r);
    }
    std::optional<unsigned> owner = peer_uid(bus->get());
    if (instance == Instance::user && owner && *owner != environment.uid) {
        return plain_error(fmt::format("{}: belongs to uid {}, not to {}", address.address, *owner, environment.uid));
    }
    return start(std::move(*bus), address, instance);
}

Result<Bus> Bus::peer(base::UniqueFd socket, Instance instance)
{
    BusAddress address{fmt::format("descriptor {}", socket.get()), true};
    Result<BusPtr> bus = new_bus(address.address);
    if (!bus) {
        return std::unexpected(bus.error());
    }
    int r = sd_bus_set_fd(bus->get(), socket.get(), socket.get());
    if (r >= 0) {
        socket.release(); // sd-bus closes it from here on
        r = sd_bus_start(bus->get());
    }
    if (r < 0) {
        return system_error(address.address, -r);
    }
    return start(std::move(*bus), address, instance);
}

/// Authentication, Hello, and the question that only a systemd manager answers. sd_bus_call() alone would wait up to 25
/// s for the first two.
Result<Bus> Bus::start(BusPtr owned, const BusAddress& address, Instance instance)
{
    Bus bus(std::move(owned), instance, address.address, address.direct);
    Result<bool> ready = bus.wait_until([&] { return sd_bus_is_ready(bus.native()) != 0; }, connect_timeout);
    if (!ready) {
        return system_error(address.address, ready.error().code);
    }
    if (!*ready) {
        return system_error(address.address, ETIMEDOUT);
    }
    Reply<std::string> version = bus.string_property(manager_object, manager_interface, "Version");
    if (!version) {
        return std::unexpected(
            to_error(fmt::format("{}: ask systemd for its version", address.address), version.error()));
    }
    bus.version_ = std::move(*version);
    return bus;
}

base::BorrowedFd Bus::fd() const
{
    return base::BorrowedFd(sd_bus_get_fd(bus_.get()));
}

Reply<MessagePtr> Bus::call(sd_bus_message* request)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message* reply = nullptr;
    if (int r = sd_bus_call(native(), request, static_cast<std::uint64_t>(call_timeout.count()), &error, &reply);
        r < 0) {
        return std::unexpected(take_error(error, r));
    }
    return MessagePtr(reply);
}

Reply<std::string> Bus::string_property(const std::string& object, const char* interface, const char* property)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    char* value = nullptr;
    int r = sd_bus_get_property_string(native(), systemd_service, object.c_str(), interface, property, &error, &value);
    if (r < 0) {
        return std::unexpected(take_error(error, r));
    }
    std::string text(value);
    std::free(value);
    return text;
}

Result<std::string> Bus::manager_property(const char* property)
{
    Reply<std::string> value = string_property(manager_object, manager_interface, property);
    if (!value) {
        return std::unexpected(
            to_error(fmt::format("ask the {} for {}", to_string(instance_), property), value.error()));
    }
    return std::move(*value);
}

Result<bool> Bus::step(const base::Deadline& deadline)
{
    int r = sd_bus_process(native(), nullptr);
    if (r < 0) {
        return system_error("read from the bus", -r);
    }
    if (r > 0) {
        return true;
    }
    Microseconds left = deadline.remaining();
    if (left == Microseconds{0}) {
        return false;
    }
    r = sd_bus_wait(native(), static_cast<std::uint64_t>(left.count()));
    if (r < 0 && r != -EINTR) {
        return system_error("wait for the bus", -r);
    }
    return true;
}

} // namespace hutch::sd
