// Ways to damage the file: each is found when it is opened, set aside with all that belongs to it, and told.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "store/journal_check.h"
#include "store_fixture.h"

namespace hutch::store {
namespace {

class Damage : public StoreTest {
  protected:
    /// Opening sets aside, says so, and a new store works. `number`: of the name that it gets.
    void expect_set_aside(int number = 1)
    {
        const std::string suffix = ".damaged-" + std::to_string(number);
        auto opened = Store::open(place_, options_);
        ASSERT_TRUE(opened) << message(opened.error());
        ASSERT_FALSE(opened->notices.empty());
        const std::string& notice = opened->notices.back();
        EXPECT_NE(notice.find("damaged"), std::string::npos) << notice;
        EXPECT_NE(notice.find("set aside as '" + file(suffix) + "'"), std::string::npos) << notice;
        EXPECT_TRUE(base::exists(file(suffix)));
        EXPECT_FALSE(base::exists(file(".suspect")));
        ASSERT_TRUE(opened->store.runs()) << message(opened->store.runs().error());
        EXPECT_TRUE(opened->store.runs()->empty());
        const auto key = opened->store.begin_run(facts());
        ASSERT_TRUE(key);
        EXPECT_TRUE(opened->store.record(*key, {.test = "t", .outcome = outcome_of(Verdict::pass)}));
        EXPECT_EQ(raw("PRAGMA integrity_check"), "ok");
    }
    void clear() { std::filesystem::remove_all(place_.directory); }
};

TEST_F(Damage, truncated_at_random_places)
{
    fill(300);
    const std::string whole = content(file());
    std::mt19937 random(5);
    std::vector<std::size_t> sizes = {0, 1, 15, 16, 99, 100, 101, 4095, 4096, 4097, whole.size() - 4096, whole.size() - 1};
    for (int count = 0; count < 20; ++count) {
        sizes.push_back(random() % whole.size());
    }
    for (const std::size_t size : sizes) {
        SCOPED_TRACE(size);
        clear();
        std::filesystem::create_directories(place_.directory);
        overwrite(file(), whole.substr(0, size));
        expect_set_aside();
        EXPECT_EQ(content(file(".damaged-1")), whole.substr(0, size));
    }
}

TEST_F(Damage, a_page_of_zeros_or_garbage)
{
    fill(300);
    const std::string whole = content(file());
    std::mt19937 random(6);
    for (std::size_t page = 0; page < whole.size(); page += 4096) {
        SCOPED_TRACE(page / 4096);
        for (const bool zeros : {true, false}) {
            std::string damaged = whole;
            for (std::size_t at = page; at < page + 4096; ++at) {
                damaged[at] = zeros ? '\0' : static_cast<char>(random());
            }
            clear();
            std::filesystem::create_directories(place_.directory);
            overwrite(file(), damaged);
            expect_set_aside();
        }
    }
}

TEST_F(Damage, a_header_of_garbage)
{
    fill(3);
    const std::string whole = content(file());
    for (const std::string_view head : {"garbage, not sqlite", "SQLite format 4", "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"}) {
        SCOPED_TRACE(head);
        clear();
        std::filesystem::create_directories(place_.directory);
        overwrite(file(), std::string(head) + whole.substr(head.size()));
        expect_set_aside();
    }
}

TEST_F(Damage, never_a_crash_for_any_byte_of_the_header)
{
    fill(3);
    const std::string whole = content(file());
    for (std::size_t at = 0; at < 100; ++at) {
        for (const int flip : {0x01, 0x80, 0xff}) {
            SCOPED_TRACE(at);
            std::string damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ flip);
            clear();
            std::filesystem::create_directories(place_.directory);
            overwrite(file(), damaged);
            auto opened = Store::open(place_, options_);
            if (!opened) { // the version's bytes: a newer one
                EXPECT_NE(opened.error().message.find("newer hutch"), std::string::npos) << opened.error().message;
                continue;
            }
            const auto key = opened->store.begin_run(facts("new-1-1"));
            EXPECT_TRUE(key) << message(key.error());
            EXPECT_TRUE(opened->notices.size() == 1 || opened->store.completed(1)->size() == 3) << at;
        }
    }
}

TEST_F(Damage, something_else_in_its_place)
{
    const std::vector<std::pair<const char*, std::function<void()>>> others = {
        {"directory", [&] { std::filesystem::create_directories(file() + "/with/content"); }},
        {"pipe", [&] { ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0); }},
        {"empty", [&] { overwrite(file(), ""); }},
        {"text", [&] { overwrite(file(), std::string(10'000, 'x')); }},
    };
    int number = 0;
    std::filesystem::create_directories(place_.directory);
    for (const auto& [name, make] : others) {
        SCOPED_TRACE(name);
        make();
        expect_set_aside(++number);
        std::filesystem::remove(file());
    }
    EXPECT_TRUE(base::exists(file(".damaged-1") + "/with/content"));
}

TEST_F(Damage, tables_that_are_missing)
{
    fill(3);
    change("DROP TABLE latest");
    expect_set_aside();
}

TEST_F(Damage, what_belongs_to_it_goes_along)
{
    fill(3);
    overwrite(file(), "garbage");
    for (const char* suffix : {"-wal", "-shm", "-journal"}) {
        overwrite(file(suffix), suffix);
    }
    expect_set_aside();
    for (const char* suffix : {"-wal", "-shm", "-journal"}) {
        EXPECT_EQ(content(file(".damaged-1" + std::string(suffix))), suffix);
    }
}

/// A store whose log still holds the last runs: a copy taken while it was open, as a killed process leaves it.
struct Left {
    std::string file, log;
};

class Log : public Damage {
  protected:
    Left left()
    {
        fill(5);
        Store kept = store();
        const RunKey key = kept.begin_run(facts("boot-2-2")).value();
        for (int index = 0; index < 20; ++index) {
            const std::string name = "n" + std::to_string(index);
            EXPECT_TRUE(kept.record(key, {.test = name, .outcome = outcome_of(Verdict::pass)}));
        }
        return {.file = content(file()), .log = content(file("-wal"))};
    }
    void lay(const Left& state)
    {
        clear();
        std::filesystem::create_directories(place_.directory);
        overwrite(file(), state.file);
        overwrite(file("-wal"), state.log);
    }
};

TEST_F(Log, a_sound_one_is_taken_and_nothing_said)
{
    const Left state = left();
    lay(state);
    EXPECT_EQ(lost_in_journal(file("-wal")), "");
    EXPECT_EQ(store().completed(2)->size(), 20U);
}

TEST_F(Log, cut_short_is_what_a_power_loss_leaves)
{
    const Left state = left();
    std::mt19937 random(7);
    for (int count = 0; count < 20; ++count) {
        Left cut = state;
        cut.log.resize(random() % cut.log.size());
        lay(cut);
        SCOPED_TRACE(cut.log.size());
        Opened opened = open();
        EXPECT_TRUE(opened.notices.empty());
        EXPECT_LE(opened.store.completed(2)->size(), 20U);
        EXPECT_EQ(raw("PRAGMA integrity_check"), "ok");
    }
}

TEST_F(Log, garbage_in_it_is_told_and_a_copy_kept)
{
    const Left state = left();
    std::mt19937 random(8);
    for (int count = 0; count < 20; ++count) {
        Left damaged = state;
        const std::size_t at = count == 0 ? 0 : random() % (state.log.size() * 3 / 4);
        for (std::size_t byte = at; byte < at + 64; ++byte) {
            damaged.log[byte] = static_cast<char>(damaged.log[byte] ^ 0x5a);
        }
        lay(damaged);
        SCOPED_TRACE(at);
        {
            Opened opened = open();
            ASSERT_EQ(opened.notices.size(), 1U);
            EXPECT_NE(opened.notices[0].find("'" + file("-wal") + "' is damaged"), std::string::npos) << opened.notices[0];
            EXPECT_NE(opened.notices[0].find("a copy of it is '" + file("-wal.damaged-1") + "'"), std::string::npos) << opened.notices[0];
            EXPECT_LT(opened.store.completed(2)->size(), 20U);
            EXPECT_EQ(opened.store.completed(1)->size(), 5U); // it was in the file
        }
        EXPECT_EQ(content(file("-wal.damaged-1")), damaged.log);
        EXPECT_TRUE(open().notices.empty()) << "said once";
        EXPECT_EQ(raw("PRAGMA integrity_check"), "ok");
    }
}

TEST_F(Log, wholly_garbage_empty_or_no_file)
{
    const Left state = left();
    for (const std::string& log : {std::string(10'000, 'x'), std::string(), std::string(31, '\0'), std::string(32, '\0')}) {
        lay({.file = state.file, .log = log});
        Opened opened = open();
        EXPECT_EQ(opened.notices.size(), log.size() < 32 ? 0U : 1U);
        EXPECT_EQ(opened.store.completed(1)->size(), 5U);
    }
    clear();
    EXPECT_EQ(lost_in_journal(file("-wal")), "");
    std::filesystem::create_directories(file("-wal"));
    EXPECT_EQ(lost_in_journal(file("-wal")), "");
}

TEST_F(Damage, met_in_the_middle_of_work_is_set_aside_by_the_next)
{
    fill(12'000); // more than is read at every start
    std::string damaged = content(file());
    ASSERT_GT(damaged.size(), 1U << 20);
    for (std::size_t at = 40 * 4096; at < damaged.size(); ++at) {
        damaged[at] = '\x7f';
    }
    overwrite(file(), damaged);
    {
        Opened opened = open();
        EXPECT_TRUE(opened.notices.empty());
        const auto asked = opened.store.completed(1);
        ASSERT_FALSE(asked);
        EXPECT_EQ(asked.error().code, EUCLEAN);
        EXPECT_NE(asked.error().message.find("read what is completed of run '1' in '" + file() + "': "), std::string::npos);
        EXPECT_EQ(asked.error().hint, "the next run sets it aside and begins a new one");
    }
    expect_set_aside();
}

TEST_F(Damage, a_power_loss_is_a_reason_to_look)
{
    fill(12'000);
    change("UPDATE legs SET state = 'running'");
    std::string damaged = content(file());
    damaged.replace(damaged.size() / 2 / 4096 * 4096, 4096, 4096, '\0');
    overwrite(file(), damaged);
    options_.boot_id = "boot";
    EXPECT_TRUE(open().notices.empty()) << "the same boot";
    options_.boot_id = "later";
    expect_set_aside();
}

} // namespace
} // namespace hutch::store
