#include <sys/wait.h>
#include <unistd.h>

#include "store/schema.h"
#include "store_fixture.h"

namespace hutch::store {
namespace {

class Migration : public StoreTest {
  protected:
    void lay_schema_1()
    {
        std::filesystem::create_directories(place_.directory);
        SQLite::Database old(file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        old.exec(content(std::string(HUTCH_SOURCE_DIR) + "/tests/unit/store/fixtures/schema1.sql"));
        old.exec("PRAGMA journal_mode = WAL");
    }
    std::string shape() const
    {
        SQLite::Database database(file(), SQLite::OPEN_READONLY, 5000);
        SQLite::Statement select(database, "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1");
        std::string text;
        while (select.executeStep()) {
            text += select.getColumn(0).getString() + "\n";
        }
        return text;
    }
};

TEST_F(Migration, schema_1_has_all_tables_of_a_new_one_afterwards)
{
    (void)store();
    const std::string made = shape();
    std::filesystem::remove_all(place_.directory);
    lay_schema_1();
    EXPECT_NE(shape(), made);
    (void)store();
    EXPECT_EQ(shape(), made);
    EXPECT_EQ(raw("PRAGMA user_version"), std::to_string(schema_version()));
    EXPECT_EQ(raw("PRAGMA integrity_check"), "ok");
}

TEST_F(Migration, what_schema_1_knew_is_kept)
{
    lay_schema_1();
    Store kept = store();
    const auto runs = kept.runs().value();
    ASSERT_EQ(runs.size(), 3U);
    EXPECT_EQ(runs[2].state, "finished");
    EXPECT_EQ(runs[2].verdicts, (std::map<std::string, std::size_t>{{"pass", 2}, {"fail", 1}})) << "counted by the migration";
    EXPECT_EQ(runs[1].state, "running");
    EXPECT_EQ(runs[1].verdicts, (std::map<std::string, std::size_t>{{"pass", 1}}));
    EXPECT_EQ(runs[0].legs.size(), 2U);
    EXPECT_EQ(runs[0].legs[0].argv, (std::vector<std::string>{"hutch", "run", "a b"}));
    EXPECT_EQ(kept.last_of_each()->at("tests/a.sh").expected->duration, Microseconds(1500));
    EXPECT_EQ(kept.settle(never_alive)->size(), 1U);
    EXPECT_EQ(kept.in_flight(2).value(), std::vector<std::string>{"tests/c.sh"});
    EXPECT_EQ(kept.last_of_each()->at("tests/c.sh").unplanned_ends, 1U);
    const RunKey key = kept.begin_run(facts()).value();
    EXPECT_EQ(key.run, 4);
    EXPECT_TRUE(kept.record(key, {.test = "tests/a.sh", .outcome = outcome_of(Verdict::pass)}));
}

TEST_F(Migration, once_though_many_begin_it)
{
    lay_schema_1();
    std::vector<pid_t> children;
    for (int count = 0; count < 6; ++count) {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto opened = Store::open(place_, options_);
            ::_exit(opened && opened->notices.empty() ? 0 : 1);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(store().runs()->size(), 3U);
}

TEST_F(Migration, that_fails_leaves_the_old_store)
{
    lay_schema_1();
    change("CREATE TABLE tallies(in_the_way)");
    const auto opened = Store::open(place_, options_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().message, "bring up to date the store in '" + file() + "': table tallies already exists");
    EXPECT_EQ(raw("PRAGMA user_version"), "1");
    EXPECT_EQ(raw("SELECT count(*) FROM results"), "5");
    EXPECT_FALSE(base::exists(file(".damaged-1")));
}

TEST_F(Migration, a_damaged_old_one_is_set_aside)
{
    lay_schema_1();
    std::string damaged = content(file());
    damaged.replace(8 * 4096, 4096, 4096, '\0');
    overwrite(file(), damaged);
    EXPECT_EQ(open().notices.size(), 1U);
    EXPECT_EQ(content(file(".damaged-1")), damaged);
}

} // namespace
} // namespace hutch::store
