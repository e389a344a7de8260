// What is laid over the machine's tree, and what is let through from below: entries in the order in which they are mounted, parents
// first. Internal to plan/.
#pragma once

#include <string>
#include <vector>

#include "plan/draft.h"

namespace hutch::plan {

struct Entry {
    enum class Kind {
        kept,   ///< stays what it is: where a cover above would take it away, it is bound through
        hidden, ///< an empty directory; a file is /dev/null
        tmp,    ///< a private tmpfs
        dev,    ///< a private /dev
        proc,   ///< a fresh /proc
    };
    std::string path; ///< real
    Kind kind = Kind::kept;
    Feature feature = Feature::hidden;
    bool directory = true;
    bool writable = false;  ///< kept: though the root may be read-only
    bool work = false;      ///< the work tree
    int above = -1;         ///< the entry around it; -1: the machine's own tree
    bool has_below = false; ///< a kept one is bound through this cover
    int staged = -1;        ///< kept: where it waits while its cover comes, "k0", "k1", …

    bool covers() const { return kind != Kind::kept; }
};

/// Only what has something to do: a kept path that no cover hides and that is not made writable is left out.
std::vector<Entry> find_entries(const Draft& draft);

} // namespace hutch::plan
