// A connection to one systemd manager, over D-Bus. Responsible for reaching it (which socket, whose, how long) and for
// handing on what it says; knows nothing about units. Every wait has a deadline.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/fd.h"
#include "hutch/error.h"
#include "hutch/units.h"
#include "sd/bus_address.h"

struct sd_bus;
struct sd_bus_message;

namespace hutch::sd {

inline constexpr Microseconds connect_timeout = std::chrono::seconds(1);
inline constexpr Microseconds call_timeout = std::chrono::seconds(5);

/// What the other end answered instead of a reply, in its own words.
struct BusError {
    std::string name; ///< "org.freedesktop.systemd1.NoSuchUnit"
    std::string text; ///< "Unit hutch-x.scope not loaded."
    int code = 0;     ///< the errno value that sd-bus maps the name to
};

/// `to_error("stop unit 'x.scope'", e)` → "stop unit 'x.scope': Unit x.scope not loaded.
/// (org.freedesktop.…NoSuchUnit)".
Error to_error(std::string_view tried, const BusError& error);

template <class T> using Reply = std::expected<T, BusError>;

struct BusDeleter {
    void operator()(sd_bus* bus) const;
    void operator()(sd_bus_message* message) const;
};
using BusPtr = std::unique_ptr<sd_bus, BusDeleter>;
using MessagePtr = std::unique_ptr<sd_bus_message, BusDeleter>;

class Bus {
  public:
    /// Tries the addresses of bus_candidates() in turn; the first behind which a systemd manager answers is it. The
    /// Error lists what became of each.
    static Result<Bus> open(Instance instance);
    static Result<Bus> open(Instance instance, const BusEnvironment& environment);
    /// Talks over a connected socket whose other end is the manager itself: no bus daemon in between.
    static Result<Bus> peer(base::UniqueFd socket, Instance instance);

    Instance instance() const { return instance_; }
    const std::string& address() const { return address_; }
    /// Manager.Version, "252.39-1~deb12u1".
    const std::string& version() const { return version_; }
    /// Connected to the manager itself. Its signals come without being asked for.
    bool direct() const { return direct_; }

    /// Sends and waits for the reply, at most call_timeout.
    Reply<MessagePtr> call(sd_bus_message* request);
    /// A property of type `s`.
    Reply<std::string> string_property(const std::string& object, const char* interface, const char* property);
    /// A string property of org.freedesktop.systemd1.Manager: "ControlGroup".
    Result<std::string> manager_property(const char* property);

    /// Handles what has come and waits for more until `done()` or until `limit` is over; true if done.
    template <class Done> Result<bool> wait_until(Done done, Microseconds limit);

    /// The connection's socket, for somebody who is to keep it open.
    base::BorrowedFd fd() const;
    sd_bus* native() const { return bus_.get(); }

  private:
    Bus(BusPtr bus, Instance instance, std::string address, bool direct)
        : bus_(std::move(bus)), instance_(instance), address_(std::move(address)), direct_(direct)
    {}
    static Result<Bus> connect(const BusAddress& address, Instance instance, const BusEnvironment& environment);
    static Result<Bus> start(BusPtr bus, const BusAddress& address, Instance instance);
    /// One step of wait_until(): false when the deadline has passed.
    Result<bool> step(const base::Deadline& deadline);

    BusPtr bus_;
    Instance instance_;
    std::string address_;
    std::string version_;
    bool direct_ = false;
};

template <class Done> Result<bool> Bus::wait_until(Done done, Microseconds limit)
{
    base::Deadline deadline = base::Deadline::after(limit);
    while (!done()) {
        Result<bool> more = step(deadline);
        if (!more || !*more) {
            return more;
        }
    }
    return true;
}

} // namespace hutch::sd
