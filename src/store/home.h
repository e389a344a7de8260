// The directory that the store lives in. Responsible for making it private, for what stands in place of the file, and for setting
// a damaged file aside. Never opens store.sqlite itself: closing any descriptor of it would drop the locks that SQLite holds for
// another connection of this process.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "hutch/error.h"
#include "hutch/units.h"
#include "store/values.h"

namespace hutch::store {

class Home {
  public:
    /// The directory, made if need be (0700, with a .gitignore of its own), with symbolic links on the way to it resolved.
    static Result<Home> at(const StorePlace& place);

    const std::string& directory() const { return directory_; }
    const std::string& file() const { return file_; }    ///< DIRECTORY/store.sqlite
    std::string draft() const { return file_ + ".new"; } ///< where a new one is made before it gets its name
    base::BorrowedFd fd() const { return fd_; }

    enum class Stands { nothing, store, other }; ///< other: (nearly) empty, a directory, a pipe: to be set aside
    /// What is in the file's place. Error: a symbolic link, or it is not ours to write.
    Result<Stands> look() const;
    std::optional<std::uint64_t> size() const; ///< of the file

    /// One process at a time makes, migrates or sets aside. Held as long as the descriptor.
    Result<base::UniqueFd> lock(Milliseconds patience) const;

    /// Renames the file and what belongs to it to "store.sqlite.damaged-N"; that name.
    Result<std::string> set_aside() const;
    /// A copy of the log, "store.sqlite-wal.damaged-N": SQLite is going to write over it. "" if it cannot be made.
    std::string copy_journal_aside() const;
    /// Removes what a killed process left of a new one.
    void remove_draft() const;
    /// Gives the draft its name. Both are on the disk then.
    Result<void> install_draft() const;

    bool suspect() const; ///< mark_suspect() was called since the file was checked

    void clear_suspect() const;

    /// Why this is a bad place, or "": a network file system.
    std::string misgivings() const;

  private:
    Home(base::UniqueFd fd, std::string directory);
    base::UniqueFd fd_;
    std::string directory_, file_;
};

/// Damage was met in `file` in the middle of work: the next open() is to look at all of it. Best effort.
void mark_suspect(const std::string& file);

} // namespace hutch::store
