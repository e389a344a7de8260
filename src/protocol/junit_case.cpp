// See junit_case.h.
#include "protocol/junit_case.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace hutch::protocol {
namespace {

constexpr double longest_time = 1e9; ///< seconds

/// "1,234,567.8" → "1234567.8", as Java's formatters write it. "0,5" has nobody's thousands: unchanged, and then not a number.
std::string without_thousands(std::string_view text)
{
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string plain;
    for (const std::string_view group : base::split(text.substr(0, point), ',')) {
        const bool is_first = plain.empty();
        const bool has_more = group.size() < point;
        if (is_first && has_more && (group.empty() || group.size() > 3 || group == "0")) {
            return std::string(text);
        }
        if (!is_first && group.size() != 3) {
            return std::string(text);
        }
        plain += group;
    }
    plain += text.substr(point);
    return plain;
}

/// What the elements of a case say, the first of each kind.
struct Said {
    pugi::xml_node failure, skipped, flaky;
    std::size_t failures = 0;
};
Said read_elements(pugi::xml_node node)
{
    Said said;
    for (const pugi::xml_node child : node.children()) {
        const std::string_view name = child.name();
        if (name == "failure" || name == "error") {
            said.failure = said.failure ? said.failure : child;
            ++said.failures;
        } else if (name == "skipped") {
            said.skipped = said.skipped ? said.skipped : child;
        } else if (name == "flakyFailure" || name == "flakyError" || name == "rerunFailure" || name == "rerunError") {
            said.flaky = said.flaky ? said.flaky : child;
        }
    }
    return said;
}

/// What the attributes `status` and `result` say, for a case without an element that does: GoogleTest, CTest and others.
CaseVerdict verdict_of_words(pugi::xml_node node)
{
    static constexpr std::array<std::pair<std::string_view, CaseVerdict>, 8> words = {{{"fail", CaseVerdict::fail},
                                                                                       {"failed", CaseVerdict::fail},
                                                                                       {"failure", CaseVerdict::fail},
                                                                                       {"error", CaseVerdict::fail},
                                                                                       {"skipped", CaseVerdict::skip},
                                                                                       {"notrun", CaseVerdict::planned},
                                                                                       {"disabled", CaseVerdict::planned},
                                                                                       {"suppressed", CaseVerdict::planned}}};
    for (const char* attribute : {"status", "result"}) {
        const std::string said = base::to_lower(std::string_view(node.attribute(attribute).value()).substr(0, 16));
        const auto word = std::ranges::find(words, said, &std::pair<std::string_view, CaseVerdict>::first);
        if (word != words.end()) {
            return word->second;
        }
    }
    return CaseVerdict::pass;
}

std::string case_name(std::string_view name)
{
    return std::string(name.substr(0, longest_case_name + 1));
}

} // namespace

std::optional<Microseconds> read_junit_time(std::string_view text)
{
    text = base::trim(text);
    if (text.size() > 64) {
        return std::nullopt;
    }
    const std::string plain = without_thousands(text);
    double seconds = 0;
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), seconds);
    if (error != std::errc() || end != plain.data() + plain.size() || !std::isfinite(seconds) || std::signbit(seconds) ||
        seconds > longest_time) {
        return std::nullopt;
    }
    return Microseconds(std::llround(seconds * 1e6));
}

std::string junit_message(pugi::xml_node node)
{
    for (const std::string_view text : {std::string_view(node.attribute("message").value()), std::string_view(node.text().get()),
                                        std::string_view(node.attribute("type").value())}) {
        if (const std::string_view said = base::trim(text); !said.empty()) {
            return std::string(said.substr(0, longest_case_message + 1));
        }
    }
    return {};
}

JunitCase read_junit_case(pugi::xml_node node, std::string_view suite)
{
    const Said said = read_elements(node);
    const std::string_view group = node.attribute("classname").value();
    JunitCase read{.found = {.group = case_name(group.empty() ? suite : group),
                             .name = case_name(node.attribute("name").value()),
                             .verdict = CaseVerdict::pass,
                             .duration = read_junit_time(node.attribute("time").value())},
                   .failures = said.failures};
    if (said.failure) {
        read.found.verdict = CaseVerdict::fail;
        read.found.message = junit_message(said.failure);
    } else if (said.skipped) {
        read.found.verdict = CaseVerdict::skip;
        read.found.message = junit_message(said.skipped);
    } else if (const CaseVerdict verdict = verdict_of_words(node); verdict == CaseVerdict::fail || !said.flaky) {
        read.found.verdict = verdict;
        read.failures = verdict == CaseVerdict::fail ? 1 : 0;
    } else {
        read.found.message = "flaky: " + junit_message(said.flaky);
    }
    return read;
}

} // namespace hutch::protocol
