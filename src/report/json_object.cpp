#include "report/json_object.h"

#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::report {

std::string json_string(std::string_view bytes)
{
    return nlohmann::json(bytes).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string& JsonObject::key(std::string_view name)
{
    fmt::format_to(std::back_inserter(text_), "{}\"{}\":", text_.size() > 1 ? "," : "", name);
    return text_;
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value)
{
    key(name) += json_string(value);
    return *this;
}

JsonObject& JsonObject::number(std::string_view name, std::uint64_t value)
{
    fmt::format_to(std::back_inserter(key(name)), "{}", value);
    return *this;
}

JsonObject& JsonObject::integer(std::string_view name, std::int64_t value)
{
    fmt::format_to(std::back_inserter(key(name)), "{}", value);
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
