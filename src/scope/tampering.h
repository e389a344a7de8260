// What a test changed of its own box, where it could: its limits are read again at its end and compared with what they were, and the
// cgroups that it made are named.
#pragma once

#include "hutch/evidence.h"
#include "hutch/limits.h"
#include "scope/limits_writer.h"
#include "scope/scope.h"

namespace hutch::scope {

/// Once `limits` are in force: what is compared in the end.
void remember_limits(Scope& scope, const Limits& limits, const LeafFiles& files);

/// What is not as it was, into evidence.tampered. A file that cannot be read any more says nothing.
void note_tampering(const Scope& scope, Evidence& evidence);

/// "left its cgroup: pid 17 'x' is in /user.slice"; unset: it is where it was put, or it cannot be known. Works for a zombie, too.
std::optional<std::string> left_cgroup(const Scope& scope, int pid);

} // namespace hutch::scope
