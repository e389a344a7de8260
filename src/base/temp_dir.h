// A private directory that lives as long as its object. Responsible for making it (mode 0700, unguessable name) and
// for removing it with all that a test may have put there.
#pragma once

#include <string>
#include <string_view>

#include "base/fd.h"
#include "hutch/error.h"

namespace hutch::base {

class TempDir {
  public:
    /// Makes "<parent>/<prefix>XXXXXX". An empty parent is $TMPDIR, or /tmp.
    static Result<TempDir> create(std::string_view prefix, std::string parent = {});

    TempDir(TempDir&& other) noexcept : fd_(std::move(other.fd_)), path_(std::exchange(other.path_, {})) {}
    TempDir& operator=(TempDir&& other) noexcept;
    ~TempDir();

    const std::string& path() const { return path_; }
    BorrowedFd fd() const { return fd_; }
    FileAt operator/(const char* name) const { return {fd_, name}; }

    /// Removes it now, and says what was in the way. The destructor does the same without saying.
    Result<void> remove();

  private:
    TempDir(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
    UniqueFd fd_;
    std::string path_;
};

} // namespace hutch::base
