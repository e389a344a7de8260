// See suites.h.
#include "discover/suites.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "base/tool.h"
#include "discover/ctest_suite.h"
#include "discover/meson_script.h"
#include "discover/meson_suite.h"

namespace hutch::discover
{
namespace
{

using namespace std::chrono_literals;

constexpr std::size_t most_output = std::size_t{256} << 20; // some hundred thousand tests
constexpr std::size_t most_of_a_file = std::size_t{64} << 20;
constexpr Milliseconds patience = 5min; // CTestTestfile.cmake may run programs that list tests

std::vector<std::string> own_environment()
{
    std::vector<std::string> all;
    for (char** entry = environ; entry && *entry; ++entry) {
        all.emplace_back(*entry);
    }
    return all;
}

Result<std::string> build_tree(const std::string& directory, const std::string& sign, const std::string& maker, const std::string& remedy)
{
    std::error_code code;
    const std::string real = std::filesystem::canonical(directory, code).string();
    if (code) {
        return usage_error(fmt::format("find build directory '{}': {}", directory, code.message()));
    }
    if (!base::exists(below(real, sign))) {
        return usage_error(fmt::format("'{}' is no build directory of {} with tests: it has no {}", directory, maker, sign), remedy);
    }
    return real;
}

/// The last line with something in it: the reason, mostly.
std::string last_line(const std::string& text)
{
    std::string last;
    for (const std::string_view line : base::lines(text)) {
        if (!base::trim(line).empty()) {
            last = base::trim(line);
        }
    }
    return last;
}

Result<std::string> output_of(const std::vector<std::string>& argv, const std::string& cwd, const std::string& package)
{
    auto output = base::run_tool(argv, cwd, most_output, patience);
    if (!output) {
        Error error = std::move(output).error();
        if (error.code == ENOENT) {
            error.hint = fmt::format("install {}, or put it into PATH", package);
        }
        return std::unexpected(std::move(error));
    }
    if (output->exit_code != 0) {
        const std::string reason = last_line(output->err.empty() ? output->out : output->err);
        const std::string end = fmt::format("{} in '{}' ended with exit code {}", argv[0], cwd, output->exit_code);
        return plain_error(reason.empty() ? end : fmt::format("{}: {}", end, reason));
    }
    return std::move(output->out);
}

/// "TimeOut: 1500" in DartConfiguration.tcl, which include(CTest) writes; without one there is no default, whatever the manual says.
std::optional<Microseconds> default_timeout(const std::string& build_dir)
{
    const auto text = base::read_file(below(build_dir, "DartConfiguration.tcl"));
    for (const std::string_view line : base::lines(text ? std::string_view(*text) : "")) {
        const base::Halves halves = base::cut(line, ':');
        const auto seconds = halves.before == "TimeOut" && halves.after ? base::parse_decimal(base::trim(*halves.after)) : std::nullopt;
        if (seconds && *seconds > 0) {
            return seconds_to_microseconds(*seconds);
        }
    }
    return std::nullopt;
}

/// "Debug;Release" of a generator with several configurations, else "".
std::string configurations(const std::string& build_dir)
{
    const auto text = base::read_file(below(build_dir, "CMakeCache.txt"), most_of_a_file);
    for (const std::string_view line : base::lines(text ? std::string_view(*text) : "")) {
        if (line.starts_with("CMAKE_CONFIGURATION_TYPES:")) {
            return std::string(base::cut(line, '=').after.value_or(""));
        }
    }
    return "";
}

bool is_one_of(std::string_view list, std::string_view word)
{
    const auto same = [lower = base::to_lower(word)](std::string_view each) { return base::to_lower(each) == lower; };
    return std::ranges::any_of(base::split(list, ';').all(), same);
}

/// ctest lists tests that are not available in the configuration, which it fails when it runs them, not at all: an empty or a shorter list
/// must not look like success.
Result<void> tell_configurations(Suite& suite, const std::string& build_dir, const std::string& configuration)
{
    const std::string all = configurations(build_dir);
    if (all.empty() || is_one_of(all, configuration)) {
        return {};
    }
    std::string tried = configuration.empty() ? "none was chosen" : fmt::format("'{}' is none of them", configuration);
    if (suite.tests.empty()) {
        return usage_error(fmt::format("'{}' has the configurations {}, and {}: ctest lists no test", build_dir, all, tried));
    }
    constexpr auto notice = "The build has the configurations {}, and {}: ctest does not list tests that need one";
    suite.notices.push_back(fmt::format(notice, all, tried));
    return {};
}

void tell_post_test(Suite& suite, const std::string& build_dir)
{
    for (const char* name : {"CTestCustom.cmake", "CTestCustom.ctest"}) {
        const auto text = base::read_file(below(build_dir, name));
        if (text && text->find("CTEST_CUSTOM_POST_TEST") != std::string::npos) {
            constexpr auto notice = "CTEST_CUSTOM_POST_TEST of {}: ctest runs it when it lists the tests, and nothing after them";
            suite.notices.push_back(fmt::format(notice, name));
        }
    }
}

} // namespace

Result<Suite> ctest_suite(const std::string& build_dir, const std::string& configuration)
{
    const std::string remedy = "enable_testing() in CMakeLists.txt, and cmake -S SOURCE -B BUILD";
    const auto tree = build_tree(build_dir, "CTestTestfile.cmake", "CMake", remedy);
    if (!tree) {
        return std::unexpected(tree.error());
    }
    std::vector<std::string> command = {"ctest", "--show-only=json-v1"};
    if (!configuration.empty()) {
        command.insert(command.end(), {"-C", configuration});
    }
    const auto list = output_of(command, *tree, "cmake");
    if (!list) {
        return std::unexpected(list.error());
    }
    const auto environment = own_environment();
    auto suite = read_ctest_suite(*list, {.build_dir = *tree, .environment = environment, .default_timeout = default_timeout(*tree)});
    if (!suite) {
        return suite;
    }
    if (auto told = tell_configurations(*suite, *tree, configuration); !told) {
        return std::unexpected(std::move(told).error());
    }
    tell_post_test(*suite, *tree);
    return suite;
}

Result<Suite> meson_suite(const std::string& build_dir)
{
    const auto tree = build_tree(build_dir, "meson-info/intro-tests.json", "Meson", "meson setup BUILD");
    if (!tree) {
        return std::unexpected(tree.error());
    }
    const auto environment = own_environment();
    const SuitePlace place{.build_dir = *tree, .environment = environment};
    const auto told = output_of({"meson", "runpython", "-c", meson_script, *tree}, *tree, "meson");
    if (told) {
        if (auto suite = read_meson_suite(*told, place)) {
            return suite;
        }
    }
    const auto introspected = base::read_file(below(*tree, "meson-info/intro-tests.json"), most_of_a_file);
    if (!introspected) {
        return std::unexpected(introspected.error());
    }
    auto suite = read_meson_suite(*introspected, place);
    if (suite && !suite->tests.empty()) {
        const std::string reason = told ? "its answer is not understood" : told.error().message;
        suite->notices.push_back(fmt::format("meson itself could not be asked: {}", reason));
    }
    return suite;
}

} // namespace hutch::discover
