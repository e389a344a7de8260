// Small files and directory trees, by descriptor + name or by path. Responsible for: whole reads and single writes of
// small files (kernel interface files among them), atomic replacement, removal of a private tree. Never follows a
// symbolic link while removing, never retries a partial write (the kernel takes an interface file's value in one
// piece or not).
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "hutch/error.h"

namespace hutch::base {

/// "path" as a FileAt: relative to the working directory, as open(2) has it. The string must outlive the value.
inline FileAt at_path(const std::string& path)
{
    return {BorrowedFd(AT_FDCWD), path.c_str()};
}

inline constexpr std::size_t small_file_limit = std::size_t{1} << 20;

/// openat(2) with O_CLOEXEC added. Error: "open 'name': …".
Result<UniqueFd> open_file(FileAt file, int flags, mode_t mode = 0);
Result<UniqueFd> open_file(const std::string& path, int flags, mode_t mode = 0);

/// The whole file. Longer than `limit` bytes is an error with code EFBIG, not a truncation.
Result<std::string> read_file(FileAt file, std::size_t limit = small_file_limit);
Result<std::string> read_file(const std::string& path, std::size_t limit = small_file_limit);

/// What is left to be read through an open descriptor; `name` is for messages.
Result<std::string> read_file(BorrowedFd fd, std::string_view name, std::size_t limit);

/// The beginning of a file into `buffer` by one read, which for kernel files is all that fits. For hot paths: nothing is
/// allocated, and what cannot be read (for whatever reason; errno is kept) is unset.
std::optional<std::string_view> read_into(FileAt file, std::span<char> buffer);

/// pread(2) from 0 through a kept descriptor, as read_into().
std::optional<std::string_view> reread_into(BorrowedFd fd, std::span<char> buffer);

/// Opens an existing file and writes `value` in exactly one write(2); a short write is an error.
Result<void> write_once(FileAt file, std::string_view value);
Result<void> write_once(const std::string& path, std::string_view value);

/// All of `data`, in as many writes as it takes. `name` is for the message.
Result<void> write_all(BorrowedFd fd, std::string_view data, std::string_view name);

/// Writes beside `path`, fsyncs and renames: readers see the old or the new content, never a part.
Result<void> replace_file(const std::string& path, std::string_view content, mode_t mode = 0644);

Result<std::string> read_link(FileAt link);
Result<std::string> read_link(const std::string& path);

/// mkdirat(2); EEXIST is an error.
Result<void> make_directory(FileAt directory, mode_t mode = 0777);
/// mkdir -p; what exists is fine.
Result<void> make_directories(const std::string& path, mode_t mode = 0777);

bool exists(FileAt file);
bool exists(const std::string& path);

/// Removes `tree` and everything below it; what does not exist is fine. For private directories that a test could
/// write to: symbolic links are removed, never followed; modes that were taken away are given back; depth is bounded
/// by neither the stack nor open descriptors; other file systems mounted below are not entered (error EBUSY). All
/// that can be removed is removed, then the first error is returned.
Result<void> remove_tree(FileAt tree);
Result<void> remove_tree(const std::string& path);

} // namespace hutch::base
