// How a store is opened: at once where it is whole and of this version; otherwise one process at a time makes it, brings it up to
// date, or sets it aside.
#include <fmt/format.h>

#include "base/clock.h"
#include "store/connection.h"
#include "store/journal_check.h"
#include "store/schema.h"
#include "store/store.h"

namespace hutch::store {

namespace {

using Ready = std::unique_ptr<Connection>;

/// A file of this size is read whole in a few milliseconds.
constexpr std::uint64_t always_checked = 1 << 20;

/// A run that another boot left in the middle: the machine lost its power, or was reset.
Result<bool> after_power_loss(Connection& connection, const std::string& boot_id)
{
    static constexpr const char* left_over = "SELECT count(*) FROM legs WHERE state = 'running' AND boot_id NOT IN ('', ?)";
    return connection.guarded({"read the store"}, [&]() -> Result<bool> {
        Query query(connection.kept(left_over));
        query.bind(boot_id).step();
        return !boot_id.empty() && query.number(0) > 0;
    });
}

/// Reads as much of the file as there is reason to: nothing, mostly. All of it is seconds for a big one.
Result<void> check_where_due(Connection& connection, const Home& home, const OpenOptions& options)
{
    const bool suspect = home.suspect();
    if (suspect || home.size().value_or(0) <= always_checked) {
        auto checked = connection.check(suspect);
        if (checked && suspect) {
            home.clear_suspect();
        }
        return checked;
    }
    const auto power_loss = after_power_loss(connection, options.boot_id);
    if (!power_loss) {
        return std::unexpected(power_loss.error());
    }
    return *power_loss ? connection.check(false) : Result<void>{};
}

Error nothing_there(const std::string& file)
{
    return Error{.message = fmt::format("open '{}'", file), .code = ENOENT};
}

/// The store if it can be worked with; ENOENT: there is none; EUCLEAN: it is damaged; ESTALE: it is of an older version.
Result<Ready> whole(const Home& home, const OpenOptions& options)
{
    const auto stands = home.look();
    if (!stands) {
        return std::unexpected(stands.error());
    }
    if (*stands == Home::Stands::nothing) {
        return std::unexpected(nothing_there(home.file()));
    }
    if (*stands == Home::Stands::other) {
        return std::unexpected(
            Error{.message = fmt::format("open '{}': damaged: it is (nearly) empty, or not a file", home.file()), .code = EUCLEAN});
    }
    auto connection = Connection::open(home, options);
    if (!connection) {
        return connection;
    }
    if ((*connection)->version() < schema_version()) {
        return std::unexpected(Error{.message = "an older schema", .code = ESTALE});
    }
    if (auto checked = check_where_due(**connection, home, options); !checked) {
        return std::unexpected(std::move(checked.error()));
    }
    return connection;
}

Result<Ready> made(const Home& home, const OpenOptions& options)
{
    home.remove_draft();
    auto draft = Connection::make_draft(home);
    if (draft) {
        draft = home.install_draft();
    }
    if (!draft) {
        home.remove_draft();
        return std::unexpected(std::move(draft.error()));
    }
    return Connection::open(home, options);
}

Result<Ready> migrated(const Home& home, const OpenOptions& options)
{
    auto connection = Connection::open(home, options);
    if (!connection) {
        return connection;
    }
    // A migration that reads a damaged file would carry the damage over.
    auto done = (*connection)->check(false);
    if (done) {
        done = (*connection)->migrate();
    }
    return done ? std::move(connection) : Result<Ready>(std::unexpected(std::move(done.error())));
}

Result<Ready> begun_anew(const Home& home, const OpenOptions& options, const Error& damage, std::vector<std::string>& notices)
{
    auto name = home.set_aside();
    if (!name) {
        return std::unexpected(std::move(name.error()));
    }
    notices.push_back(fmt::format("{}; it was set aside as '{}/{}', and a new store is begun: what it knew of earlier runs is there only "
                                  "(sqlite3 '{}/{}' .recover)",
                                  damage.message, home.directory(), *name, home.directory(), *name));
    return made(home, options);
}

/// As whole(), but does what has to be done first. One process at a time.
Result<Ready> repaired(const Home& home, const OpenOptions& options, std::vector<std::string>& notices)
{
    auto lock = home.lock(options.busy_timeout);
    if (!lock) {
        return std::unexpected(std::move(lock.error()));
    }
    auto ready = whole(home, options); // another process may have been faster
    if (!ready && ready.error().code == ESTALE) {
        ready = migrated(home, options);
    }
    if (ready) {
        return ready;
    }
    if (ready.error().code == ENOENT) {
        return made(home, options);
    }
    return is_damage(ready.error()) ? begun_anew(home, options, ready.error(), notices) : std::move(ready);
}

/// Whether the log has parts that SQLite will pass over: said, kept for people, and a reason to read all of the file.
bool look_for_losses(const Home& home, std::vector<std::string>& notices)
{
    std::string lost = lost_in_journal(home.file() + "-wal");
    if (lost.empty()) {
        return false;
    }
    mark_suspect(home.file());
    const std::string copy = home.copy_journal_aside();
    notices.push_back(copy.empty() ? std::move(lost) : fmt::format("{}; a copy of it is '{}/{}'", lost, home.directory(), copy));
    return true;
}

bool wants_work(const Error& error)
{
    return error.code == ENOENT || error.code == ESTALE || is_damage(error);
}

} // namespace

Store::Store(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Opened> Store::open(const StorePlace& place, const OpenOptions& options)
{
    auto home = Home::at(place);
    if (!home) {
        return std::unexpected(std::move(home.error()));
    }
    std::vector<std::string> notices;
    if (std::string misgivings = home->misgivings(); !misgivings.empty()) {
        notices.push_back(std::move(misgivings));
    }
    const bool lost = look_for_losses(*home, notices);
    auto ready = whole(*home, options);
    if (!ready && wants_work(ready.error())) {
        ready = repaired(*home, options, notices);
    }
    if (!ready) {
        return std::unexpected(std::move(ready.error()));
    }
    if (lost) {
        (*ready)->restart_journal();
    }
    return Opened{.store = Store(std::move(*ready)), .notices = std::move(notices)};
}

} // namespace hutch::store
