// A stream's bytes → its lines, however they were cut into reads. Responsible for never keeping more than one line, and of that
// no more than `longest_line`: what a test writes beyond is passed over, and the line is given as if it ended there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace hutch::protocol {

inline constexpr std::size_t longest_line = std::size_t{64} << 10; ///< bytes

class LineSplitter {
  public:
    /// Calls `take(std::string_view line)` for each line that is complete now: without its '\n', and without a '\r' before it.
    template <class Take> void feed(std::string_view bytes, Take take)
    {
        for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
            const std::string_view piece = bytes.substr(0, end);
            if (kept_.empty() && piece.size() <= longest_line) {
                take(without_return(piece)); // most lines come whole, and are never copied
            } else {
                keep(piece);
                take(without_return(kept_));
                kept_.clear();
            }
            bytes.remove_prefix(end + 1);
        }
        keep(bytes);
    }

    /// The end of the stream: a last line without '\n' is a line, too.
    template <class Take> void finish(Take take)
    {
        if (!kept_.empty()) {
            const std::string last = std::exchange(kept_, {});
            take(without_return(last));
        }
    }

  private:
    void keep(std::string_view piece)
    {
        kept_.append(piece.substr(0, longest_line - std::min(kept_.size(), longest_line)));
    }
    static std::string_view without_return(std::string_view line)
    {
        return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
    }

    std::string kept_; ///< the beginning of a line whose end has not come yet
};

} // namespace hutch::protocol
