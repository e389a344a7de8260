// The private directories of the tests: TEST_TMPDIR and HUTCH_TMPDIR. One root for the run, one directory for each
// attempt, removed when the attempt is judged; the root carries the run id, so that a sweep can tell whose it was.
#pragma once

#include <string>
#include <string_view>

#include "base/fd.h"
#include "hutch/error.h"

namespace hutch::run {

class TempDirs {
  public:
    /// The root, `parent`/hutch-`run_id`, is made with the first directory.
    TempDirs(std::string parent, std::string_view run_id);
    TempDirs(const TempDirs&) = delete;
    ~TempDirs(); ///< removes the root, if it is empty

    /// An empty directory of mode 0700; returns its absolute path.
    Result<std::string> make(std::string_view name);
    Result<void> remove(const std::string& path);

  private:
    std::string root_;
    base::UniqueFd fd_;
};

} // namespace hutch::run
