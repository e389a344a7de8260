#include "report/json_lines.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "report/json_object.h"
#include "report/signal_name.h"

namespace hutch::report {

namespace {

constexpr std::uint64_t format_version = 1;

JsonObject begin(std::string_view event)
{
    JsonObject object;
    object.number("v", format_version).text("event", event);
    return object;
}

std::string leaks_json(const std::vector<Leak>& leaked)
{
    std::string list = "[";
    for (const Leak& leak : leaked) {
        list += list.size() > 1 ? "," : "";
        list += JsonObject().integer("pid", leak.pid).text("comm", leak.comm).text("cmdline", leak.cmdline).str();
    }
    return list + "]";
}

std::string denied_json(const std::vector<DeniedCall>& denied)
{
    std::string list = "[";
    for (const DeniedCall& call : denied) {
        list += list.size() > 1 ? "," : "";
        list += JsonObject()
                    .text("name", call.name)
                    .integer("number", call.number)
                    .text("rule", call.rule)
                    .integer("pid", call.pid)
                    .text("comm", call.comm)
                    .str();
    }
    return list + "]";
}

std::string enforced_json(const Enforced& enforced)
{
    JsonObject object;
    for (std::size_t i = 0; i < resource_count; ++i) {
        const auto resource = static_cast<Resource>(i);
        if (const auto enforcer = enforced[resource]) {
            object.text(to_string(resource), to_string(*enforcer));
        }
    }
    return object.str();
}

void add_ending(JsonObject& object, const Outcome& outcome)
{
    outcome.exit_code ? object.integer("exit_code", *outcome.exit_code) : object.null("exit_code");
    outcome.signal ? object.integer("signal", *outcome.signal) : object.null("signal");
    outcome.signal ? object.text("signal_name", signal_name(*outcome.signal)) : object.null("signal_name");
}

void add_figures(JsonObject& object, const Usage& usage)
{
    object.number("cpu_usec", usage.cpu_usec)
        .number("memory_peak_bytes", usage.memory_peak)
        .number("io_read_bytes", usage.io_read_bytes)
        .number("io_write_bytes", usage.io_write_bytes)
        .number("pids_peak", usage.pids_peak);
}

void add_more_figures(JsonObject& object, const Usage& usage)
{
    object.boolean("memory_peak_sampled", usage.memory_peak_sampled)
        .number("user_usec", usage.user_usec)
        .number("system_usec", usage.system_usec)
        .number("throttled_usec", usage.throttled_usec)
        .number("throttled_periods", usage.throttled)
        .number("io_reads", usage.io_reads)
        .number("io_writes", usage.io_writes)
        .number("memory_stall_usec", usage.memory_stall_usec)
        .number("cpu_stall_usec", usage.cpu_stall_usec)
        .number("io_stall_usec", usage.io_stall_usec);
}

/// {"pid_namespace":"namespace","tmp":"mount",…}: what the policy asked for, and who held it.
std::string isolation_json(const Held& held)
{
    JsonObject object;
    for (std::size_t index = 0; index < feature_count; ++index) {
        const auto feature = static_cast<Feature>(index);
        if (const auto holder = held[feature]) {
            object.text(to_string(feature), to_string(*holder));
        }
    }
    return object.str();
}

std::string texts_json(const std::vector<std::string>& texts)
{
    std::string list = "[";
    for (const std::string& text : texts) {
        list += list.size() > 1 ? "," : "";
        list += json_string(text);
    }
    return list + "]";
}

/// {"protocol":"tap","passed":2,…,"list":[{"group":…,"name":…,"verdict":"fail","duration_usec":null,"message":…}, …]}
std::string cases_json(const CaseReport& report)
{
    std::string list = "[";
    for (const Case& each : report.cases) {
        JsonObject object;
        object.text("group", each.group).text("name", each.name).text("verdict", to_string(each.verdict));
        each.duration ? object.integer("duration_usec", each.duration->count()) : object.null("duration_usec");
        list += list.size() > 1 ? "," : "";
        list += object.text("message", each.message).str();
    }
    JsonObject object;
    object.text("protocol", to_string(report.protocol)).number("passed", report.passed).number("failed", report.failed);
    object.number("skipped", report.skipped).number("planned", report.planned);
    report.complaint.empty() ? object.null("complaint") : object.text("complaint", report.complaint);
    return object.raw("list", list + "]").str();
}

void add_policy(JsonObject& object, const Outcome& outcome)
{
    outcome.policy.empty() ? object.null("policy") : object.text("policy", outcome.policy);
    object.raw("isolation", isolation_json(outcome.isolation));
    object.raw("denied", denied_json(outcome.denied)).number("denied_count", outcome.denied_count);
    object.raw("tampered", texts_json(outcome.tampered));
}

std::uint64_t total_of(const std::shared_ptr<const Captured>& captured)
{
    return captured ? captured->total : 0;
}

} // namespace

std::string outcome_json(const event::TestFinished& finished, const std::vector<NamedLimits>& profiles)
{
    const Outcome& outcome = *finished.outcome;
    const double duration_ms = static_cast<double>(outcome.duration.count()) / 1000.0;
    JsonObject object = begin("test_finished");
    object.text("test", finished.test->name).text("verdict", to_string(outcome.verdict));
    add_ending(object, outcome);
    object.integer("attempt", finished.attempt).decimal("duration_ms", duration_ms);
    add_figures(object, outcome.usage);
    object.raw("leaked", leaks_json(outcome.leaked))
        .raw("enforced", enforced_json(outcome.enforced))
        .text("reason", describe(outcome, *finished.test, profiles));
    // From here on: may grow, and may change with a later "v".
    object.text("cause", to_string(outcome.cause))
        .number("index", finished.test->index)
        .boolean("core_dumped", outcome.core_dumped)
        .number("oom_kills", outcome.oom_kills)
        .boolean("pids_limit_hit", outcome.pids_limit_hit)
        .number("leaked_count", outcome.leaked_count)
        .number("output_bytes", total_of(finished.out) + total_of(finished.err));
    finished.output_file.empty() ? object.null("output_file") : object.text("output_file", finished.output_file);
    object.integer("round", finished.round).boolean("final", finished.final);
    outcome.cases ? object.raw("cases", cases_json(*outcome.cases)) : object.null("cases");
    add_more_figures(object, outcome.usage);
    add_policy(object, outcome);
    return object.text("time", base::utc_timestamp()).str();
}

Result<JsonLinesReporter> JsonLinesReporter::open(const std::string& path, std::vector<NamedLimits> profiles)
{
    if (path == "-") {
        base::UniqueFd out(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
        if (!out.valid()) {
            return system_error("duplicate standard output");
        }
        return JsonLinesReporter(std::move(out), "standard output", std::move(profiles));
    }
    auto file = base::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (!file) {
        return std::unexpected(std::move(file.error()));
    }
    return JsonLinesReporter(std::move(*file), path, std::move(profiles));
}

JsonLinesReporter::JsonLinesReporter(base::UniqueFd file, std::string name, std::vector<NamedLimits> profiles)
    : file_(std::move(file)), name_(std::move(name)), profiles_(std::move(profiles))
{}

Result<void> JsonLinesReporter::on(const Event& event)
{
    if (failed_) {
        return {}; // said once; a later line after a hole would look whole
    }
    const std::string text = std::visit([this](const auto& value) { return line(value); }, event) + "\n";
    auto written = base::write_all(file_, text, name_);
    failed_ = !written;
    return written;
}

std::string JsonLinesReporter::line(const event::RunStarted& started) const
{
    return begin("run_started")
        .text("run_id", started.run_id)
        .text("rung", started.rung)
        .number("tests", started.tests)
        .number("workers", started.workers)
        .text("time", base::utc_timestamp())
        .str();
}

std::string JsonLinesReporter::line(const event::Notice& notice) const
{
    return begin("notice").text("message", notice.message).text("time", base::utc_timestamp()).str();
}

std::string JsonLinesReporter::line(const event::TestStarted& started) const
{
    return begin("test_started")
        .text("test", started.test->name)
        .number("index", started.test->index)
        .integer("attempt", started.attempt)
        .integer("pid", started.pid)
        .integer("round", started.round)
        .text("time", base::utc_timestamp())
        .str();
}

std::string JsonLinesReporter::line(const event::TestFinished& finished)
{
    if (finished.final && (finished.test->role == Role::test || !is_success(finished.outcome->verdict))) {
        tally_.add(finished.outcome->verdict);
    }
    return outcome_json(finished, profiles_);
}

std::string JsonLinesReporter::line(const event::RunFinished& finished) const
{
    JsonObject verdicts;
    for (int i = 0; i <= static_cast<int>(Verdict::blocked); ++i) {
        const auto verdict = static_cast<Verdict>(i);
        if (tally_.of(verdict) > 0) {
            verdicts.number(to_string(verdict), tally_.of(verdict));
        }
    }
    JsonObject object = begin("run_finished");
    object.number("passed", tally_.passed())
        .number("failed", tally_.failed())
        .number("skipped", tally_.skipped())
        .number("not_run", finished.not_run)
        .raw("verdicts", verdicts.str())
        .decimal("duration_ms", static_cast<double>(finished.duration.count()) / 1000.0);
    finished.signal == 0 ? object.null("signal") : object.integer("signal", finished.signal);
    return object.text("time", base::utc_timestamp()).str();
}

} // namespace hutch::report
