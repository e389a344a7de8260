// See project_tables.h.
#include "config/project_tables.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "config/known_name.h"
#include "config/project_keys.h"
#include "config/project_values.h"
#include "config/trait_values.h"

namespace hutch::config {
namespace {

using Kind = TomlNode::Kind;

constexpr std::size_t longest_shown = 60;

const TomlEntry* entry_of(const TomlNode& table, std::string_view key)
{
    const auto found = std::ranges::find(table.table, key, &TomlEntry::key);
    return found == table.table.end() ? nullptr : &*found;
}

/// "bats" of [[runner]] name = "bats", for a message; "" where there is none.
std::string quoted_name(const TomlNode& table)
{
    const TomlEntry* name = entry_of(table, "name");
    return name == nullptr ? std::string() : fmt::format(" '{}'", name->node.text.substr(0, longest_shown));
}

class Reading {
  public:
    explicit Reading(const ProjectContext& context) : context_(context) {}

    Judged<Project> read(const TomlNode& root)
    {
        for (const TomlEntry& entry : root.table) {
            const Section* section = section_of(entry.key);
            auto read = section == nullptr ? unknown_section(entry) : read_section(entry, *section);
            if (!read) {
                return std::unexpected(std::move(read.error()));
            }
        }
        return std::move(project_);
    }

  private:
    bool is_open(const Section& section) const
    {
        return context_.is_user ? section.place == in_user || section.place == in_simple : section.place != in_user;
    }

    const Section* section_of(std::string_view name) const
    {
        const auto fits = [&](const Section& each) { return each.name == name && is_open(each); };
        const auto found = std::ranges::find_if(sections(), fits);
        return found == sections().end() ? nullptr : &*found;
    }

    Judged<void> unknown_section(const TomlEntry& entry) const
    {
        const std::string name = entry.key.substr(0, longest_shown);
        std::vector<std::string_view> known;
        std::string key_of;
        for (const Section& section : sections()) {
            if (section.name == entry.key) { // only the user's file has sections that are not open
                return complain(entry.at, fmt::format("'{}' is a project's, not the user's", name), "hutch.toml of the project");
            }
            if (is_open(section)) {
                known.push_back(section.name);
                const bool is_key = find_project_key(entry.key, section.place) != nullptr;
                key_of += is_key ? (key_of.empty() ? "" : ", ") + std::string(section.label) : "";
            }
        }
        const Error unknown = unknown_name("key", name, known).error();
        return complain(entry.at, unknown.message, key_of.empty() ? unknown.hint : "it is a key of " + key_of);
    }

    Judged<void> read_section(const TomlEntry& entry, const Section& section)
    {
        const TomlNode& node = entry.node;
        if (!section.is_list) {
            return node.kind == Kind::table
                       ? read_one(node, section)
                       : complain(entry.at, fmt::format("'{}' is a table, and this is {}", section.name, node.what),
                                  fmt::format("[{}]", section.name));
        }
        const bool are_tables =
            node.kind == Kind::list && std::ranges::all_of(node.list, [](const TomlNode& item) { return item.kind == Kind::table; });
        if (!are_tables) {
            return complain(entry.at, fmt::format("'{}' is a list of tables, and this is {}", section.name, node.what),
                            fmt::format("[[{}]]", section.name));
        }
        for (const TomlNode& item : node.list) {
            if (auto read = read_one(item, section); !read) {
                return read;
            }
        }
        return {};
    }

    Judged<void> read_one(const TomlNode& table, const Section& section)
    {
        if (section.place == in_groups) {
            return read_groups(table);
        }
        auto draft = draft_of(table, section);
        if (!draft) {
            return std::unexpected(std::move(draft.error()));
        }
        switch (section.place) {
        case in_runner:
            return add_runner(table, std::move(*draft));
        case in_override:
            return add_override(table, std::move(*draft));
        case in_setup:
            return add_setup(table, std::move(*draft));
        case in_simple:
            project_.simple_command = std::move(draft->command);
            return {};
        default:
            project_.run = std::move(draft->run);
            project_.traits = std::move(draft->traits);
            project_.paths = std::move(draft->paths);
            return {};
        }
    }

    Judged<TableDraft> draft_of(const TomlNode& table, const Section& section) const
    {
        TableDraft draft;
        for (const TomlEntry& entry : table.table) {
            const ProjectKey* key = find_project_key(entry.key, section.place);
            if (key == nullptr) {
                return unknown_project_key(entry, section);
            }
            auto set = key->set(std::move(draft), entry.node, {*key, section.place, context_.ram, context_.directory});
            if (!set) {
                return set;
            }
            draft = std::move(*set);
        }
        for (const std::string_view key : section.required) {
            if (entry_of(table, key) == nullptr) {
                return complain(table.at, fmt::format("{}{} has no '{}'", section.name, quoted_name(table), key));
            }
        }
        return draft;
    }

    Judged<void> read_groups(const TomlNode& table)
    {
        const ProjectKey& row = *find_project_key("NAME", in_groups);
        for (const TomlEntry& entry : table.table) {
            const auto name = judged(entry.at, label_value(entry.key));
            const auto most = name ? integer_in(entry.node) : std::unexpected(name.error());
            if (!most) {
                return std::unexpected(most.error());
            }
            if (*most < row.least || *most > row.most) {
                return complain(entry.node.at, fmt::format("group '{}' of {}: {}", *name, *most, range_of(row)),
                                *most == 0 ? "skip = true keeps tests from running" : "");
            }
            project_.groups.emplace(*name, static_cast<unsigned>(*most));
        }
        return {};
    }

    /// Names are for people: two of a kind with the same one could not be told apart.
    template <class T> static Judged<void> check_new(const TomlNode& table, const std::vector<T>& others, std::string_view kind)
    {
        const TomlEntry& name = *entry_of(table, "name");
        const auto same = std::ranges::find(others, name.node.text, &T::name);
        if (same != others.end()) {
            return complain(name.node.at, fmt::format("{} '{}' is already in line {}", kind, name.node.text, same->line));
        }
        return {};
    }

    Judged<void> add_runner(const TomlNode& table, TableDraft draft)
    {
        if (auto is_new = check_new(table, project_.runners, "runner"); !is_new) {
            return is_new;
        }
        constexpr std::array<std::string_view, 4> of_ignored{"name", "match", "executable", "ignore"};
        for (const TomlEntry& entry : table.table) {
            if (draft.ignore && std::ranges::find(of_ignored, entry.key) == of_ignored.end()) {
                return complain(entry.at, fmt::format("'{}' beside ignore = true: such files are no tests", entry.key));
            }
        }
        RunnerRule rule;
        rule.name = std::move(draft.name);
        rule.patterns = std::move(draft.patterns);
        rule.command = std::move(draft.command);
        rule.protocol = draft.protocol.value_or(rule.protocol);
        rule.skip_exit_codes = std::move(draft.skip_exit_codes).value_or(rule.skip_exit_codes);
        rule.environment = std::move(draft.environment);
        rule.executable_only = draft.executable_only;
        rule.ignore = draft.ignore;
        rule.traits = std::move(draft.traits);
        rule.line = table.at.line;
        project_.runners.push_back(std::move(rule));
        return {};
    }

    Judged<void> add_override(const TomlNode& table, TableDraft draft)
    {
        project_.overrides.push_back({.patterns = std::move(draft.patterns),
                                      .traits = std::move(draft.traits),
                                      .environment = std::move(draft.environment),
                                      .protocol = draft.protocol,
                                      .skip_exit_codes = std::move(draft.skip_exit_codes),
                                      .line = table.at.line});
        return {};
    }

    Judged<void> add_setup(const TomlNode& table, TableDraft draft)
    {
        if (auto is_new = check_new(table, project_.setups, "setup"); !is_new) {
            return is_new;
        }
        project_.setups.push_back({.name = std::move(draft.name),
                                   .patterns = std::move(draft.patterns),
                                   .command = std::move(draft.command),
                                   .teardown = std::move(draft.teardown),
                                   .traits = std::move(draft.traits),
                                   .line = table.at.line});
        return {};
    }

    const ProjectContext& context_;
    Project project_;
};

} // namespace

Judged<Project> project_in(const TomlNode& root, const ProjectContext& context)
{
    return Reading(context).read(root);
}

std::unexpected<Error> project_error(const std::string& file, const Complaint& complaint)
{
    return usage_error(fmt::format("{}:{}:{}: {}", file, complaint.at.line, complaint.at.column, complaint.message), complaint.hint);
}

} // namespace hutch::config
