// See suite_json.h.
#include "discover/suite_json.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace hutch::discover
{
namespace
{

/// Takes everything in and keeps nothing but the place of the first error: parse() without exceptions does not tell it.
struct Locator : nlohmann::json_sax<Json> {
    std::size_t place = 0;

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override
    {
        place = position;
        return false;
    }
};

/// `place` counts bytes from 1, as nlohmann does, up to and with the one that is wrong.
std::string line_and_column(std::string_view text, std::size_t place, std::size_t first_line)
{
    const std::string_view before = text.substr(0, place == 0 ? 0 : std::min(place, text.size() + 1) - 1);
    const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    const auto lines = static_cast<std::size_t>(std::ranges::count(before, '\n'));
    return fmt::format("line {}, column {}", first_line + lines, before.size() - line_start + 1);
}

/// A value in a message, cut.
std::string shown(const Json& value)
{
    constexpr std::size_t longest = 60;
    if (value.is_object() || value.is_array()) {
        return value.is_object() ? "an object" : "a list";
    }
    const std::string all = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    return all.size() <= longest ? all : all.substr(0, longest) + "…";
}

} // namespace

Result<Json> parse_json(std::string_view text, std::string_view what, std::size_t first_line)
{
    bool too_deep = false;
    const auto bounded = [&too_deep](int depth, Json::parse_event_t event, Json&) {
        const bool opens = event == Json::parse_event_t::array_start || event == Json::parse_event_t::object_start;
        too_deep = too_deep || (opens && depth >= deepest_json); // the outermost is at depth 0
        return !too_deep;
    };
    Json value = Json::parse(text, bounded, false);
    if (too_deep) {
        return plain_error(fmt::format("{}: JSON with more than {} levels", what, deepest_json));
    }
    if (value.is_discarded()) {
        Locator locator;
        Json::sax_parse(text, &locator);
        return plain_error(fmt::format("{}: {}: this is no JSON", what, line_and_column(text, locator.place, first_line)));
    }
    return value;
}

const Json* member(const Json& object, const char* key)
{
    if (!object.is_object()) {
        return nullptr;
    }
    const auto found = object.find(key);
    return found != object.end() ? &*found : nullptr;
}

std::unexpected<Error> not_expected(const std::string& where, std::string_view expected, const Json& value)
{
    return plain_error(fmt::format("{}: {} is expected, not {}", where, expected, shown(value)));
}

Result<std::string> text_of(const Json& value, const std::string& where)
{
    if (!value.is_string()) {
        return not_expected(where, "text", value);
    }
    const auto& text = value.get_ref<const std::string&>();
    if (text.find('\0') != std::string::npos) {
        return plain_error(fmt::format("{}: text with a NUL in it", where));
    }
    return text;
}

Result<std::vector<std::string>> texts_of(const Json& value, const std::string& where)
{
    if (!value.is_array()) {
        return not_expected(where, "a list of texts", value);
    }
    std::vector<std::string> texts;
    texts.reserve(value.size());
    for (const Json& each : value) {
        auto text = text_of(each, where);
        if (!text) {
            return std::unexpected(std::move(text).error());
        }
        texts.push_back(std::move(*text));
    }
    return texts;
}

Result<double> number_of(const Json& value, const std::string& where)
{
    if (!value.is_number()) {
        return not_expected(where, "a number", value);
    }
    return value.get<double>();
}

Result<std::int64_t> whole_number_of(const Json& value, const std::string& where)
{
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > most)) {
        return not_expected(where, "a whole number", value);
    }
    return value.get<std::int64_t>();
}

Result<bool> flag_of(const Json& value, const std::string& where)
{
    if (!value.is_boolean()) {
        return not_expected(where, "true or false", value);
    }
    return value.get<bool>();
}

} // namespace hutch::discover
