// JSON that a build system wrote → checked values. Nothing throws; depth is bounded; text never holds a NUL, since all of it becomes
// arguments, variables and paths. An Error says where: "ctest's list, test 'a', TIMEOUT: a number is expected, not \"x\"".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "hutch/error.h"

namespace hutch::discover
{

using Json = nlohmann::json;

inline constexpr int deepest_json = 64;

/// `what` begins the message of an Error: "ctest's list: line 3, column 7: this is no JSON". Lines count from `first_line`.
Result<Json> parse_json(std::string_view text, std::string_view what, std::size_t first_line = 1);

/// Null where `key` is not there, or `object` is no object.
const Json* member(const Json& object, const char* key);

Result<std::string> text_of(const Json& value, const std::string& where);
Result<std::vector<std::string>> texts_of(const Json& value, const std::string& where);
Result<double> number_of(const Json& value, const std::string& where);
Result<std::int64_t> whole_number_of(const Json& value, const std::string& where);
Result<bool> flag_of(const Json& value, const std::string& where);

/// "WHERE: EXPECTED is expected, not VALUE".
std::unexpected<Error> not_expected(const std::string& where, std::string_view expected, const Json& value);

} // namespace hutch::discover
