#include "report/json_object.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::report {

std::string json_string(std::string_view bytes)
{
    // Nearly every string of ours; a run has twenty for each test.
    const bool plain = std::ranges::all_of(
        bytes, [](char byte) { return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\'; });
    if (plain) {
        std::string text;
        text.reserve(bytes.size() + 2);
        text += '"';
        text += bytes;
        text += '"';
        return text;
    }
    return nlohmann::json(bytes).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string& JsonObject::key(std::string_view name)
{
    text_ += text_.size() > 1 ? ",\"" : "\"";
    text_ += name;
    text_ += "\":";
    return text_;
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value)
{
    key(name) += json_string(value);
    return *this;
}

JsonObject& JsonObject::number(std::string_view name, std::uint64_t value)
{
    const fmt::format_int digits(value);
    key(name).append(digits.data(), digits.size());
    return *this;
}

JsonObject& JsonObject::integer(std::string_view name, std::int64_t value)
{
    const fmt::format_int digits(value);
    key(name).append(digits.data(), digits.size());
    return *this;
}

JsonObject& JsonObject::decimal(std::string_view name, double value)
{
    fmt::format_to(std::back_inserter(key(name)), "{:.3f}", value);
    return *this;
}

JsonObject& JsonObject::boolean(std::string_view name, bool value)
{
    key(name) += value ? "true" : "false";
    return *this;
}

JsonObject& JsonObject::null(std::string_view name)
{
    key(name) += "null";
    return *this;
}

JsonObject& JsonObject::number(std::string_view name, const std::optional<std::uint64_t>& value)
{
    return value ? number(name, *value) : null(name);
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json)
{
    key(name) += json;
    return *this;
}

} // namespace hutch::report
