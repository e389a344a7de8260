#include "plan/covers.h"

#include <algorithm>
#include <map>

namespace hutch::plan {
namespace {

using Kind = Entry::Kind;

class Collection {
  public:
    explicit Collection(const Draft& draft) : draft_(draft), site_(draft.site), files_(draft.rules.files) {}

    std::vector<Entry> entries()
    {
        covers();
        kept();
        std::vector<Entry> all;
        for (auto& [path, entry] : by_path_) {
            all.push_back(std::move(entry));
        }
        return connected(std::move(all));
    }

  private:
    /// The first one at a path stays: the work tree before covers, covers before what is kept.
    void add(const std::string& path, Kind kind, Feature feature, bool writable = false, bool work = false)
    {
        const PathFact fact = path.empty() ? PathFact{} : site_.look(path);
        if (!fact.exists() || fact.real == "/") {
            return;
        }
        by_path_.try_emplace(fact.real, Entry{.path = fact.real,
                                              .kind = kind,
                                              .feature = feature,
                                              .directory = fact.is_directory(),
                                              .writable = writable,
                                              .work = work});
    }

    void covers()
    {
        const bool work_writable = files_.work != WorkTree::read_only && !draft_.landlock.work_read_only;
        add(site_.work_dir, Kind::kept, Feature::work_tree, work_writable, true);
        if (files_.tmp) {
            add("/tmp", Kind::tmp, Feature::tmp);
            add("/var/tmp", Kind::tmp, Feature::tmp);
        }
        if (files_.shm) {
            add("/dev", Kind::dev, Feature::dev);
        }
        if (files_.fresh_proc) {
            add("/proc", Kind::proc, Feature::proc);
        }
        if (files_.hide_control) {
            for (const std::string& path : control_paths(site_)) {
                add(path, Kind::hidden, Feature::control);
            }
            add("/sys/fs/cgroup", Kind::hidden, Feature::control);
        }
        if (!draft_.landlock.hidden) {
            for (const std::string& path : files_.hidden) {
                add(expanded(site_, path), Kind::hidden, Feature::hidden);
            }
        }
    }

    void kept()
    {
        for (const std::string& path : files_.writable) {
            add(expanded(site_, path), Kind::kept, Feature::root, true);
        }
        for (const std::string& path : site_.needed) {
            add(path, Kind::kept, Feature::hidden);
        }
        if (!files_.tmp) {
            add(site_.temp_root, Kind::kept, Feature::tmp);
        }
        if (files_.hide_control && draft_.rules.namespaces.network == Network::host) {
            add("/run/systemd/resolve", Kind::kept,
                Feature::control); // names of hosts: /etc/resolv.conf may lead there
        }
    }

    static int around(const std::vector<Entry>& entries, const std::string& path)
    {
        for (int index = static_cast<int>(entries.size()) - 1; index >= 0; --index) {
            if (is_below(path, entries[static_cast<std::size_t>(index)].path)) {
                return index;
            }
        }
        return -1;
    }

    bool is_pointless(const Entry& entry, const Entry* above) const
    {
        const bool below_cover = above != nullptr && above->covers();
        if (entry.covers()) {
            return below_cover && entry.kind == Kind::hidden && above->kind != Kind::proc; // there is nothing any more
        }
        if (above != nullptr && (above->kind == Kind::dev || above->kind == Kind::proc)) {
            return true; // they have what they have
        }
        // What is not covered is there anyway; it needs a mount of its own only to be writable in a read-only tree, or to become
        // read-only or an overlay.
        const bool in_writable = above != nullptr && !above->covers() && above->writable;
        const bool opens = files_.read_only_root && entry.writable && !in_writable;
        const bool changes = entry.work && files_.work != WorkTree::writable;
        return !below_cover && !opens && !changes;
    }

    /// By depth, so that what is around an entry is before it.
    std::vector<Entry> connected(std::vector<Entry> all) const
    {
        std::ranges::stable_sort(all, {}, [](const Entry& entry) { return std::ranges::count(entry.path, '/'); });
        std::vector<Entry> entries;
        int staged = 0;
        for (Entry& entry : all) {
            entry.above = around(entries, entry.path);
            Entry* above = entry.above < 0 ? nullptr : &entries[static_cast<std::size_t>(entry.above)];
            if (is_pointless(entry, above)) {
                continue;
            }
            const bool below_cover = above != nullptr && above->covers();
            if (below_cover) {
                above->has_below = true;
            }
            if (!entry.covers() && (below_cover || (entry.work && files_.work >= WorkTree::overlay))) {
                entry.staged = staged++;
            }
            entries.push_back(std::move(entry));
        }
        return entries;
    }

    const Draft& draft_;
    const Site& site_;
    const FileRules& files_;
    std::map<std::string, Entry> by_path_;
};

} // namespace

std::vector<Entry> find_entries(const Draft& draft)
{
    return Collection(draft).entries();
}

} // namespace hutch::plan
