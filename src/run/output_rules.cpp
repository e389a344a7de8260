#include "run/output_rules.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "protocol/expressions.h"
#include "protocol/junit.h"

namespace hutch::run {

namespace {

bool any_matches(const std::vector<std::string>& patterns, const std::string& text)
{
    const auto compiled = protocol::Expressions::compile(patterns, "");
    return compiled && compiled->first_match(text).has_value();
}

/// As ctest sees it: NUL and newline end a line, a CR before that is none of it, the last line has an end.
std::string as_lines(std::string_view text)
{
    std::string lines;
    lines.reserve(text.size() + 1);
    for (const char each : text) {
        const bool ends = each == '\n' || each == '\0';
        if (ends && lines.ends_with('\r')) {
            lines.pop_back();
        }
        lines += ends ? '\n' : each;
    }
    if (!lines.empty() && !lines.ends_with('\n')) {
        lines += '\n';
    }
    return lines;
}

/// What was not kept parts two lines: an expression must not match what was never written.
std::string kept_lines(const Captured& captured)
{
    return captured.dropped == 0 ? as_lines(captured.head + captured.tail) : as_lines(captured.head) + as_lines(captured.tail);
}

Result<std::string> read_regular(const std::string& path)
{
    // O_NONBLOCK and O_NOFOLLOW: it may have made a FIFO of it, or a link to what only we can read.
    auto file = base::open_file(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (!file) {
        return std::unexpected(std::move(file.error()));
    }
    struct stat status {};
    if (::fstat(file->get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return plain_error("it is no regular file");
    }
    return base::read_file(*file, path, protocol::junit_file_limit);
}

} // namespace

OutputMatches match_output(const ExitRules& rules, const Captured& out, const Captured& err)
{
    if (rules.skip_if.empty() && rules.fail_if.empty() && rules.pass_if.empty()) {
        return {};
    }
    const std::string text = kept_lines(out) + kept_lines(err);
    return {.skip = any_matches(rules.skip_if, text), .fail = any_matches(rules.fail_if, text), .pass = any_matches(rules.pass_if, text)};
}

std::shared_ptr<const CaseReport> read_junit_file(const std::string& path)
{
    const auto text = read_regular(path);
    if (!text) {
        CaseReport report{.protocol = Protocol::junit};
        report.complaint = text.error().code == ENOENT ? "no file was written ($XML_OUTPUT_FILE)" : text.error().message;
        return std::make_shared<const CaseReport>(std::move(report));
    }
    return std::make_shared<const CaseReport>(protocol::read_junit(*text));
}

} // namespace hutch::run
