// File rules by Landlock, where mounting is not allowed, and its scopes. Landlock only ever allows: what is to be out of reach is left out,
// so that everything beside it has to be named, directory by directory, down to where it lies.
//
// What it holds, and what not:
//   root       nothing is created, changed or removed but below what the policy lists (and the machine's /tmp and /dev/shm, if the private
//              ones are missing); metadata (chmod, chown, utime) is not covered
//   hidden     what is hidden cannot be read, executed or changed; its names can be listed, and new files beside it cannot be read either
//   work_tree  read-only, as root; no overlay
//   control    only the cgroup files: nothing is written there. A socket with a path can be connected to: control is not held
//   tmp, dev, proc, home: not at all
#include <algorithm>

#include "plan/draft.h"

namespace hutch::plan {
namespace {

using kernel::wire::Op;
namespace rights = kernel::landlock;

constexpr int abi_refer = 2, abi_truncate = 3;

std::uint64_t known(std::uint64_t wanted, const Site& site)
{
    wanted &= site.landlock.abi >= abi_refer ? ~std::uint64_t{0} : ~rights::refer;
    return site.landlock.abi >= abi_truncate ? wanted : wanted & ~rights::truncate;
}

class Ruleset {
  public:
    explicit Ruleset(Draft& draft)
        : draft_(draft), site_(draft.site), changes_(known(rights::changes, site_)), files_(draft.rules.files)
    {}

    void add()
    {
        const LandlockRules& wanted = draft_.landlock;
        const bool limits_changes = wanted.root || wanted.work_read_only || wanted.cgroup_files || wanted.hidden;
        const std::uint64_t reads = wanted.hidden ? rights::read_file | rights::execute : 0;
        const std::uint64_t scopes = (wanted.signals ? rights::scope_signals : 0) |
                                     (wanted.abstract_sockets ? rights::scope_abstract_sockets : 0);
        draft_.test(feature(), Op::landlock, {}, (limits_changes ? changes_ : 0) | reads, scopes << 32);
        if (wanted.hidden) {
            allow_around("/", real_paths(files_.hidden), reads);
            allow_kept(reads);
        }
        if (limits_changes) {
            wanted.root ? allow_listed() : allow_around("/", unchangeable(), changes_);
        }
        draft_.test(feature(), Op::landlock_apply);
    }

  private:
    /// Whose failing it would be.
    Feature feature() const
    {
        const LandlockRules& wanted = draft_.landlock;
        return wanted.root             ? Feature::root
               : wanted.hidden         ? Feature::hidden
               : wanted.work_read_only ? Feature::work_tree
               : wanted.signals        ? Feature::signals
                                       : Feature::control;
    }

    std::vector<std::string> real_paths(const std::vector<std::string>& paths) const
    {
        std::vector<std::string> real;
        for (const std::string& path : paths) {
            const std::string here = expanded(site_, path);
            const PathFact fact = here.empty() ? PathFact{} : site_.look(here);
            if (fact.exists() && fact.real != "/") {
                real.push_back(fact.real);
            }
        }
        return real;
    }

    std::vector<std::string> unchangeable() const
    {
        std::vector<std::string> paths;
        if (draft_.landlock.work_read_only) {
            paths.push_back(site_.work_dir);
        }
        if (draft_.landlock.cgroup_files) {
            paths.emplace_back("/sys/fs/cgroup");
        }
        std::vector<std::string> real = real_paths(paths);
        if (draft_.landlock.hidden) {
            std::ranges::move(real_paths(files_.hidden), std::back_inserter(real));
        }
        return real;
    }

    void allow(const std::string& path, std::uint64_t granted, bool directory)
    {
        const std::uint64_t possible = directory ? granted : granted & known(rights::of_files, site_);
        if (possible != 0) {
            draft_.test(feature(), Op::landlock_path, {path}, possible);
        }
    }

    void allow(const std::string& path, std::uint64_t granted)
    {
        const PathFact fact = site_.look(path);
        if (fact.exists()) {
            allow(fact.real, granted, fact.is_directory());
        }
    }

    /// Everything at and below `path` but what is at and below `excluded`.
    void allow_around(const std::string& path, const std::vector<std::string>& excluded, std::uint64_t granted)
    {
        if (std::ranges::find(excluded, path) != excluded.end()) {
            return;
        }
        const bool divided = std::ranges::any_of(excluded, [&](const std::string& out) { return is_below(out, path); });
        if (!divided) {
            return allow(path, granted, site_.look(path).is_directory());
        }
        for (const std::string& name : site_.children(path)) {
            allow_around((path == "/" ? "" : path) + "/" + name, excluded, granted);
        }
    }

    /// What the tests are made of stays readable, wherever it is.
    void allow_kept(std::uint64_t granted)
    {
        allow(site_.work_dir, granted);
        for (const std::string& path : site_.needed) {
            allow(path, granted);
        }
        draft_.attempt_dir = true;
        allow("\1", granted, true);
    }

    void allow_listed()
    {
        for (const std::string& path : files_.writable) {
            if (const std::string here = expanded(site_, path); !here.empty()) {
                allow(here, changes_);
            }
        }
        if (!draft_.landlock.work_read_only && files_.work == WorkTree::writable) {
            allow(site_.work_dir, changes_);
        }
        // As in a read-only tree of mounts: devices and /proc decide for themselves; the machine's /tmp stands in for the private one.
        for (const char* path : {"/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts", "/proc",
                                 "/tmp", "/var/tmp", "/dev/shm"}) {
            allow(path, changes_);
        }
        draft_.attempt_dir = true;
        allow("\1", changes_, true);
    }

    Draft& draft_;
    const Site& site_;
    std::uint64_t changes_;
    const FileRules& files_;
};

} // namespace

void add_landlock(Draft& draft)
{
    if (draft.landlock.any()) {
        Ruleset(draft).add();
    }
}

} // namespace hutch::plan
