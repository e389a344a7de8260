// A private state directory, outcomes, and raw looks at the file, for the store's tests.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/temp_dir.h"
#include "store/store.h"

namespace hutch::store {

inline std::string message(const Error& error)
{
    return error.message + " | " + error.hint;
}

/// On record at once.
inline Result<void> started_now(Store& store, const RunKey& key, std::string_view test, int attempt)
{
    auto noted = store.started(key, test, attempt);
    return noted ? store.settle_started() : noted;
}

inline Outcome outcome_of(Verdict verdict, Cause cause = Cause::exit_zero, Microseconds duration = Milliseconds(12))
{
    Outcome outcome;
    outcome.verdict = verdict;
    outcome.cause = cause;
    outcome.duration = duration;
    return outcome;
}

inline bool always_alive(const Owner&)
{
    return true;
}
inline bool never_alive(const Owner&)
{
    return false;
}

/// Where fsync(2) costs nothing, if there is such a place: hundreds of stores are made here. TMPDIR goes before.
inline std::string quick_place()
{
    return ::getenv("TMPDIR") == nullptr && ::access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "";
}

class StoreTest : public testing::Test {
  protected:
    StoreTest() : parent_(base::TempDir::create("hutch-store-", quick_place()).value()), place_{.directory = parent_.path() + "/.hutch"} {}

    std::string file(std::string_view suffix = "") const { return place_.directory + "/store.sqlite" + std::string(suffix); }
    Opened open() const { return open(options_); }
    Opened open(const OpenOptions& options) const
    {
        auto opened = Store::open(place_, options);
        if (!opened) {
            throw std::runtime_error(message(opened.error()));
        }
        return std::move(*opened);
    }
    /// Opened, and nothing was said.
    Store store() const
    {
        Opened opened = open();
        EXPECT_EQ(opened.notices, std::vector<std::string>{});
        return std::move(opened.store);
    }
    static RunFacts facts(std::string run_id = "boot-1-1")
    {
        return {.run_id = std::move(run_id),
                .argv = {"hutch", "run", "tests dir", ""},
                .cwd = "/project",
                .environment = "e1",
                .rung = "rung 1",
                .workers = 4,
                .tests = 3,
                .owner = {.boot_id = "boot", .pid = 1, .start_time = 1}};
    }
    /// A store with one finished run of so many tests "t0", "t1", … in it; closed.
    void fill(int tests, const std::string& run_id = "boot-1-1")
    {
        Store filled = store();
        const RunKey key = filled.begin_run(facts(run_id)).value();
        for (int index = 0; index < tests; ++index) {
            const std::string name = "t" + std::to_string(index);
            ASSERT_TRUE(filled.started(key, name, 1));
            ASSERT_TRUE(filled.record(key, {.test = name, .outcome = outcome_of(Verdict::pass)}));
        }
        ASSERT_TRUE(filled.end_run(key, {.state = RunState::finished, .exit_code = 0}));
    }
    /// The first column of the first row, by a connection of its own.
    std::string raw(const std::string& sql, const std::string& suffix = "") const
    {
        SQLite::Database database(file(suffix), SQLite::OPEN_READWRITE, 5000);
        return database.execAndGet(sql).getString();
    }
    void change(const std::string& sql) const
    {
        SQLite::Database database(file(), SQLite::OPEN_READWRITE, 5000);
        database.exec(sql);
    }
    static std::string content(const std::string& path) { return base::read_file(path, std::size_t{1} << 30).value(); }
    static void overwrite(const std::string& path, std::string_view bytes)
    {
        std::ofstream stream(path, std::ios::binary | std::ios::trunc);
        stream << bytes;
    }
    static unsigned mode_of(const std::string& path)
    {
        struct stat status = {};
        EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
        return status.st_mode & 07777U;
    }

    base::TempDir parent_;
    StorePlace place_;
    OpenOptions options_;
};

} // namespace hutch::store
