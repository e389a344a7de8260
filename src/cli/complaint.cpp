#include "cli/complaint.h"

#include <unistd.h>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/exit_codes.h"
#include "report/printable.h"

namespace hutch::cli {

namespace {

void to_stderr(const std::string& text)
{
    // Nobody is left to be told that standard error cannot be written.
    (void)base::write_all(base::BorrowedFd(STDERR_FILENO), text, "standard error");
}

} // namespace

std::string complaint(const Error& error)
{
    const std::string message = report::printable_line(error.message);
    if (error.hint.empty()) {
        return fmt::format("hutch: {}\n", message);
    }
    std::string hint = report::printable(error.hint);
    while (hint.ends_with('\n')) {
        hint.pop_back();
    }
    if (hint.contains('\n')) {
        return fmt::format("{}\nhutch: {}\n", hint, message);
    }
    return fmt::format("hutch: {} ({})\n", message, hint);
}

int complain(const Error& error)
{
    to_stderr(complaint(error));
    return error.fault == Fault::usage ? exit_usage : exit_machine;
}

int complain(int code, const std::string& reason)
{
    to_stderr(fmt::format("hutch: {}\n", report::printable_line(reason)));
    return code;
}

} // namespace hutch::cli
