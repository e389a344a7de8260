// One file → how it is run, and all that is said of it: by the runner table, by patterns of the project file, by marks and comment
// lines in its own head. Reads the head of the file once; starts nothing.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/project.h"
#include "discover/head.h"
#include "discover/runners.h"
#include "hutch/error.h"
#include "hutch/test.h"

namespace hutch::discover
{

/// A file that may be a test.
struct Candidate {
    std::string name; ///< as it is shown
    std::string path; ///< absolute
    bool executable = false;
    bool named = false; ///< on the command line
};

class TestMaker
{
  public:
    /// `project` must outlive this.
    TestMaker(const config::Project& project, const std::string& simple_binary, Bytes ram);

    /// Whether a row of the table takes it.
    bool is_test(const std::string& path, bool executable) const;
    /// Unset: no row takes it, or the one that does says that it is no test.
    Result<std::optional<TestFile>> make(Candidate candidate);

    /// Patterns of the project file are matched against this: the path below the project's directory, or the whole one.
    std::string_view below_project(std::string_view path) const;

  private:
    using Shared = std::shared_ptr<const Traits>;
    struct Patterns; ///< what the project file says of a file: the row, and the overrides that fit

    void start(TestFile& file, const Runner& runner, bool executable, std::string_view head) const;
    Patterns patterns_of(const Runner& runner, std::string_view name) const;
    Shared traits_of(const Patterns& patterns);

    const config::Project& project_;
    std::vector<Runner> table_;
    Bytes ram_;
    Head head_;
    std::map<std::vector<std::size_t>, Shared> known_; ///< row and overrides → their traits: few for many files
};

} // namespace hutch::discover
