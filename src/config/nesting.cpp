// See nesting.h.
#include "config/nesting.h"

#include <algorithm>

namespace hutch::config {
namespace {

/// Reads a text once, character by character, and knows what is inside of a string or a comment.
class Scan {
  public:
    Scan(std::string_view text, std::size_t limit) : rest_(text), limit_(limit) {}

    std::optional<Position> run()
    {
        while (!rest_.empty()) {
            const char next = rest_.front();
            if (next == '#') {
                skip(std::min(rest_.find('\n'), rest_.size()));
            } else if (next == '"' || next == '\'') {
                skip_string(next);
            } else if (count(next)) {
                return at_;
            } else {
                skip(1);
            }
        }
        return std::nullopt;
    }

  private:
    /// True: too many.
    bool count(char next)
    {
        if (next == '[' || next == '{') {
            return ++open_ > limit_;
        }
        if (next == ']' || next == '}') {
            open_ -= open_ > 0 ? 1 : 0;
        }
        if (next == '.') {
            return ++dots_ > limit_;
        }
        if (next == '\n') {
            dots_ = 0;
        }
        return false;
    }

    void skip_string(char quote)
    {
        const std::string_view triple = quote == '"' ? R"(""")" : "'''";
        const bool is_multiline = rest_.starts_with(triple);
        const std::string_view end = is_multiline ? triple : triple.substr(0, 1);
        skip(end.size());
        while (!rest_.empty() && !rest_.starts_with(end)) {
            if (rest_.front() == '\n' && !is_multiline) {
                return; // not TOML; what follows is judged as if the string had ended
            }
            skip(rest_.front() == '\\' && quote == '"' && rest_.size() > 1 ? 2 : 1);
        }
        skip(std::min(end.size(), rest_.size()));
    }

    void skip(std::size_t bytes)
    {
        for (const char passed : rest_.substr(0, bytes)) {
            const bool continues = (static_cast<unsigned char>(passed) & 0xC0U) == 0x80U; // of a character in UTF-8
            at_.column += continues ? 0 : 1;
            if (passed == '\n') {
                ++at_.line;
                at_.column = 1;
            }
        }
        rest_.remove_prefix(bytes);
    }

    std::string_view rest_;
    std::size_t limit_;
    std::size_t open_ = 0, dots_ = 0;
    Position at_{1, 1};
};

} // namespace

std::optional<Position> too_deep(std::string_view text, std::size_t limit)
{
    return Scan(text, limit).run();
}

} // namespace hutch::config
