// What would be run, and why: `hutch list` and `hutch run --list`.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "cli/selection.h"

namespace hutch::cli {

class ListingFlags {
  public:
    /// `asked`: by --list, among the flags of another command; else always.
    void add_to(CLI::App& command, bool asked);
    bool wanted() const { return list_; }

    /// The tests on standard output, in the order in which they were found. Returns the exit code.
    int list(const Selected& selected) const;

  private:
    std::string lines(const Selected& selected) const;
    std::string json(const Selected& selected) const;

    bool list_ = false, tags_ = false, json_ = false, explain_ = false;
};

} // namespace hutch::cli
