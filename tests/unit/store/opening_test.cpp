#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/schema.h"
#include "store_fixture.h"

namespace hutch::store {
namespace {

class Opening : public StoreTest {
  protected:
    Error refused() const
    {
        auto opened = Store::open(place_, options_);
        EXPECT_FALSE(opened);
        return opened ? Error{} : opened.error();
    }
};

TEST_F(Opening, directory_and_files_are_private_and_hidden_from_git)
{
    const auto before = ::umask(022);
    Store kept = store();
    ::umask(before);
    EXPECT_EQ(mode_of(place_.directory), 0700U);
    for (const char* suffix : {"", "-wal", "-shm"}) {
        EXPECT_EQ(mode_of(file(suffix)), 0600U) << suffix;
    }
    EXPECT_EQ(content(place_.directory + "/.gitignore"), "*\n");
    EXPECT_FALSE(base::exists(file(".new")));
}

TEST_F(Opening, a_directory_of_the_user_gets_no_gitignore)
{
    place_.directory = parent_.path() + "/mine";
    std::filesystem::create_directory(place_.directory);
    (void)store();
    EXPECT_FALSE(base::exists(place_.directory + "/.gitignore"));
}

TEST_F(Opening, a_changed_gitignore_stays)
{
    (void)store();
    overwrite(place_.directory + "/.gitignore", "store.sqlite*\n");
    (void)store();
    EXPECT_EQ(content(place_.directory + "/.gitignore"), "store.sqlite*\n");
}

TEST_F(Opening, is_a_wal_file_of_ours_and_of_this_version)
{
    fill(1);
    EXPECT_EQ(raw("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(raw("PRAGMA user_version"), std::to_string(schema_version()));
    EXPECT_EQ(raw("PRAGMA application_id"), std::to_string(application_id));
    EXPECT_EQ(raw("SELECT test || ' ' || verdict || ' ' || duration_ms FROM readable"), "t0 pass 12.0");
}

TEST_F(Opening, through_a_link_to_the_directory)
{
    (void)store();
    std::filesystem::create_directory_symlink(place_.directory, parent_.path() + "/link");
    place_.directory = parent_.path() + "/link";
    EXPECT_EQ(open().notices.size(), 0U);
}

TEST_F(Opening, a_planted_link_is_not_followed)
{
    const std::string target = parent_.path() + "/target";
    for (const bool exists : {false, true}) {
        std::filesystem::create_directories(place_.directory);
        if (exists) {
            overwrite(target, "precious");
        }
        std::filesystem::create_symlink(target, file());
        const Error error = refused();
        EXPECT_EQ(error.message, "open '" + file() + "', a symbolic link: Too many levels of symbolic links");
        EXPECT_NE(error.hint.find("HUTCH_STATE_DIR"), std::string::npos);
        EXPECT_EQ(base::exists(target), exists);
        std::filesystem::remove(file());
    }
    EXPECT_EQ(content(target), "precious");
}

TEST_F(Opening, planted_links_beside_it_are_not_followed)
{
    fill(3);
    const std::string target = parent_.path() + "/target";
    overwrite(target, "precious");
    for (const char* suffix : {"-wal", "-shm"}) {
        std::filesystem::create_symlink(target, file(suffix));
        const Error error = refused();
        EXPECT_NE(error.message.find("open the store in '" + file() + "'"), std::string::npos) << error.message;
        EXPECT_EQ(content(target), "precious");
        std::filesystem::remove(file(suffix));
    }
    EXPECT_EQ(store().completed(1)->size(), 3U);
}

TEST_F(Opening, a_newer_schema_is_refused_and_untouched)
{
    fill(3);
    change("PRAGMA user_version = 7");
    const std::string before = content(file());
    const Error error = refused();
    EXPECT_EQ(error.message,
              "open '" + file() + "': it was written by a newer hutch: schema 7, this one knows " + std::to_string(schema_version()));
    EXPECT_NE(error.hint, "");
    EXPECT_EQ(content(file()), before);
    EXPECT_FALSE(base::exists(file(".damaged-1")));
}

TEST_F(Opening, a_newer_schema_in_the_log_is_not_folded_in)
{
    fill(3);
    const std::string before = content(file());
    SQLite::Database other(file(), SQLite::OPEN_READWRITE);
    other.exec("PRAGMA user_version = 7");
    const std::string log = content(file("-wal"));
    EXPECT_NE(refused().message.find("schema 7"), std::string::npos);
    EXPECT_EQ(content(file()), before);
    EXPECT_EQ(content(file("-wal")), log);
}

TEST_F(Opening, another_programs_database_is_refused_and_untouched)
{
    std::filesystem::create_directories(place_.directory);
    {
        SQLite::Database other(file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        other.exec("CREATE TABLE bookmarks(x); PRAGMA application_id = 66;");
    }
    const std::string before = content(file());
    EXPECT_EQ(refused().message, "open '" + file() + "': a database of another program (application id 0x42)");
    EXPECT_EQ(content(file()), before);
}

TEST_F(Opening, a_file_as_the_directory)
{
    overwrite(place_.directory, "");
    const Error error = refused();
    EXPECT_EQ(error.message, "mkdir '" + place_.directory + "': Not a directory");
    EXPECT_NE(error.hint.find("--no-store"), std::string::npos);
    place_.directory += "/below";
    EXPECT_EQ(refused().code, ENOTDIR);
}

TEST_F(Opening, a_directory_that_may_not_be_written)
{
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may write everywhere";
    }
    fill(1);
    ::chmod(place_.directory.c_str(), 0500);
    const Error error = refused();
    ::chmod(place_.directory.c_str(), 0700);
    EXPECT_EQ(error.code, EACCES);
    EXPECT_NE(error.hint.find("HUTCH_STATE_DIR"), std::string::npos);
}

/// Root's way to a directory that nobody may write: /proc has one, and /sys is mounted read-only in many containers.
TEST_F(Opening, a_file_system_that_takes_no_files)
{
    place_.directory = "/proc/self/task/.hutch";
    const Error error = refused();
    EXPECT_EQ(error.message.find("mkdir '/proc/self/task/.hutch': "), 0U) << error.message;
    EXPECT_NE(error.hint.find("--no-store"), std::string::npos);
    place_.directory = "/proc/self/task";
    EXPECT_NE(refused().message, "");
}

TEST_F(Opening, what_a_killed_maker_left_is_no_hindrance)
{
    std::filesystem::create_directories(place_.directory);
    overwrite(file(".new"), "half");
    overwrite(file(".new-journal"), "half");
    (void)store();
    EXPECT_FALSE(base::exists(file(".new")));
    EXPECT_FALSE(base::exists(file(".new-journal")));
}

TEST_F(Opening, waits_for_the_maker_so_long_and_no_longer)
{
    std::filesystem::create_directories(place_.directory);
    const base::UniqueFd held = base::open_file(place_.directory, O_RDONLY | O_DIRECTORY).value();
    ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
    options_.busy_timeout = Milliseconds(50);
    const Error error = refused();
    EXPECT_EQ(error.code, EAGAIN);
    EXPECT_EQ(error.message.find("lock '" + place_.directory + "' within 50 ms: another process"), 0U) << error.message;
}

TEST_F(Opening, code_in_the_file_is_not_run)
{
    fill(1);
    change("CREATE TRIGGER planted AFTER INSERT ON results BEGIN DELETE FROM runs; END");
    Store kept = store();
    const RunKey key = kept.begin_run(facts("boot-2-2")).value();
    ASSERT_TRUE(kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass)}));
    EXPECT_EQ(kept.runs()->size(), 2U);
}

TEST_F(Opening, a_store_that_goes_away_is_an_error_at_the_next_record)
{
    Store kept = store();
    const RunKey key = kept.begin_run(facts()).value();
    std::filesystem::rename(place_.directory, parent_.path() + "/elsewhere");
    const auto done = kept.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass)});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "write '" + file() + "': it was removed or replaced while in use");
    EXPECT_EQ(done.error().code, ENOENT);
    std::filesystem::remove_all(parent_.path() + "/elsewhere");
    EXPECT_FALSE(kept.record(key, {.test = "u", .outcome = outcome_of(Verdict::pass)}));
    EXPECT_FALSE(kept.end_run(key, {}));
}

TEST_F(Opening, two_in_one_process)
{
    Store first = store();
    Store second = store();
    const RunKey key = first.begin_run(facts("a-1-1")).value();
    const RunKey other = second.begin_run(facts("a-2-2")).value();
    ASSERT_TRUE(first.record(key, {.test = "t", .outcome = outcome_of(Verdict::pass)}));
    {
        Store third = store(); // its end must not take the others' locks along
    }
    ASSERT_TRUE(second.record(other, {.test = "t", .outcome = outcome_of(Verdict::fail)}));
    EXPECT_EQ(first.history_of("t")->size(), 2U);
    EXPECT_EQ(raw("PRAGMA integrity_check"), "ok");
}

} // namespace
} // namespace hutch::store
