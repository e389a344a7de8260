// The private directories of the tests: TEST_TMPDIR and HUTCH_TMPDIR. One root for the run, which carries the run id, so
// that a sweep can tell whose it was. An attempt has its directory for itself and gets it empty. One that is given back
// empty and unchanged goes to a later attempt (making and removing one costs more than the rest of its bookkeeping on ext4);
// any other is removed with all that is in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "hutch/error.h"

namespace hutch::run {

class TempDirs {
  public:
    /// The root, `parent`/hutch-`run_id`, is made with the first directory.
    TempDirs(std::string parent, std::string_view run_id);
    TempDirs(const TempDirs&) = delete;
    ~TempDirs(); ///< removes the root with all that is in it, unless a directory was not given back

    /// An empty directory of mode 0700; returns its absolute path.
    Result<std::string> take();
    /// The attempt has ended, and no process of it is left.
    Result<void> give_back(const std::string& path);

  private:
    Result<void> open_root();
    bool is_as_new(const std::string& name) const;

    std::string root_;
    base::UniqueFd fd_;
    std::vector<std::string> free_; ///< names of directories that are as new
    std::size_t made_ = 0;
    std::size_t out_ = 0; ///< taken, and not given back
};

} // namespace hutch::run
