// See environment.h.
#include "plan/environment.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "plan/sandbox_environment.h"

namespace hutch::plan
{
namespace
{

constexpr std::array<std::string_view, 18> not_inherited{
    // systemd's words to this process: a test that answers them would speak for hutch
    "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID",
    "MAINPID", "MANAGERPID", "FDSTORE",
    // a harness around hutch: one shard or one output file for each of our tests would be wrong
    "TEST_TMPDIR", "TEST_UNDECLARED_OUTPUTS_DIR", "XML_OUTPUT_FILE", "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS",
    "TEST_SHARD_STATUS_FILE", "TEST_PREMATURE_EXIT_FILE", "TESTBRIDGE_TEST_ONLY"};

/// What is elsewhere in a sandbox. The inherited ones were left out before.
void add_moved(Environment& environment, const Sandbox& sandbox, const std::string& temp_dir, std::string_view attempt_dir)
{
    const FileRules& files = sandbox.policy.files;
    if ((files.tmp || files.read_only_root) && !temp_dir.empty()) {
        environment.push_back(fmt::format("TMPDIR={}", temp_dir));
    }
    if (!sandbox.home.empty()) {
        environment.push_back(fmt::format("HOME={}", with_attempt_dir(sandbox.home, attempt_dir)));
    }
}

bool is_inherited(std::string_view variable)
{
    const base::Halves halves = base::cut(variable, '=');
    const std::string_view name = halves.before;
    if (!halves.after || name == "HUTCH" || name.starts_with("HUTCH_") || name == "HARNESS_ACTIVE") {
        return false;
    }
    if (name == "MAKEFLAGS" || name == "MFLAGS") {
        // A test has no extra descriptors: make would complain about a jobserver that is not there.
        return !halves.after->contains("--jobserver");
    }
    return std::ranges::find(not_inherited, name) == not_inherited.end();
}

/// "K=V" replaces what K was, "K" alone takes it away.
void lay_over(Environment& environment, const std::vector<std::string>& over)
{
    for (const std::string& each : over) {
        const base::Halves halves = base::cut(each, '=');
        std::erase_if(environment, [&](const std::string& was) { return base::cut(was, '=').before == halves.before; });
        if (halves.after) {
            environment.push_back(each);
        }
    }
}

} // namespace

std::shared_ptr<const Environment> base_environment(const std::vector<std::string>& inherited, std::string_view run_id)
{
    Environment environment;
    environment.reserve(inherited.size() + 3);
    std::ranges::copy_if(inherited, std::back_inserter(environment), is_inherited);
    environment.push_back("HUTCH=1");
    environment.push_back(fmt::format("HUTCH_RUN_ID={}", run_id));
    environment.push_back("HARNESS_ACTIVE=1");
    return std::make_shared<const Environment>(std::move(environment));
}

Environment attempt_environment(const TestSpec& spec, const AttemptFacts& facts)
{
    Environment environment;
    environment.reserve(spec.base_env->size() + 7);
    environment = *spec.base_env;
    environment.push_back(fmt::format("HUTCH_TEST={}", spec.name));
    environment.push_back(fmt::format("HUTCH_ATTEMPT={}", facts.attempt));
    environment.push_back(fmt::format("HUTCH_WORKER={}", facts.worker));
    if (spec.limits.memory_max) {
        environment.push_back(fmt::format("HUTCH_MEMORY_MAX={}", spec.limits.memory_max->value));
    }
    if (spec.limits.cpus) {
        environment.push_back(fmt::format("HUTCH_CPUS={}", spec.limits.cpus->value));
    }
    const std::string& temp_dir = spec.sandbox && !spec.sandbox->temp_dir.empty() ? spec.sandbox->temp_dir : facts.temp_dir;
    if (!temp_dir.empty()) {
        environment.push_back(fmt::format("HUTCH_TMPDIR={}", temp_dir));
        environment.push_back(fmt::format("TEST_TMPDIR={}", temp_dir));
    }
    if (spec.sandbox) {
        add_moved(environment, *spec.sandbox, temp_dir, facts.temp_dir);
    }
    if (!facts.xml_file.empty()) {
        environment.push_back(fmt::format("XML_OUTPUT_FILE={}", facts.xml_file));
    }
    lay_over(environment, facts.from_setups);
    lay_over(environment, spec.own_env);
    return environment;
}

void set_worker(Environment& environment, std::size_t worker)
{
    constexpr std::string_view name = "HUTCH_WORKER=";
    for (std::string& variable : environment) {
        if (variable.starts_with(name)) {
            variable = fmt::format("{}{}", name, worker);
        }
    }
}

std::string_view value_of(const Environment& environment, std::string_view name)
{
    for (const std::string& variable : environment) {
        const base::Halves halves = base::cut(variable, '=');
        if (halves.after && halves.before == name) {
            return *halves.after;
        }
    }
    return {};
}

} // namespace hutch::plan
