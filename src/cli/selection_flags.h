// The flags that say which tests are meant: paths, suites of build systems, filters, shards. Shared by `hutch run` and `hutch list`, so that
// what is listed is what would be run.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "discover/filter.h"
#include "discover/select.h"

namespace hutch::cli {

struct SelectionSettings {
    std::vector<std::string> paths;  ///< as given; none: the project's, or "."
    std::string ctest, meson;        ///< build directories; ""
    std::string build_config;        ///< of a ctest tree with several configurations: "Release"
    discover::Filter filter;
    bool rerun_failed = false;
    discover::Shard shard;
    std::string shard_source;        ///< what said so: "--shard", a variable's name
    bool pull_dependencies = true;
    bool default_filter = true;      ///< nothing was asked for: only slow tests are left out
};

class SelectionFlags {
  public:
    void add_to(CLI::App& command);
    Result<SelectionSettings> settings() const;
    const std::string& directory() const { return directory_; } ///< -C
    const std::string& project_file() const { return project_; } ///< --project; "none" for none
    bool is_suite() const { return !ctest_.empty() || !meson_.empty(); }

  private:
    Result<discover::Shard> shard(std::string& source) const;
    bool any_filter() const;

    discover::FilterFlags filters_;
    std::vector<std::string> paths_;
    std::string directory_, project_, ctest_, meson_, build_config_, shard_;
    bool rerun_failed_ = false, no_dependencies_ = false;
};

} // namespace hutch::cli
