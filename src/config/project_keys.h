// Every key of hutch.toml: the tables it may stand in, what may be its value, how it is set. The one table: the reader, the schema and
// the document's test read it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/project.h"
#include "config/toml_tree.h"

namespace hutch::config {

/// The tables, as bits: a key may stand in several.
using Places = unsigned;
inline constexpr Places in_run = 1, in_user = 2, in_groups = 4, in_simple = 8, in_runner = 16, in_override = 32, in_setup = 64;

/// A table of the file, at its top. [run] of the user's file is one of its own.
struct Section {
    std::string_view name; ///< "runner"
    Places place;
    bool is_list;            ///< [[runner]]
    std::string_view label;  ///< "[[runner]]", for messages
    std::string_view meaning;
    std::vector<std::string_view> required; ///< keys
};
std::span<const Section> sections();

enum class ValueKind {
    boolean,
    number,
    word,     ///< one of `words`
    text,
    path,     ///< a file's name: relative ones are below the project's directory
    texts,    ///< a string or a list of them
    patterns,
    duration,
    size,
    limit,
    limits,
    reason,
    command,
    codes,
    variables,
};
/// One table of the file while it is read. What it says stands where Project will have it.
struct TableDraft {
    std::string name;
    std::vector<std::string> patterns, command, teardown, environment, paths;
    std::optional<Protocol> protocol;
    std::optional<std::vector<int>> skip_exit_codes;
    bool executable_only = false, ignore = false;
    RunDefaults run;
    Traits traits;
    /// The limits that were set, by the kernel's name, and the key that did it: a second one would win by chance.
    std::vector<std::pair<std::string, std::string>> limits_set;
};

struct ProjectKey;

struct KeyContext {
    const ProjectKey& key;
    Places place;
    Bytes ram;                    ///< what percentages are parts of
    const std::string& directory; ///< the project's; "": relative paths stay as they are
};

struct ProjectKey {
    std::string_view name;
    Places places;
    ValueKind kind;
    std::string_view range;    ///< "" where `words`, or `least` and `most`, say it
    std::string_view standard; ///< where the key is not written
    std::string_view example;  ///< a value, as TOML
    std::string_view meaning;
    Judged<TableDraft> (*set)(TableDraft, const TomlNode&, const KeyContext&);
    std::span<const std::string_view> words = {};
    std::int64_t least = 0, most = INT64_MAX; ///< of a number
    std::string_view limit = {};              ///< the kernel's name of a limit: "memory.max"
};

/// In the order of the document.
std::span<const ProjectKey> project_keys();
const ProjectKey* find_project_key(std::string_view name, Places place);

/// "string or list of strings", as docs/project-file.md has it.
std::string_view type_of(const ProjectKey& key);
/// "1 to 64", "pass, fail": what the key's value may be, in words.
std::string range_of(const ProjectKey& key);

/// "unknown key 'runner.mach'", with the nearest one, or with the tables where it would be one.
std::unexpected<Complaint> unknown_project_key(const TomlEntry& entry, const Section& section);

} // namespace hutch::config
