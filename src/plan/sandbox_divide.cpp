// Who holds what: namespaces and mounts where this machine gives them, Landlock where it can stand in, nobody where neither does.
#include <algorithm>

#include "plan/draft.h"

namespace hutch::plan {
namespace {

bool is_refused(const Site& site, Feature feature)
{
    return site.refusal(feature) != Refusal::none;
}

/// Namespaces of any kind: for all but root they come with a user namespace or not at all.
bool gives_namespaces(const Site& site)
{
    return site.privileged || !is_refused(site, Feature::user_namespace);
}

bool gives_mounts(const Site& site)
{
    return gives_namespaces(site) && !is_refused(site, Feature::mount_namespace);
}

bool landlock_may(const Site& site, Feature feature)
{
    return site.landlock.abi > 0 && site.refusal(feature) != Refusal::all;
}

class Division {
  public:
    explicit Division(Draft& draft) : draft_(draft), site_(draft.site) {}

    void namespaces()
    {
        NamespaceRules& spaces = draft_.rules.namespaces;
        const std::pair<Feature, bool*> switches[] = {{Feature::pid_namespace, &spaces.pid},
                                                      {Feature::ipc_namespace, &spaces.ipc},
                                                      {Feature::uts_namespace, &spaces.uts},
                                                      {Feature::cgroup_namespace, &spaces.cgroup}};
        const bool wanted_pid = spaces.pid;
        for (const auto& [feature, wanted] : switches) {
            *wanted = *wanted && take(feature, Holder::namespaces, gives_namespaces(site_));
        }
        if (spaces.user.value_or(false)) {
            spaces.user = take(Feature::user_namespace, Holder::namespaces, true);
        }
        if (spaces.network != Network::host && !take(Feature::network, Holder::namespaces, gives_namespaces(site_))) {
            spaces.network = Network::host;
        }
        if (spaces.time_offset && !take(Feature::time_namespace, Holder::namespaces, gives_namespaces(site_))) {
            spaces.time_offset.reset();
        }
        if (wanted_pid && !spaces.pid) {
            draft_.landlock.signals = (site_.landlock.scopes & kernel::landlock::scope_signals) != 0;
            draft_.held.set(Feature::signals, draft_.landlock.signals ? Holder::landlock : Holder::none);
        }
    }

    void files()
    {
        FileRules& files = draft_.rules.files;
        const bool mounts = gives_mounts(site_);
        if (draft_.rules.namespaces.mount) {
            draft_.rules.namespaces.mount = take(Feature::mount_namespace, Holder::namespaces, mounts);
        }
        if (files.tmp && !take(Feature::tmp, Holder::mounts, mounts && !work_is("/tmp"))) {
            files.tmp.reset();
        }
        if (files.shm && !take(Feature::dev, Holder::mounts, mounts)) {
            files.shm.reset();
        }
        files.fresh_proc =
            files.fresh_proc && take(Feature::proc, Holder::mounts, mounts && draft_.rules.namespaces.pid);
        files.read_only_root = files.read_only_root && by_mounts_or(Feature::root, draft_.landlock.root);
        if (!files.hidden.empty() && !by_mounts_or(Feature::hidden, draft_.landlock.hidden)) {
            files.hidden = draft_.landlock.hidden ? files.hidden : std::vector<std::string>{};
        }
        work_tree(mounts);
        if (files.hide_control) {
            control(mounts);
        }
        if (files.private_home) {
            // Without mounts it is a directory like any other, but it is private and ends with the test.
            draft_.held.set(Feature::home, mounts ? Holder::mounts : Holder::kernel);
        }
    }

    void processes()
    {
        const bool changes_sets = site_.privileged || draft_.rules.process.no_new_privs;
        if (draft_.rules.syscalls.filter && !take(Feature::syscalls, Holder::seccomp, true)) {
            draft_.rules.syscalls.filter = false;
        }
        if (!draft_.rules.capabilities.keep_all) {
            draft_.rules.capabilities.keep_all =
                !take(Feature::capabilities, Holder::kernel, changes_sets || gives_namespaces(site_));
        }
        if (draft_.rules.process.no_new_privs) {
            draft_.rules.process.no_new_privs = take(Feature::no_new_privs, Holder::kernel, true);
        }
    }

  private:
    bool take(Feature feature, Holder holder, bool possible)
    {
        const bool taken = possible && !is_refused(site_, feature);
        draft_.held.set(feature, taken ? holder : Holder::none);
        return taken;
    }

    /// A cover over the work tree would take the test away.
    bool work_is(const std::string& path) const { return site_.look(path).real == site_.look(site_.work_dir).real; }

    /// True: by mounts. `landlock` is set where that holds it instead.
    bool by_mounts_or(Feature feature, bool& landlock)
    {
        if (take(feature, Holder::mounts, gives_mounts(site_))) {
            return true;
        }
        landlock = landlock_may(site_, feature);
        draft_.held.set(feature, landlock ? Holder::landlock : Holder::none);
        return false;
    }

    void work_tree(bool mounts)
    {
        FileRules& files = draft_.rules.files;
        if (files.work == WorkTree::read_only) {
            if (!by_mounts_or(Feature::work_tree, draft_.landlock.work_read_only)) {
                files.work = WorkTree::writable;
            }
        } else if (files.work != WorkTree::writable && !take(Feature::work_tree, Holder::mounts, mounts)) {
            files.work = WorkTree::writable;
        }
    }

    void control(bool mounts)
    {
        // Sockets in the abstract namespace have no path to be hidden: a network of one's own keeps them out, or Landlock.
        const bool own_network = draft_.rules.namespaces.network != Network::host;
        draft_.landlock.abstract_sockets =
            !own_network && (site_.landlock.scopes & kernel::landlock::scope_abstract_sockets) != 0;
        if (take(Feature::control, Holder::mounts, mounts)) {
            return;
        }
        // Landlock cannot keep a test from connecting to a socket that has a path: the feature is not held. The cgroup files are
        // kept from it all the same.
        draft_.rules.files.hide_control = false;
        draft_.landlock.cgroup_files = landlock_may(site_, Feature::control);
    }

    Draft& draft_;
    const Site& site_;
};

} // namespace

void divide(Draft& draft)
{
    Division division(draft);
    division.namespaces();
    division.files();
    division.processes();
}

} // namespace hutch::plan
