// What a test may see and do: one policy, as a person writes it in policies/*.toml. A value: nothing here knows a kernel.
// plan/ makes of it what the machine at hand can give (docs/policies.md has every key, docs/security.md what it is worth).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hutch/limits.h"
#include "hutch/units.h"

namespace hutch {

/// Everything that a policy can ask for, one by one: the unit of L-9's rule (refused or degraded), of the isolation map in
/// results, and of `hutch doctor`. The order is the order of reports.
enum class Feature {
    user_namespace,  ///< a user namespace of its own, where root is asked to be in one, or others need one for the rest
    pid_namespace,   ///< hutch-init is PID 1; other processes of the machine are not visible
    mount_namespace, ///< what the test mounts, and what is mounted for it, is its own
    network,         ///< none, or private
    ipc_namespace,
    uts_namespace,
    cgroup_namespace,
    time_namespace,
    root,         ///< the root file system is read-only, but for what is listed
    hidden,       ///< hidden paths
    tmp,          ///< private /tmp
    dev,          ///< private /dev and /dev/shm
    proc,         ///< fresh /proc
    work_tree,    ///< read-only, or an overlay
    home,         ///< private HOME
    control,      ///< cgroupfs, /run/user, D-Bus and systemd sockets are out of reach
    syscalls,     ///< the seccomp filter
    capabilities, ///< the bounding set and the others
    no_new_privs,
    signals,      ///< Landlock's signal scope, where there is no PID namespace
};
inline constexpr std::size_t feature_count = 20;
/// The stable names in events and reports: "pid_namespace", "network", …
std::string_view to_string(Feature feature);
std::optional<Feature> feature_named(std::string_view name);

/// Who holds a feature. `none`: nobody, and the result says so.
enum class Holder { namespaces, mounts, landlock, seccomp, kernel, none };
/// "namespace", "mount", "landlock", "seccomp", "kernel" (prctl, capset, …), "none".
std::string_view to_string(Holder holder);

/// Feature → who held it; unset where the policy did not ask for it.
class Held {
  public:
    std::optional<Holder> operator[](Feature feature) const { return by_[static_cast<std::size_t>(feature)]; }
    void set(Feature feature, std::optional<Holder> holder) { by_[static_cast<std::size_t>(feature)] = holder; }
    bool operator==(const Held&) const = default;

  private:
    std::array<std::optional<Holder>, feature_count> by_{};
};

enum class Network {
    host,    ///< the machine's own
    none,    ///< a network namespace with nothing but the loopback device, which is up
    isolated ///< "private": the same, and the test may configure it (CAP_NET_ADMIN in it, where there is a user namespace)
};

enum class WorkTree {
    writable,
    read_only,
    overlay,      ///< writable; what was changed is thrown away
    overlay_keep, ///< writable; what was changed is kept in FileRules::keep_dir, the tree itself is untouched
};

/// What becomes of a denied system call.
enum class Denial {
    errno_only, ///< "errno": EPERM, nobody is told
    notify,     ///< EPERM, and the runner is told which call of which process (seccomp_unotify(2)); the verdict names it
    kill,       ///< the process dies by SIGSYS; the verdict names the call where it can be known
    log,        ///< allowed, and written into the kernel's audit log
};
std::string_view to_string(Network network);
std::string_view to_string(WorkTree tree);
std::string_view to_string(Denial denial);

struct NamespaceRules {
    /// Unset ("auto"): only where the rest needs one, that is, for everybody but root.
    std::optional<bool> user;
    bool pid = false, mount = false, ipc = false, uts = false, cgroup = false;
    /// Seconds that CLOCK_MONOTONIC and CLOCK_BOOTTIME are ahead in the test; unset: no time namespace.
    std::optional<std::int64_t> time_offset;
    std::string hostname; ///< with uts; "": "hutch"
    Network network = Network::host;
    bool operator==(const NamespaceRules&) const = default;
};

/// Paths are absolute, or begin with "{work}", "{home}" (the user's own, outside) or "{run}" (/run/user/UID).
struct FileRules {
    bool read_only_root = false;
    std::vector<std::string> writable; ///< with read_only_root: writable all the same; what does not exist is passed over
    std::vector<std::string> hidden;   ///< directories look empty, files are /dev/null; what does not exist is passed over
    WorkTree work = WorkTree::writable;
    std::string keep_dir;              ///< with overlay_keep: a directory of the host; a directory for each test below it
    std::optional<Bytes> tmp;          ///< a private /tmp (and /var/tmp) of this size; unset: the machine's
    std::optional<Bytes> shm;          ///< a private /dev with a /dev/shm of this size; unset: the machine's
    bool fresh_proc = false;           ///< with a PID namespace; /proc/sys is read-only
    bool private_home = false;         ///< HOME is an empty directory, gone with the test
    bool hide_control = false;         ///< Feature::control
    bool outputs = false; ///< no key of a file: with `tmp`, a directory in it that the runner can read (a JUnit file is written there)
    bool operator==(const FileRules&) const = default;
};

/// Names of system calls ("ptrace") and groups ("@mount"); `allow` wins over `deny`.
struct SyscallRules {
    bool filter = false;        ///< any filter at all; with one, foreign architectures and x32 are refused, always
    bool default_allow = true;  ///< what no rule names
    Denial denial = Denial::notify;
    std::vector<std::string> deny, allow;
    bool operator==(const SyscallRules&) const = default;
};

struct CapabilityRules {
    bool keep_all = true;           ///< nothing is dropped
    std::vector<std::string> keep;  ///< with keep_all false: "CAP_NET_BIND_SERVICE", …; all others are dropped from all five sets
    bool operator==(const CapabilityRules&) const = default;
};

struct ProcessRules {
    bool no_new_privs = false;
    bool hermetic = false;              ///< the environment is PATH, LANG, TERM, HOME, USER and hutch's own variables only
    std::vector<std::string> pass;      ///< with hermetic: names (or "PREFIX*") that are passed on all the same
    bool new_keyring = false;           ///< a session keyring of its own
    unsigned umask = 022;
    std::optional<int> nice;            ///< -20 … 19
    std::optional<int> oom_score_adj;   ///< -1000 … 1000
    bool operator==(const ProcessRules&) const = default;
};

struct Policy {
    std::string name = "trusted";
    std::string description;
    std::string source;   ///< the file it was read from; "" for a built-in one
    NamespaceRules namespaces;
    FileRules files;
    SyscallRules syscalls;
    CapabilityRules capabilities;
    ProcessRules process;
    /// What fails closed (L-9): features that the user asked for, by naming the policy or by a single key.
    std::array<Origin, feature_count> origins{};

    Origin origin(Feature feature) const { return origins[static_cast<std::size_t>(feature)]; }
    void set_origin(Origin origin) { origins.fill(origin); }
    void set_origin(Feature feature, Origin origin) { origins[static_cast<std::size_t>(feature)] = origin; }
    bool operator==(const Policy&) const = default;
};

/// The features that `policy` asks for, in the order of `Feature`.
std::vector<Feature> wanted_features(const Policy& policy);

} // namespace hutch
