#include "report/tally.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "report/words.h"

namespace hutch::report {

void Tally::add(Verdict verdict)
{
    ++by_[static_cast<std::size_t>(verdict)];
}

void Tally::add(const CaseReport& report)
{
    cases_passed_ += report.passed;
    cases_failed_ += report.failed;
    cases_skipped_ += report.skipped;
    cases_planned_ += report.planned;
}

std::string Tally::case_words() const
{
    const std::size_t cases = cases_passed_ + cases_failed_ + cases_skipped_ + cases_planned_;
    if (cases == 0) {
        return {};
    }
    std::string words = fmt::format("; {} {}: {} passed, {} failed", cases, cases == 1 ? "case" : "cases", cases_passed_, cases_failed_);
    words += cases_skipped_ > 0 ? fmt::format(", {} skipped", cases_skipped_) : "";
    return cases_planned_ > 0 ? fmt::format("{}, {} planned", words, cases_planned_) : words;
}

std::size_t Tally::total() const
{
    return std::accumulate(by_.begin(), by_.end(), std::size_t{0});
}

std::size_t Tally::passed() const
{
    return of(Verdict::pass) + of(Verdict::flaky);
}

std::size_t Tally::skipped() const
{
    return of(Verdict::skip) + of(Verdict::planned);
}

std::size_t Tally::failed() const
{
    return total() - passed() - skipped();
}

std::string Tally::words() const
{
    std::string details;
    for (std::size_t i = 0; i < by_.size(); ++i) {
        const auto verdict = static_cast<Verdict>(i);
        const bool told_anyway = verdict == Verdict::pass || verdict == Verdict::fail || verdict == Verdict::skip;
        if (by_[i] > 0 && !told_anyway) {
            details += fmt::format("{}{} {}", details.empty() ? "" : ", ", by_[i], verdict_words(verdict));
        }
    }
    std::string words = fmt::format("{} passed, {} failed, {} skipped", passed(), failed(), skipped());
    if (!details.empty()) {
        words += fmt::format(" ({})", details);
    }
    return words;
}

void Largest::add(std::uint64_t value, std::string_view name)
{
    if (entries_.size() == keep_ && (keep_ == 0 || value <= entries_.back().value)) {
        return;
    }
    const auto place = std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.value < value; });
    entries_.insert(place, Entry{value, std::string(name)});
    if (entries_.size() > keep_) {
        entries_.pop_back();
    }
}

} // namespace hutch::report
