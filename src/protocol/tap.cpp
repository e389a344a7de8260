// See tap.h.
#include "protocol/tap.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "protocol/case_list.h"

namespace hutch::protocol {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t longest_quote = 120; ///< bytes of a line that a complaint quotes
constexpr std::size_t longest_reason = longest_case_message / 2;
constexpr std::size_t named_numbers = 5;
constexpr std::string_view no_plan = "no plan";

std::string cases(std::uint64_t count)
{
    return fmt::format("{} {}", count, count == 1 ? "case" : "cases");
}

/// "missing 2, 5, 6, 7, 8 and 4 more"
std::string numbers_text(std::string_view what, const std::vector<std::uint64_t>& numbers, std::uint64_t all)
{
    std::string text = fmt::format("{} {}", what, fmt::join(numbers, ", "));
    if (all > numbers.size()) {
        text += fmt::format(" and {} more", all - numbers.size());
    }
    return text;
}

CaseVerdict verdict_of(const TapPoint& point)
{
    if (point.directive == TapDirective::skip) {
        return CaseVerdict::skip; // whether it is "ok" or not: TAP 14, and bats writes "not ok 1 # SKIP"
    }
    if (point.ok) {
        return CaseVerdict::pass;
    }
    return point.directive == TapDirective::todo ? CaseVerdict::planned : CaseVerdict::fail;
}

std::string message_of(const TapPoint& point)
{
    if (point.directive == TapDirective::todo && point.ok) {
        return point.reason.empty() ? "unexpectedly passed TODO" : "unexpectedly passed TODO: " + point.reason;
    }
    return point.reason;
}

} // namespace

void TapReader::feed(std::string_view bytes)
{
    lines_.feed(bytes, [&](std::string_view line) { take(line); });
}

CaseReport TapReader::finish()
{
    lines_.finish([&](std::string_view line) { take(line); });
    if (yaml_ && yaml_of_pending_ && pending_) {
        pending_->add_yaml(*yaml_);
    }
    end_point();
    if (!bailed_out_) {
        check_plan();
    }
    return std::move(report_);
}

void TapReader::take(std::string_view line)
{
    if (std::exchange(first_line_, false) && line.starts_with(byte_order_mark)) {
        line.remove_prefix(byte_order_mark.size());
    }
    if (bailed_out_ || belongs_to_yaml(line)) {
        return;
    }
    const std::size_t indent = blanks_before(line);
    const TapLine read = read_tap_line(line.substr(indent));
    if (const auto* bail_out = std::get_if<TapBailOut>(&read)) {
        top(*bail_out); // wherever it stands, it ends all
    } else if (indent > 0) {
        indented(read, line, indent);
    } else {
        const bool goes_on = std::holds_alternative<TapComment>(read) || std::holds_alternative<TapBlank>(read);
        if (!goes_on) {
            end_point();
        }
        std::visit([&](const auto& each) { top(each); }, read);
    }
}

/// A block is open, or opens: "---" deeper than the point it stands behind, with nothing but comments and blank lines between.
bool TapReader::belongs_to_yaml(std::string_view line)
{
    if (yaml_) {
        const TapYaml::Place place = yaml_->take(line);
        if (place == TapYaml::Place::inside) {
            return true;
        }
        if (yaml_of_pending_ && pending_) {
            pending_->add_yaml(*yaml_);
        }
        yaml_.reset();
        return place == TapYaml::Place::last;
    }
    const std::size_t indent = blanks_before(line);
    const std::string_view content = line.substr(indent);
    if (!point_indent_ || indent <= *point_indent_ || !(content.starts_with("--- ") || base::trim(content) == "---")) {
        return false;
    }
    yaml_.emplace(indent);
    yaml_of_pending_ = *point_indent_ == 0;
    point_indent_.reset();
    return true;
}

void TapReader::indented(const TapLine& read, std::string_view line, std::size_t indent)
{
    constexpr std::size_t step = 4;
    if (std::holds_alternative<TapComment>(read) || std::holds_alternative<TapBlank>(read)) {
        return;
    }
    end_point();
    const bool level = indent % step == 0 && line.substr(0, indent).find('\t') == std::string_view::npos;
    if (!level || std::holds_alternative<TapOther>(read)) {
        if (!subtest_.open || indent < step) {
            not_tap(line);
        }
        return;
    }
    subtest_.open = true;
    const auto* point = std::get_if<TapPoint>(&read);
    if (point == nullptr) {
        return;
    }
    point_indent_ = indent;
    if (indent == step && verdict_of(*point) == CaseVerdict::fail) {
        const std::string_view number = point->number.empty() ? "unnamed" : point->number;
        subtest_.add_failed(point->description.empty() ? number : point->description);
    }
}

void TapReader::top(const TapPoint& point)
{
    ++saw_;
    if (plan_after_points_) {
        complain(report_, fmt::format("the plan {} stands between cases", plan_text_));
    }
    Case found;
    found.verdict = verdict_of(point);
    found.message = message_of(point);
    found.duration = point.duration;
    found.name = number_of(point);
    if (!point.description.empty()) {
        found.name = point.description;
    } else if (!subtest_.name.empty()) {
        found.name = subtest_.name;
    }
    pending_.emplace(std::move(found), subtest_.failed());
    point_indent_ = 0;
    subtest_ = {};
}

/// The number of a point, its own or the next one, is noted; a text because a name may be made of it.
std::string TapReader::number_of(const TapPoint& point)
{
    const auto number = point.number.empty() ? last_number_ + 1 : base::parse_uint64(point.number).value_or(0);
    if (number == 0) {
        const std::string text = point.number.empty() ? "none" : shortened(point.number, longest_quote);
        complain(report_, fmt::format("a case has the number {}", text));
        return text;
    }
    last_number_ = number;
    switch (numbers_.add(number)) {
    case TapNumbers::Added::fresh:
        break;
    case TapNumbers::Added::repeated:
        complain(report_, fmt::format("case {} came twice", number));
        break;
    case TapNumbers::Added::no_room:
        complain(report_, "the numbers of the cases are too scattered to be checked");
        break;
    }
    return std::to_string(number);
}

void TapReader::top(const TapPlan& plan)
{
    const std::string text = shortened(plan.text, longest_quote);
    if (has_plan_) {
        complain(report_, fmt::format("two plans: {} and {}", plan_text_, text));
        return;
    }
    has_plan_ = true;
    plan_text_ = text;
    plan_after_points_ = saw_ > 0;
    planned_ = plan.count.value_or(0);
    if (!plan.count) {
        complain(report_, fmt::format("the plan {} is too large", text));
    }
    if (planned_ == 0) {
        skip_reason_ = plan.remark.empty() ? "skipped" : shortened(plan.remark, longest_reason);
    }
}

void TapReader::top(const TapVersion& version)
{
    const auto number = base::parse_uint64(version.number);
    if (!number || *number < 13 || *number > 14) { // 12 and less are said by saying nothing
        complain(report_, fmt::format("TAP version {} is not known", shortened(version.number, longest_quote)));
    } else if (has_version_ || has_plan_ || saw_ > 0) {
        complain(report_, fmt::format("TAP version {} stands in the middle", *number));
    }
    has_version_ = true;
}

void TapReader::top(const TapPragma& pragma)
{
    strict_ = pragma.strict.value_or(strict_);
}

void TapReader::top(const TapBailOut& bail_out)
{
    end_point();
    bailed_out_ = true;
    report_.complaint.clear(); // whatever was wrong before, this is why
    const std::string reason = shortened(bail_out.reason, longest_reason);
    complain(report_, reason.empty() ? "Bail out!" : "Bail out! " + reason);
}

void TapReader::top(const TapComment& comment)
{
    if (auto name = subtest_name(comment)) {
        end_point();
        subtest_ = {};
        subtest_.name = shortened(*name, longest_case_name);
    } else if (pending_) {
        pending_->add_comment(comment.text);
    }
}

void TapReader::top(const TapOther& other)
{
    not_tap(other.line);
}

void TapReader::not_tap(std::string_view line)
{
    if (strict_) {
        complain(report_,
                 fmt::format("not TAP, with pragma +strict: '{}'", shortened(base::trim(line), longest_quote)));
    }
}

/// Nothing more will be said of the last point.
void TapReader::end_point()
{
    point_indent_.reset();
    if (pending_) {
        add_case(report_, std::move(*pending_).finished());
        pending_.reset();
    }
}

void TapReader::check_plan()
{
    if (!has_plan_) {
        complain(report_, saw_ == 0 ? std::string(no_plan) : fmt::format("{}, saw {}", no_plan, cases(saw_)));
        return;
    }
    compare_with_plan();
    if (planned_ == 0 && report_.complaint.empty()) {
        report_.skip_reason = skip_reason_;
    }
}

void TapReader::compare_with_plan()
{
    const std::uint64_t missing = planned_ - numbers_.seen_to(planned_);
    const std::uint64_t beyond = numbers_.seen_to(std::numeric_limits<std::uint64_t>::max()) - (planned_ - missing);
    if (saw_ == planned_ && missing == 0 && beyond == 0) {
        return;
    }
    std::string text = fmt::format("planned {}, saw {}", cases(planned_), saw_);
    if (missing > 0) {
        text += ": " + numbers_text("missing", numbers_.missing(planned_, named_numbers), missing);
    }
    if (beyond > 0) {
        text +=
            (missing > 0 ? "; " : ": ") + numbers_text("not planned", numbers_.beyond(planned_, named_numbers), beyond);
    }
    complain(report_, text);
}

bool only_lacks_plan(const CaseReport& report)
{
    return report.complaint.starts_with(no_plan); // the first complaint is kept, and this one comes at the end
}

bool has_passed_todo(const CaseReport& report)
{
    // A pass has no message but this.
    const auto surprises = [](const Case& each) { return each.verdict == CaseVerdict::pass && !each.message.empty(); };
    return std::ranges::any_of(report.cases, surprises);
}

bool looks_like_tap(std::string_view line)
{
    if (line.starts_with(byte_order_mark)) {
        line.remove_prefix(byte_order_mark.size());
    }
    line = line.substr(0, line.find('\n'));
    const bool indented = blanks_before(line) > 0;
    line = base::trim(line);
    const TapLine read = read_tap_line(line);
    if (const auto* comment = std::get_if<TapComment>(&read)) {
        return subtest_name(*comment).has_value(); // older Test::More indents it
    }
    if (indented) {
        return false;
    }
    if (std::holds_alternative<TapPoint>(read)) {
        const std::size_t end = line.find("ok") + 2;
        return end == line.size() || is_blank(line[end]);
    }
    return std::holds_alternative<TapVersion>(read) || std::holds_alternative<TapPlan>(read) ||
           std::holds_alternative<TapBailOut>(read);
}

} // namespace hutch::protocol
