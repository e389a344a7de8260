// Processes that are killed, that write at the same time, and that have no more room.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "base/fd.h"
#include "store_fixture.h"

namespace hutch::store {
namespace {

class Crash : public StoreTest {
  protected:
    /// fork(2); `work` runs in the child, which ends with its result. No Store of this process may be open.
    template <class Work> static pid_t in_child(Work&& work)
    {
        const pid_t child = ::fork();
        if (child == 0) {
            ::_exit(work());
        }
        return child;
    }
    static int wait_for(pid_t child)
    {
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    }
    /// Records "ROUND-0", "ROUND-1", … and says each number when it has been recorded. Ends only by a signal.
    int record_for_ever(int round, int said) const
    {
        auto opened = Store::open(place_, options_);
        if (!opened) {
            return 2;
        }
        Store& kept = opened->store;
        const auto key = kept.begin_run(facts("round-" + std::to_string(round)));
        for (int number = 0; key; ++number) {
            const std::string name = std::to_string(round) + "-" + std::to_string(number);
            const bool done = started_now(kept, *key, name, 1) && kept.record(*key, {.test = name, .outcome = outcome_of(Verdict::pass)});
            if (!done || ::write(said, &number, sizeof number) != sizeof number) {
                return 3;
            }
        }
        return 4;
    }
    /// The last number that was said, or -1.
    static int last_said(int fd)
    {
        int last = -1, number = 0;
        while (::read(fd, &number, sizeof number) == sizeof number) {
            last = number;
        }
        return last;
    }
};

TEST_F(Crash, killed_at_any_moment_nothing_acknowledged_is_lost)
{
    std::mt19937 random(11);
    int recorded = 0;
    std::vector<int> acknowledged;
    for (int round = 0; round < 50; ++round) {
        SCOPED_TRACE(round);
        int ends[2];
        ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        base::UniqueFd reading(ends[0]), writing(ends[1]);
        const pid_t child = in_child([&] { return record_for_ever(round, writing.get()); });
        writing.reset();
        pollfd ready{.fd = reading.get(), .events = POLLIN, .revents = 0};
        if (round % 5 != 0) { // every fifth is killed in the middle of its opening
            ASSERT_EQ(::poll(&ready, 1, 20'000), 1);
        }
        ::usleep(static_cast<useconds_t>(random() % 8'000));
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        EXPECT_EQ(wait_for(child), 1000 + SIGKILL);
        acknowledged.push_back(last_said(reading.get()));
        recorded += acknowledged.back() + 1;

        Opened opened = open();
        EXPECT_TRUE(opened.notices.empty());
        EXPECT_EQ(raw("PRAGMA integrity_check"), "ok");
        const auto settled = opened.store.settle(never_alive);
        ASSERT_TRUE(settled);
        if (acknowledged.back() < 0) {
            continue;
        }
        ASSERT_EQ(settled->size(), 1U);
        const std::int64_t run = settled->at(0);
        const auto completed = opened.store.completed(run).value();
        const auto in_flight = opened.store.in_flight(run).value();
        EXPECT_GE(completed.size(), static_cast<std::size_t>(acknowledged.back() + 1));
        EXPECT_LE(completed.size(), static_cast<std::size_t>(acknowledged.back() + 2)) << "one may have been recorded and not said";
        EXPECT_LE(in_flight.size(), 1U);
        for (int number = 0; number <= acknowledged.back(); ++number) {
            EXPECT_TRUE(completed.contains(std::to_string(round) + "-" + std::to_string(number))) << number;
        }
        EXPECT_EQ(opened.store.find_run(std::to_string(run))->completed(), completed.size());
    }
    EXPECT_GT(recorded, 100) << "too slow to show anything";
}

TEST_F(Crash, killed_while_others_write)
{
    (void)store();
    std::mt19937 random(12);
    std::vector<pid_t> children;
    std::vector<base::UniqueFd> said;
    for (int round = 0; round < 4; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        said.emplace_back(ends[0]);
        const base::UniqueFd writing(ends[1]);
        children.push_back(in_child([&] { return record_for_ever(round, writing.get()); }));
    }
    std::vector<int> last;
    for (std::size_t index = 0; index < children.size(); ++index) {
        pollfd ready{.fd = said[index].get(), .events = POLLIN, .revents = 0};
        ASSERT_EQ(::poll(&ready, 1, 20'000), 1);
        ::usleep(static_cast<useconds_t>(random() % 20'000));
        ASSERT_EQ(::kill(children[index], SIGKILL), 0);
        EXPECT_EQ(wait_for(children[index]), 1000 + SIGKILL);
    }
    Store kept = store();
    EXPECT_EQ(kept.settle(never_alive)->size(), 4U);
    for (int round = 0; round < 4; ++round) {
        const RunRow run = kept.find_run("round-" + std::to_string(round)).value();
        EXPECT_GE(run.completed(), static_cast<std::size_t>(last_said(said[static_cast<std::size_t>(round)].get()) + 1));
    }
    EXPECT_EQ(raw("PRAGMA integrity_check"), "ok");
}

TEST_F(Crash, several_begin_at_the_same_moment_and_write_at_once)
{
    constexpr int writers = 4, tests = 200;
    std::vector<pid_t> children;
    for (int writer = 0; writer < writers; ++writer) {
        children.push_back(in_child([&] {
            auto opened = Store::open(place_, options_); // none is there: one of them makes it
            if (!opened || !opened->notices.empty()) {
                return 2;
            }
            const auto key = opened->store.begin_run(facts("writer-" + std::to_string(writer)));
            for (int number = 0; key && number < tests; ++number) {
                const std::string name = "t" + std::to_string(number);
                if (!started_now(opened->store, *key, name, 1) ||
                    !opened->store.record(*key, {.test = name, .outcome = outcome_of(Verdict::pass)})) {
                    return 3;
                }
            }
            return key && opened->store.end_run(*key, {}) ? 0 : 4;
        }));
    }
    for (const pid_t child : children) {
        EXPECT_EQ(wait_for(child), 0);
    }
    Store kept = store();
    const auto runs = kept.runs().value();
    ASSERT_EQ(runs.size(), static_cast<std::size_t>(writers));
    for (const RunRow& run : runs) {
        EXPECT_EQ(run.verdicts.at("pass"), static_cast<std::size_t>(tests)) << run.run_id;
    }
    EXPECT_EQ(kept.last_of_each()->size(), static_cast<std::size_t>(tests));
    EXPECT_FALSE(base::exists(file(".damaged-1")));
    EXPECT_EQ(raw("PRAGMA integrity_check"), "ok");
}

TEST_F(Crash, several_find_the_damage_at_the_same_moment)
{
    constexpr int finders = 6;
    fill(3);
    overwrite(file(), std::string(8192, 'x'));
    std::vector<pid_t> children;
    for (int finder = 0; finder < finders; ++finder) {
        children.push_back(in_child([&] {
            auto opened = Store::open(place_, options_);
            if (!opened) {
                return 2;
            }
            const auto key = opened->store.begin_run(facts("finder-" + std::to_string(finder)));
            return key && opened->store.end_run(*key, {}) ? static_cast<int>(10 + opened->notices.size()) : 3;
        }));
    }
    int told = 0;
    for (const pid_t child : children) {
        told += wait_for(child) - 10;
    }
    EXPECT_EQ(told, 1) << "one sets it aside, once";
    EXPECT_EQ(store().runs()->size(), static_cast<std::size_t>(finders));
    EXPECT_FALSE(base::exists(file(".damaged-2")));
}

TEST_F(Crash, a_stopped_writer_is_waited_for_so_long_and_no_longer)
{
    (void)store();
    SQLite::Database other(file(), SQLite::OPEN_READWRITE);
    other.exec("BEGIN IMMEDIATE");
    options_.busy_timeout = Milliseconds(50);
    Store kept = store();
    const auto refused = kept.begin_run(facts());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, EAGAIN);
    EXPECT_EQ(refused.error().message, "begin run 'boot-1-1' in '" + file() + "': database is locked");
    EXPECT_EQ(refused.error().hint, "another process holds the store for too long: is one of them stopped?");
    other.exec("ROLLBACK");
    EXPECT_TRUE(kept.begin_run(facts()));
}

TEST_F(Crash, readers_do_not_keep_writers_waiting)
{
    fill(3);
    options_.busy_timeout = Milliseconds(50);
    SQLite::Database other(file(), SQLite::OPEN_READWRITE);
    SQLite::Statement reading(other, "SELECT * FROM results");
    ASSERT_TRUE(reading.executeStep());
    Store kept = store();
    const RunKey key = kept.begin_run(facts("b-2-2")).value();
    EXPECT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass)}));
}

TEST_F(Crash, full_in_the_middle_of_a_run)
{
    (void)store();
    const int result = wait_for(in_child([&] {
        auto opened = Store::open(place_, options_);
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{.rlim_cur = 512 * 1024, .rlim_max = 512 * 1024};
        if (!opened || ::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
            return 2;
        }
        const auto key = opened->store.begin_run(facts());
        int number = 0;
        while (key && number < 10'000) {
            const auto done = opened->store.record(*key, {.test = "t" + std::to_string(number), .outcome = outcome_of(Verdict::pass)});
            if (!done) {
                const std::string& text = done.error().message;
                const bool said =
                    text.starts_with("record 't" + std::to_string(number) + "' in '" + file() + "': disk I/O error: File too large");
                return said && done.error().code == EFBIG && !done.error().hint.empty() ? 100 + number % 100 : 3;
            }
            ++number;
        }
        return 4;
    }));
    ASSERT_GE(result, 100);
    Store kept = store();
    ASSERT_EQ(kept.settle(never_alive)->size(), 1U);
    const std::size_t completed = kept.completed(1)->size();
    EXPECT_GT(completed, 10U);
    EXPECT_EQ(completed % 100, static_cast<std::size_t>(result - 100)) << "all that was acknowledged, and nothing else";
    EXPECT_EQ(raw("PRAGMA integrity_check"), "ok");
    EXPECT_TRUE(kept.begin_run(facts("b-2-2"))) << "and it goes on when there is room";
}

/// A file system of 1 MB in place of the state directory, for this process. False where that is not allowed.
bool mount_small(const std::string& directory)
{
    const bool root = ::geteuid() == 0;
    const std::string user = "0 " + std::to_string(::geteuid()) + " 1", group = "0 " + std::to_string(::getegid()) + " 1";
    if (::unshare(root ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) {
        return false;
    }
    const bool mapped = root || (base::write_once("/proc/self/setgroups", "deny") && base::write_once("/proc/self/uid_map", user) &&
                                 base::write_once("/proc/self/gid_map", group));
    return mapped && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=1m,mode=0700") == 0;
}

TEST_F(Crash, a_full_file_system)
{
    constexpr int not_allowed = 77;
    std::filesystem::create_directories(place_.directory);
    const int result = wait_for(in_child([&] {
        if (!mount_small(place_.directory)) {
            return not_allowed;
        }
        auto opened = Store::open(place_, options_);
        const auto key = opened ? opened->store.begin_run(facts()) : std::unexpected(opened.error());
        std::size_t number = 0;
        Result<void> done;
        while (key && done && number < 10'000) {
            done = opened->store.record(*key, {.test = "t" + std::to_string(number++), .outcome = outcome_of(Verdict::pass)});
        }
        if (done || done.error().code != ENOSPC || !done.error().hint.starts_with("free space")) {
            return 3;
        }
        const auto completed = opened->store.completed(key->run);
        return completed && completed->size() == number - 1 && raw("PRAGMA integrity_check") == "ok" ? 0 : 4;
    }));
    if (result == not_allowed) {
        GTEST_SKIP() << "no file system can be mounted here";
    }
    EXPECT_EQ(result, 0);
}

TEST_F(Crash, no_room_to_begin)
{
    std::filesystem::create_directories(place_.directory);
    const int result = wait_for(in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{.rlim_cur = 8192, .rlim_max = 8192};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
            return 2;
        }
        const auto opened = Store::open(place_, options_);
        return opened ? 3 : opened.error().message.find("make a store in '") == 0 && opened.error().code == EFBIG ? 0 : 4;
    }));
    EXPECT_EQ(result, 0);
    EXPECT_FALSE(base::exists(file())) << "no half store";
    EXPECT_FALSE(base::exists(file(".new")));
    EXPECT_TRUE(store().begin_run(facts()));
}

} // namespace
} // namespace hutch::store
