// A directory tree for a test, made where it is needed and removed with its object.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/temp_dir.h"

namespace hutch::discover
{

class Tree
{
  public:
    Tree() : directory_(base::TempDir::create("hutch-discover-").value()) {}

    const std::string& path() const { return directory_.path(); }
    std::string operator/(std::string_view name) const { return path() + "/" + std::string(name); }

    void file(std::string_view name, mode_t mode = 0755, std::string_view content = "#!/bin/sh\n")
    {
        const std::string where = *this / name;
        std::filesystem::create_directories(std::filesystem::path(where).parent_path());
        std::ofstream(where) << content;
        ASSERT_EQ(::chmod(where.c_str(), mode), 0) << where;
    }
    void directory(std::string_view name) { std::filesystem::create_directories(*this / name); }
    void link(std::string_view target, std::string_view name)
    {
        std::filesystem::create_symlink(std::string(target), *this / name);
    }

  private:
    base::TempDir directory_;
};

} // namespace hutch::discover
