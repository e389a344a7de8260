// The beginning of a file: all that discovery ever reads of one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hutch::discover
{

inline constexpr std::size_t head_bytes = std::size_t{64} << 10;

/// At most `head_bytes` of a file. What cannot be read is empty: a test that may only be executed says nothing of itself.
class Head
{
  public:
    Head() : buffer_(head_bytes, '\0') {}
    /// The text stays as it is until the next call.
    std::string_view read(const std::string& path);

  private:
    std::string buffer_; ///< one for 100,000 files
};

/// A program, an archive, a picture: it has a NUL where text has none.
bool is_binary(std::string_view head);

} // namespace hutch::discover
