#include "store/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/schema.h"

namespace hutch::store {

namespace {

// The log is folded into the file every 4000 pages (16 MB) rather than SQLite's 1000: that costs fsyncs, and a run of thousands of
// tests writes five pages a test.
constexpr const char* settings = R"sql(
PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA cache_size = -512;
PRAGMA journal_size_limit = 33554432;
PRAGMA secure_delete = OFF;
PRAGMA cell_size_check = ON;
PRAGMA trusted_schema = OFF;
PRAGMA temp_store = MEMORY;
)sql";

constexpr int open_flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

Error damage(const std::string& file, std::string_view what)
{
    return Error{.message = fmt::format("open '{}': damaged: {}", file, what), .code = EUCLEAN};
}

/// A file that came with a checked-out project may hold anything: its triggers and views are not run for us.
void distrust(SQLite::Database& database)
{
    for (const int option : {SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW}) {
        (void)sqlite3_db_config(database.getHandle(), option, 0, nullptr);
    }
    (void)sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

void do_steps(SQLite::Database& database, std::int64_t from)
{
    const auto steps = schema_steps();
    for (const char* step : steps.subspan(static_cast<std::size_t>(from))) {
        database.exec(step);
    }
    database.exec(fmt::format("PRAGMA user_version = {}", steps.size()));
}

struct Told {
    int code;
    std::string_view hint;
};

/// An errno and a hint for what SQLite says.
Told told(int primary, int system_errno)
{
    constexpr std::string_view elsewhere = "HUTCH_STATE_DIR=DIRECTORY puts the store elsewhere; --no-store runs without one";
    switch (primary) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return {EUCLEAN, "the next run sets it aside and begins a new one"};
    case SQLITE_ERROR:
        return {EPROTO, ""};
    case SQLITE_FULL:
        return {ENOSPC, "free space on its file system ('hutch runs --prune' helps a little), or use --no-store"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {EAGAIN, "another process holds the store for too long: is one of them stopped?"};
    case SQLITE_CONSTRAINT:
        return {EEXIST, "it is in the store already"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return {system_errno != 0 ? system_errno : EACCES, elsewhere};
    default:
        return {system_errno != 0 ? system_errno : EIO, elsewhere};
    }
}

} // namespace

Connection::Connection(const Home& home, const OpenOptions& options) : directory_(home.directory()), file_(home.file()), options_(options)
{
    if (!options_.now) {
        options_.now = [] { return std::chrono::duration_cast<Microseconds>(std::chrono::system_clock::now().time_since_epoch()); };
    }
}

Connection::~Connection() = default;

Error Connection::error_of(Tried tried, const SQLite::Exception& thrown) const
{
    const int system_errno = errno;
    const int extended = thrown.getExtendedErrorCode() > 0 ? thrown.getExtendedErrorCode() : thrown.getErrorCode();
    const int primary = extended & 0xff;
    const int number = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN ? system_errno : 0;
    const auto [code, hint] = told(primary, number);
    std::string message =
        fmt::format("{}{} in '{}': {}", tried.doing, tried.with.empty() ? "" : fmt::format(" '{}'", tried.with), file_, thrown.what());
    if (number != 0) {
        message += fmt::format(": {}", std::generic_category().message(number));
    }
    if (code == EUCLEAN) {
        mark_suspect(file_); // open() reads little, and might not meet it: with the mark it reads all
    }
    return Error{.message = std::move(message), .code = code, .hint = std::string(hint)};
}

Error Connection::other_error(Tried tried, const std::exception& thrown) const
{
    return Error{.message = fmt::format("{} '{}' in '{}': {}", tried.doing, tried.with, file_, thrown.what())};
}

Result<std::unique_ptr<Connection>> Connection::open(const Home& home, const OpenOptions& options)
{
    std::unique_ptr<Connection> connection(new Connection(home, options));
    auto ready = connection->guarded({"open the store"}, [&] { return connection->set_up(); });
    if (!ready && ready.error().code == EPROTO) {
        ready.error().code = EUCLEAN; // "unsupported file format", "no such collation": our own statements are sound
    }
    if (!ready) {
        return std::unexpected(std::move(ready.error()));
    }
    return connection;
}

Result<void> Connection::set_up()
{
    const int patience = static_cast<int>(options_.busy_timeout.count());
    database_ = std::make_unique<SQLite::Database>(file_, open_flags, patience);
    // Until it is known to be ours, closing it must not fold its log into it.
    (void)sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    distrust(*database_);
    if (auto fits = look_at_schema(); !fits) {
        return fits;
    }
    (void)sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    database_->exec(settings);
    auto journal = base::open_file(file_ + "-wal", O_RDONLY | O_NOFOLLOW);
    if (!journal) {
        return std::unexpected(std::move(journal.error()));
    }
    journal_ = std::move(*journal);
    last_sync_ = base::monotonic_now();
    return {};
}

Result<void> Connection::look_at_schema()
{
    const std::int64_t id = database_->execAndGet("PRAGMA application_id").getInt64();
    version_ = database_->execAndGet("PRAGMA user_version").getInt64();
    if (database_->execAndGet("SELECT count(*) FROM sqlite_schema").getInt64() == 0) {
        return std::unexpected(damage(file_, "there is nothing in it")); // cut to less than a page
    }
    if (sqlite3_db_readonly(database_->getHandle(), "main") == 1) {
        return std::unexpected(damage(file_, "its format is none that can be written")); // that we may write was looked at before
    }
    // SQLite takes a last page that was cut for one that ends in zeros.
    struct stat status = {};
    const std::int64_t page = database_->execAndGet("PRAGMA page_size").getInt64();
    if (::stat(file_.c_str(), &status) == 0 && status.st_size % page != 0) {
        return std::unexpected(damage(file_, fmt::format("{} bytes are not whole pages of {}", status.st_size, page)));
    }
    const bool has_tables = database_->execAndGet(count_own_tables).getInt64() == own_tables;
    if (id != application_id && !has_tables) {
        return plain_error(fmt::format("open '{}': a database of another program (application id {:#x})", file_, id),
                           "HUTCH_STATE_DIR=DIRECTORY puts the store elsewhere");
    }
    if (id == application_id && version_ > schema_version()) {
        return plain_error(
            fmt::format("open '{}': it was written by a newer hutch: schema {}, this one knows {}", file_, version_, schema_version()),
            "use that hutch, or HUTCH_STATE_DIR=DIRECTORY for a store of another version");
    }
    if (id != application_id || version_ < 1 || !has_tables) {
        return std::unexpected(damage(file_, "its tables are not those of a store"));
    }
    const std::string mode = database_->execAndGet("PRAGMA journal_mode").getString();
    return mode == "wal" ? Result<void>{} : std::unexpected(damage(file_, fmt::format("its journal mode is '{}', not 'wal'", mode)));
}

Result<void> Connection::make_draft(const Home& home)
{
    // Created here, for its mode: SQLite's companions of it get the same.
    if (auto file = base::open_file(home.draft(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600); !file) {
        file.error().hint = "HUTCH_STATE_DIR=DIRECTORY puts the store elsewhere; --no-store runs without one";
        return std::unexpected(std::move(file.error()));
    }
    Connection draft(home, {});
    draft.file_ = home.draft();
    return draft.guarded({"make a store"}, [&]() -> Result<void> {
        draft.database_ = std::make_unique<SQLite::Database>(draft.file_, open_flags);
        SQLite::Database& database = *draft.database_;
        database.exec(fmt::format("PRAGMA application_id = {}", application_id));
        SQLite::Transaction transaction(database);
        do_steps(database, 0);
        transaction.commit();
        database.exec("PRAGMA journal_mode = WAL");
        return {};
    });
}

Result<void> Connection::migrate()
{
    return guarded({"bring up to date the store"}, [&]() -> Result<void> {
        Writing writing(*this);
        // Only now nobody else can be at it.
        version_ = database_->execAndGet("PRAGMA user_version").getInt64();
        if (version_ < schema_version()) {
            do_steps(*database_, version_);
        }
        writing.commit();
        version_ = schema_version();
        return flush();
    });
}

Result<void> Connection::check(bool thoroughly)
{
    return guarded({"check the store"}, [&]() -> Result<void> {
        SQLite::Statement statement(*database_, thoroughly ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
        if (!statement.executeStep()) {
            return std::unexpected(damage(file_, "it cannot be checked"));
        }
        const std::string found = statement.getColumn(0).getString();
        return found == "ok" ? Result<void>{} : std::unexpected(damage(file_, found));
    });
}

SQLite::Statement& Connection::kept(const char* sql)
{
    if (const auto found = statements_.find(sql); found != statements_.end()) {
        return found->second;
    }
    return statements_.emplace(sql, SQLite::Statement(*database_, sql)).first->second;
}

std::int64_t Connection::word(std::string_view text)
{
    const std::string key(text);
    if (const auto found = words_.find(key); found != words_.end()) {
        return found->second;
    }
    static constexpr const char* find = "SELECT id FROM words WHERE word = ?";
    run("INSERT OR IGNORE INTO words(word) VALUES (?)", key);
    Query query(kept(find));
    query.bind(key).step();
    return words_[key] = query.number(0); // forgotten by a rollback
}

Result<void> Connection::committed()
{
    unsynced_ = true;
    int moved = 0;
    // Commits to a file that was removed or replaced succeed, and nobody ever sees them.
    if (sqlite3_file_control(database_->getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0) {
        return std::unexpected(Error{.message = fmt::format("write '{}': it was removed or replaced while in use", file_),
                                     .code = ENOENT,
                                     .hint = "what was recorded before is where the file went; --no-store runs without one"});
    }
    return flush_if_due();
}

Result<void> Connection::flush_if_due()
{
    const bool due = unsynced_ && base::monotonic_now() - last_sync_ >= options_.sync_interval;
    return due ? flush() : Result<void>{};
}

Result<void> Connection::flush()
{
    if (!unsynced_) {
        return {};
    }
    if (::fdatasync(journal_.get()) != 0) {
        return system_error(fmt::format("fdatasync '{}-wal'", file_));
    }
    unsynced_ = false;
    last_sync_ = base::monotonic_now();
    return {};
}

Writing::Writing(Connection& connection) : connection_(connection)
{
    connection_.run("BEGIN IMMEDIATE");
}

Writing::~Writing()
{
    if (open_) {
        const ErrnoKept kept;
        (void)connection_.database().tryExec("ROLLBACK"); // nothing to roll back after some errors: SQLite did it
        connection_.forget_words();
    }
}

void Writing::commit()
{
    connection_.run("COMMIT");
    open_ = false;
}

} // namespace hutch::store
