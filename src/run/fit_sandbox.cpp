#include "run/fit_sandbox.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "base/temp_dir.h"
#include "base/text.h"
#include "run/trial.h"

namespace hutch::run {

namespace {

/// "hidden" and its like can be held by Landlock; "control" partly.
bool has_landlock_form(Feature feature)
{
    return feature == Feature::root || feature == Feature::hidden || feature == Feature::work_tree ||
           feature == Feature::control;
}

bool is_of_namespaces(Feature feature)
{
    return feature <= Feature::home || feature == Feature::control;
}

class Fitting {
  public:
    Fitting(const Policy& policy, plan::Site site, Isolation isolation, const FitDeps& deps)
        : policy_(policy), site_(std::move(site)), isolation_(isolation), deps_(deps)
    {}

    Result<Fitted> run()
    {
        // Each round that does not end refuses something that was not refused before.
        constexpr std::size_t most_rounds = 3 * feature_count;
        for (std::size_t round = 0; round < most_rounds; ++round) {
            auto sandbox = plan::make_sandbox(policy_, site_);
            if (!sandbox) {
                return std::unexpected(std::move(sandbox.error()));
            }
            if (auto required = check(*sandbox); !required) {
                return std::unexpected(std::move(required.error()));
            }
            auto failure = attempt(*sandbox);
            if (!failure) {
                return std::unexpected(std::move(failure.error()));
            }
            if (!*failure) {
                return fitted(std::move(*sandbox));
            }
            refuse(**failure);
        }
        return plain_error(
            fmt::format("policy '{}': no form of it holds here: {}", policy_.name, base::join(reasons_, "; ")));
    }

  private:
    /// What nobody holds, of what was wanted.
    std::vector<Feature> missing(const plan::Sandbox& sandbox) const
    {
        std::vector<Feature> features;
        std::ranges::copy_if(wanted_features(policy_), std::back_inserter(features), [&](Feature feature) {
            return sandbox.held[feature].value_or(Holder::none) == Holder::none;
        });
        return features;
    }

    bool fails_closed(Feature feature) const
    {
        return isolation_ == Isolation::required ||
               (isolation_ == Isolation::automatic && policy_.origin(feature) == Origin::asked);
    }

    std::string list(const std::vector<Feature>& features) const
    {
        std::vector<std::string> names;
        std::ranges::transform(features, std::back_inserter(names),
                               [](Feature feature) { return std::string(to_string(feature)); });
        return base::join(names, ", ");
    }

    /// A private /tmp would take the tests away; nothing of the machine is in the way.
    bool works_in_tmp(const std::vector<Feature>& features) const
    {
        return std::ranges::find(features, Feature::tmp) != features.end() &&
               site_.refusal(Feature::tmp) == plan::Refusal::none &&
               site_.look(site_.work_dir).real == site_.look("/tmp").real;
    }

    std::string why(const std::vector<Feature>& features) const
    {
        std::vector<std::string> all = reasons_;
        if (works_in_tmp(features)) {
            all.emplace_back("the work directory is /tmp itself");
        }
        return all.empty() ? "" : fmt::format(": {}", base::join(all, "; "));
    }

    Result<void> check(const plan::Sandbox& sandbox) const
    {
        std::vector<Feature> closed = missing(sandbox);
        std::erase_if(closed, [&](Feature feature) { return !fails_closed(feature); });
        if (closed.empty()) {
            return {};
        }
        if (works_in_tmp(closed) && reasons_.empty()) {
            return plain_error(fmt::format("policy '{}' cannot be held here ({}){}", policy_.name, list(closed), why(closed)),
                               "start hutch in a directory below /tmp, or elsewhere");
        }
        const bool namespaces = std::ranges::any_of(closed, is_of_namespaces);
        const std::string hint =
            namespaces && !deps_.namespaces_remedy.empty()
                ? deps_.namespaces_remedy
                : "--isolation=if-available goes on without it; hutch doctor shows what can be had";
        return plain_error(
            fmt::format("policy '{}' cannot be held here ({}){}", policy_.name, list(closed), why(closed)), hint);
    }

    Result<std::optional<TrialFailure>> attempt(plan::Sandbox& sandbox) const
    {
        if (!sandbox.setup.init.empty() || !sandbox.setup.test.empty()) {
            auto image = kernel::lay_out(sandbox.setup);
            if (!image) {
                return std::unexpected(std::move(image.error()));
            }
            sandbox.image = std::move(*image);
        }
        auto directory = base::TempDir::create("hutch-trial-", deps_.temp_root);
        if (!directory) {
            return std::unexpected(std::move(directory.error()));
        }
        return try_sandbox(deps_.init, sandbox, {.work_dir = site_.work_dir, .attempt_dir = directory->path()});
    }

    /// A filter without a listener holds all the same; its denials are refused, and nobody is told.
    bool makes_do(int code)
    {
        kernel::FilterSupport& filters = site_.filters;
        if (code == EINVAL && filters.wait_killable) {
            filters.wait_killable = false;
            return true;
        }
        if ((code == EBUSY || code == EINVAL) && filters.listener) {
            filters.listener = false;
            notices_.emplace_back(
                code == EBUSY ? "a filter around hutch has a listener: denied system calls are refused, and not told"
                              : "this kernel has no listeners: denied system calls are refused, and not told");
            return true;
        }
        return false;
    }

    void refuse(const TrialFailure& failure)
    {
        if (failure.feature == Feature::syscalls && makes_do(failure.code)) {
            return;
        }
        // Root without CAP_SYS_ADMIN, as containers have it, is a user like others.
        if (failure.at_clone && failure.code == EPERM && site_.privileged) {
            site_.privileged = false;
            return;
        }
        const bool landlock_left = has_landlock_form(failure.feature) && site_.landlock.abi > 0 &&
                                   site_.refusal(failure.feature) == plan::Refusal::none;
        site_.refuse(failure.feature, landlock_left ? plan::Refusal::mounts : plan::Refusal::all);
        if (std::ranges::find(reasons_, failure.text) == reasons_.end()) {
            reasons_.push_back(failure.text);
        }
    }

    Result<Fitted> fitted(plan::Sandbox sandbox)
    {
        const std::vector<Feature> dropped = missing(sandbox);
        std::vector<Feature> by_landlock;
        std::ranges::copy_if(wanted_features(policy_), std::back_inserter(by_landlock),
                             [&](Feature feature) { return sandbox.held[feature] == Holder::landlock; });
        if (!dropped.empty() || !by_landlock.empty()) {
            std::string notice = fmt::format("policy '{}' is not held in full", policy_.name);
            notice += dropped.empty() ? "" : fmt::format("; missing: {}", list(dropped));
            notice += by_landlock.empty() ? "" : fmt::format("; by Landlock: {}", list(by_landlock));
            notice += why(dropped);
            notices_.push_back(std::move(notice));
        }
        return Fitted{.sandbox = std::make_shared<const plan::Sandbox>(std::move(sandbox)),
                      .notices = std::move(notices_)};
    }

    const Policy& policy_;
    plan::Site site_;
    Isolation isolation_;
    const FitDeps& deps_;
    std::vector<std::string> reasons_, notices_;
};

} // namespace

Result<Fitted> fit_sandbox(const Policy& policy, plan::Site site, Isolation isolation, const FitDeps& deps)
{
    return Fitting(policy, std::move(site), isolation, deps).run();
}

} // namespace hutch::run
