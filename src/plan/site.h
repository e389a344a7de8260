// The facts of this machine and of this run that a sandbox depends on. Gathered once by look_at_site(); everything that
// is made of them is pure, so that a test can describe any machine.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hutch/policy.h"
#include "kernel/call_filter.h"
#include "kernel/landlock.h"
#include "kernel/mountinfo.h"

namespace hutch::plan {

struct PathFact {
    enum class Kind { missing, directory, file, other }; ///< other: a socket, a device, a pipe
    Kind kind = Kind::missing;
    std::string real; ///< without symbolic links; "" where it is missing
    bool exists() const { return kind != Kind::missing; }
    bool is_directory() const { return kind == Kind::directory; }
};

/// What a trial has found out about a feature.
enum class Refusal {
    none,
    mounts, ///< not by mounts and namespaces: its Landlock form is left
    all,
};

struct Site {
    unsigned uid = 0;
    bool privileged = true; ///< namespaces and mounts without a user namespace around them
    std::string work_dir;   ///< absolute
    std::string home;       ///< the user's own, outside; "" where there is none
    std::string run_user;   ///< /run/user/UID
    std::string temp_root;  ///< attempts have their own directories below it
    /// What has to stay visible where it is: directories and programs that the tests are made of.
    std::vector<std::string> needed;
    std::vector<kernel::Mount> mounts;
    kernel::LandlockSupport landlock;
    std::function<PathFact(const std::string&)> look;
    /// Names in a directory, symbolic links left out.
    std::function<std::vector<std::string>(const std::string&)> children;
    kernel::FilterSupport filters;
    std::array<Refusal, feature_count> refused{};

    Refusal refusal(Feature feature) const { return refused[static_cast<std::size_t>(feature)]; }
    void refuse(Feature feature, Refusal refusal) { refused[static_cast<std::size_t>(feature)] = refusal; }
};

/// What a run knows of itself; the rest is looked at.
struct SiteFacts {
    std::string work_dir, home, temp_root;
    std::string path;                  ///< PATH: directories below what a policy covers stay visible
    std::vector<std::string> programs; ///< of the tests, and the test files themselves: absolute
};

Site look_at_site(const SiteFacts& facts);

} // namespace hutch::plan
