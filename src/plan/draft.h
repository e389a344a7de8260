// A sandbox in the making: what is left of the policy after what this machine refused, and the steps as they come together.
// Internal to plan/; each of sandbox_*.cpp adds its part.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "plan/sandbox.h"
#include "plan/site.h"

namespace hutch::plan {

/// File rules that Landlock has to hold, because mounts cannot.
struct LandlockRules {
    bool root = false, hidden = false, work_read_only = false, cgroup_files = false;
    bool signals = false, abstract_sockets = false;
    bool files() const { return root || hidden || work_read_only || cgroup_files; }
    bool any() const { return files() || signals || abstract_sockets; }
};

struct Draft {
    const Site& site;
    Policy rules; ///< the policy less what is refused, and less what Landlock holds
    LandlockRules landlock;
    Held held;
    kernel::Setup setup;
    std::shared_ptr<const kernel::CallTable> calls;
    bool stay = false;
    bool attempt_dir = false; ///< the attempt's own directory is used
    bool pooled_network = false;
    std::string temp_dir, home, out_dir;

    bool has(std::uint64_t clone_flag) const { return (setup.clone_flags & clone_flag) != 0; }

    kernel::SetupStep& init(Feature feature, kernel::wire::Op op, std::initializer_list<std::string> texts = {},
                            std::uint64_t number = 0, std::uint64_t other = 0)
    {
        return add(setup.init, feature, op, texts, number, other);
    }
    kernel::SetupStep& test(Feature feature, kernel::wire::Op op, std::initializer_list<std::string> texts = {},
                            std::uint64_t number = 0, std::uint64_t other = 0)
    {
        return add(setup.test, feature, op, texts, number, other);
    }

  private:
    static kernel::SetupStep& add(std::vector<kernel::SetupStep>& steps, Feature feature, kernel::wire::Op op,
                                  std::initializer_list<std::string> texts, std::uint64_t number, std::uint64_t other)
    {
        kernel::SetupStep step{.op = op, .feature = feature, .number = number, .other = other};
        std::size_t index = 0;
        for (const std::string& text : texts) {
            step.texts.at(index++) = text;
        }
        steps.push_back(std::move(step));
        return steps.back();
    }
};

/// Takes out of `draft.rules` what this site refuses, gives to Landlock what it can hold, and says in `draft.held` who holds what.
void divide(Draft& draft);

void add_namespaces(Draft& draft);  ///< clone flags, host name, loopback, clocks
void add_mounts(Draft& draft);      ///< file rules by mounts
void add_landlock(Draft& draft);    ///< file rules and scopes by Landlock
void add_credentials(Draft& draft); ///< keyring, no_new_privs, capability sets

/// The capabilities that the test has in the end, bit by bit; all where nothing is taken.
std::uint64_t kept_capabilities(const Draft& draft);

/// "{work}/x", "{home}/x", "{run}/x" with what stands for them here; "" where there is no such thing.
std::string expanded(const Site& site, const std::string& path);

/// Paths that reach what could change a test's limits, or start something outside of it.
std::vector<std::string> control_paths(const Site& site);

bool is_below(std::string_view path, std::string_view directory); ///< not equal
bool is_at_or_below(std::string_view path, std::string_view directory);

} // namespace hutch::plan
