// Each order applied, and each step failing with its own words: for a child that was held, and for one that was released at its birth, which
// without priorities and without a setup takes the steps itself, and has to take the same.
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>

#include "base/temp_dir.h"
#include "unit/spawn/spawn_fixture.h"

namespace hutch::spawn {
namespace {

using Kind = Message::Kind;

enum class Released { later, at_birth };

class OrdersOfAChild : public SpawnFixture, public ::testing::WithParamInterface<Released> {
  protected:
    Running begin(Request request, const Orders& orders)
    {
        return GetParam() == Released::later ? start(std::move(request), orders) : start_at_birth(std::move(request), orders);
    }

    /// What `script` prints under `orders`.
    std::string printed(std::string script, const Orders& orders)
    {
        Running child = begin(shell(std::move(script)), orders);
        child.expect(Kind::executed);
        (void)child.wait();
        return child.output();
    }

    /// The failure of a child that must not be executed.
    Message failure(Request request, const Orders& orders = {})
    {
        Running child = begin(std::move(request), orders);
        Message message = child.expect(Kind::failed);
        EXPECT_EQ(child.wait(), exited_with(127));
        EXPECT_EQ(child.output(), "");
        return message;
    }

    Message exec_failure(const std::string& program)
    {
        Request request;
        request.program = program;
        Message message = failure(request);
        EXPECT_TRUE(message.at_exec);
        return message;
    }

    std::string file(const std::string& name, std::string_view content, mode_t mode = 0755)
    {
        const std::string path = directory_.path() + "/" + name;
        std::ofstream(path) << content;
        ::chmod(path.c_str(), mode);
        return path;
    }

    base::TempDir directory_ = base::TempDir::create("hutch-spawn-").value();
};

TEST_P(OrdersOfAChild, AreApplied)
{
    EXPECT_EQ(printed("pwd", {.work_dir = "/usr/bin"}), "/usr/bin\n");
    EXPECT_EQ(printed("umask", {}), "0022\n");
    EXPECT_EQ(printed("umask", {.umask = 077}), "0077\n");
    EXPECT_EQ(printed("nice", {.nice = 7}), "7\n");
    EXPECT_EQ(printed("cat /proc/self/oom_score_adj", {.oom_score_adj = 800}), "800\n");
    EXPECT_EQ(printed("ulimit -Sn; ulimit -Hn", {.open_files = 100}), "100\n100\n");
    EXPECT_EQ(printed("ulimit -Sc; ulimit -Hc", {.core_size = 0}), "0\n0\n");
    EXPECT_EQ(printed("ulimit -Sf; ulimit -Hf", {.file_size = 1024 * 512}), "1024\n1024\n");
    EXPECT_EQ(printed("ulimit -Sd; ulimit -Hd", {.address_data = std::uint64_t{64} << 20}), "65536\n65536\n");
}

TEST_P(OrdersOfAChild, AreAppliedTogether)
{
    const Orders all{.work_dir = "/",
                     .umask = 027,
                     .nice = 1,
                     .oom_score_adj = 500,
                     .open_files = 5, // too few for most, but enough to have set oom_score_adj
                     .core_size = 0,
                     .file_size = 512,
                     .address_data = std::uint64_t{1} << 30};
    EXPECT_EQ(printed("pwd; umask; ulimit -n; ulimit -f", all), "/\n0027\n5\n1\n");
}

TEST_P(OrdersOfAChild, LeaveOutWhatIsNotOrdered)
{
    EXPECT_EQ(printed("pwd", {}), base::read_link("/proc/self/cwd").value() + "\n");
    rlimit ours{};
    ::getrlimit(RLIMIT_NOFILE, &ours);
    EXPECT_EQ(printed("ulimit -n", {}), std::to_string(ours.rlim_cur) + "\n");
}

TEST_P(OrdersOfAChild, MissingWorkDirectory)
{
    const Message message = failure(shell("echo executed"), {.work_dir = "/no/such/place"});
    EXPECT_EQ(message.text, "enter '/no/such/place': No such file or directory");
    EXPECT_EQ(message.code, ENOENT);
    EXPECT_FALSE(message.at_exec);
}

TEST_P(OrdersOfAChild, WorkDirectoryOfAnyLength)
{
    std::string deep = directory_.path();
    while (deep.size() + 101 < 4000) {
        deep += "/" + std::string(100, 'd');
        ASSERT_EQ(::mkdir(deep.c_str(), 0755), 0);
    }
    EXPECT_EQ(printed("pwd", {.work_dir = deep}), deep + "\n");
    EXPECT_EQ(failure(shell("true"), {.work_dir = deep + "/x"}).text,
              "enter '" + deep + "/x': No such file or directory");

    Running child = hold(shell("true"));
    const auto too_long = release(child.held, {.work_dir = std::string(5000, 'x')});
    ASSERT_FALSE(too_long);
    EXPECT_EQ(too_long.error().code, ENAMETOOLONG);
}

TEST_P(OrdersOfAChild, RlimitThatIsRefused)
{
    // fs.nr_open bounds RLIMIT_NOFILE even for root.
    const Message message = failure(shell("echo executed"), {.open_files = std::uint64_t{1} << 40});
    EXPECT_EQ(message.text, "set RLIMIT_NOFILE 1099511627776: Operation not permitted");
    EXPECT_EQ(message.code, EPERM);
}

TEST_P(OrdersOfAChild, OomScoreThatIsRefused)
{
    const Message message = failure(shell("echo executed"), {.oom_score_adj = 5000});
    EXPECT_EQ(message.text, "write /proc/self/oom_score_adj '5000': Invalid argument");
}

TEST_P(OrdersOfAChild, ProgramThatDoesNotExist)
{
    const Message message = exec_failure("/no/such/program");
    EXPECT_EQ(message.text, "exec /no/such/program: No such file or directory");
    EXPECT_EQ(message.code, ENOENT);
}

TEST_P(OrdersOfAChild, ScriptWhoseInterpreterDoesNotExist)
{
    const std::string script = file("x.py", "#!/usr/bin/pyton -u\nprint(1)\n");
    EXPECT_EQ(exec_failure(script).text,
              "exec " + script + ": interpreter '/usr/bin/pyton' of its first line does not exist");
    const std::string windows = file("x.sh", "#!/bin/sh\r\ntrue\r\n");
    EXPECT_EQ(exec_failure(windows).text, "exec " + windows +
                                              ": interpreter '/bin/sh\\r' of its first line does not exist (the line "
                                              "ends with CR LF)");
}

TEST_P(OrdersOfAChild, FileThatIsNoProgram)
{
    const std::string text = file("text", "hello\n");
    const Message message = exec_failure(text);
    EXPECT_EQ(message.text, "exec " + text + ": not a program and no #! line");
    EXPECT_EQ(message.code, ENOEXEC);
    const std::string foreign = file("foreign", std::string_view("\x7f"
                                                                 "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xff\0",
                                                                 20));
    EXPECT_EQ(exec_failure(foreign).text, "exec " + foreign + ": a program for another machine");
}

TEST_P(OrdersOfAChild, FileThatMayNotBeExecuted)
{
    const std::string plain = file("plain", "#!/bin/sh\n", 0644);
    const Message message = exec_failure(plain);
    EXPECT_EQ(message.text, "exec " + plain + ": not executable");
    EXPECT_EQ(message.code, EACCES);
    EXPECT_EQ(exec_failure("/usr/bin").text, "exec /usr/bin: it is a directory");
    EXPECT_EQ(exec_failure("/dev/null").text, "exec /dev/null: it is not a file");
}

TEST_P(OrdersOfAChild, LetEverySignalThroughAndNoDescriptor)
{
    EXPECT_EQ(printed("sed -n 's/^SigBlk:.//p;s/^SigIgn:.//p' /proc/self/status; ls /proc/self/fd | tr '\\n' ' '", {}),
              "0000000000000000\n0000000000000000\n0 1 2 3 ");
}

INSTANTIATE_TEST_SUITE_P(Spawn, OrdersOfAChild, ::testing::Values(Released::later, Released::at_birth),
                         [](const auto& each) { return each.param == Released::later ? "Later" : "AtBirth"; });

} // namespace
} // namespace hutch::spawn
