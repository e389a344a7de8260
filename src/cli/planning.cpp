#include "cli/planning.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "cli/environment.h"
#include "plan/compile.h"
#include "plan/feasibility.h"
#include "plan/machine.h"
#include "plan/sandbox_environment.h"
#include "run/fit_sandbox.h"
#include "scope/remedies.h"

namespace hutch::cli {

namespace {

plan::Site site_of(const std::vector<TestPtr>& tests, const std::string& cwd)
{
    std::set<std::string> programs;
    for (const TestPtr& test : tests) {
        programs.insert(test->program);
        for (const std::string& word : test->argv) {
            if (word.starts_with('/')) {
                programs.insert(word);
            }
        }
    }
    return plan::look_at_site({.work_dir = cwd,
                               .home = environment_variable("HOME"),
                               .temp_root = temp_root(),
                               .path = environment_variable("PATH"),
                               .programs = {programs.begin(), programs.end()}});
}

/// Each notice once, in the order in which they came up.
void add_notices(std::vector<std::string>& notices, std::vector<std::string> more)
{
    for (std::string& notice : more) {
        if (std::ranges::find(notices, notice) == notices.end()) {
            notices.push_back(std::move(notice));
        }
    }
}

/// Limits of tests, worked out once for all that say the same.
class LimitsOfTests {
  public:
    LimitsOfTests(const Wanted& wanted, const Box& box, const std::string& cwd) : wanted_(wanted), box_(box), cwd_(cwd) {}

    Result<std::shared_ptr<const plan::Feasible>> of(const std::shared_ptr<const Traits>& traits)
    {
        if (const auto known = by_traits_.find(traits); known != by_traits_.end()) {
            return known->second;
        }
        const auto limits = wanted_.limits(*traits);
        if (!limits) {
            return std::unexpected(limits.error());
        }
        auto feasible = of(plan::with_io_paths(*limits, cwd_));
        if (feasible) {
            by_traits_.emplace(traits, *feasible);
        }
        return feasible;
    }

    std::vector<std::string> notices;

  private:
    Result<std::shared_ptr<const plan::Feasible>> of(const Limits& limits)
    {
        const auto known = std::ranges::find(known_, limits, &Known::wanted);
        if (known != known_.end()) {
            return known->feasible;
        }
        auto feasible = plan::feasible(limits, plan::look_at_machine(box_.manager().capabilities(), limits), wanted_.isolation);
        if (!feasible) {
            return std::unexpected(std::move(feasible.error()));
        }
        add_notices(notices, feasible->notices);
        known_.push_back({limits, std::make_shared<const plan::Feasible>(*std::move(feasible))});
        return known_.back().feasible;
    }

    struct Known {
        Limits wanted;
        std::shared_ptr<const plan::Feasible> feasible;
    };
    const Wanted& wanted_;
    const Box& box_;
    const std::string& cwd_;
    std::map<std::shared_ptr<const Traits>, std::shared_ptr<const plan::Feasible>> by_traits_;
    std::vector<Known> known_; ///< few: profiles, and what single tests say
};

/// The indices of the tests that have the same policy.
struct SamePolicy {
    Policy policy;
    std::vector<std::size_t> tests;
};

/// What is said of a test, and whether it writes a file for us.
struct Asking {
    std::shared_ptr<const Traits> traits;
    bool outputs = false;
    auto operator<=>(const Asking&) const = default;
};

Result<std::vector<SamePolicy>> by_policy(const std::vector<Asking>& traits, const Wanted& wanted)
{
    std::vector<SamePolicy> groups;
    std::map<Asking, std::size_t> known;
    for (std::size_t i = 0; i < traits.size(); ++i) {
        const auto [entry, is_new] = known.try_emplace(traits[i], 0);
        if (is_new) {
            auto policy = wanted.policy(*traits[i].traits);
            if (!policy) {
                return std::unexpected(std::move(policy.error()));
            }
            policy->files.outputs = traits[i].outputs && policy->files.tmp.has_value();
            const auto same = std::ranges::find(groups, *policy, &SamePolicy::policy);
            entry->second = static_cast<std::size_t>(same - groups.begin());
            if (same == groups.end()) {
                groups.push_back({*std::move(policy), {}});
            }
        }
        groups[entry->second].tests.push_back(i);
    }
    return groups;
}

/// Puts the tests of one policy into its sandbox.
Result<void> fit(Plan& plan, const SamePolicy& same, const Wanted& wanted, const Box& box, const std::string& cwd)
{
    std::vector<TestPtr> tests;
    for (const std::size_t index : same.tests) {
        tests.push_back(plan.tests[index]);
    }
    auto fitted = run::fit_sandbox(same.policy, site_of(tests, cwd), wanted.isolation,
                                   {.init = box.init(),
                                    .temp_root = temp_root(),
                                    .namespaces_remedy = scope::remedy_for_namespaces(box.chosen().machine)});
    if (!fitted) {
        return std::unexpected(std::move(fitted.error()));
    }
    tests = plan::in_sandbox(tests, fitted->sandbox);
    for (std::size_t i = 0; i < tests.size(); ++i) {
        plan.tests[same.tests[i]] = std::move(tests[i]);
    }
    add_notices(plan.notices, std::move(fitted->notices));
    return {};
}

} // namespace

Result<Plan> make_plan(std::vector<TestFile> files, const Wanted& wanted, const Box& box, const std::string& cwd)
{
    LimitsOfTests limits(wanted, box, cwd);
    plan::FeasibleLimits feasible;
    std::vector<Asking> traits;
    for (const TestFile& file : files) {
        auto of_file = limits.of(file.traits);
        if (!of_file) {
            return std::unexpected(std::move(of_file.error()));
        }
        feasible.push_back(*std::move(of_file));
        traits.push_back({file.traits, file.protocol == Protocol::junit});
    }
    auto tests = plan::compile(std::move(files), feasible,
                               {.work_dir = cwd, .run_id = box.run_id(), .environment = inherited_environment()});
    if (!tests) {
        return std::unexpected(std::move(tests.error()));
    }
    Plan plan{.tests = std::move(*tests), .notices = std::move(limits.notices)};
    const auto groups = by_policy(traits, wanted);
    if (!groups) {
        return std::unexpected(groups.error());
    }
    for (const SamePolicy& same : *groups) {
        if (auto fitted = fit(plan, same, wanted, box, cwd); !fitted) {
            return std::unexpected(std::move(fitted.error()));
        }
    }
    return plan;
}

} // namespace hutch::cli
