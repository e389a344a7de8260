// See compile.h.
#include "plan/compile.h"

#include <map>
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

    Result<std::string> find(const std::string& command)
    {
        if (const auto known = found_.find(command); known != found_.end()) {
            return known->second;
        }
        auto program = resolve_program(command, work_dir_, path_);
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

} // namespace

Result<std::vector<TestPtr>> compile(std::vector<TestFile> files, const Feasible& limits, const PlanOptions& options)
{
    const auto base_env = base_environment(options.environment, options.run_id);
    const Limits with_paths = with_io_paths(limits.limits, options.work_dir);
    Programs programs(options.work_dir, value_of(options.environment, "PATH"));
    std::vector<TestPtr> tests;
    tests.reserve(files.size());
    for (TestFile& file : files) {
        if (file.command.empty()) {
            return usage_error(fmt::format("run '{}': no command", file.name));
        }
        auto program = programs.find(file.command.front());
        if (!program) {
            return cannot_run(file, std::move(program).error());
        }
        TestSpec spec;
        spec.index = tests.size();
        spec.name = std::move(file.name);
        spec.program = *std::move(program);
        spec.argv = std::move(file.command);
        spec.base_env = base_env;
        spec.work_dir = options.work_dir;
        spec.protocol = file.protocol;
        spec.exit = std::move(file.exit);
        spec.limits = with_paths;
        spec.unenforced = limits.unenforced;
        tests.push_back(std::make_shared<const TestSpec>(std::move(spec)));
    }
    return tests;
}

} // namespace hutch::plan
