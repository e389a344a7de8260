// The last line on standard error: why the exit code is neither 0 nor 1.
#pragma once

#include <string>

#include "hutch/error.h"

namespace hutch::cli {

/// "hutch: MESSAGE (HINT)"; a hint of several lines (a drop-in to write) stands before it, so that the reason is last.
std::string complaint(const Error& error);

/// Writes `complaint` to standard error and returns the exit code of the error's fault, 2 or 3.
int complain(const Error& error);

/// "hutch: REASON" to standard error; returns `code`.
int complain(int code, const std::string& reason);

} // namespace hutch::cli
