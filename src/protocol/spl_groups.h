// In which group a case stands: the headings of a Simple spec, kept by their indentation. Never keeps more than `deepest` of them.
//
// A spec's own prints stand between its headings and marks. What is told apart: a top-level group ends with its summary, so of the lines in
// the first column only the first is a heading, and what a blank line follows is none; a heading stands one level, two or four columns,
// below the one it is in. A print can change with each run, a group's name must not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::protocol {

class SplGroups {
  public:
    static constexpr std::size_t deepest = 32;

    /// A line without a mark: a heading, where one can stand.
    void heading(std::size_t columns, std::string_view name);
    /// "Calculator > division", of a case that stands there; cut to `longest_case_name`.
    const std::string& of_case(std::size_t columns);
    /// After a lone line in the first column: that was a title, or a print while the file was loaded.
    void blank_line();
    /// The summary of a top-level group has come.
    void top_ended();

  private:
    struct Heading {
        std::size_t columns;
        std::string name;
    };
    void keep_above(std::size_t columns);
    void push(std::size_t columns, std::string_view name);

    std::vector<Heading> open_;
    std::string joined_;
    bool joined_is_old_ = false;
    bool had_case_ = false; ///< since the last summary
};

} // namespace hutch::protocol
