// What a test wrote, made harmless for a terminal, a log and a JSON file. A test must never be able to move the cursor,
// set a window title, forge a result line or break an encoding in our output.
#pragma once

#include <string>
#include <string_view>

namespace hutch::report {

/// Any bytes → valid UTF-8 without control characters: terminal escape sequences are left out, other controls shown as
/// ^A or <U+009B>, what is not UTF-8 as U+FFFD. Newline and tab stay; a carriage return alone (progress bars) becomes a
/// newline, before a newline it is dropped. Text directions that hide text (U+202A…) are shown as <U+202E>.
std::string printable(std::string_view bytes);

/// The same for a name in a line of ours: newline and tab are shown as ^J and ^I too.
std::string printable_line(std::string_view bytes);

} // namespace hutch::report
