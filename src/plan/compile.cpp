// See compile.h.
#include "plan/compile.h"

#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "plan/environment.h"
#include "plan/machine.h"
#include "plan/program.h"

namespace hutch::plan
{
namespace
{

/// PATH is searched once for each interpreter, not once for each test.
class Programs
{
  public:
    Programs(std::string_view work_dir, std::string_view path) : work_dir_(work_dir), path_(path) {}

    /// `work_dir`: the test's own, "" for the run's.
    Result<std::string> find(const std::string& command, std::string_view work_dir)
    {
        if (const auto known = found_.find(command); known != found_.end()) {
            return known->second;
        }
        auto program = resolve_program(command, work_dir.empty() ? work_dir_ : work_dir, path_);
        if (program && command.find('/') == std::string::npos) {
            found_.emplace(command, *program);
        }
        return program;
    }

  private:
    std::string_view work_dir_, path_;
    std::map<std::string, std::string> found_;
};

std::unexpected<Error> cannot_run(const TestFile& file, Error error)
{
    const std::string& program = file.command.front();
    if (file.name != program) {
        error.message = fmt::format("run '{}': {}", file.name, error.message);
    }
    if (error.hint.empty()) {
        error.hint = fmt::format("install '{}' or add its directory to PATH", program);
    }
    return std::unexpected(std::move(error));
}

/// What is said of a test can keep it from being started at all.
std::optional<Foregone> foregone(const TestFile& file)
{
    const Traits& traits = *file.traits;
    if (traits.skip) {
        return Foregone{.why = *traits.skip};
    }
    if (traits.planned) {
        return Foregone{.is_planned = true, .why = *traits.planned};
    }
    if (!file.not_available.empty()) {
        return Foregone{.is_failure = true, .why = file.not_available};
    }
    return std::nullopt;
}

using Places = std::map<std::string, std::size_t, std::less<>>;

Places places_of_setups(const std::vector<TestFile>& files)
{
    Places places;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (files[i].role == Role::setup) {
            places.emplace(files[i].name, i);
        }
    }
    return places;
}

std::vector<std::size_t> places_of(const std::vector<std::string>& names, const Places& places)
{
    std::vector<std::size_t> found;
    for (const std::string& name : names) {
        if (const auto place = places.find(name); place != places.end()) {
            found.push_back(place->second);
        }
    }
    return found;
}

} // namespace

Result<std::vector<TestPtr>> compile(std::vector<TestFile> files, const FeasibleLimits& limits, const PlanOptions& options)
{
    const auto base_env = base_environment(options.environment, options.run_id);
    Programs programs(options.work_dir, value_of(options.environment, "PATH"));
    const auto setups = places_of_setups(files);
    std::vector<TestPtr> tests;
    tests.reserve(files.size());
    for (TestFile& file : files) {
        TestSpec spec;
        spec.index = tests.size();
        spec.foregone = foregone(file);
        if (!spec.foregone) {
            if (file.command.empty()) {
                return usage_error(fmt::format("run '{}': no command", file.name));
            }
            auto program = programs.find(file.command.front(), file.work_dir);
            if (!program) {
                return cannot_run(file, std::move(program).error());
            }
            spec.program = *std::move(program);
        }
        const Feasible& feasible = *limits.at(spec.index);
        spec.name = std::move(file.name);
        spec.argv = std::move(file.command);
        spec.base_env = base_env;
        spec.own_env = std::move(file.environment);
        spec.required_files = std::move(file.required_files);
        spec.work_dir = file.work_dir.empty() ? options.work_dir : std::move(file.work_dir);
        spec.protocol = file.protocol;
        spec.exit = std::move(file.exit);
        spec.limits = with_io_paths(feasible.limits, spec.work_dir);
        spec.unenforced = feasible.unenforced;
        spec.role = file.role;
        spec.setups = places_of(file.setups, setups);
        tests.push_back(std::make_shared<const TestSpec>(std::move(spec)));
    }
    return tests;
}

} // namespace hutch::plan
