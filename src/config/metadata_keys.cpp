// See metadata_keys.h.
#include "config/metadata_keys.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/text.h"

namespace hutch::config {
namespace {

constexpr std::array<MetadataRow, 20> rows{{
    {{"Timeout", "duration", "1 ms and more; a bare number is seconds", "wall clock until it is ended"}, say_timeout},
    {{"Memory", "size", "1 MB and more; a bare number is MB; % of the machine's", "`memory.max`"}, say_memory},
    {{"CPU", "number or %", "0.01 to 8192", "CPUs: `cpu.max`"}, say_cpu},
    {{"Pids", "number", "1 to 4194304", "processes and threads: `pids.max`"}, say_pids},
    {{"IO", "[path] rate…", "`rbps=` `wbps=` `riops=` `wiops=`, 1 and more",
      "`io.max` of the disk behind the path, or behind the work directory"},
     say_io,
     true},
    {{"Profile", "name", "`fast` `standard` `slow` `intensive` `critical`", "resource profile"}, say_profile},
    {{"Policy", "name or file", "letters, digits, `-` and `_`; a file has a `/` or ends in `.toml`", "what it may see and do"}, say_policy},
    {{"Priority", "P0 to P3", "`P0` `P1` `P2` `P3`", "`P0` is run first; what says nothing is `P2`"}, say_priority},
    {{"Tag", "list", "letters, digits and `-_.:/+`; 64 bytes each, 64 of them", "for `--tag` and `-E 'tag(…)'`"}, say_tags, true},
    {{"Group", "list", "as `@Tag`", "at most so many of a group run at a time, else one"}, say_groups, true},
    {{"DependsOn", "path or test", "64 of them", "has to have passed before; one in a line, blanks and commas are part of it"},
     say_depends_on,
     true},
    {{"Retries", "number [delay=duration]", "0 to 100; a delay up to 1 h", "further attempts after a failure"}, say_retries},
    {{"Ports", "number", "1 to 64", "TCP ports that nobody else has"}, say_ports},
    {{"Slots", "number", "1 to 4096", "workers that it takes"}, say_slots},
    {{"Isolation", "word", "`none` `process` `container`", "how far it is kept apart"}, say_isolation},
    {{"Network", "word", "`none` `private` `host`", "its network, over the policy's"}, say_network},
    {{"Exclusive", "flag", "nothing, `yes` `no` `true` `false`", "nothing else of the run runs beside it"}, say_exclusive},
    {{"Slow", "flag", "nothing, `yes` `no` `true` `false`", "left out unless it is asked for"}, say_slow},
    {{"Skip", "[reason]", "any text", "it is not run"}, say_skip},
    {{"Planned", "[reason]", "any text", "it is not written yet: not run, counted apart"}, say_planned},
}};

constexpr auto keys = [] {
    std::array<MetadataKey, rows.size()> all{};
    std::ranges::transform(rows, all.begin(), &MetadataRow::key);
    return all;
}();

/// "Depends-On" → "dependson".
std::string plain(std::string_view word)
{
    std::string lower = base::to_lower(word);
    std::erase_if(lower, [](char each) { return each == '-' || each == '_'; });
    return lower;
}

/// One letter more, less, another, or two neighbours swapped.
bool one_edit_apart(std::string_view a, std::string_view b)
{
    const auto [in_a, in_b] = std::ranges::mismatch(a, b);
    std::string_view left(in_a, a.end()), right(in_b, b.end());
    while (!left.empty() && !right.empty() && left.back() == right.back()) {
        left.remove_suffix(1);
        right.remove_suffix(1);
    }
    const bool swapped = left.size() == 2 && right.size() == 2 && left[0] == right[1] && left[1] == right[0];
    return swapped || (left.size() <= 1 && right.size() <= 1);
}

/// "policies" and "policy", "tags" and "tag".
std::string singular(std::string word)
{
    if (word.ends_with("ies")) {
        word.replace(word.size() - 3, 3, "y");
    } else if (word.size() > 3 && word.ends_with('s')) {
        word.pop_back();
    }
    return word;
}

} // namespace

std::span<const MetadataKey> metadata_keys()
{
    return keys;
}

const MetadataRow* find_metadata_key(std::string_view word)
{
    const std::string wanted = plain(word);
    const auto row = std::ranges::find_if(rows, [&](const MetadataRow& each) { return base::to_lower(each.key.name) == wanted; });
    return row == rows.end() ? nullptr : &*row;
}

std::optional<std::string_view> near_metadata_key(std::string_view word)
{
    constexpr std::size_t shortest = 5; // of four letters and less too much is near: @flow, @pics, @tab, @if
    const std::string written = plain(word);
    for (const MetadataRow& row : rows) {
        const std::string name = base::to_lower(row.key.name);
        const bool is_number = singular(name) == singular(written);
        if (is_number || (name.size() >= shortest && one_edit_apart(name, written))) {
            return row.key.name;
        }
    }
    return written == "depends" ? std::optional<std::string_view>("DependsOn") : std::nullopt;
}

} // namespace hutch::config
