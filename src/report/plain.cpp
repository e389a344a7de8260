#include "report/plain.h"

#include <cerrno>
#include <iterator>

#include <fmt/format.h>

#include "base/file.h"
#include "report/case_words.h"
#include "report/excerpt.h"
#include "report/printable.h"

namespace hutch::report {

namespace {

constexpr std::size_t failures_repeated = 1000; // memory must not grow with a run in which everything fails
constexpr std::size_t largest_kept = 3;
constexpr std::size_t tests_worth_ranking = 10;
constexpr std::size_t leaks_listed = 20;

std::string_view verdict_label(Verdict verdict)
{
    switch (verdict) {
    case Verdict::pass:
        return "PASS";
    case Verdict::fail:
        return "FAIL";
    case Verdict::skip:
        return "SKIP";
    case Verdict::planned:
        return "PLANNED";
    case Verdict::timeout:
        return "TIMEOUT";
    case Verdict::oom:
        return "OOM";
    case Verdict::limit:
        return "LIMIT";
    case Verdict::crash:
        return "CRASH";
    case Verdict::denied:
        return "DENIED";
    case Verdict::leak:
        return "LEAK";
    case Verdict::error:
        return "ERROR";
    case Verdict::cancelled:
        return "CANCELLED";
    case Verdict::flaky:
        return "FLAKY";
    case Verdict::blocked:
        return "BLOCKED";
    }
    return "?";
}

std::string_view colour_of(Verdict verdict)
{
    switch (verdict) {
    case Verdict::pass:
        return "\x1b[32m";
    case Verdict::skip:
    case Verdict::planned:
    case Verdict::flaky:
    case Verdict::cancelled:
    case Verdict::blocked:
        return "\x1b[33m";
    case Verdict::error:
        return "\x1b[35m";
    default:
        return "\x1b[31m";
    }
}

/// Whether the reader is told why: everything but a plain pass.
bool has_reason(const Outcome& outcome)
{
    return (outcome.cause != Cause::exit_zero && outcome.cause != Cause::cases_planned) || outcome.leaked_count > 0 || outcome.pids_limit_hit ||
           outcome.denied_count > 0;
}

/// "tests/a.sh", "tests/a.sh (round 3, attempt 2)".
std::string shown_name(const event::TestFinished& finished)
{
    std::string which = finished.round > 1 ? fmt::format("round {}", finished.round) : "";
    if (finished.attempt > 1) {
        which += fmt::format("{}attempt {}", which.empty() ? "" : ", ", finished.attempt);
    }
    return which.empty() ? finished.test->name : fmt::format("{} ({})", finished.test->name, which);
}

bool shows_output(Verdict verdict)
{
    return !is_success(verdict) && verdict != Verdict::cancelled && verdict != Verdict::blocked;
}

} // namespace

PlainReporter::PlainReporter(base::BorrowedFd out, PlainOptions options)
    : out_(out), options_(std::move(options)), slowest_(largest_kept), biggest_(largest_kept)
{}

Result<void> PlainReporter::on(const Event& event)
{
    if (broken_) {
        return {};
    }
    std::visit([this](const auto& value) { add(value); }, event);
    return flush();
}

void PlainReporter::add(const event::RunStarted& started)
{
    if (!options_.quiet) {
        text_ += fmt::format("hutch: {} {}, {} {}, {}\n", started.tests, started.tests == 1 ? "test" : "tests",
                             started.workers, started.workers == 1 ? "worker" : "workers", started.rung);
    }
}

void PlainReporter::add(const event::Notice& notice)
{
    if (!options_.quiet) {
        text_ += fmt::format("notice: {}\n", printable_line(notice.message));
    }
}

void PlainReporter::add(const event::TestStarted&)
{
    // Lines are for what has ended; a live view of what runs is another reporter's.
}

void PlainReporter::add(const event::TestFinished& finished)
{
    const Outcome& outcome = *finished.outcome;
    const std::string name = printable_line(shown_name(finished));
    const std::string reason = has_reason(outcome) ? describe(outcome, *finished.test, options_.profiles) : "";
    remember(finished, name, reason);
    if (options_.quiet && is_success(outcome.verdict) && outcome.tampered.empty()) {
        return;
    }
    const auto& peak = outcome.usage.memory_peak;
    const std::string cases = case_count_words(outcome);
    text_ += fmt::format("{} {:>9} {:>8}  {}{}{}{}\n", finished.final ? label(outcome.verdict) : again_label(),
                         format_duration(outcome.duration), peak ? format_bytes(*peak) : "-", name,
                         cases.empty() ? "" : fmt::format(" ({})", cases), reason.empty() ? "" : ": ", reason);
    add_leaks(outcome);
    for (const std::string& change : outcome.tampered) {
        text_ += fmt::format("  tampered with its box: {}\n", printable_line(change));
    }
    if (shows_output(outcome.verdict)) {
        add_output(finished);
    }
}

void PlainReporter::add(const event::RunFinished& finished)
{
    add_failures_again();
    add_largest();
    text_ += fmt::format("{}{} in {}", tally_.words(), tally_.case_words(), format_duration(finished.duration));
    if (finished.not_run > 0) {
        text_ += fmt::format("; {} not run", finished.not_run);
    }
    text_ += '\n';
}

void PlainReporter::remember(const event::TestFinished& finished, const std::string& name, const std::string& reason)
{
    const Outcome& outcome = *finished.outcome;
    if (!finished.final || (finished.test->role != Role::test && is_success(outcome.verdict))) {
        return; // another attempt counts; and what stood around tests is no test, unless it went wrong
    }
    tally_.add(outcome.verdict);
    if (outcome.cases) {
        tally_.add(*outcome.cases);
    }
    slowest_.add(static_cast<std::uint64_t>(outcome.duration.count()), name);
    if (outcome.usage.memory_peak) {
        biggest_.add(*outcome.usage.memory_peak, name);
    }
    if (!is_success(outcome.verdict) && failures_.size() < failures_repeated) {
        failures_.push_back({outcome.verdict, fmt::format("{}: {}", name, reason)});
    }
}

void PlainReporter::add_output(const event::TestFinished& finished)
{
    const auto section = [this](std::string_view title, const std::shared_ptr<const Captured>& captured) {
        if (captured && captured->total > 0) {
            text_ += fmt::format("  --- {} ---\n{}", title, excerpt(*captured, options_.show_bytes));
        }
    };
    section("stdout", finished.out);
    section("stderr", finished.err);
    if (!finished.output_file.empty()) {
        text_ += fmt::format("  whole output: {}\n", printable_line(finished.output_file));
    }
}

void PlainReporter::add_leaks(const Outcome& outcome)
{
    std::size_t listed = 0;
    for (const Leak& leak : outcome.leaked) {
        if (listed++ == leaks_listed) {
            break;
        }
        text_ += fmt::format("  left behind: {} {} ({})\n", leak.pid, printable_line(leak.cmdline),
                             printable_line(leak.comm));
    }
    if (outcome.leaked_count > leaks_listed) {
        text_ += fmt::format("  left behind: {} more\n", outcome.leaked_count - leaks_listed);
    }
}

void PlainReporter::add_failures_again()
{
    // Under --quiet, and with one test only, nothing stands between a failure and the summary.
    if (failures_.empty() || options_.quiet || tally_.total() == 1) {
        return;
    }
    text_ += "\nfailures:\n";
    for (const Failure& failure : failures_) {
        text_ += fmt::format("{} {}\n", label(failure.verdict), failure.line);
    }
    if (tally_.failed() > failures_.size()) {
        text_ += fmt::format("and {} more\n", tally_.failed() - failures_.size());
    }
}

void PlainReporter::add_largest()
{
    if (options_.quiet || tally_.total() <= tests_worth_ranking) {
        return;
    }
    const auto list = [this](std::string_view title, const Largest& largest, auto format) {
        std::string line;
        for (const Largest::Entry& entry : largest.entries()) {
            line += fmt::format("{}{} {}", line.empty() ? "" : ", ", format(entry.value), entry.name);
        }
        if (!line.empty()) {
            text_ += fmt::format("{}: {}\n", title, line);
        }
    };
    text_ += '\n';
    list("slowest", slowest_,
         [](std::uint64_t value) { return format_duration(Microseconds(static_cast<std::int64_t>(value))); });
    list("largest", biggest_, [](std::uint64_t value) { return format_bytes(value); });
}

/// Not the last word on a test.
std::string PlainReporter::again_label() const
{
    return options_.colour ? "\x1b[33mRETRY  \x1b[0m" : "RETRY  ";
}

std::string PlainReporter::label(Verdict verdict) const
{
    const std::string padded = fmt::format("{:<7}", verdict_label(verdict));
    return options_.colour ? fmt::format("{}{}\x1b[0m", colour_of(verdict), padded) : padded;
}

Result<void> PlainReporter::flush()
{
    if (text_.empty()) {
        return {};
    }
    auto written = base::write_all(out_, text_, "the report");
    text_.clear();
    broken_ = !written && written.error().code == EPIPE;
    return written;
}

} // namespace hutch::report
