// A cgroup of the test's own below the one it was started in, removed with all that is in it. Tests that need it skip
// with the reason where there is none; HUTCH_REQUIRE=core makes that a failure.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/text.h"
#include "kernel/cgroup_dir.h"
#include "kernel/cgroup_mount.h"

namespace hutch::test {

inline Result<kernel::CgroupDir> open_own_cgroup()
{
    const auto mount = kernel::find_cgroup_mount();
    const auto own = kernel::own_cgroup();
    if (!mount || !own) {
        return std::unexpected(mount ? own.error() : mount.error());
    }
    auto directory = kernel::cgroup_directory(*mount, *own);
    return directory ? kernel::CgroupDir::open(std::move(*directory)) : std::unexpected(std::move(directory.error()));
}

inline bool is_required(std::string_view label)
{
    const char* required = std::getenv("HUTCH_REQUIRE");
    for (const std::string_view word : base::split(required == nullptr ? "" : required, ',')) {
        if (word == label) {
            return true;
        }
    }
    return false;
}

/// Waits until nobody is in `cgroup`: rmdir straight after cgroup.kill is EBUSY.
inline bool wait_empty(const kernel::CgroupDir& cgroup)
{
    const auto deadline = base::Deadline::after(std::chrono::seconds(5));
    while (!deadline.passed()) {
        const auto populated = cgroup.populated();
        if (!populated || !*populated) {
            return true;
        }
        ::usleep(200);
    }
    return false;
}

class CgroupTest : public ::testing::Test {
  protected:
    void SetUp() override
    {
        auto parent = open_own_cgroup();
        auto made = parent ? parent->make_child(name_) : std::unexpected(parent.error());
        if (!made && is_required("core")) {
            FAIL() << "no writable cgroup2 directory: " << made.error().message;
        }
        if (!made) {
            GTEST_SKIP() << "no writable cgroup2 directory: " << made.error().message;
        }
        parent_.emplace(std::move(*parent));
        home_.emplace(std::move(*made));
    }

    void TearDown() override
    {
        if (home_) {
            (void)home_->kill();
            EXPECT_TRUE(wait_empty(*home_));
            const auto removed = parent_->remove_tree(name_);
            EXPECT_TRUE(removed) << removed.error().message;
        }
    }

    const kernel::CgroupDir& home() const { return *home_; }

  private:
    std::string name_ = "hutch-core-" + std::to_string(::getpid());
    std::optional<kernel::CgroupDir> parent_, home_;
};

} // namespace hutch::test
