// JobserverSlots with real pipes, and with a real make.
#include "schedule/jobserver.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/temp_dir.h"

namespace hutch::schedule {
namespace {

using Address = JobserverAddress;

/// The server's side: a pipe with bytes in it.
class Server {
  public:
    explicit Server(std::string_view tokens)
    {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        read_.reset(ends[0]);
        write_.reset(ends[1]);
        put(tokens);
    }
    Address address() const { return {.read_fd = read_.get(), .write_fd = write_.get()}; }
    void put(std::string_view tokens) { EXPECT_TRUE(base::write_all(write_, tokens, "tokens")); }
    std::string take_all()
    {
        std::string all(static_cast<std::size_t>(waiting()), '\0');
        EXPECT_EQ(::read(read_.get(), all.data(), all.size()), static_cast<ssize_t>(all.size()));
        std::ranges::sort(all);
        return all;
    }
    int waiting() const
    {
        int bytes = 0;
        ::ioctl(read_.get(), FIONREAD, &bytes);
        return bytes;
    }
    base::UniqueFd read_, write_;
};

std::unique_ptr<JobserverSlots> open_or_fail(const Address& address, std::size_t workers)
{
    auto slots = JobserverSlots::open(address, workers);
    EXPECT_TRUE(slots) << slots.error().message;
    return slots ? std::move(*slots) : nullptr;
}

bool is_readable(base::BorrowedFd fd)
{
    pollfd polled{.fd = fd.get(), .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, 0) == 1;
}

TEST(Makeflags, TheLastJobServerCounts)
{
    const std::vector<std::pair<std::string, std::optional<Address>>> cases = {
        {"", std::nullopt},
        {"n", std::nullopt},
        {" -j8 --jobserver-auth=3,4", Address{.read_fd = 3, .write_fd = 4}},
        {"kw -j --jobserver-fds=10,11 -- CC=gcc", Address{.read_fd = 10, .write_fd = 11}},
        {"--jobserver-fds=3,4 -j --jobserver-auth=5,6", Address{.read_fd = 5, .write_fd = 6}},
        {"--jobserver-auth=3,4 --jobserver-auth=fifo:/tmp/GM1", Address{.fifo = "/tmp/GM1"}},
        {"--jobserver-auth=fifo:/tmp/a\\ b\\\\c", Address{.fifo = "/tmp/a b\\c"}},
        {"--jobserver-auth=3,4 --jobserver-auth=-2,-2", std::nullopt},
        {"-j3 -- X=1 --jobserver-auth=3,4", std::nullopt},
        {"--jobserver-author=3,4 -jobserver-auth=3,4 jobserver-auth=3,4 --jobserver-auth", std::nullopt},
        {"--jobserver-style=fifo --jobserver-auth=fifo:x,y", Address{.fifo = "x,y"}},
    };
    for (const auto& [text, address] : cases) {
        const auto parsed = parse_makeflags(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(*parsed, address) << text;
    }
}

TEST(Makeflags, NonsenseIsAnErrorWithItsText)
{
    for (const std::string text :
         {"", "3", "3,", ",4", "3;4", "3,4,5", "a,b", "fifo:", "+3,4", "99999999999,4", "3,4x", "FIFO:/x"}) {
        const auto parsed = parse_makeflags("-j --jobserver-auth=" + text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().message, fmt::format("make's job server '{}': not understood", text));
    }
    EXPECT_EQ(*parse_makeflags("--jobserver-auth=x --jobserver-auth=1,2"), (Address{.read_fd = 1, .write_fd = 2}));
}

TEST(Makeflags, CutAtEveryByteIsNeverMoreThanItSays)
{
    const std::string whole = "n -j3 --jobserver-auth=fifo:/tmp/GM -- A=\\";
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const auto parsed = parse_makeflags(whole.substr(0, length));
        if (parsed && *parsed) {
            EXPECT_TRUE(std::string_view("/tmp/GM").starts_with((*parsed)->fifo));
        }
    }
}

TEST(Makeflags, DryRun)
{
    for (const char* yes : {"n", "nk -j3", "kn"}) {
        EXPECT_TRUE(is_dry_run(yes)) << yes;
    }
    for (const char* no : {"", "k", " -j3 --no-print-directory", "--no-print-directory", "k -n", "CC=n", "-- n"}) {
        EXPECT_FALSE(is_dry_run(no)) << no;
    }
}

TEST(JobserverSlots, TheFirstSlotNeedsNoByteAndTheBytesComeBackAsTheyWere)
{
    Server server("abc");
    auto slots = open_or_fail(server.address(), 8);
    ASSERT_TRUE(slots);
    EXPECT_EQ(slots->acquire(), Slot{0});
    EXPECT_EQ(server.waiting(), 3);
    EXPECT_EQ(slots->acquire(), Slot{1});
    EXPECT_EQ(slots->acquire(), Slot{2});
    EXPECT_EQ(server.waiting(), 1);
    slots->release(Slot{0});
    EXPECT_EQ(server.waiting(), 2) << "two are busy less one: one byte";
    EXPECT_EQ(slots->acquire(), Slot{0});
    slots->release(Slot{1});
    slots->release(Slot{2});
    slots->release(Slot{0});
    EXPECT_EQ(slots->tokens(), 0u);
    EXPECT_EQ(server.take_all(), "abc");
}

TEST(JobserverSlots, NotYetIsToldWithWhatToWaitFor)
{
    Server server("");
    auto slots = open_or_fail(server.address(), 2);
    ASSERT_TRUE(slots);
    EXPECT_EQ(slots->acquire(), Slot{0});
    EXPECT_FALSE(slots->wait_fd());
    EXPECT_EQ(slots->acquire(), std::nullopt);
    ASSERT_TRUE(slots->wait_fd());
    EXPECT_FALSE(is_readable(*slots->wait_fd()));
    server.put("x");
    EXPECT_TRUE(is_readable(*slots->wait_fd()));
    EXPECT_EQ(server.take_all(), "x"); // another client is faster
    EXPECT_EQ(slots->acquire(), std::nullopt);
    server.put("y");
    EXPECT_EQ(slots->acquire(), Slot{1});
    EXPECT_FALSE(slots->wait_fd());
    EXPECT_EQ(slots->acquire(), std::nullopt) << "no worker is left";
    EXPECT_FALSE(slots->wait_fd()) << "no byte would help";
}

TEST(JobserverSlots, NeverMoreThanTheWorkers)
{
    Server server("aaaaaaaa");
    auto slots = open_or_fail(server.address(), 2);
    EXPECT_EQ(slots->capacity(), 2u);
    EXPECT_TRUE(slots->acquire());
    EXPECT_TRUE(slots->acquire());
    EXPECT_FALSE(slots->acquire());
    EXPECT_EQ(server.waiting(), 7);
}

TEST(JobserverSlots, ALostSlotKeepsItsByteUntilTheEnd)
{
    Server server("ab");
    auto slots = open_or_fail(server.address(), 3);
    const auto lost = slots->acquire();
    const auto other = slots->acquire();
    slots->forfeit(*lost);
    EXPECT_EQ(slots->capacity(), 2u);
    slots->release(*other);
    EXPECT_EQ(slots->tokens(), 0u);
    EXPECT_TRUE(slots->acquire());
    EXPECT_EQ(slots->tokens(), 1u) << "what is lost counts as busy";
    slots.reset();
    EXPECT_EQ(server.take_all(), "ab");
}

TEST(JobserverSlots, TheSharedPipeStaysBlocking)
{
    Server server("a");
    const auto slots = open_or_fail(server.address(), 3);
    slots->acquire();
    slots->acquire();
    slots->acquire();
    for (const int fd : {server.read_.get(), server.write_.get()}) {
        EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    }
}

TEST(JobserverSlots, AByteThatCannotBeWrittenIsTriedAgain)
{
    Server server("a");
    auto slots = open_or_fail(server.address(), 3);
    slots->acquire();
    slots->acquire();
    const int size = ::fcntl(server.write_.get(), F_GETPIPE_SZ);
    server.put(std::string(static_cast<std::size_t>(size), 'z'));
    slots->release(Slot{1});
    EXPECT_EQ(slots->tokens(), 1u);
    EXPECT_EQ(slots->acquire(), Slot{1}) << "with the byte that is still here";
    EXPECT_EQ(slots->tokens(), 1u);
    slots->release(Slot{1});
    server.take_all();
    slots.reset();
    EXPECT_EQ(server.take_all(), "a");
}

TEST(JobserverSlots, ANamedPipe)
{
    auto dir = base::TempDir::create("jobserver");
    ASSERT_TRUE(dir);
    const std::string path = dir->path() + "/a fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    base::UniqueFd server(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::write(server.get(), "pq", 2), 2);
    auto slots = open_or_fail({.fifo = path}, 9);
    EXPECT_TRUE(slots->acquire());
    EXPECT_TRUE(slots->acquire());
    EXPECT_TRUE(slots->acquire());
    EXPECT_FALSE(slots->acquire());
    ASSERT_TRUE(slots->wait_fd());
    EXPECT_FALSE(is_readable(*slots->wait_fd()));
    slots.reset();
    char back[3] = {};
    EXPECT_EQ(::read(server.get(), back, 3), 2);
    EXPECT_TRUE(std::string_view(back) == "pq" || std::string_view(back) == "qp") << back;
}

TEST(JobserverSlots, WhatIsNoJobServerIsRefusedWithTheReason)
{
    auto dir = base::TempDir::create("jobserver");
    ASSERT_TRUE(dir);
    const std::string file = dir->path() + "/file";
    const base::UniqueFd plain(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    Server server("");
    const int read = server.read_.get(), write = server.write_.get();
    const std::vector<std::pair<Address, std::string>> cases = {
        {{.read_fd = 1022, .write_fd = write}, "make's job server: descriptor 1022 is not open"},
        {{.read_fd = read, .write_fd = 1022}, "make's job server: descriptor 1022 is not open"},
        {{.read_fd = plain.get(), .write_fd = write},
         fmt::format("make's job server: descriptor {} is not the reading end of a pipe", plain.get())},
        {{.read_fd = write, .write_fd = write},
         fmt::format("make's job server: descriptor {} is not the reading end of a pipe", write)},
        {{.read_fd = read, .write_fd = read},
         fmt::format("make's job server: descriptor {} is not the writing end of a pipe", read)},
        {{.fifo = file}, fmt::format("make's job server: '{}' is not a named pipe", file)},
        {{.fifo = file + "x"}, fmt::format("open '{}x': No such file or directory", file)},
    };
    for (const auto& [address, message] : cases) {
        const auto slots = JobserverSlots::open(address, 2);
        ASSERT_FALSE(slots);
        EXPECT_EQ(slots.error().message, message);
        EXPECT_EQ(slots.error().hint.empty(), !address.fifo.empty());
    }
}

TEST(JobserverSlots, TwoClientsShareWhatThereIs)
{
    Server server("abcde");
    auto one = open_or_fail(server.address(), 9);
    auto other = open_or_fail(server.address(), 9);
    std::size_t got = 0;
    while (one->acquire() || other->acquire()) {
        ++got;
    }
    EXPECT_EQ(got, 7u) << "five bytes and each one's own slot";
    one.reset();
    EXPECT_EQ(server.waiting(), 5 - static_cast<int>(other->tokens()));
    other.reset();
    EXPECT_EQ(server.take_all(), "abcde");
}

/// No test by itself: what the makefile of the next one runs. Takes all it gets, says how many, and goes.
TEST(JobserverSlots, InsideOfMake)
{
    const char* report = std::getenv("HUTCH_TEST_JOBSERVER_REPORT");
    if (report == nullptr) {
        return;
    }
    const char* flags = std::getenv("MAKEFLAGS");
    ASSERT_NE(flags, nullptr);
    const auto address = parse_makeflags(flags);
    ASSERT_TRUE(address && *address) << flags;
    auto slots = JobserverSlots::open(**address, 9);
    std::string text = slots ? "got" : slots.error().message;
    while (slots && (*slots)->acquire()) {
        text += " 1";
    }
    ASSERT_TRUE(base::replace_file(report, text));
}

TEST(JobserverSlots, ARealMakeLends)
{
    if (std::system("make --version >/dev/null 2>&1") != 0) {
        GTEST_SKIP() << "make is not installed";
    }
    auto dir = base::TempDir::create("jobserver");
    ASSERT_TRUE(dir);
    const auto self = base::read_link("/proc/self/exe");
    ASSERT_TRUE(self);
    const std::string makefile =
        "all:\n\t{}HUTCH_TEST_JOBSERVER_REPORT={}/{} {} --gtest_filter=JobserverSlots.InsideOfMake\n";
    const auto run = [&](const std::string& prefix, const std::string& name) {
        EXPECT_TRUE(base::replace_file(dir->path() + "/" + name + ".mk",
                                       fmt::format(fmt::runtime(makefile), prefix, dir->path(), name, *self)));
        const std::string command = fmt::format(
            "cd {0} && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -j3 -f {1}.mk >{1}.out 2>&1", dir->path(), name);
        EXPECT_EQ(std::system(command.c_str()), 0) << base::read_file(dir->path() + "/" + name + ".out").value_or("");
        return base::read_file(dir->path() + "/" + name).value_or("nothing was written");
    };
    EXPECT_EQ(run("+", "passed"), "got 1 1 1");
    const auto output = base::read_file(dir->path() + "/passed.out");
    ASSERT_TRUE(output);
    EXPECT_EQ(output->find("jobserver tokens"), std::string::npos) << *output; // make counts them at its end
    // Without '+', make 4.3 closes the descriptors, and newer ones lend by a named pipe.
    const std::string unmarked = run("", "unmarked");
    EXPECT_TRUE(unmarked == "got 1 1 1" || unmarked.ends_with("is not open")) << unmarked;
}

} // namespace
} // namespace hutch::schedule
