// Names of systemd's D-Bus interface (org.freedesktop.systemd1(5)), and sd-bus's error as a value. Inside src/sd only.
#pragma once

#include <systemd/sd-bus.h>

#include "sd/bus.h"

namespace hutch::sd {

inline constexpr const char* systemd_service = "org.freedesktop.systemd1";
inline constexpr const char* manager_object = "/org/freedesktop/systemd1";
inline constexpr const char* manager_interface = "org.freedesktop.systemd1.Manager";
inline constexpr const char* unit_object = "/org/freedesktop/systemd1/unit";

inline constexpr const char* error_no_such_unit = "org.freedesktop.systemd1.NoSuchUnit";
inline constexpr const char* error_unit_exists = "org.freedesktop.systemd1.UnitExists";
inline constexpr const char* error_unknown_property = "org.freedesktop.DBus.Error.PropertyReadOnly";

/// Empties `error`; `result` is the negative errno value that came with it.
BusError take_error(sd_bus_error& error, int result);

struct SlotDeleter {
    void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
using SlotPtr = std::unique_ptr<sd_bus_slot, SlotDeleter>;

} // namespace hutch::sd
