// Looks at SQLite's write-ahead log before SQLite does. SQLite takes the log up to the first frame that is not as it was written and
// drops the rest without a word, which is right after a power loss and a silent loss otherwise. Responsible for saying so; changes
// nothing. Only the log may be opened beside SQLite: it carries no locks.
#pragma once

#include <string>

namespace hutch::store {

/// "": nothing is lost (no log, or all of it readable). Otherwise a sentence: which part of `path` SQLite will not take.
/// Safe while others write to the log. Reads all of it, a few milliseconds.
std::string lost_in_journal(const std::string& path);

} // namespace hutch::store
