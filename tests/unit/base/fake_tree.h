// A directory tree in a private directory, written out in the test that needs it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/temp_dir.h"

namespace hutch::test {

class FakeTree {
  public:
    FakeTree() : directory_(base::TempDir::create("hutch-unit-").value()) {}

    const std::string& path() const { return directory_.path(); }
    std::string operator/(std::string_view name) const { return path() + "/" + std::string(name); }

    FakeTree& directory(std::string_view name)
    {
        EXPECT_TRUE(base::make_directories(*this / name));
        return *this;
    }
    FakeTree& file(std::string_view name, std::string_view content = "")
    {
        make_parent(name);
        std::ofstream(*this / name) << content;
        return *this;
    }
    FakeTree& link(std::string_view name, const std::string& target)
    {
        make_parent(name);
        EXPECT_EQ(::symlink(target.c_str(), (*this / name).c_str()), 0) << name;
        return *this;
    }

  private:
    void make_parent(std::string_view name)
    {
        if (const auto slash = name.rfind('/'); slash != std::string_view::npos) {
            directory(name.substr(0, slash));
        }
    }

    base::TempDir directory_;
};

} // namespace hutch::test
