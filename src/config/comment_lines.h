// The comment at the top of a file, whatever language it is in: which text stands in comments before the first code, line by line.
// Responsible for leaders and blocks; never knows what the text means, never reads a file, never looks behind the first code.
//
//     #!/usr/bin/env node
//     /* one
//      * two */  // three
//     import x from "y";        ← code: the end
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace hutch::config {

/// What one line says in a comment. Both are views into the text.
struct CommentLine {
    std::uint32_t number = 0;   ///< from 1
    std::string_view line;      ///< all of it, for columns
    std::string_view content;   ///< without leader, end of block, and blanks at both ends
};

/// From line 1, or from behind a `#!` line and a line that opens a program (`<?php`, `<?xml … ?>`, `@echo off`). Lines of a comment
/// that say nothing are left out. A byte order mark is passed over.
std::vector<CommentLine> comment_lines(std::string_view text);

/// The column of `part`, a view into `line`: from 1, in characters of UTF-8.
std::uint32_t column_of(std::string_view line, std::string_view part);

} // namespace hutch::config
