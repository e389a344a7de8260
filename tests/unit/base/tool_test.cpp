// run_tool(): real programs, everything that can go wrong with one, and that nothing stays.
#include "base/tool.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

namespace hutch::base {
namespace {

using namespace std::chrono_literals;

Result<ToolOutput> shell(const std::string& script, std::size_t most = 1 << 20, Milliseconds timeout = 20s, const std::string& cwd = "")
{
    return run_tool({"sh", "-c", script}, cwd, most, timeout);
}

std::size_t open_descriptors()
{
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

bool alive(const std::string& pid)
{
    // A killed orphan is a zombie until init has reaped it: no process any more, though kill(2) finds it.
    return ::kill(std::stoi(pid), 0) == 0 && shell("grep -q '^State:.Z' /proc/" + pid + "/status")->exit_code != 0;
}

bool is_gone_soon(const std::string& pid)
{
    for (int i = 0; i < 400 && alive(pid); ++i) {
        std::this_thread::sleep_for(5ms);
    }
    return !alive(pid);
}

TEST(Tool, Output)
{
    const auto output = shell("echo out; echo err >&2; exit 3");
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(output->exit_code, 3);
    EXPECT_EQ(output->out, "out\n");
    EXPECT_EQ(output->err, "err\n");
}

TEST(Tool, ArgumentsAreWords)
{
    const auto output = run_tool({"printf", "%s|", "a b", "", "$HOME", "'"}, "", 100, 5s);
    ASSERT_TRUE(output);
    EXPECT_EQ(output->out, "a b||$HOME|'|");
}

TEST(Tool, DirectoryAndInput)
{
    const auto output = shell("pwd; cat; readlink /proc/self/fd/0", 1 << 10, 5s, "/usr");
    ASSERT_TRUE(output);
    EXPECT_EQ(output->out, "/usr\n/dev/null\n");
}

TEST(Tool, NoOtherDescriptorAndNoSignalSetting)
{
    const int leaked = ::fcntl(STDIN_FILENO, F_DUPFD, 50); // not close-on-exec, as a careless parent would
    ASSERT_GE(leaked, 50);
    sigset_t blocked, before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    const auto handler = ::signal(SIGPIPE, SIG_IGN);
    const auto output = shell("for f in /proc/$$/fd/*; do echo ${f##*/}; done; grep -E 'Sig(Blk|Ign)' /proc/self/status;"
                              "[ $(ps -o pgid= -p $$) = $$ ] && echo own group");
    ::signal(SIGPIPE, handler);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ::close(leaked);
    ASSERT_TRUE(output);
    EXPECT_EQ(output->out.find("50\n"), std::string::npos) << output->out;
    // 32 and 33 are the C library's own, and it ignores them in what it spawns.
    EXPECT_TRUE(output->out.ends_with("SigBlk:\t0000000000000000\nSigIgn:\t0000000180000000\nown group\n") ||
                output->out.ends_with("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nown group\n"))
        << output->out;
}

TEST(Tool, LargeOutputOnBothStreams)
{
    const auto output = shell("head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2", 3'000'000);
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(output->out.size(), 3'000'000u);
    EXPECT_EQ(output->err.size(), 2'000'000u);
}

struct BadTool {
    const char* what;
    const char* script;
    std::size_t most;
    Milliseconds timeout;
    int code;
    const char* message;
};
constexpr BadTool bad_tools[] = {
    {"one byte too many", "head -c 1025 /dev/zero", 1024, 20s, EFBIG, "run 'sh -c head -c 1025 /dev/zero': more than 1 KB on its standard output"},
    {"endless errors", "cat /dev/zero >&2", 4096, 20s, EFBIG, "run 'sh -c cat /dev/zero >&2': more than 4 KB on its standard error"},
    {"too slow", "sleep 60", 4096, 50ms, ETIMEDOUT, "run 'sh -c sleep 60': not finished after 50 ms"},
    {"no TERM", "trap '' TERM INT HUP; sleep 60", 10, 50ms, ETIMEDOUT, "run 'sh -c trap '' TERM INT HUP; sleep 60': not finished after 50 ms"},
    {"closes its streams", "exec >&- 2>&-; sleep 60", 10, 50ms, ETIMEDOUT, "run 'sh -c exec >&- 2>&-; sleep 60': not finished after 50 ms"},
    {"never quiet", "while :; do echo; done", 1 << 30, 100ms, ETIMEDOUT, "run 'sh -c while :; do echo; done': not finished after 100 ms"},
    {"signal", "kill -SEGV $$", 10, 20s, 0, "run 'sh -c kill -SEGV $$': ended by signal 11"},
    {"a script is cut", "kill -KILL $$\n# more\n", 10, 20s, 0, "run 'sh -c kill -KILL $$…': ended by signal 9"},
};

TEST(Tool, Errors)
{
    const std::size_t before = open_descriptors();
    for (const BadTool& each : bad_tools) {
        const auto output = shell(each.script, each.most, each.timeout);
        ASSERT_FALSE(output) << each.what;
        EXPECT_EQ(output.error().message, each.message) << each.what;
        EXPECT_EQ(output.error().code, each.code) << each.what;
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Tool, CannotBeStarted)
{
    const auto missing = run_tool({"no-such-tool"}, "", 10, 1s);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message, "run 'no-such-tool': No such file or directory");
    EXPECT_EQ(missing.error().code, ENOENT);
    const auto refused = run_tool({"/etc/passwd"}, "", 10, 1s);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, EACCES);
    const auto nowhere = run_tool({"true"}, "/no/such/directory", 10, 1s);
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code, ENOENT);
    EXPECT_EQ(run_tool({}, "", 10, 1s).error().message, "run a tool: no command");
    EXPECT_EQ(run_tool({""}, "", 10, 1s).error().message, "run a tool: no command");
}

TEST(Tool, DescendantsAreNotWaitedForAndNotLeft)
{
    const auto begin = std::chrono::steady_clock::now();
    const auto output = shell("sleep 60 & echo $!");
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
    EXPECT_TRUE(is_gone_soon(output->out.substr(0, output->out.size() - 1)));
}

TEST(Tool, TimeoutKillsTheGroup)
{
    const std::string file = testing::TempDir() + "hutch-tool-pid." + std::to_string(::getpid());
    const auto output = shell("sleep 60 & echo $! > " + file + "; wait", 100, 300ms);
    ASSERT_FALSE(output);
    const auto pid = shell("cat " + file + "; rm " + file);
    ASSERT_TRUE(pid && pid->out.size() > 1);
    EXPECT_TRUE(is_gone_soon(pid->out.substr(0, pid->out.size() - 1)));
}

TEST(Tool, Interrupted)
{
    // A signal every millisecond, without SA_RESTART: every call that can be interrupted is.
    struct sigaction action = {}, before = {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &action, &before);
    const itimerval every{{0, 1000}, {0, 1000}}, never{};
    ::setitimer(ITIMER_REAL, &every, nullptr);
    const auto output = shell("for i in 1 2 3 4 5; do echo $i; sleep 0.02; done");
    const auto late = shell("sleep 60", 10, 100ms);
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &before, nullptr);
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(output->out, "1\n2\n3\n4\n5\n");
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ETIMEDOUT);
}

} // namespace
} // namespace hutch::base
