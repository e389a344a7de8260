// What is known of the project's earlier runs, for `hutch run` and `hutch list`: the store, opened where it is, asked once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/selection.h"
#include "store/store.h"

namespace hutch::cli {

class History {
  public:
    /// Nothing is known, and nothing is kept.
    History() = default;
    /// The store of a project: HUTCH_STATE_DIR, or .hutch in `directory`. It is made unless `only_read`.
    static Result<History> open(const std::string& directory, bool only_read);

    /// Nothing is known or kept, and the user is told why.
    static History without(std::string notice);

    /// Names are kept as they are shown in `directory`, the project's, wherever below it hutch is started. A suite's are no paths.
    void name_by_project(const std::string& cwd, const std::string& directory);
    std::string stored_name(const std::string& test) const;

    LastOf last_of() const;
    /// Null: never run.
    const store::Last* find(const std::string& test) const;
    store::Store* store() const { return store_.get(); } ///< null: nothing is kept
    const std::vector<std::string>& notices() const { return notices_; }

  private:
    std::shared_ptr<store::Store> store_;
    std::shared_ptr<const std::unordered_map<std::string, store::Last>> last_;
    std::vector<std::string> notices_;
    std::string below_;   ///< from the project's directory to the working directory: "a/b/"; "" where they are one
    std::string project_; ///< its directory with a '/'; "": names are not changed
};

/// This process, as later ones will ask for it.
store::Owner this_process();
/// Whether the process of `owner` lives.
bool is_alive(const store::Owner& owner);

} // namespace hutch::cli
