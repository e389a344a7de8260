// See detect.h.
#include "protocol/detect.h"

#include <algorithm>

#include "base/text.h"
#include "protocol/spl_lines.h"
#include "protocol/terminal_codes.h"

namespace hutch::protocol {
namespace {

bool is_tap_version(std::string_view line)
{
    return line == "TAP version 13" || line == "TAP version 14";
}

struct Plan {
    std::uint64_t last = 0;
    bool skips_all = false;
};

/// "1..4", "1..4 # comment", "1..0 # SKIP why".
std::optional<Plan> tap_plan(std::string_view line)
{
    if (!line.starts_with("1..")) {
        return std::nullopt;
    }
    const base::Halves halves = base::cut(line.substr(3), '#');
    const auto last = base::parse_uint64(base::trim(halves.before));
    if (!last) {
        return std::nullopt;
    }
    const std::string directive = base::to_lower(base::trim(halves.after.value_or("")).substr(0, 4));
    return Plan{.last = *last, .skips_all = *last == 0 && directive == "skip"};
}

/// "ok 1", "not ok 2 - name", "ok - name" (0: not numbered); "ok" and "ok then" are prose.
std::optional<std::uint64_t> tap_point(std::string_view line)
{
    line = line.starts_with("not ") ? line.substr(4) : line;
    if (!line.starts_with("ok ")) {
        return std::nullopt;
    }
    line = base::trim(line.substr(3));
    if (line.starts_with("- ")) {
        return 0;
    }
    const auto number = base::parse_uint64(line.substr(0, line.find_first_of(" \t")));
    return number && *number > 0 ? number : std::nullopt;
}

} // namespace

std::optional<Protocol> Detector::feed(std::string_view bytes)
{
    if (answer_) {
        return std::nullopt;
    }
    const std::size_t before = kept_.size();
    kept_.append(bytes.substr(0, most_bytes - before));
    for (std::size_t end = kept_.find('\n', before); end != std::string::npos && !answer_;
         end = kept_.find('\n', line_begin_)) {
        answer_ = take_line(std::string_view(kept_).substr(line_begin_, end - line_begin_));
        line_begin_ = end + 1;
        if (++lines_ == most_lines && !answer_) {
            answer_ = Protocol::exit;
        }
    }
    if (!answer_ && kept_.size() == most_bytes) {
        answer_ = Protocol::exit; // a line that was cut here is not looked at
    }
    if (answer_) {
        kept_.resize(before);
    }
    return answer_;
}

Protocol Detector::finish()
{
    if (!answer_) {
        answer_ = take_line(std::string_view(kept_).substr(line_begin_)).value_or(Protocol::exit);
    }
    return *answer_;
}

std::optional<Protocol> Detector::take_line(std::string_view line)
{
    line = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
    for (const Speaker& speaker : speakers_) {
        if (speaker.speaks(line) && is_enough(speaker.protocol, line)) {
            return speaker.protocol;
        }
    }
    return std::nullopt;
}

bool Detector::is_enough(Protocol protocol, std::string_view line)
{
    switch (protocol) {
    case Protocol::tap:
        return tap_is_enough(line);
    case Protocol::spl:
        return spl_is_enough(line);
    default:
        return true;
    }
}

bool Detector::tap_is_enough(std::string_view line)
{
    if (is_tap_version(line)) {
        return true;
    }
    if (const auto plan = tap_plan(line)) {
        if (plan->skips_all) {
            return true;
        }
        const bool last = points_ > 0 && points_fit_ && plan->last == points_;
        plan_ = plan->last; // of several the last: the first was prose
        points_ = 0;
        points_fit_ = true;
        return last;
    }
    if (const auto number = tap_point(line)) {
        ++points_;
        points_fit_ = points_fit_ && (*number == 0 || *number == points_);
        return plan_ && points_fit_ && points_ <= *plan_;
    }
    return false;
}

bool Detector::spl_is_enough(std::string_view line)
{
    const std::string plain = without_terminal_codes(line);
    const SplIndented found = split_indentation(plain);
    if (parse_spl_mark(found.text)) {
        spl_mark_ = true;
        return false;
    }
    return parse_spl_verdict(found.text) || (spl_mark_ && parse_spl_examples(found.text));
}

} // namespace hutch::protocol
