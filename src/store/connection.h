// One connection to the file, and the border to SQLiteCpp: below it there are exceptions, above it Results. Responsible for how the
// file is opened (pragmas, no symbolic links, no code from its schema), for statements that are kept, for transactions, and for
// getting commits to the disk. Knows no table but to tell a store from another database.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/fd.h"
#include "hutch/error.h"
#include "store/home.h"
#include "store/store.h"

namespace hutch::store {

/// What is being done, for messages: {"record", "tests/a.sh"} is "record 'tests/a.sh'".
struct Tried {
    std::string_view doing;
    std::string_view with = {};
};

/// An unusable file: SQLite said so, or a check of ours.
inline bool is_damage(const Error& error)
{
    return error.code == EUCLEAN;
}

/// errno as it was, afterwards: sqlite3_system_errno() does not have what a failed write left there, so that error_of() reads it when the
/// stack has been unwound.
class ErrnoKept {
  public:
    ErrnoKept() = default;
    ErrnoKept(const ErrnoKept&) = delete;
    ErrnoKept& operator=(const ErrnoKept&) = delete;
    ~ErrnoKept() { errno = before_; }

  private:
    int before_ = errno;
};

/// A kept statement while it is bound and stepped. Clean again afterwards, whatever was thrown.
class Query {
  public:
    explicit Query(SQLite::Statement& statement) : statement_(statement) {}
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    ~Query()
    {
        const ErrnoKept kept;
        (void)statement_.tryReset();
    }

    /// In the order of the statement's "?". Unset is NULL; numbers beyond SQLite's 63 bits are its greatest.
    template <class... Values> Query& bind(const Values&... values)
    {
        int index = 0;
        (bind_one(++index, values), ...);
        return *this;
    }
    bool step() { return statement_.executeStep(); }
    /// For statements without rows: how many rows it changed.
    int run() { return statement_.exec(); }

    std::int64_t number(int column) const { return statement_.getColumn(column).getInt64(); }
    std::uint64_t unsigned_number(int column) const { return static_cast<std::uint64_t>(std::max<std::int64_t>(number(column), 0)); }
    double real(int column) const { return statement_.getColumn(column).getDouble(); }
    std::string text(int column) const { return statement_.getColumn(column).getString(); }
    bool null(int column) const { return statement_.isColumnNull(column); }
    std::optional<std::uint64_t> optional_number(int column) const
    {
        return null(column) ? std::nullopt : std::optional(unsigned_number(column));
    }
    std::optional<int> optional_int(int column) const
    {
        return null(column) ? std::nullopt : std::optional(static_cast<int>(number(column)));
    }
    Microseconds time(int column) const { return Microseconds(number(column)); }

  private:
    template <std::integral T> void bind_one(int index, T value)
    {
        statement_.bind(index, std::in_range<std::int64_t>(value) ? static_cast<std::int64_t>(value) : INT64_MAX);
    }
    void bind_one(int index, bool value) { statement_.bind(index, value ? 1 : 0); }
    void bind_one(int index, Microseconds value) { statement_.bind(index, static_cast<std::int64_t>(value.count())); }
    void bind_one(int index, const std::string& value) { statement_.bind(index, value); }
    void bind_one(int index, const char* value) { statement_.bind(index, std::string(value)); }
    void bind_one(int index, std::string_view value) { statement_.bind(index, std::string(value)); }
    template <class T> void bind_one(int index, const std::optional<T>& value) { value ? bind_one(index, *value) : statement_.bind(index); }
    SQLite::Statement& statement_;
};

/// `value` if that was done. (g++ 12 has no std::expected::transform.)
template <class T> Result<T> if_done(Result<void> done, T value)
{
    return done ? Result<T>(std::move(value)) : std::unexpected(std::move(done.error()));
}

class Connection {
  public:
    /// The file of `home`, which has to exist. Damage is code EUCLEAN; a schema of a newer version, or another program's
    /// database, is an Error without it. The schema may be an older one.
    static Result<std::unique_ptr<Connection>> open(const Home& home, const OpenOptions& options);
    /// A new file with all steps done, at home.draft(); closed again.
    static Result<void> make_draft(const Home& home);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    std::int64_t version() const { return version_; }
    /// The missing steps, in one transaction.
    Result<void> migrate();
    /// PRAGMA quick_check, or integrity_check. What it found is an Error with EUCLEAN.
    Result<void> check(bool thoroughly);

    /// Runs `work`, which returns a Result and may throw what SQLiteCpp throws.
    template <class Work> auto guarded(Tried tried, Work&& work) -> decltype(work())
    {
        errno = 0;
        try {
            return work();
        } catch (const SQLite::Exception& thrown) {
            return std::unexpected(error_of(tried, thrown));
        } catch (const std::exception& thrown) {
            return std::unexpected(other_error(tried, thrown));
        }
    }
    /// The statement of this text, prepared once. The text has to be a literal: it is known by its address.
    SQLite::Statement& kept(const char* sql);
    /// kept() and bind() in one.
    template <class... Values> int run(const char* sql, const Values&... values) { return Query(kept(sql)).bind(values...).run(); }
    SQLite::Database& database() { return *database_; }

    /// After a commit: an Error if the file is no longer in its place; fdatasync if it is time.
    Result<void> committed();
    Result<void> flush();
    Result<void> flush_if_due();

    /// Folds the log into the file and empties it, unless others are at it.
    void restart_journal() { (void)database_->tryExec("PRAGMA wal_checkpoint(TRUNCATE)"); }

    Microseconds now() const { return options_.now(); }
    /// The number of a verdict's or cause's name. Only within a transaction that writes.
    std::int64_t word(std::string_view text);
    void forget_words() { words_.clear(); }

  private:
    Connection(const Home& home, const OpenOptions& options);
    Error error_of(Tried tried, const SQLite::Exception& thrown) const;
    Error other_error(Tried tried, const std::exception& thrown) const;
    Result<void> set_up();
    Result<void> look_at_schema();

    std::string directory_, file_;
    OpenOptions options_;
    std::unique_ptr<SQLite::Database> database_;
    std::unordered_map<const char*, SQLite::Statement> statements_; ///< gone before database_
    std::unordered_map<std::string, std::int64_t> words_;
    std::int64_t version_ = 0;
    base::UniqueFd journal_; ///< store.sqlite-wal: fdatasync on it. It carries no locks, so that closing it is harmless.
    bool unsynced_ = false;
    Microseconds last_sync_{0}; ///< monotonic
};

/// BEGIN IMMEDIATE, and ROLLBACK unless commit() was reached.
class Writing {
  public:
    explicit Writing(Connection& connection);
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;
    ~Writing();
    void commit();

  private:
    Connection& connection_;
    bool open_ = true;
};

} // namespace hutch::store
