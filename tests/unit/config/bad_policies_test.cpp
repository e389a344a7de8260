// What cannot be a policy is refused with its place and with what was probably meant: file, line, column, message, hint.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "config/policy_file.h"
#include "config/policy_toml.h"

namespace hutch::config {
namespace {

struct Bad {
    std::string_view text;
    std::string_view message; ///< its beginning: "LINE:COLUMN: …"
    std::string_view hint = "";
};

std::ostream& operator<<(std::ostream& out, const Bad& bad)
{
    return out << bad.text;
}

const Bad all[] = {
    // not TOML
    {"x", "1:2: "},
    {"[files", "1:7: "},
    {"[[=", "1:1: "},
    {"[[[a]]]", "1:1: "},
    {"files.tmp = ", "1:13: "},
    {"files.tmp = 1G", "1:14: "},
    {"files.tmp = \"1G", "1:16: "},
    {"\n\nfiles.tmp == 1", "3:12: "},
    {"description = \"a\"\ndescription = \"b\"", "2:15: cannot redefine existing string 'description'"},
    {"files.tmp = \"1G\"\n[files]\n", "2:"},
    {"description = \"\\q\"", "1:17: unknown escape sequence"},
    {"description = \"\xff\"", "1:15: encountered invalid utf-8 sequence"},
    {"description = 'a\nb'", "1:17: "},
    {std::string_view("description = \"\0\"", 17), "1:16: "},
    // a character that toml++ 3.3.0 takes for impossible
    {"files.tmp = ä", "1:13: "},
    {"ä = 1", "1:1: "},
    {"description = \"x\" ä", "1:19: "},
    // keys
    {"nmae = 1", "1:1: unknown key 'nmae'", "sections: namespaces, files, syscalls, capabilities, process"},
    {"name = \"x\"", "1:1: a policy's name is its file's", "NAME.toml"},
    {"inherit = \"default\"", "1:1: unknown key 'inherit'", "did you mean 'inherits'?"},
    {"Description = \"x\"", "1:1: unknown key 'Description'", "did you mean 'description'?"},
    {"[files]\n  tpm = \"1G\"", "2:3: unknown key 'files.tpm'", "did you mean 'files.tmp'?"},
    {"[file]\ntmp = \"1G\"", "2:1: unknown key 'file.tmp'", "did you mean 'files.tmp'?"},
    {"tmp = \"1G\"", "1:1: unknown key 'tmp'", "did you mean 'files.tmp'?"},
    {"network = \"none\"", "1:1: unknown key 'network'", "did you mean 'namespaces.network'?"},
    {"[Namespaces]\nPID = true", "2:1: unknown key 'Namespaces.PID'", "did you mean 'namespaces.pid'?"},
    {"[syscalls]\nxyzzy = 1", "2:1: unknown key 'syscalls.xyzzy'", "known: syscalls.filter, syscalls.default, "},
    {"[files.tmp]\nsize = 1", "2:1: unknown key 'files.tmp.size'"},
    {"files = true", "1:1: 'files' is a table", "[files]"},
    {"[[files]]\ntmp = 1", "1:3: 'files' is a table", "[files]"},
    {"[other]", "1:2: unknown key 'other'"},
    {"profile = \"slow\"", "1:1: 'profile' is a limit, and a policy has none", "a profile has: --profile NAME"},
    {"[limits]\nprofile = \"slow\"", "2:1: 'limits.profile' is a limit", "a profile has: "},
    {"[limits]\n\"memory.max\" = 1", "2:1: 'limits.memory.max' is a limit"},
    {"memory.max = \"1G\"", "1:8: 'memory.max' is a limit"},
    // kinds
    {"description = 1", "1:15: a string is wanted, and this is a whole number"},
    {"description = \"a\\nb\"", "1:15: a description is one line of at most 200 bytes"},
    {"inherits = true", "1:12: a string is wanted, and this is a boolean"},
    {"inherits = [\"default\"]", "1:12: a string is wanted, and this is a list"},
    {"namespaces.pid = 1", "1:18: true or false is wanted, and this is a whole number"},
    {"namespaces.pid = \"true\"", "1:18: true or false is wanted, and this is a string"},
    {"namespaces.pid = 2026-01-01", "1:18: true or false is wanted, and this is a date or time"},
    {"namespaces.pid = {}", "1:18: true or false is wanted, and this is a table"},
    {"namespaces.user = \"maybe\"", "1:19: true, false or \"auto\" is wanted"},
    {"files.hidden = \"/x\"", "1:16: a list of strings is wanted, and this is a string"},
    {"files.hidden = [\"/x\", 1]", "1:23: a string is wanted, and this is a whole number"},
    {"files.hidden = [[\"/x\"]]", "1:17: a string is wanted, and this is a list"},
    {"process.nice = 1.5", "1:16: a number from -20 to 19 or false is wanted, and this is a number with a fraction"},
    {"process.nice = true", "1:16: a number from -20 to 19 or false is wanted, and this is a boolean"},
    {"files.tmp = true", "1:13: a size (\"64M\") or false is wanted, and this is a boolean"},
    {"files.tmp = -1", "1:13: a size (\"64M\") or false is wanted"},
    {"namespaces.time_offset = true", "1:26: a duration (\"1h\") or false is wanted"},
    {"process.umask = 22", "1:17: a string of octal digits (\"022\") is wanted, and this is a whole number"},
    {"capabilities.keep = true", "1:21: a list of capabilities or \"all\" is wanted"},
    {"capabilities.keep = \"none\"", "1:21: a list of capabilities or \"all\" is wanted"},
    // words
    {"namespaces.network = \"nome\"", "1:22: 'nome': one of host, none, private", "did you mean 'none'?"},
    {"namespaces.network = true", "1:22: one of \"host\", \"none\", \"private\" is wanted"},
    {"files.work_tree = \"readonly\"", "1:19: 'readonly': one of", "did you mean 'read-only'?"},
    {"syscalls.default = \"block\"", "1:20: 'block': one of allow, deny"},
    {"syscalls.denial = \"eperm\"", "1:19: 'eperm': one of errno, notify, kill, log"},
    // ranges
    {"files.tmp = \"1K\"", "1:13: '1K': from 64K to 1T"},
    {"files.tmp = 0", "1:13: '0': from 64K to 1T"},
    {"files.shm = \"2T\"", "1:13: '2T': from 64K to 1T"},
    {"files.shm = \"12X\"", "1:13: "},
    {"files.shm = \"50%\"", "1:13: "},
    {"process.nice = 20", "1:16: 20: from -20 to 19"},
    {"process.oom_score_adj = -1001", "1:25: -1001: from -1000 to 1000"},
    {"process.umask = \"888\"", "1:17: '888' is no umask"},
    {"process.umask = \"1022\"", "1:17: '1022' is no umask"},
    {"process.umask = \"\"", "1:17: '' is no umask"},
    {"namespaces.hostname = \"a b\"", "1:23: 'a b' is no host name"},
    {"namespaces.time_offset = -1", "1:26: a time offset is 0 to 100 years"},
    {"namespaces.time_offset = \"soon\"", "1:26: "},
    {"namespaces.time_offset = 99999999999", "1:26: a time offset is 0 to 100 years"},
    // items
    {"files.hidden = [\"~/.ssh\"]", "1:17: path '~/.ssh': is absolute, or begins with {work}, {home} or {run}",
     "did you mean '{home}/.ssh'?"},
    {"files.hidden = [\"etc\"]", "1:17: path 'etc': is absolute"},
    {"files.hidden = [\"{hmoe}/x\"]", "1:17: path '{hmoe}/x': is absolute", "did you mean '{home}'?"},
    {"files.hidden = [\"{home}x\"]", "1:17: path '{home}x': is absolute"},
    {"files.hidden = [\"/a/../b\"]", "1:17: path '/a/../b': has a part '.' or '..'"},
    {"files.hidden = [\"/\"]", "1:17: path '/': is everything",
     "files.read_only_root is the key for the whole machine"},
    {"files.hidden = [\"\"]", "1:17: a path has 1 to 4095 bytes"},
    {"files.hidden = [\"/a\\u0001\"]", "1:17: path '/a\x01': has a control character"},
    {"syscalls.deny = [\"no call\"]", "1:18: 'no call' is no name of a system call and no @group"},
    {"syscalls.filter = true\nsyscalls.deny = [\"ptrace\", \"ptarce\"]", "2:28: unknown system call 'ptarce'",
     "did you mean 'ptrace'?"},
    {"capabilities.keep = [\"CAP_NET_RAV\"]", "1:22: unknown capability 'CAP_NET_RAV'", "did you mean 'CAP_NET_RAW'?"},
    {"capabilities.keep = [\"...\", \"CAP_CHOWN\"]", "1:21: \"...\" stands for all capabilities here"},
    {"process.hermetic = true\nprocess.pass = [\"A-B\"]", "2:17: 'A-B' is no name of a variable"},
    {"process.hermetic = true\nprocess.pass = [\"*\"]", "2:17: '*' is every variable",
     "process.hermetic = false passes all of them"},
    // what needs something else
    {"files.tmp = \"1G\"", "1:7: files.tmp needs namespaces.mount", "namespaces.mount = true"},
    {"inherits = \"default\"\nnamespaces.mount = false", "2:12: files.tmp needs namespaces.mount",
     "namespaces.mount = true"},
    {"inherits = \"default\"\nnamespaces.pid = false", "2:12: files.fresh_proc needs namespaces.pid"},
    {"files.writable = [\"/x\"]", "1:7: files.writable needs files.read_only_root"},
    {"syscalls.deny = [\"ptrace\"]", "1:10: syscalls.deny needs syscalls.filter", "syscalls.filter = true"},
    {"process.pass = [\"CC\"]", "1:9: process.pass needs process.hermetic"},
    {"namespaces.mount = true\nfiles.work_tree = \"overlay-keep\"", "2:7: files.work_tree needs files.keep_dir",
     "files.keep_dir = a directory"},
    {"files.keep_dir = \"/x\"", "1:7: files.keep_dir needs files.work_tree"},
    // inheritance
    {"inherits = \"defualt\"", "1:12: unknown policy 'defualt'", "did you mean 'default'?"},
    {"inherits = \"slow\"", "1:12: unknown policy 'slow'", "it is a profile: --profile slow"},
    {"inherits = \"\"", "1:12: unknown policy ''"},
    {"inherits = \"/nowhere/x.toml\"", "1:12: open '/nowhere/x.toml': No such file or directory"},
    {"inherits = \"/dev/null.d/..\"", "1:12: "},
    {"inherits = \"/dev/zero\"", "1:12: policy '/dev/zero': not a regular file"},
};

class BadPolicies : public testing::TestWithParam<Bad> {};

Result<void> check_call(std::string_view name)
{
    return name == "ptrace" || name.starts_with('@') || name == "open_by_handle_at"
               ? Result<void>()
               : Result<void>(usage_error("unknown system call '" + std::string(name) + "'", "did you mean 'ptrace'?"));
}

TEST_P(BadPolicies, AreRefusedWithTheirPlace)
{
    const Bad& bad = GetParam();
    const auto loaded = load_policy_text({"mine", "mine.toml", std::string(bad.text)}, {.check_call = check_call});
    ASSERT_FALSE(loaded);
    const Error& error = loaded.error();
    EXPECT_EQ(error.fault, Fault::usage);
    const std::string expected = "mine.toml:" + std::string(bad.message);
    EXPECT_EQ(error.message.substr(0, expected.size()), expected) << error.message;
    EXPECT_EQ(error.hint.substr(0, bad.hint.size()), bad.hint);
    EXPECT_GT(error.message.size(), expected.size() - bad.message.size() + 6);
}

INSTANTIATE_TEST_SUITE_P(All, BadPolicies, testing::ValuesIn(all));

std::string message(const std::string& text)
{
    const auto loaded = load_policy_text({"mine", "mine.toml", text});
    return loaded ? "" : loaded.error().message;
}

TEST(BadPolicies, NestNoDeeperThanTheirKeysNeed)
{
    std::string lists = "files.hidden = ", dots = "a";
    for (int i = 0; i < 100'000; ++i) {
        lists += "[";
        dots += ".a";
    }
    EXPECT_EQ(message(lists), "mine.toml:1:32: nested more than 16 deep");
    EXPECT_EQ(message(dots + " = 1"), "mine.toml:1:34: nested more than 16 deep");
    EXPECT_EQ(message("\n[" + dots + "]"), "mine.toml:2:35: nested more than 16 deep");
    EXPECT_EQ(message("description = \"" + std::string(100, '.') + "\" # " + std::string(100, '[')), "");
    EXPECT_EQ(message("description = '''" + std::string(100, '{') + "'''"), "");
}

TEST(BadPolicies, HaveABoundedSize)
{
    EXPECT_EQ(message("#" + std::string(policy_file_limit, 'x')), "mine.toml:1:1: a policy file has at most 1 MB");
    std::string list = "files.hidden = [";
    for (int i = 0; i < 2000; ++i) {
        list += "\"/x\",";
    }
    EXPECT_EQ(message(list + "]"), "mine.toml:1:16: a list has at most 1024 items");
}

} // namespace
} // namespace hutch::config
