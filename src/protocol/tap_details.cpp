// See tap_details.h.
#include "protocol/tap_details.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "protocol/tap_line.h"

namespace hutch::protocol {
namespace {

/// The text of a scalar on one line. A quoted one may go on in the next line, which is not read; what is not quoted right is itself.
std::string scalar_text(std::string_view value)
{
    const char quote = value.empty() ? '\0' : value.front();
    if (quote != '\'' && quote != '"') {
        return std::string(value == "~" || value == "null" ? std::string_view() : value);
    }
    std::string text;
    for (std::size_t at = 1; at < value.size(); ++at) {
        if (quote == '\'' && value.substr(at).starts_with("''")) {
            ++at;
        } else if (value[at] == quote) {
            break;
        } else if (quote == '"' && value[at] == '\\' && at + 1 < value.size()) {
            ++at;
            const char escaped = value[at];
            text += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
            continue;
        }
        text += value[at];
    }
    return text;
}

constexpr auto most_duration = std::chrono::years(10); // what is more is a point in time, or nonsense

std::optional<Microseconds> milliseconds(std::string_view text)
{
    const auto number = base::parse_decimal(text);
    if (!number || !(*number <= double(std::chrono::milliseconds(most_duration).count()))) {
        return {};
    }
    return Microseconds(std::llround(*number * 1000));
}

std::optional<Microseconds> duration_of(std::string_view key, std::string_view value)
{
    constexpr std::size_t longest = 32;
    const std::string text = scalar_text(value.substr(0, longest));
    if (key == "duration_ms") {
        return milliseconds(text);
    }
    const auto duration = parse_duration(text);
    return duration && *duration <= most_duration ? std::optional(*duration) : std::nullopt;
}

} // namespace

void FirstLines::add(std::string_view line)
{
    const std::size_t blanks = blanks_before(line);
    if (full() || (text_.empty() && blanks == line.size())) {
        return;
    }
    if (text_.empty()) {
        indent_ = blanks;
    } else {
        text_ += '\n';
    }
    line.remove_prefix(std::min(blanks, indent_));
    text_ += shortened(line, longest_case_message);
    ++count_;
}

std::string FirstLines::text() const
{
    return std::string(base::trim(text_));
}

TapYaml::Place TapYaml::take(std::string_view line)
{
    const std::size_t blanks = blanks_before(line);
    const std::string_view content = line.substr(blanks);
    if (content.empty()) {
        if (block_ != nullptr) {
            block_->add({});
        }
        return Place::inside;
    }
    if (blanks < indent_) {
        return Place::outside;
    }
    if (blanks > indent_) {
        if (block_ != nullptr) {
            block_->add(line.substr(indent_));
        }
        return Place::inside;
    }
    block_ = nullptr;
    if (base::trim(content) == "...") {
        return Place::last;
    }
    take_key(content);
    return Place::inside;
}

void TapYaml::take_key(std::string_view content)
{
    const auto [key, after] = base::cut(content, ':');
    if (!after || !(after->empty() || is_blank(after->front()))) {
        return;
    }
    const std::string_view value = base::trim(*after);
    if (key == "message" && !std::exchange(has_message_, true)) {
        take_text(message_, value);
    } else if (key == "error" && !std::exchange(has_error_, true)) {
        take_text(error_, value);
    } else if ((key == "duration_ms" || key == "time") && !duration_) {
        duration_ = duration_of(key, value);
    }
}

void TapYaml::take_text(FirstLines& text, std::string_view value)
{
    if (value.starts_with('|') || value.starts_with('>')) {
        block_ = &text;
        return;
    }
    const std::string scalar = scalar_text(value);
    for (const std::string_view line : base::lines(scalar)) {
        text.add(line);
    }
}

std::string TapYaml::message() const
{
    std::string message = message_.text();
    return message.empty() ? error_.text() : message;
}

void TapSubtest::add_failed(std::string_view failed)
{
    if (names_.size() < most_names) {
        names_.push_back(shortened(failed, longest_name));
    }
    ++count_;
}

std::string TapSubtest::failed() const
{
    if (count_ == 0) {
        return {};
    }
    std::string text = "failed: " + base::join(std::span<const std::string>(names_), ", ");
    if (count_ > names_.size()) {
        text += fmt::format(" and {} more", count_ - names_.size());
    }
    return text;
}

void TapPending::add_comment(std::string_view text)
{
    // Test::More's last words are about the file.
    if (!base::trim(text).starts_with("Looks like you ")) {
        comments_.add(text);
    }
}

void TapPending::add_yaml(const TapYaml& yaml)
{
    if (yaml_message_.empty()) {
        yaml_message_ = yaml.message();
    }
    if (!case_.duration) {
        case_.duration = yaml.duration();
    }
}

Case TapPending::finished() &&
{
    const bool wants_message = case_.verdict == CaseVerdict::fail || case_.verdict == CaseVerdict::planned;
    if (!wants_message || !case_.message.empty()) {
        return std::move(case_);
    }
    case_.message = std::move(failed_);
    const std::string own = yaml_message_.empty() ? comments_.text() : yaml_message_;
    if (!case_.message.empty() && !own.empty()) {
        case_.message += '\n';
    }
    case_.message += own;
    return std::move(case_);
}

} // namespace hutch::protocol
