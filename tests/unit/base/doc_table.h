// The tables of the documents, for tests that compare them with the code: neither can drift.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "base/text.h"

namespace hutch::test {

/// The cells of a row "| a | b |", without the backquotes around one.
inline std::vector<std::string> doc_cells(std::string_view line)
{
    std::vector<std::string> cells;
    for (const std::string_view part : base::split(line, '|')) {
        std::string_view cell = base::trim(part);
        if (cell.size() > 1 && cell.starts_with('`') && cell.ends_with('`') && cell.find('`', 1) == cell.size() - 1) {
            cell = cell.substr(1, cell.size() - 2);
        }
        cells.emplace_back(cell);
    }
    return cells.size() < 2 ? cells : std::vector(cells.begin() + 1, cells.end() - 1);
}

/// The lines of docs/`file` between "<!-- marker -->" and "<!-- /marker -->".
inline std::vector<std::string> doc_section(const std::string& file, const std::string& marker)
{
    std::ifstream text(HUTCH_SOURCE_DIR "/docs/" + file);
    EXPECT_TRUE(text) << file;
    std::vector<std::string> lines;
    bool inside = false;
    for (std::string line; std::getline(text, line);) {
        if (line == "<!-- /" + marker + " -->") {
            break;
        }
        if (inside) {
            lines.push_back(line);
        }
        inside = inside || line == "<!-- " + marker + " -->";
    }
    return lines;
}

/// The rows of the section's only table, its head left out.
inline std::vector<std::vector<std::string>> doc_rows(const std::string& file, const std::string& marker)
{
    std::vector<std::vector<std::string>> rows;
    for (const std::string& line : doc_section(file, marker)) {
        if (line.starts_with("| ")) {
            rows.push_back(doc_cells(line));
        }
    }
    return rows.empty() ? rows : std::vector(rows.begin() + 1, rows.end());
}

} // namespace hutch::test
