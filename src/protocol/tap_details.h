// What stands around a test point and tells more of it: its YAML block, the comments behind it, the subtest before it. Bounded each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hutch/cases.h"
#include "hutch/units.h"

namespace hutch::protocol {

/// The first lines of a longer text, without the indentation of the first, without empty lines at both ends.
class FirstLines {
  public:
    static constexpr std::size_t most_lines = 10;

    void add(std::string_view line);
    bool full() const { return count_ == most_lines || text_.size() >= longest_case_message; }
    std::string text() const;

  private:
    std::string text_;
    std::size_t count_ = 0;
    std::size_t indent_ = 0;
};

/// A YAML block, from behind "---" to "...". No YAML in full: of the keys that stand at its own indentation `message`, `error`,
/// `duration_ms` and `time` are read where they have a text (plain, quoted, "|" or ">"); all else is passed over.
///
///     message: |-
///       expected: 1
///     duration_ms: 12.5
class TapYaml {
  public:
    explicit TapYaml(std::size_t indent) : indent_(indent) {}

    enum class Place {
        inside,  ///< the line is the block's
        last,    ///< and closes it
        outside, ///< is indented less: the block was not closed
    };
    Place take(std::string_view line);

    /// `message`, and where there is none, `error`.
    std::string message() const;
    /// `duration_ms` in milliseconds, `time` as parse_duration() has it ("12ms"; a bare number is seconds).
    std::optional<Microseconds> duration() const { return duration_; }

  private:
    void take_key(std::string_view content);
    void take_text(FirstLines& text, std::string_view value);

    std::size_t indent_;
    FirstLines message_, error_;
    FirstLines* block_ = nullptr; ///< of a "|" or ">" whose lines come now
    bool has_message_ = false, has_error_ = false;
    std::optional<Microseconds> duration_;
};

/// What came indented since the last point of the top level.
class TapSubtest {
  public:
    static constexpr std::size_t most_names = 5;
    static constexpr std::size_t longest_name = 120; ///< bytes

    std::string name;  ///< "# Subtest: NAME"
    bool open = false; ///< a line of it was seen

    void add_failed(std::string_view failed);
    /// "failed: a, b, c, d, e and 4 more"; "" where nothing failed.
    std::string failed() const;

  private:
    std::vector<std::string> names_;
    std::uint64_t count_ = 0;
};

/// A test point whose lines may go on.
class TapPending {
  public:
    TapPending(Case found, std::string failed) : case_(std::move(found)), failed_(std::move(failed)) {}

    void add_comment(std::string_view text);
    void add_yaml(const TapYaml& yaml);
    Case finished() &&;

  private:
    Case case_;
    std::string failed_; ///< in its subtest
    std::string yaml_message_;
    FirstLines comments_;
};

} // namespace hutch::protocol
