// See junit.h.
#include "protocol/junit.h"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "protocol/case_list.h"
#include "protocol/junit_case.h"

namespace hutch::protocol {
namespace {

/// The first character 0 of `width` bytes. XML forbids it, and pugixml takes it for the end of the text: what comes behind it would
/// not be seen.
std::optional<std::size_t> find_zero(std::string_view xml, std::size_t width)
{
    for (std::size_t at = xml.find('\0'); at != std::string_view::npos; at = xml.find('\0', at + 1)) {
        if (at % width == 0 && at + width <= xml.size() && xml.find_first_not_of('\0', at) >= at + width) {
            return at;
        }
    }
    return std::nullopt;
}

/// Bytes of a character, at least.
std::size_t width_of(pugi::xml_encoding encoding)
{
    switch (encoding) {
    case pugi::encoding_utf16_le:
    case pugi::encoding_utf16_be:
        return 2;
    case pugi::encoding_utf32_le:
    case pugi::encoding_utf32_be:
        return 4;
    default:
        return 1;
    }
}

/// An element or an attribute is not made without one of these.
std::size_t count_marks(std::string_view xml)
{
    return static_cast<std::size_t>(std::ranges::count_if(xml, [](char each) { return each == '<' || each == '='; }));
}

bool is_suite(std::string_view name)
{
    return name == "testsuite" || name == "testsuites";
}

/// "3" → 3; 0 for no attribute, unset for what is no number.
std::optional<std::size_t> count_in(pugi::xml_node node, const char* attribute)
{
    const std::string_view text = base::trim(node.attribute(attribute).value());
    return text.empty() ? 0 : base::parse_uint64(text);
}

class Walk {
  public:
    explicit Walk(std::string_view xml) : xml_(xml) {}

    CaseReport read()
    {
        const pugi::xml_parse_result parsed = document_.load_buffer(xml_.data(), xml_.size());
        width_ = width_of(parsed.encoding);
        if (!parsed) {
            complain_at(parsed.offset, fmt::format("not XML: {}", parsed.description()));
        } else if (const auto zero = find_zero(xml_, width_)) {
            complain_at(static_cast<std::ptrdiff_t>(*zero / width_), "not XML: a character 0");
        } else {
            read_document();
        }
        return std::move(report_);
    }

  private:
    /// A suite that is being read.
    struct Open {
        pugi::xml_node node;
        pugi::xml_node next;      ///< child
        std::string_view name;    ///< its own or the nearest outer suite's
        std::size_t failed = 0;   ///< of its own cases, those with a name: GoogleTest does not count the others
        std::size_t failures = 0; ///< <failure> and <error> in it and in its suites
    };

    void read_document()
    {
        const pugi::xml_node root = document_.document_element();
        const pugi::xml_node second = next_element(root.next_sibling());
        if (!is_suite(root.name())) {
            complain_at(root.offset_debug(),
                        fmt::format("the root is <{}>, neither <testsuites> nor <testsuite>", short_name(root.name())));
        } else if (second) {
            complain_at(second.offset_debug(), fmt::format("a second root, <{}>", short_name(second.name())));
        } else {
            walk(root);
        }
        if (report_.total() == 0) {
            complain(report_, "no testcase in the file");
        }
    }

    static pugi::xml_node next_element(pugi::xml_node node)
    {
        while (node && node.type() != pugi::node_element) {
            node = node.next_sibling();
        }
        return node;
    }

    static std::string_view short_name(std::string_view name) { return name.substr(0, 64); }

    /// Offsets are of the text as UTF-8; in UTF-16 the line is right as long as there is little but ASCII before it.
    void complain_at(std::ptrdiff_t offset, std::string_view what)
    {
        if (!report_.complaint.empty()) {
            return; // the lines are counted once, not for each of a million suites
        }
        const std::size_t at = std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)) * width_, xml_.size());
        complain(report_, fmt::format("line {}: {}", 1 + std::ranges::count(xml_.substr(0, at), '\n'), what));
    }

    void open(pugi::xml_node node)
    {
        const std::string_view name = node.attribute("name").value();
        const std::string_view outer = open_.empty() ? std::string_view() : open_.back().name;
        open_.push_back({node, node.first_child(), name.empty() ? outer : name});
    }

    void walk(pugi::xml_node root)
    {
        open(root);
        while (!open_.empty()) {
            const pugi::xml_node child = open_.back().next;
            if (!child) {
                close();
                continue;
            }
            open_.back().next = child.next_sibling();
            if (!is_suite(child.name())) {
                read_child(child);
            } else if (open_.size() < deepest_junit_suite) {
                open(child);
            } else {
                complain_at(child.offset_debug(), fmt::format("more than {} suites inside of each other", deepest_junit_suite));
                return;
            }
        }
    }

    void read_child(pugi::xml_node child)
    {
        Open& suite = open_.back();
        const std::string_view kind = child.name();
        if (kind == "testcase") {
            JunitCase read = read_junit_case(child, suite.name);
            suite.failures += read.failures;
            suite.failed += read.failures > 0 && !read.found.name.empty() ? 1 : 0;
            add_case(report_, std::move(read.found));
        } else if (kind == "failure" || kind == "error") { // of the suite's set-up, and no case's
            ++suite.failures;
            add_case(report_, {.group = std::string(suite.name.substr(0, longest_case_name + 1)),
                               .name = {},
                               .verdict = CaseVerdict::fail,
                               .message = junit_message(child)});
        }
    }

    void close()
    {
        const Open suite = open_.back();
        open_.pop_back();
        if (!open_.empty()) {
            open_.back().failures += suite.failures;
        }
        const auto failures = count_in(suite.node, "failures");
        const auto errors = count_in(suite.node, "errors");
        const bool counted = suite.node.attribute("failures") || suite.node.attribute("errors");
        if (!counted || !failures || !errors) {
            return;
        }
        // Some count cases, some elements, some without the suites inside: all of that is between these two.
        if (*failures > suite.failures || *errors > suite.failures - *failures || *failures + *errors < suite.failed) {
            complain_at(suite.node.offset_debug(),
                        fmt::format("<{} name=\"{}\"> counts {} failures and {} errors, {} {} in it", suite.node.name(),
                                    std::string_view(suite.node.attribute("name").value()).substr(0, 200), *failures, *errors,
                                    suite.failures, suite.failures == 1 ? "is" : "are"));
        }
    }

    std::string_view xml_;
    std::size_t width_ = 1; ///< bytes of a character, at least
    pugi::xml_document document_;
    CaseReport report_{.protocol = Protocol::junit};
    std::vector<Open> open_;
};

std::optional<std::string> refusal(std::string_view xml)
{
    if (xml.size() > junit_file_limit) {
        return fmt::format("longer than {} MB", junit_file_limit >> 20U);
    }
    if (base::trim(xml).empty()) {
        return "the file is empty";
    }
    if (count_marks(xml) > most_junit_marks) {
        return fmt::format("more than {} elements and attributes", most_junit_marks);
    }
    return std::nullopt;
}

} // namespace

CaseReport read_junit(std::string_view xml)
{
    if (const auto refused = refusal(xml)) {
        CaseReport report{.protocol = Protocol::junit};
        complain(report, *refused);
        return report;
    }
    return Walk(xml).read();
}

} // namespace hutch::protocol
