// What an expression can do to the filter. What is refused has a column in the text; what is read says of every test the opposite of its
// negation, and the same when it is said twice.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "discover/filter.h"

namespace {

using namespace hutch;
using namespace hutch::discover;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

void check_error(const Error& error, std::string_view text)
{
    require(error.fault == Fault::usage && error.message.starts_with("-E"));
    if (text.size() > longest_filter) {
        return;
    }
    constexpr std::string_view mark = "': column ";
    const std::size_t shown = std::min(text.size(), std::size_t{200}) / 2; // a column that the text itself speaks of is not ours
    const std::size_t at = error.message.find(mark, shown);
    require(at != std::string::npos);
    std::size_t column = 0;
    const char* const end = error.message.data() + error.message.size();
    require(std::from_chars(error.message.data() + at + mark.size(), end, column).ec == std::errc());
    require(text.contains(mark) || (column >= 1 && column <= text.size() + 1));
}

std::array<TestFile, 3> make_files()
{
    Traits rich;
    rich.tags = {"smoke", "net/tcp"};
    rich.groups = {"db"};
    rich.priority = 0;
    rich.slow = true;
    rich.exclusive = true;
    TestFile none, one, two;
    one.name = "tests/unit/a.sh";
    one.traits = std::make_shared<const Traits>(rich);
    two.name = "system-tests/\xff\xfe.t";
    two.protocol = Protocol::tap;
    return {none, one, two};
}

/// Unset where it gets too deep or too long, or has too many regular expressions.
void check_against(const Filter& filter, const std::string& other, bool opposite)
{
    static const std::array<TestFile, 3> files = make_files();
    const auto made = Filter::parse(other);
    if (!made) {
        require(made.error().message.contains("more than") || made.error().message.contains("at most"));
        return;
    }
    for (const TestFile& file : files) {
        for (const LastStatus last : {LastStatus::unknown, LastStatus::failed}) {
            require(made->fits({file, last}) == (filter.fits({file, last}) != opposite));
        }
    }
    require(made->needs_history() == filter.needs_history() && made->minds_slow() == filter.minds_slow());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto filter = Filter::parse(text);
    if (!filter) {
        check_error(filter.error(), text);
        return 0;
    }
    check_against(*filter, "!(" + text + ")", true);
    check_against(*filter, text + "|(" + text + ")", false);
    check_against(*filter, "(" + text + ") - none()", false);
    return 0;
}
