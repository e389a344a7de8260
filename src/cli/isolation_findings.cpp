#include "cli/isolation_findings.h"

#include <fmt/format.h>

#include "cli/environment.h"
#include "kernel/landlock.h"
#include "kernel/seccomp_probe.h"
#include "plan/site.h"
#include "run/fit_sandbox.h"
#include "scope/remedies.h"

namespace hutch::cli {

namespace {

/// A policy that asks for `feature`, and for what it cannot be without.
Policy policy_of(Feature feature)
{
    Policy policy;
    policy.name = to_string(feature);
    NamespaceRules& spaces = policy.namespaces;
    FileRules& files = policy.files;
    constexpr Bytes size = Bytes{1} << 20U;
    switch (feature) {
    case Feature::user_namespace:
        spaces.user = true;
        break;
    case Feature::pid_namespace:
    case Feature::signals:
        spaces.pid = true;
        break;
    case Feature::mount_namespace:
        spaces.mount = true;
        break;
    case Feature::network:
        spaces.network = Network::none;
        break;
    case Feature::ipc_namespace:
        spaces.ipc = true;
        break;
    case Feature::uts_namespace:
        spaces.uts = true;
        break;
    case Feature::cgroup_namespace:
        spaces.cgroup = true;
        break;
    case Feature::time_namespace:
        spaces.time_offset = 0;
        break;
    case Feature::root:
        files.read_only_root = true;
        break;
    case Feature::hidden:
        files.hidden = {"/etc"};
        break;
    case Feature::tmp:
        files.tmp = size;
        break;
    case Feature::dev:
        files.shm = size;
        break;
    case Feature::proc:
        spaces.pid = true;
        files.fresh_proc = true;
        break;
    case Feature::work_tree:
        files.work = WorkTree::overlay;
        break;
    case Feature::home:
        files.private_home = true;
        break;
    case Feature::control:
        files.hide_control = true;
        break;
    case Feature::syscalls:
        policy.syscalls = {.filter = true, .deny = {"reboot"}};
        break;
    case Feature::capabilities:
        policy.capabilities.keep_all = false;
        policy.process.no_new_privs = true;
        break;
    case Feature::no_new_privs:
        policy.process.no_new_privs = true;
        break;
    }
    return policy;
}

std::string with_notices(std::string words, const std::vector<std::string>& notices)
{
    for (const std::string& notice : notices) {
        words += "; " + notice;
    }
    return words;
}

Check check(Feature feature, const plan::Site& site, const Box& box, const std::string& remedy)
{
    const auto fitted = run::fit_sandbox(policy_of(feature), site, Isolation::if_available,
                                         {.init = box.init(), .temp_root = temp_root(), .namespaces_remedy = remedy});
    Check check{.name = std::string(to_string(feature)), .available = false, .found_by = {}, .remedy = {}};
    if (!fitted) {
        check.found_by = fitted.error().message;
        return check;
    }
    const Holder holder = fitted->sandbox->held[feature].value_or(Holder::none);
    check.available = holder != Holder::none;
    check.found_by = check.available ? with_notices(fmt::format("by {}, done in a child", to_string(holder)),
                                                    holder == Holder::landlock || feature == Feature::syscalls
                                                        ? fitted->notices
                                                        : std::vector<std::string>{})
                                     : with_notices("tried in a child", fitted->notices);
    const bool of_namespaces = feature <= Feature::work_tree || feature == Feature::control;
    check.remedy = !check.available && of_namespaces ? remedy : "";
    return check;
}

Check check_landlock(const plan::Site& site)
{
    const auto has = [&](std::uint64_t scope) { return (site.landlock.scopes & scope) != 0 ? "yes" : "no"; };
    return {.name = "landlock",
            .available = site.landlock.abi > 0,
            .found_by = site.landlock.abi > 0
                            ? fmt::format("ABI {}; a ruleset with a scope of signals: {}, of abstract sockets: {}",
                                          site.landlock.abi, has(kernel::landlock::scope_signals),
                                          has(kernel::landlock::scope_abstract_sockets))
                            : "landlock_create_ruleset(2) is refused",
            .remedy = site.landlock.abi > 0 ? "" : "boot with lsm=landlock,… on the kernel command line"};
}

Check check_listener(const Box& box)
{
    const auto facts = kernel::probe_seccomp(box.init().stack());
    const bool available = facts && facts->support.listener;
    return {.name = "denied calls",
            .available = available,
            .found_by = !facts ? facts.error().message
                        : available
                            ? "a filter with a listener was loaded in a child: verdicts name the call"
                            : system_error("load a filter with a listener", facts->listener_errno).error().message,
            .remedy = ""};
}

} // namespace

std::vector<Check> check_isolation(const Box& box, const std::string& cwd)
{
    const plan::Site site = plan::look_at_site({.work_dir = cwd,
                                                .home = environment_variable("HOME"),
                                                .temp_root = temp_root(),
                                                .path = environment_variable("PATH"),
                                                .programs = {}});
    const std::string remedy = scope::remedy_for_namespaces(box.chosen().machine);
    std::vector<Check> checks;
    for (std::size_t index = 0; index < feature_count; ++index) {
        if (const auto feature = static_cast<Feature>(index); feature != Feature::signals) {
            checks.push_back(check(feature, site, box, remedy));
        }
    }
    checks.push_back(check_landlock(site));
    checks.push_back(check_listener(box));
    return checks;
}

} // namespace hutch::cli
