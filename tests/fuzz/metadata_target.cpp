// What a file's head can do to the reader of metadata. What is refused has a place in the text; what is read is within its bounds, and says
// the same with other ends of lines and with code behind it.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "config/metadata.h"
#include "config/metadata_values.h"

namespace {

using namespace hutch;
using namespace hutch::config;

constexpr Bytes ram = Bytes{8} << 30;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

/// "12:…" → 12, and what is behind the colon.
std::size_t take_number(std::string_view& text)
{
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    require(error == std::errc() && end != text.data() + text.size() && *end == ':');
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return number;
}

void check_error(const Error& error, std::string_view text)
{
    constexpr std::string_view file = "fuzz.sh:";
    std::string_view message = error.message;
    require(error.fault == Fault::usage && message.starts_with(file));
    message.remove_prefix(file.size());
    const std::size_t line = take_number(message), column = take_number(message);
    const auto lines = base::lines(text).all();
    require(line >= 1 && line <= lines.size() && column >= 1 && column <= lines[line - 1].size() + 1);
    require(message.starts_with(" @") || message.starts_with(" unknown key @"));
}

void check_labels(const std::vector<std::string>& labels)
{
    require(labels.size() <= most_labels);
    for (const std::string& label : labels) {
        require(!label.empty() && label.size() <= longest_label && label.find_first_of(" ,\t\n\r") == std::string::npos);
    }
}

void check_traits(const Traits& traits)
{
    check_labels(traits.tags);
    check_labels(traits.groups);
    require(traits.depends_on.size() <= most_labels);
    require(traits.priority.value_or(0) <= 3 && traits.retries.value_or(0) <= 100);
    require(traits.ports.value_or(1) - 1 < 64 && traits.slots.value_or(1) - 1 < 4096);
    require(!traits.limits.memory_max || traits.limits.memory_max->value >= memory_floor);
    require(traits.limits.profile.empty());
}

void check_the_same(const std::string& text, const Traits& traits)
{
    const auto again = read_metadata(text, "fuzz.sh", ram);
    require(again && *again == traits);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto traits = read_metadata(text, "fuzz.sh", ram);
    if (!traits) {
        check_error(traits.error(), text);
        return 0;
    }
    check_traits(*traits);
    if (size > metadata_head / 4) {
        return 0; // what is added could push lines out of the head
    }
    std::string returns;
    for (const char each : text) {
        returns += each == '\n' ? "\r\n" : std::string(1, each);
    }
    check_the_same(returns, *traits);
    check_the_same(std::string(text) + "\ncode\n", *traits);
    return 0;
}
