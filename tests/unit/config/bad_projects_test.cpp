// What cannot be a project file is refused with its place and with what was probably meant: file, line, column, message, hint.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "config/project.h"
#include "config/user_file.h"

namespace hutch::config {
namespace {

constexpr Bytes ram = Bytes{8} << 30;

struct Bad {
    std::string_view text;
    std::string_view message; ///< all of it, but for FILE:; with a blank at its end: how it begins, the rest is the TOML library's
    std::string_view hint = "";
};

std::ostream& operator<<(std::ostream& out, const Bad& bad)
{
    return out << bad.text;
}

const Bad all[] = {
    // not TOML
    {"x", "1:2: "},
    {"[run", "1:5: "},
    {"[[=", "1:1: this is not TOML"},
    {"[run]\njobs = ", "2:8: "},
    {"[run]\njobs = 1\njobs = 2", "3:8: cannot redefine existing integer "},
    {"[run]\n[run]", "2:1: cannot redefine existing table "},
    {"[run]\ncolor = \"\\u0000\"", "2:9: a NUL character"},
    {"[groups]\n\"a\\u0000\" = 1", "2:1: a NUL character"},
    {"[[runner]]\nname = \"a\"\nmatch = [\"a\", \"b\\u0000\"]", "3:15: a NUL character"},
    // tables
    {"[runer]", "1:2: unknown key 'runer'", "did you mean 'runner'?"},
    {"[[overrides]]", "1:3: unknown key 'overrides'", "did you mean 'override'?"},
    {"[xyzzy]", "1:2: unknown key 'xyzzy'", "known: run, groups, simple, runner, override, setup"},
    {"jobs = 4", "1:1: unknown key 'jobs'", "it is a key of [run]"},
    {"match = \"*.sh\"", "1:1: unknown key 'match'", "it is a key of [[runner]], [[override]], [[setup]]"},
    {"run = 1", "1:1: 'run' is a table, and this is a whole number", "[run]"},
    {"[[run]]\njobs = 1", "1:3: 'run' is a table, and this is a list", "[run]"},
    {"[runner]\nname = \"a\"", "1:2: 'runner' is a list of tables, and this is a table", "[[runner]]"},
    {"setup = [1]", "1:1: 'setup' is a list of tables, and this is a list", "[[setup]]"},
    {"groups = \"db\"", "1:1: 'groups' is a table, and this is a string", "[groups]"},
    // keys
    {"[run]\njbos = 4", "2:1: unknown key 'run.jbos'", "did you mean 'jobs'?"},
    {"[run]\n  Max-Fail = 4", "2:3: unknown key 'run.Max-Fail'", "did you mean 'max_fail'?"},
    {"[run]\nxyzzy = 4", "2:1: unknown key 'run.xyzzy'", "known: paths, jobs, max_fail, fail_fast, leak, no_tests, capture, output_dir, "
     "events, color, quiet, isolation, cgroup_manager, flaky, shuffle, seed, slow, stall_timeout, memory_budget, grace, "
     "set, profile, policy, limits, timeout, memory, cpus, pids, cpu_time, io, retries, retry_delay, network"},
    {"[run]\ntags = \"x\"", "2:1: unknown key 'run.tags'", "it is a key of [[runner]], [[override]]"},
    {"[run]\n\"memory.max\" = \"1G\"", "2:1: unknown key 'run.memory.max'", "limits = { \"memory.max\" = … }"},
    {"[[override]]\nmatch = \"a\"\ncommand = \"b\"", "3:1: unknown key 'override.command'", "it is a key of [simple], [[runner]], [[setup]]"},
    {"[[runner]]\nteardown = \"b\"", "2:1: unknown key 'runner.teardown'", "it is a key of [[setup]]"},
    {"[simple]\ncomand = \"b\"", "2:1: unknown key 'simple.comand'", "did you mean 'command'?"},
    {"[[setup]]\npriority = \"P0\"", "2:1: unknown key 'setup.priority'", "it is a key of [[runner]], [[override]]"},
    {"[run.limits]\nmemory_max = \"1G\"", "2:1: unknown limit 'memory_max'", "did you mean 'memory.max'?"},
    {"[run.limits]\nmemory.mox = \"1G\"", "2:8: unknown limit 'memory.mox'", "did you mean 'memory.max'?"},
    {"[run.limits]\n\"wall=5\" = 1", "2:1: unknown limit 'wall=5'", "did you mean 'wall'?"},
    // what is needed
    {"[[runner]]\nmatch = \"*.x\"", "1:1: runner has no 'name'"},
    {"\n  [[runner]]\nname = \"bats\"", "2:3: runner 'bats' has no 'match'"},
    {"runner = [{ name = \"bats\" }]", "1:11: runner 'bats' has no 'match'"},
    {"[[override]]\nslow = true", "1:1: override has no 'match'"},
    {"[[setup]]\nname = \"db\"\nmatch = \"*\"", "1:1: setup 'db' has no 'command'"},
    // kinds
    {"[run]\njobs = \"4\"", "2:8: a whole number is wanted, and this is a string"},
    {"[run]\njobs = 1.5", "2:8: a whole number is wanted, and this is a number with a fraction"},
    {"[run]\nquiet = 1", "2:9: true or false is wanted, and this is a whole number"},
    {"[run]\ncolor = true", "2:9: a string is wanted, and this is a boolean"},
    {"[run]\nevents = 1979-05-27", "2:10: a string is wanted, and this is a date or time"},
    {"[run]\ngrace = [5]", "2:9: a duration (\"90s\", or a number of seconds) is wanted, and this is a list"},
    {"[run]\ncapture = true", "2:11: a size (\"64M\", or a number of bytes) is wanted, and this is a boolean"},
    {"[run]\npaths = 1", "2:9: a string or a list of strings is wanted, and this is a whole number"},
    {"[run]\npaths = [\"a\", 1]", "2:15: a string is wanted, and this is a whole number"},
    {"[run]\nlimits = \"1G\"", "2:10: a table of limits is wanted, and this is a string"},
    {"[run]\nmemory = true", "2:10: a limit (a string or a number) is wanted, and this is a boolean"},
    {"[run]\nmemory.max = \"1G\"", "2:1: a limit (a string or a number) is wanted, and this is a table", "limits.\"memory.max\" is the kernel's spelling"},
    {"[run]\npids = [5]", "2:8: a limit (a string or a number) is wanted, and this is a list"},
    {"[[runner]]\nname = 1", "2:8: a string is wanted, and this is a whole number"},
    {"[[runner]]\nmatch = {}", "2:9: a string or a list of strings is wanted, and this is a table"},
    {"[[runner]]\ncommand = true", "2:11: a string or a list of strings is wanted, and this is a boolean"},
    {"[[runner]]\ncommand = [\"a\", 5]", "2:17: a string is wanted, and this is a whole number"},
    {"[[runner]]\nskip_exit_codes = 77", "2:19: a list of exit codes is wanted, and this is a whole number"},
    {"[[runner]]\nskip_exit_codes = [\"77\"]", "2:20: a whole number is wanted, and this is a string"},
    {"[[runner]]\nenvironment = [\"A=1\"]", "2:15: a table of strings is wanted, and this is a list"},
    {"[[runner]]\nenvironment = { A = 1 }", "2:21: a string is wanted, and this is a whole number"},
    {"[[runner]]\nexecutable = \"yes\"", "2:14: true or false is wanted, and this is a string"},
    {"[[override]]\nskip = false", "2:8: a reason (a string) or true is wanted, and this is a boolean", "what is not so, is not said"},
    {"[[override]]\nplanned = 1", "2:11: a reason (a string) or true is wanted, and this is a whole number"},
    {"[[override]]\nretries = \"2\"", "2:11: a whole number is wanted, and this is a string"},
    {"[groups]\ndb = \"1\"", "2:6: a whole number is wanted, and this is a string"},
    {"[groups]\na.b = 1", "2:1: a whole number is wanted, and this is a table"},
    // words
    {"[run]\nleak = \"fial\"", "2:8: 'fial': one of report, fail", "did you mean 'fail'?"},
    {"[run]\ncgroup_manager = \"none \"", "2:18: 'none ': one of auto, systemd, cgroupfs, none", "did you mean 'none'?"},
    {"[run]\nprofile = \"standart\"", "2:11: unknown profile 'standart'", "did you mean 'standard'?"},
    {"[run]\npolicy = \"\"", "2:10: '': the name of a policy, or its file"},
    {"[run]\nnetwork = \"nome\"", "2:11: 'nome': one of none, private, host", "did you mean 'none'?"},
    {"[[override]]\nisolation = \"required\"", "2:13: 'required': one of none, process, container"},
    {"[run]\nisolation = \"container\"", "2:13: 'container': one of auto, required, if-available, off"},
    {"[[runner]]\nprotocol = \"tpa\"", "2:12: 'tpa': one of exit, tap, gtest, junit, spl, auto", "did you mean 'tap'?"},
    {"[[runner]]\npriority = \"P4\"", "2:12: 'P4': one of P0 (first), P1, P2, P3", ""},
    {"[[runner]]\ntags = [\"a\", \"b c\"]", "2:14: 'b c': 1 to 64 letters, digits and - _ . : / +"},
    {"[[runner]]\ngroups = \"\"", "2:10: '': 1 to 64 letters, digits and - _ . : / +"},
    {"[[runner]]\nname = \"a b\"", "2:8: 'a b': 1 to 64 letters, digits and - _ . : / +"},
    {"[[runner]]\nskip = \"a\\nb\"", "2:8: 'a\nb': a reason is one line of at most 500 bytes"},
    {"[[runner]]\ndepends_on = [\"\"]", "2:15: '': a path or the name of a test, 1 to 4095 bytes without control characters"},
    {"[run]\nset = [\"a=1\", \"\"]", "2:15: a string that is not empty and has no control characters is wanted"},
    {"[run]\nevents = \"\"", "2:10: a string that is not empty and has no control characters is wanted"},
    {"[run]\nevents = \"a\\u0007\"", "2:10: a string that is not empty and has no control characters is wanted"},
    {"[run]\npaths = [\"/etc\"]", "2:10: '/etc': a path below the project's directory, without '..'"},
    {"[run]\npaths = \"a/../../b\"", "2:9: 'a/../../b': a path below the project's directory, without '..'"},
    {"[run]\npaths = []", "2:9: no path: nothing would be found"},
    // ranges
    {"[run]\njobs = 0", "2:8: 0: 1 and more"},
    {"[run]\nmax_fail = -1", "2:12: -1: 1 and more"},
    {"[run]\nseed = -1", "2:8: -1: 0 and more"},
    {"[run]\nretries = 101", "2:11: '101': a whole number from 0 to 100"},
    {"[run]\nretries = -1", "2:11: '-1': a whole number from 0 to 100"},
    {"[run]\nretry_delay = \"25h\"", "2:15: duration '25h': at most a day"},
    {"[run]\ngrace = \"soon\"", "2:9: duration 'soon': a duration is a number with us, ms, s, m, h or d: 90s, 1h 30m, 250ms"},
    {"[run]\ncapture = \"12X\"", "2:11: size '12X': a size is a number with K, M, G or T (1024-based): 64M, 1.5G, 512"},
    {"[run]\nmemory_budget = \"101%\"", "2:17: size '101%': a percentage is a number from 0 to 100"},
    {"[[override]]\nports = 0", "2:9: '0': a whole number from 1 to 64"},
    {"[[override]]\nports = 65", "2:9: '65': a whole number from 1 to 64"},
    {"[[override]]\nslots = 4097", "2:9: '4097': a whole number from 1 to 4096"},
    {"[groups]\ndb = 0", "2:6: group 'db' of 0: 1 to 4096", "skip = true keeps tests from running"},
    {"[groups]\ndb = -1", "2:6: group 'db' of -1: 1 to 4096"},
    {"[groups]\n\"d b\" = 1", "2:1: 'd b': 1 to 64 letters, digits and - _ . : / +"},
    {"[[runner]]\nskip_exit_codes = [77, 0]", "2:24: 0: an exit code that is no pass is 1 to 255"},
    {"[[runner]]\nskip_exit_codes = [256]", "2:20: 256: an exit code that is no pass is 1 to 255"},
    // limits
    {"[run]\nmemory = \"900K\"", "2:10: memory.max '900K': the least is 1 MB: with less the kernel kills the test before it is executed"},
    {"[run]\ntimeout = 0", "2:11: wall '0': the least is 1 ms, which is how exact the clocks are; 'max' is not limited"},
    {"[run]\ntimeout = \"max\"", "2:11: 'timeout' sets no limit: here one can be set or changed, not taken away", "profile = a larger one, or a larger value"},
    {"[run]\nio = []", "2:6: 'io' sets no limit: here one can be set or changed, not taken away", "profile = a larger one, or a larger value"},
    {"[run]\npids = \"\"", "2:8: pids.max '': no value"},
    {"[run]\ncpus = inf", "2:8: cpu.max: cpus 'inf': a number of CPUs or a percentage of one: 1.5, 150%"},
    {"[run]\npids = 5\nlimits = { \"pids.max\" = 6 }", "3:25: 'pids' and 'limits.pids.max' are the same limit"},
    {"[run.limits]\nmemory.max = \"1G\"\n\"memory.max\" = \"2G\"", "3:16: 'limits.memory.max' and 'limits.memory.max' are the same limit"},
    {"[run]\nio = [\"wbps=1M\", \"wbsp=1M\"]", "2:18: unknown rate in io.max 'wbsp=1M': 'wbsp'", "did you mean 'wbps'?"},
    {"[[setup]]\nname = \"a\"\nmemory = \"-1\"", "3:10: memory.max: size '-1': a size is a number with K, M, G or T (1024-based): 64M, 1.5G, 512"},
    // patterns
    {"[[runner]]\nmatch = []", "2:9: no pattern: nothing would fit"},
    {"[[runner]]\nmatch = \"\"", "2:9: a pattern is empty"},
    {"[[runner]]\nmatch = [\"ok\", \"[a\"]", "2:16: pattern '[a': '[' without ']'"},
    {"[[override]]\nmatch = \"{a,b\"", "2:9: pattern '{a,b': '{' without '}'"},
    {"[[setup]]\nmatch = \"a/**.sh\"", "2:9: pattern 'a/**.sh': '**' beside other characters", "'**' stands alone between slashes; '*' fits any number of characters"},
    // commands
    {"[[runner]]\ncommand = []", "2:11: a command begins with a program"},
    {"[[runner]]\ncommand = \"  \"", "2:11: a command begins with a program"},
    {"[[runner]]\ncommand = [\"\", \"x\"]", "2:12: a command begins with a program"},
    {"[[runner]]\ncommand = \"sh -c 'a b'\"", "2:11: a command that is one string is split at blanks, and quotes nothing", "a list has each word as it is: [\"sh\", \"-c\", \"echo 'a b'\"]"},
    {"[simple]\ncommand = 'a \\ b'", "2:11: a command that is one string is split at blanks, and quotes nothing", "a list has each word as it is: [\"sh\", \"-c\", \"echo 'a b'\"]"},
    {"[[runner]]\ncommand = [\"bats\", \"{fil}\"]", "2:20: unknown placeholder '{fil}'", "did you mean {file}? A '{' itself is written {{"},
    {"[[runner]]\ncommand = [\"awk\", \"{print}\"]", "2:19: unknown placeholder '{print}'", "known: {file}, {dir}, {name}, {xml}, {project}; a '{' itself is written {{"},
    {"[[runner]]\ncommand = \"a {file\"", "2:11: '{file': '{' without '}'", "a '{' itself is written {{"},
    {"[[runner]]\ncommand = \"a {}\"", "2:11: unknown placeholder '{}'", "known: {file}, {dir}, {name}, {xml}, {project}; a '{' itself is written {{"},
    {"[[setup]]\ncommand = \"a {file}\"", "2:11: unknown placeholder '{file}'", "known: {project}; a '{' itself is written {{"},
    {"[[setup]]\nteardown = [\"a\", \"{porject}\"]", "2:18: unknown placeholder '{porject}'", "did you mean {project}? A '{' itself is written {{"},
    // environment
    {"[[runner]]\nenvironment = { \"A=B\" = \"1\" }", "2:17: 'A=B' is no name of a variable"},
    {"[[runner]]\nenvironment = { \"\" = \"1\" }", "2:17: '' is no name of a variable"},
    {"[[runner]]\nenvironment = { A = \"1\\u0000\" }", "2:21: a NUL character"},
    {"[[runner]]\nenvironment.A.B = \"1\"", "2:13: a string is wanted, and this is a table"},
    // what does not go together
    {"[[runner]]\nname = \"a\"\nmatch = \"*.a\"\nignore = true\ncommand = \"x\"", "5:1: 'command' beside ignore = true: such files are no tests"},
    {"[[runner]]\nname = \"a\"\ntimeout = 5\nmatch = \"*.a\"\nignore = true", "3:1: 'timeout' beside ignore = true: such files are no tests"},
    {"[[runner]]\nname = \"a\"\nmatch = \"*.a\"\n[[runner]]\nmatch = \"*.b\"\nname = \"a\"", "6:8: runner 'a' is already in line 1"},
    {"[[setup]]\nname = \"a\"\nmatch = \"a\"\ncommand = \"a\"\n\n[[setup]]\nname = \"a\"\nmatch = \"b\"\ncommand = \"b\"", "7:8: setup 'a' is already in line 1"},
    // a character is a column, whatever it has of bytes
    {"[[runner]]\nname = \"a\" # ä\ntags = [\"x\", \"ä\"]", "3:14: 'ä': 1 to 64 letters, digits and - _ . : / +"},
    {"[[runner]]\nmatch = [\"äöü\", \"\"]", "2:17: a pattern is empty"},
};

void expect(const Error& error, const std::string& file, const Bad& bad)
{
    const std::string expected = file + ":" + std::string(bad.message);
    EXPECT_EQ(error.fault, Fault::usage);
    EXPECT_EQ(expected.ends_with(' ') ? error.message.substr(0, expected.size()) : error.message, expected) << error.message;
    EXPECT_GT(error.message.size(), expected.size() - 1);
    EXPECT_EQ(error.hint, bad.hint);
}

class BadProjects : public testing::TestWithParam<Bad> {};

TEST_P(BadProjects, AreRefusedWithTheirPlace)
{
    const Bad& bad = GetParam();
    const auto project = read_project(bad.text, "/p/hutch.toml", ram);
    ASSERT_FALSE(project);
    expect(project.error(), "/p/hutch.toml", bad);
}

INSTANTIATE_TEST_SUITE_P(All, BadProjects, testing::ValuesIn(all));

std::string message(const std::string& text)
{
    const auto project = read_project(text, "hutch.toml", ram);
    return project ? "" : project.error().message;
}

TEST(BadProject, NestsNoDeeperThanItsKeysNeed)
{
    std::string lists = "run = ", dots = "a", tables = "run = ";
    for (int i = 0; i < 100'000; ++i) {
        lists += "[";
        dots += ".a";
        tables += "{a=";
    }
    EXPECT_EQ(message(lists), "hutch.toml:1:23: nested more than 16 deep");
    EXPECT_EQ(message(dots + " = 1"), "hutch.toml:1:34: nested more than 16 deep");
    EXPECT_EQ(message(tables), "hutch.toml:1:55: nested more than 16 deep");
    EXPECT_EQ(message("[groups]\n" + dots + " = 1"), "hutch.toml:2:34: nested more than 16 deep");
}

TEST(BadProject, HasABoundedSize)
{
    EXPECT_EQ(message("#" + std::string(project_file_limit - 1, 'x')), "");
    EXPECT_EQ(message("#" + std::string(project_file_limit, 'x')), "hutch.toml:1:1: a project file has at most 1 MB");
    std::string list = "[[runner]]\ntags = [", variables = "[[runner]]\nenvironment = {";
    for (int i = 0; i <= 1024; ++i) {
        list += "\"x\",";
        variables += (i == 0 ? "A" : ",A") + std::to_string(i) + " = \"\"";
    }
    EXPECT_EQ(message(list + "]"), "hutch.toml:2:8: a list has at most 1024 items");
    EXPECT_EQ(message(variables + "}"), "hutch.toml:2:15: an environment has at most 1024 variables");
    const std::string long_name(70, 'x');
    EXPECT_EQ(message("[groups]\n" + long_name + " = 1"),
              "hutch.toml:2:1: '" + long_name.substr(0, 60) + "…': 1 to 64 letters, digits and - _ . : / +");
    EXPECT_EQ(message("[[runner]]\nmatch = \"" + std::string(5000, 'x') + "\""), "hutch.toml:2:9: a pattern has at most 4096 bytes");
    EXPECT_EQ(message("[[runner]]\nskip = \"" + std::string(501, 'x') + "\""),
              "hutch.toml:2:8: '" + std::string(60, 'x') + "…': a reason is one line of at most 500 bytes");
}

const Bad bad_user_files[] = {
    {"[[runner]]\nname = \"a\"", "1:3: 'runner' is a project's, not the user's", "hutch.toml of the project"},
    {"groups.db = 1", "1:1: 'groups' is a project's, not the user's", "hutch.toml of the project"},
    {"[run]\npaths = \"x\"", "2:1: unknown key 'run.paths'", "it is a key of [run] of a project's hutch.toml"},
    {"[run]\njosb = 1", "2:1: unknown key 'run.josb'", "did you mean 'jobs'?"},
    {"[rum]\njobs = 1", "1:2: unknown key 'rum'", "did you mean 'run'?"},
    {"jobs = 1", "1:1: unknown key 'jobs'", "it is a key of [run] of the user's file"},
    {"#", ""},
    {"x", "1:2: "},
};

TEST(BadUserFiles, AreRefusedWithTheirPlace)
{
    for (const Bad& bad : bad_user_files) {
        const auto user = read_user_file(bad.text, "/u/config.toml", ram);
        ASSERT_EQ(user.has_value(), bad.message.empty()) << bad.text;
        if (!user) {
            expect(user.error(), "/u/config.toml", bad);
        }
    }
    const auto large = read_user_file("#" + std::string(project_file_limit, 'x'), "c", ram);
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().message, "c:1:1: a configuration file has at most 1 MB");
}

} // namespace
} // namespace hutch::config
