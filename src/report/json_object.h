// One JSON object, written front to back into a string. A run has an object for each test, so no tree is built for it;
// strings, where all the difficulty is, go through nlohmann-json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hutch::report {

/// Any bytes → a quoted JSON string in valid UTF-8; what is not UTF-8 becomes U+FFFD.
std::string json_string(std::string_view bytes);

/// Members in the order of the calls. Keys are our own words and are not escaped.
class JsonObject {
  public:
    JsonObject& text(std::string_view key, std::string_view value);
    JsonObject& number(std::string_view key, std::uint64_t value);
    JsonObject& integer(std::string_view key, std::int64_t value);
    JsonObject& decimal(std::string_view key, double value); ///< with three digits after the point
    JsonObject& boolean(std::string_view key, bool value);
    JsonObject& null(std::string_view key);
    /// Unset is null: not known is not zero.
    JsonObject& number(std::string_view key, const std::optional<std::uint64_t>& value);
    JsonObject& raw(std::string_view key, std::string_view json); ///< an object or an array that was made elsewhere

    std::string str() const { return text_ + "}"; }

  private:
    std::string& key(std::string_view name);
    std::string text_ = "{";
};

} // namespace hutch::report
