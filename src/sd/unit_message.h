// Values ↔ messages of org.freedesktop.systemd1.Manager. Inside src/sd only; sends nothing.
#pragma once

#include <optional>
#include <string>

#include "sd/bus.h"
#include "sd/unit_properties.h"

namespace hutch::sd {

/// StartTransientUnit(s name, s mode, a(sv) properties, a(sa(sv)) aux); mode "fail": an existing unit is an error.
Result<MessagePtr> start_transient_unit_message(const Bus& bus, const TransientUnit& unit);

/// METHOD(s unit), or METHOD(s unit, s mode) if there is a mode.
Result<MessagePtr> unit_call_message(const Bus& bus, const char* method, const std::string& unit, const char* mode);

/// AttachProcessesToUnit(s unit, s path below its cgroup, au pids): one process, into the unit's own cgroup.
Result<MessagePtr> attach_message(const Bus& bus, const std::string& unit, int pid);

/// The optional property of `unit` that the manager's answer refuses to know:
///     org.freedesktop.DBus.Error.PropertyReadOnly: Cannot set property OOMPolicy, or unknown property.
std::optional<std::string> refused_property(const TransientUnit& unit, const BusError& error);

/// "/org/freedesktop/systemd1/unit/hutch_2d1_2escope".
Result<std::string> unit_object_path(const std::string& unit);

/// By the suffix: "org.freedesktop.systemd1.Scope".
const char* unit_interface(const std::string& unit);

} // namespace hutch::sd
