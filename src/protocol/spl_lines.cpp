// See spl_lines.h.
#include "protocol/spl_lines.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace hutch::protocol {
namespace {

constexpr std::size_t longest_quoted = 60; ///< of a test's own words in a complaint

bool take(std::string_view& rest, std::string_view word)
{
    if (!rest.starts_with(word)) {
        return false;
    }
    rest.remove_prefix(word.size());
    return true;
}

/// At least one digit.
std::optional<std::string_view> take_digits(std::string_view& rest)
{
    const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
    const std::string_view digits = rest.substr(0, end);
    rest.remove_prefix(end);
    return digits.empty() ? std::nullopt : std::optional(digits);
}

std::optional<std::size_t> count_of(std::string_view digits)
{
    const auto number = base::parse_uint64(digits);
    return number && *number <= most_spl_count ? std::optional(static_cast<std::size_t>(*number)) : std::nullopt;
}

std::string not_a_count(std::string_view key, std::string_view value)
{
    return fmt::format("{} is not a number of cases: '{}'", key, value.substr(0, longest_quoted));
}

bool set_count(std::size_t& to, std::string_view key, std::string_view value, std::string& complaint)
{
    const auto count = count_of(value);
    if (!count) {
        complaint = complaint.empty() ? not_a_count(key, value) : complaint;
        return false;
    }
    to = *count;
    return true;
}

/// "(skipped)" or "(skipped: reason)" at the end of a name is taken off.
std::optional<SplMark> skip_mark(std::string_view name)
{
    const std::size_t begin = name.rfind("(skipped");
    if (begin == std::string_view::npos || !name.ends_with(')')) {
        return std::nullopt;
    }
    std::string_view reason = name.substr(begin + 8, name.size() - begin - 9);
    if (!reason.empty() && !take(reason, ":")) {
        return std::nullopt;
    }
    return SplMark{CaseVerdict::skip, base::trim(name.substr(0, begin)), base::trim(reason)};
}

SplVerdict::Outcome outcome_of(std::string_view word)
{
    using Outcome = SplVerdict::Outcome;
    static constexpr std::array<std::pair<std::string_view, Outcome>, 8> words{{
        {"ok", Outcome::passed},
        {"pass", Outcome::passed},
        {"passed", Outcome::passed},
        {"error", Outcome::failed},
        {"fail", Outcome::failed},
        {"failed", Outcome::failed},
        {"skip", Outcome::skipped},
        {"skipped", Outcome::skipped},
    }};
    const std::string lower = base::to_lower(word);
    const auto* const found =
        std::ranges::find(words, std::string_view(lower), &std::pair<std::string_view, Outcome>::first);
    return found != words.end() ? found->second : Outcome::unsound;
}

/// The keys of a verdict line, and which of them were there.
class VerdictFields {
  public:
    explicit VerdictFields(SplVerdict& verdict)
        : verdict_(verdict), fields_{{{"declared>", &verdict.declared},
                                      {"executed", &verdict.executed},
                                      {"passed", &verdict.passed},
                                      {"failed", &verdict.failed},
                                      {"dropped", &verdict.dropped},
                                      {"skipped", &verdict.skipped}}}
    {}

    void set(std::string_view key, std::string_view value)
    {
        if (key == "outcome") {
            once(has_outcome_, "outcome");
            verdict_.outcome_word = value.substr(0, longest_quoted);
            verdict_.outcome = outcome_of(value);
            return;
        }
        for (std::size_t index = 0; index < fields_.size(); ++index) {
            const auto& [name, place] = fields_.at(index);
            if (name == key) {
                once(has_.at(index), shown(name));
                set_count(*place, shown(name), value, verdict_.complaint);
            }
        }
    }

    void finish()
    {
        // Simple before August 2026 wrote neither of the two; then what is not told is what was skipped.
        const bool older_form = !has_outcome_ && !has_.at(skipped_at);
        for (std::size_t index = 0; index < fields_.size(); ++index) {
            if (!has_.at(index) && !(older_form && index == skipped_at)) {
                miss(shown(fields_.at(index).first));
            }
        }
        if (!older_form && !has_outcome_) {
            miss("outcome=");
        }
        const std::size_t told = verdict_.passed + verdict_.failed;
        if (older_form && told <= verdict_.executed) {
            verdict_.skipped = verdict_.executed - told;
        }
    }

  private:
    static constexpr std::size_t skipped_at = 5;

    static std::string shown(std::string_view key) { return std::string(key) + '='; }
    void once(bool& there, std::string_view key)
    {
        if (std::exchange(there, true)) {
            complain(fmt::format("{} is there twice", key));
        }
    }
    void miss(std::string_view key) { complain(fmt::format("{} is missing", key)); }
    void complain(std::string complaint)
    {
        if (verdict_.complaint.empty()) {
            verdict_.complaint = std::move(complaint);
        }
    }

    SplVerdict& verdict_;
    std::array<std::pair<std::string_view, std::size_t*>, 6> fields_;
    std::array<bool, 6> has_{};
    bool has_outcome_ = false;
};

} // namespace

std::optional<SplMark> parse_spl_mark(std::string_view line)
{
    static constexpr std::array<std::pair<std::string_view, CaseVerdict>, 3> marks{{
        {"\xe2\x9c\x93", CaseVerdict::pass}, // ✓
        {"\xe2\x9c\x97", CaseVerdict::fail}, // ✗
        {"\xe2\x97\x8b", CaseVerdict::skip}, // ○
    }};
    for (const auto& [mark, verdict] : marks) {
        if (!line.starts_with(mark)) {
            continue;
        }
        line.remove_prefix(mark.size());
        if (!line.empty() && !line.starts_with(' ')) {
            return std::nullopt; // "✓done" is prose
        }
        const std::string_view name = base::trim(line);
        return verdict == CaseVerdict::skip ? skip_mark(name) : SplMark{verdict, name, {}};
    }
    return std::nullopt;
}

std::optional<SplExamples> parse_spl_examples(std::string_view line)
{
    const auto examples = take_digits(line);
    if (!examples || !(take(line, " examples, ") || take(line, " example, "))) {
        return std::nullopt;
    }
    const auto failures = take_digits(line);
    if (!failures || !(take(line, " failures") || take(line, " failure"))) {
        return std::nullopt;
    }
    if (!line.empty() && !line.starts_with(',') && !line.starts_with(" (")) {
        return std::nullopt;
    }
    SplExamples found;
    set_count(found.examples, "examples", *examples, found.complaint);
    set_count(found.failures, "failures", *failures, found.complaint);
    return found;
}

std::optional<SplResults> parse_spl_results(std::string_view line)
{
    if (!take(line, "Results: ")) {
        return std::nullopt;
    }
    SplResults found;
    const std::array<std::pair<std::string_view, std::size_t*>, 5> fields{{{"total", &found.total},
                                                                           {"passed", &found.passed},
                                                                           {"failed", &found.failed},
                                                                           {"skipped", &found.skipped},
                                                                           {"dropped", &found.dropped}}};
    std::size_t index = 0;
    for (const std::string_view piece : base::split(line, ',')) {
        const base::Halves halves = base::cut(base::trim(piece), ' ');
        const std::string_view key = halves.after.value_or("");
        if (index < 3 &&
            (key != fields.at(index).first || halves.before.find_first_not_of("0123456789") < halves.before.size())) {
            return std::nullopt; // the first three are always there, in this order
        }
        const auto* const field = std::ranges::find(fields, key, &std::pair<std::string_view, std::size_t*>::first);
        if (field != fields.end()) {
            set_count(*field->second, key, halves.before, found.complaint);
        }
        ++index;
    }
    return index < 3 ? std::nullopt : std::optional(found);
}

std::optional<SplVerdict> parse_spl_verdict(std::string_view line)
{
    if (!take(line, "SPEC FILE VERDICT:")) {
        return std::nullopt;
    }
    SplVerdict verdict;
    // The path may have anything in it; the line's own words are the last.
    std::size_t begin = line.rfind(" outcome=");
    begin = begin != std::string_view::npos ? begin : line.rfind(" declared>=");
    if (begin == std::string_view::npos) {
        verdict.complaint = "neither outcome= nor declared>= is there";
        return verdict;
    }
    VerdictFields fields(verdict);
    for (const std::string_view word : base::words(line.substr(begin))) {
        const base::Halves halves = base::cut(word, '=');
        if (halves.after) {
            fields.set(halves.before, *halves.after);
        }
    }
    fields.finish();
    return verdict;
}

SplIndented split_indentation(std::string_view line)
{
    SplIndented found;
    const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
    for (const char blank : line.substr(0, begin)) {
        found.columns += blank == '\t' ? 2 : 1;
    }
    found.text = base::trim(line);
    return found;
}

} // namespace hutch::protocol
