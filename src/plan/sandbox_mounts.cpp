// File rules by mounts, in the place where things are: what is hidden is covered, what has to be seen below a cover is put aside first
// and bound through. Nothing is pivoted: the tree a test sees is the machine's, less what its policy takes away.
//
// What waits while its cover comes, the empty directory that hidden ones show, and the new /dev stand on a tmpfs over a directory
// that nobody needs meanwhile; it is taken off last of all.
#include <sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "plan/covers.h"
#include "plan/draft.h"

#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY 0x00000001
#endif

namespace hutch::plan {
namespace {

const std::string temp_directory = "/tmp/hutch";

using kernel::wire::Op;
namespace flag = kernel::wire::step_flag;

constexpr std::uint64_t no_programs = MS_NOSUID | MS_NODEV | MS_NOEXEC;

std::string tmpfs_options(Bytes size, std::string_view mode)
{
    constexpr std::uint64_t bytes_of_an_inode = 4096, least_inodes = 64;
    return fmt::format("size={},nr_inodes={},mode={}", size, size / bytes_of_an_inode + least_inodes, mode);
}

class Mounts {
  public:
    explicit Mounts(Draft& draft)
        : draft_(draft), site_(draft.site), files_(draft.rules.files), entries_(find_entries(draft)),
          stage_(find_stage())
    {}

    void add()
    {
        draft_.init(Feature::mount_namespace, Op::propagation, {"/"}, MS_PRIVATE);
        if (needs_stage()) {
            open_stage();
        }
        if (files_.read_only_root) {
            close_root();
        }
        for (const Entry& entry : entries_) {
            place(entry);
        }
        for (const Entry& entry : entries_) {
            if (entry.kind == Entry::Kind::hidden && entry.has_below) {
                draft_.init(entry.feature, Op::set_attributes, {entry.path}, MOUNT_ATTR_RDONLY);
            }
        }
        if (needs_stage()) {
            draft_.init(Feature::mount_namespace, Op::detach, {stage_});
        }
    }

  private:
    // ------------------------------------------------------------------------------------------------- aside

    /// A directory that nothing is taken from while it is covered.
    std::string find_stage() const
    {
        constexpr std::array<const char*, 8> candidates{"/mnt",  "/media", "/srv", "/opt",
                                                        "/boot", "/home",  "/run", "/sys"};
        for (const char* candidate : candidates) {
            const PathFact fact = site_.look(candidate);
            const bool taken = std::ranges::any_of(
                entries_, [&](const Entry& entry) { return is_at_or_below(entry.path, candidate); });
            if (fact.is_directory() && fact.real == candidate && !taken) {
                return candidate;
            }
        }
        return "/sys"; // what is hidden there is not, and the trial says so
    }

    std::string staged(std::string_view name) const { return fmt::format("{}/{}", stage_, name); }
    std::string staged(const Entry& entry) const { return fmt::format("{}/k{}", stage_, entry.staged); }

    bool has_outputs() const { return files_.outputs && files_.tmp; }

    bool needs_stage() const
    {
        return has_outputs() || std::ranges::any_of(entries_, [](const Entry& entry) {
            return entry.staged >= 0 || entry.kind == Entry::Kind::dev || entry.kind == Entry::Kind::hidden;
        });
    }

    void open_stage()
    {
        draft_.init(Feature::mount_namespace, Op::mount, {"tmpfs", stage_, "tmpfs", "size=1m,mode=755"}, MS_NOSUID);
        draft_.init(Feature::hidden, Op::make_dir, {staged("empty")}, 0555);
        if (!files_.read_only_root) {
            draft_.init(Feature::hidden, Op::bind, {staged("empty"), staged("empty")});
            draft_.init(Feature::hidden, Op::set_attributes, {staged("empty")}, MOUNT_ATTR_RDONLY);
        }
        draft_.init(Feature::dev, Op::make_dir, {staged("dev")}, 0755);
        if (has_outputs()) {
            draft_.attempt_dir = true;
            draft_.init(Feature::tmp, Op::make_dir, {staged("out")}, 0700);
            draft_.init(Feature::tmp, Op::bind, {"\1", staged("out")}, 1);
        }
        for (const Entry& entry : entries_) {
            if (entry.staged >= 0) {
                put_aside(entry);
            }
        }
    }

    void put_aside(const Entry& entry)
    {
        const std::string place = staged(entry);
        draft_.init(entry.feature, entry.directory ? Op::make_dir : Op::make_file, {place},
                    entry.directory ? 0755 : 0644);
        draft_.init(entry.feature, Op::bind, {entry.path, place}, 1);
        if (entry.work && files_.work >= WorkTree::overlay) {
            lay_over(place);
        }
    }

    /// What a test changes is written beside its own directory's other things, and goes with them. "volatile" (5.10): the end of the mount
    /// would otherwise write the whole file system of the upper directory to its disk, which took four times as long as all the rest.
    void lay_over(const std::string& place)
    {
        draft_.attempt_dir = true;
        draft_.init(Feature::work_tree, Op::make_dir, {"\1/upper"}, 0755);
        draft_.init(Feature::work_tree, Op::make_dir, {"\1/work"}, 0700);
        const char* own_attributes = site_.privileged ? "" : ",userxattr";
        draft_.init(Feature::work_tree, Op::mount,
                    {"overlay", place, "overlay",
                     fmt::format("lowerdir={},upperdir=\1/upper,workdir=\1/work,volatile{}", place, own_attributes)});
    }

    // ------------------------------------------------------------------------------------------ read-only root

    void close_root()
    {
        draft_.init(Feature::root, Op::set_attributes, {"/"}, MOUNT_ATTR_RDONLY).flags = flag::recursive;
        if (!files_.fresh_proc) {
            draft_.init(Feature::root, Op::set_attributes, {"/proc"}, 0, MOUNT_ATTR_RDONLY);
        }
    }

    /// The mount at `path` and those below it that were writable on the machine.
    void open(const Entry& entry)
    {
        draft_.init(entry.feature, Op::set_attributes, {entry.path}, 0, MOUNT_ATTR_RDONLY);
        for (const kernel::Mount& mount : site_.mounts) {
            if (is_below(mount.mount_point, entry.path) && !kernel::has_option(mount.options, "ro") &&
                is_visible(mount, entry)) {
                draft_.init(entry.feature, Op::set_attributes, {mount.mount_point}, 0, MOUNT_ATTR_RDONLY).flags =
                    flag::missing_ok;
            }
        }
    }

    /// No other entry is nearer to it.
    bool is_visible(const kernel::Mount& mount, const Entry& entry) const
    {
        return std::ranges::none_of(entries_, [&](const Entry& other) {
            return is_below(other.path, entry.path) && is_at_or_below(mount.mount_point, other.path);
        });
    }

    // ------------------------------------------------------------------------------------------------ entries

    void place(const Entry& entry)
    {
        switch (entry.kind) {
        case Entry::Kind::kept:
            return keep(entry);
        case Entry::Kind::hidden:
            return hide(entry);
        case Entry::Kind::tmp:
            return cover_tmp(entry);
        case Entry::Kind::dev:
            return cover_dev(entry);
        case Entry::Kind::proc:
            return mount_proc();
        }
    }

    void keep(const Entry& entry)
    {
        if (entry.staged >= 0) {
            make_way(entry);
            draft_.init(entry.feature, Op::bind, {staged(entry), entry.path}, 1);
        } else {
            draft_.init(entry.feature, Op::bind, {entry.path, entry.path}, 1);
        }
        if (entry.work && files_.work == WorkTree::read_only) {
            draft_.init(entry.feature, Op::set_attributes, {entry.path}, MOUNT_ATTR_RDONLY).flags = flag::recursive;
        } else if (entry.writable && files_.read_only_root) {
            open(entry);
        }
    }

    /// The directories between a cover and what is bound through it.
    void make_way(const Entry& entry)
    {
        if (entry.above < 0 || !entries_[static_cast<std::size_t>(entry.above)].covers()) {
            return;
        }
        const std::string& cover = entries_[static_cast<std::size_t>(entry.above)].path;
        std::size_t end = cover.size();
        while ((end = entry.path.find('/', end + 1)) != std::string::npos) {
            draft_.init(entry.feature, Op::make_dir, {entry.path.substr(0, end)}, 0755);
        }
        draft_.init(entry.feature, entry.directory ? Op::make_dir : Op::make_file, {entry.path},
                    entry.directory ? 0755 : 0644);
    }

    void hide(const Entry& entry)
    {
        if (!entry.directory) {
            draft_.init(entry.feature, Op::bind, {"/dev/null", entry.path}).flags = flag::missing_ok;
        } else if (entry.has_below) {
            draft_.init(entry.feature, Op::mount, {"tmpfs", entry.path, "tmpfs", "size=1m,mode=755"},
                        MS_NOSUID | MS_NODEV);
        } else {
            draft_.init(entry.feature, Op::bind, {staged("empty"), entry.path}).flags = flag::missing_ok;
        }
    }

    void cover_tmp(const Entry& entry)
    {
        make_way(entry);
        if (!private_tmp_.empty()) {
            draft_.init(Feature::tmp, Op::bind, {private_tmp_, entry.path}); // /var/tmp: one size for both
            return;
        }
        private_tmp_ = entry.path;
        draft_.init(Feature::tmp, Op::mount, {"tmpfs", entry.path, "tmpfs", tmpfs_options(*files_.tmp, "1777")},
                    MS_NOSUID | MS_NODEV);
        if (has_outputs()) {
            open_outputs();
        }
    }

    /// The attempt's own directory, outside, within the private /tmp.
    void open_outputs()
    {
        draft_.out_dir = temp_directory + "/out";
        draft_.init(Feature::tmp, Op::make_dir, {temp_directory}, 0700);
        draft_.init(Feature::tmp, Op::make_dir, {draft_.out_dir}, 0700);
        draft_.init(Feature::tmp, Op::bind, {staged("out"), draft_.out_dir}, 1);
        draft_.init(Feature::tmp, Op::set_attributes, {draft_.out_dir}, 0, MOUNT_ATTR_RDONLY);
    }

    void cover_dev(const Entry& entry)
    {
        const std::string dev = staged("dev");
        draft_.init(Feature::dev, Op::mount, {"tmpfs", dev, "tmpfs", "size=1m,mode=755"}, MS_NOSUID | MS_NOEXEC);
        for (const char* name : {"null", "zero", "full", "random", "urandom", "tty"}) {
            const std::string node = fmt::format("/dev/{}", name);
            if (site_.look(node).exists()) {
                draft_.init(Feature::dev, Op::make_file, {dev + "/" + name}, 0666);
                draft_.init(Feature::dev, Op::bind, {node, dev + "/" + name});
            }
        }
        const std::pair<const char*, const char*> links[] = {{"/proc/self/fd", "fd"},
                                                             {"/proc/self/fd/0", "stdin"},
                                                             {"/proc/self/fd/1", "stdout"},
                                                             {"/proc/self/fd/2", "stderr"},
                                                             {"pts/ptmx", "ptmx"}};
        for (const auto& [says, name] : links) {
            draft_.init(Feature::dev, Op::make_link, {says, dev + "/" + name});
        }
        draft_.init(Feature::dev, Op::make_dir, {dev + "/pts"}, 0755);
        draft_.init(Feature::dev, Op::mount, {"devpts", dev + "/pts", "devpts", "newinstance,ptmxmode=0666,mode=620"},
                    MS_NOSUID | MS_NOEXEC);
        draft_.init(Feature::dev, Op::make_dir, {dev + "/shm"}, 01777);
        draft_.init(Feature::dev, Op::mount, {"tmpfs", dev + "/shm", "tmpfs", tmpfs_options(*files_.shm, "1777")},
                    MS_NOSUID | MS_NODEV);
        if (draft_.rules.namespaces.ipc) {
            draft_.init(Feature::dev, Op::make_dir, {dev + "/mqueue"}, 0755);
            draft_.init(Feature::dev, Op::mount, {"mqueue", dev + "/mqueue", "mqueue"}, no_programs).flags =
                flag::optional;
        }
        draft_.init(Feature::dev, Op::mount, {dev, entry.path}, MS_MOVE);
        draft_.init(Feature::dev, Op::set_attributes, {entry.path}, MOUNT_ATTR_RDONLY);
    }

    // --------------------------------------------------------------------------------------- kernel interfaces

    void mount_proc()
    {
        draft_.init(Feature::proc, Op::mount, {"proc", "/proc", "proc"}, no_programs);
        // For root they are a matter of file modes alone; in a user namespace nobody but the machine's root has them.
        const bool machine_root = site_.privileged && !draft_.has(CLONE_NEWUSER);
        for (const char* path :
             {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/proc/asound",
              "/proc/driver", "/proc/dynamic_debug", "/proc/mtrr", "/proc/pressure", "/proc/scsi"}) {
            if (path == std::string_view("/proc/sys") || (machine_root && site_.look(path).exists())) {
                draft_.init(Feature::proc, Op::bind, {path, path}, 1).flags = flag::missing_ok;
                draft_.init(Feature::proc, Op::set_attributes, {path}, MOUNT_ATTR_RDONLY).flags = flag::missing_ok;
            }
        }
    }

    Draft& draft_;
    const Site& site_;
    const FileRules& files_;
    std::vector<Entry> entries_;
    std::string stage_;
    std::string private_tmp_;
};

/// TEST_TMPDIR and HOME.
void add_directories(Draft& draft)
{
    const FileRules& files = draft.rules.files;
    if (files.tmp) {
        draft.temp_dir = temp_directory;
        draft.init(Feature::tmp, Op::make_dir, {draft.temp_dir}, 0700);
    } else if (files.read_only_root) {
        draft.attempt_dir = true;
        draft.init(Feature::root, Op::bind, {"\1", "\1"}, 1);
        draft.init(Feature::root, Op::set_attributes, {"\1"}, 0, MOUNT_ATTR_RDONLY);
    }
    if (files.private_home) {
        draft.attempt_dir = draft.attempt_dir || !files.tmp;
        draft.home = files.tmp ? "/tmp/home" : "\1/home";
        draft.init(Feature::home, Op::make_dir, {draft.home}, 0700);
    }
}

} // namespace

void add_mounts(Draft& draft)
{
    if (draft.has(CLONE_NEWNS)) {
        Mounts(draft).add();
    }
    add_directories(draft);
}

} // namespace hutch::plan
