// What every mode of hutch-init does to itself first. No policy: which mode this is, is start.cpp's business.
#pragma once

namespace hutch::init {

/// Every signal that can be blocked is blocked, also the two that C libraries keep for themselves.
void block_signals();

/// No descriptor above `last` is open: what the runner inherited from its own parent is not ours to pass on.
void close_above(int last);

/// /proc/PID/comm; at most 15 characters.
void set_name(const char* name);

/// Nobody of the same user may trace us or read our memory. Also makes /proc/self belong to root: undo it before
/// writing there.
void set_traceable(bool traceable);

} // namespace hutch::init
