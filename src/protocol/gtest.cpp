// See gtest.h.
#include "protocol/gtest.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "protocol/case_list.h"

namespace hutch::protocol {
namespace {

/// From here on a line is ended before its next '[': a mark behind so much text would be lost with what the splitter cuts off.
constexpr std::size_t long_line = longest_line / 2;
/// Looked at in one line: what a test writes must not cost the square of its length.
constexpr int most_marks = 64;
constexpr std::size_t longest_note = 200;
constexpr std::size_t most_outside = 100;
constexpr std::string_view main_note = "Running main() from ";
constexpr std::string_view repeat_note = "Repeating all tests (iteration ";
constexpr std::string_view filter_note = "Note: Google Test filter = ";
constexpr std::string_view shard_note = "Note: This is test shard ";

void append_line(std::string& text, std::string_view line)
{
    const std::size_t room = longest_case_message + 1 - std::min(text.size(), longest_case_message + 1);
    if (!text.empty() && room > 0) {
        text += '\n';
    }
    text += line.substr(0, room);
}

/// "2 of 3." → "2 of 3".
std::string_view without_dot(std::string_view text)
{
    return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

} // namespace

void GtestReader::feed(std::string_view bytes)
{
    const auto take_line = [this](std::string_view line) { take(line); };
    while (!bytes.empty()) {
        const bool is_long = column_ >= long_line;
        const std::string_view near = is_long ? bytes : bytes.substr(0, long_line - column_);
        const std::size_t at = is_long ? near.find_first_of("\n[") : near.find('\n');
        if (at == std::string_view::npos) {
            lines_.feed(near, take_line);
            column_ += near.size();
            bytes.remove_prefix(near.size());
        } else if (bytes[at] == '\n') {
            lines_.feed(near.substr(0, at + 1), take_line);
            column_ = 0;
            bytes.remove_prefix(at + 1);
        } else {
            lines_.feed(near.substr(0, at), take_line);
            lines_.feed("\n", take_line);
            column_ = 0;
            bytes.remove_prefix(at);
        }
    }
}

CaseReport GtestReader::finish()
{
    lines_.finish([this](std::string_view line) { take(line); });
    if (!running_.empty()) {
        complain(report_, fmt::format("{}; {} was running", run_not_ended, running_.substr(0, longest_case_name)));
        lose_test();
    }
    settle({});
    close_run();
    explain_nothing();
    return std::move(report_);
}

void GtestReader::take(std::string_view raw)
{
    const bool is_coloured = raw.find('\033') != std::string_view::npos;
    const std::string plain = is_coloured ? without_colours(raw) : std::string();
    const std::string_view line = is_coloured ? std::string_view(plain) : raw;
    auto marked = next_mark(line);
    for (int left = most_marks; marked && left > 0; --left) {
        if (understand(*marked)) {
            return;
        }
        marked = next_mark(line, marked->before.size() + 1);
    }
    read_text(line);
}

bool GtestReader::understand(const Marked& marked)
{
    if (!running_.empty()) {
        return in_test(marked);
    }
    switch (marked.mark) {
    case GtestMark::run:
        return begin_test(marked);
    case GtestMark::bar:
        return at_bar(marked);
    case GtestMark::dash:
        return at_dash(marked);
    case GtestMark::failed:
        return at_failed(marked);
    case GtestMark::passed:
    case GtestMark::skipped:
        return at_counted(marked);
    case GtestMark::disabled:
        return at_disabled(marked);
    case GtestMark::ok:
        break;
    }
    return false;
}

/// A test may well run another test program: only what names the test itself counts.
bool GtestReader::in_test(const Marked& marked)
{
    if (marked.mark == GtestMark::run && marked.rest == running_) { // a script that tries again what crashed
        lose_test();
        return begin_test(marked);
    }
    if (marked.mark != GtestMark::ok && marked.mark != GtestMark::failed && marked.mark != GtestMark::skipped) {
        return false;
    }
    const std::string_view name = marked.rest.substr(0, marked.rest.find_first_of(" ,"));
    if (!running_.starts_with(name)) { // longer: a thread wrote right behind the name in the RUN line
        return false;
    }
    const auto end = read_gtest_end(marked.rest);
    if (!end) {
        return false;
    }
    end_test(marked, *end);
    return true;
}

/// "[ RUN      ] Suite.Test", behind which a thread may have written where the suite is known.
bool GtestReader::begin_test(const Marked& marked)
{
    const std::string_view word = marked.rest.substr(0, marked.rest.find(' '));
    const auto name = read_gtest_name(word);
    if (!name || (word.size() != marked.rest.size() && name->suite != suite_)) {
        return false;
    }
    if (run_.ran) {
        close_run();
    }
    settle(marked.before);
    run_.begun = run_.full = true;
    running_ = word;
    return true;
}

bool GtestReader::at_bar(const Marked& marked)
{
    if (is_running(marked.rest)) {
        close_run();
        settle(marked.before);
        run_.begun = run_.full = true;
        return true;
    }
    const auto ran = read_ran(marked.rest);
    if (!ran) {
        return false;
    }
    if (run_.ran) {
        close_run(); // --gtest_brief=1, again without a failure
    }
    settle(marked.before);
    run_.begun = true;
    run_.ran = *ran;
    suite_.clear();
    return true;
}

bool GtestReader::at_dash(const Marked& marked)
{
    const auto line = read_suite_line(marked.rest);
    if (run_.ran || (!line && !marked.rest.starts_with("Global test environment "))) {
        return false;
    }
    settle(marked.before);
    suite_ = line && !line->ends ? std::string(line->suite.substr(0, longest_case_name + 1)) : std::string();
    return true;
}

/// Outside of a test: the summary's count, its list, or a test's only line with --gtest_brief=1.
bool GtestReader::at_failed(const Marked& marked)
{
    if (run_.ran && !run_.said_failed) {
        run_.said_failed = read_test_count(marked.rest);
        if (run_.said_failed) {
            return true;
        }
    }
    if (run_.said_failed) {
        if (const auto suite = read_broken_suite(marked.rest)) {
            confirm_suite(*suite);
        }
        return true;
    }
    const auto end = read_gtest_end(marked.rest);
    if (run_.full || !end) {
        return false;
    }
    if (run_.ran) {
        close_run();
    }
    run_.begun = true;
    end_test(marked, *end);
    return true;
}

/// The summary's counts of passed and skipped tests; the list below the latter says nothing new.
bool GtestReader::at_counted(const Marked& marked)
{
    const bool is_passed = marked.mark == GtestMark::passed;
    auto& said = is_passed ? run_.said_passed : run_.said_skipped;
    const auto count = read_test_count(marked.rest);
    if (!run_.ran || said || !count) {
        return false;
    }
    said = count;
    if (!run_.full) {
        (is_passed ? report_.passed : report_.skipped) += *count;
    }
    return true;
}

bool GtestReader::at_disabled(const Marked& marked)
{
    const auto end = read_gtest_end(marked.rest);
    if (!end || run_.ran) {
        return false;
    }
    add(end->name, CaseVerdict::planned, std::nullopt, "disabled");
    return true;
}

/// A line without a mark: a test's own text, a note, or the beginning or a part of a message.
void GtestReader::read_text(std::string_view line)
{
    if (running_.empty() && (read_note(line) || (run_.full && run_.ran))) {
        return; // behind the summary nothing is a test's
    }
    if (begins_failure(line) && block_ != Block::failure) {
        block_ = Block::failure;
        block_text_ = line.substr(0, longest_case_message + 1);
    } else if (begins_skip(line) && block_ == Block::none) {
        block_ = Block::skip;
        block_text_.clear();
    } else {
        keep(line);
    }
}

bool GtestReader::read_note(std::string_view line)
{
    if (line.starts_with(filter_note)) {
        filter_ = line.substr(filter_note.size(), longest_note);
        return true;
    }
    if (line.starts_with(shard_note)) {
        shard_ = without_dot(line.substr(shard_note.size(), longest_note));
        return true;
    }
    if (line.starts_with(main_note) || line.starts_with(repeat_note)) {
        if (run_.ran) {
            close_run();
        }
        return true;
    }
    const auto disabled = run_.ran ? read_disabled_count(line) : std::nullopt;
    if (disabled && *disabled > run_.disabled) { // those of suites in which nothing ran have no line of their own
        report_.planned += *disabled - run_.disabled;
        run_.disabled = *disabled;
    }
    return disabled.has_value();
}

void GtestReader::keep(std::string_view line)
{
    if (block_ != Block::none) {
        append_line(block_text_, line);
    }
}

std::string GtestReader::take_block()
{
    block_ = Block::none;
    std::string text = std::exchange(block_text_, {});
    text.resize(base::trim(text).empty() ? 0 : text.find_last_not_of('\n') + 1);
    return text;
}

/// Outside of a test: the message that ends here is a suite's or the environment's.
void GtestReader::settle(std::string_view before)
{
    if (!before.empty()) {
        keep(before);
    }
    const Block block = block_;
    std::string text = take_block();
    if (block == Block::skip && suite_.empty() && run_.full) {
        run_.skip_reason = text.empty() ? "skipped by the environment" : text.substr(0, text.find('\n'));
    }
    if (block != Block::failure) {
        return;
    }
    if (!run_.outside.empty() && run_.outside.back().suite == suite_) {
        append_line(run_.outside.back().message, text);
    } else if (run_.outside.size() < most_outside) {
        run_.outside.push_back({suite_, std::move(text)});
    }
}

bool looks_like_gtest(std::string_view line)
{
    const std::string plain = without_colours(line.substr(0, longest_line));
    const auto marked = next_mark(plain);
    return plain.starts_with(main_note) || plain.starts_with(filter_note) ||
           (marked && marked->before.empty() && marked->mark == GtestMark::bar && is_running(marked->rest));
}

} // namespace hutch::protocol
