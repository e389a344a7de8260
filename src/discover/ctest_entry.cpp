// See ctest_entry.h. A table of properties: name → how its value is taken in.
#include "discover/ctest_entry.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace hutch::discover
{
namespace
{

template <class T, class To> Result<void> keep(Result<T> value, To& to)
{
    if (!value) {
        return std::unexpected(std::move(value).error());
    }
    to = std::move(*value);
    return {};
}

using Where = const std::string&;

template <auto To> Result<void> text(CtestEntry& entry, const Json& value, Where where)
{
    return keep(text_of(value, where), entry.*To);
}
template <auto To> Result<void> texts(CtestEntry& entry, const Json& value, Where where)
{
    return keep(texts_of(value, where), entry.*To);
}
template <auto To> Result<void> number(CtestEntry& entry, const Json& value, Where where)
{
    return keep(number_of(value, where), entry.*To);
}
template <auto To> Result<void> whole_number(CtestEntry& entry, const Json& value, Where where)
{
    return keep(whole_number_of(value, where), entry.*To);
}
template <auto To> Result<void> flag(CtestEntry& entry, const Json& value, Where where)
{
    return keep(flag_of(value, where), entry.*To);
}
/// It is there: whatever its value is made of.
template <auto To> Result<void> there(CtestEntry& entry, const Json& value, Where)
{
    entry.*To = !value.empty();
    return {};
}

/// { "regex" : [ "ready" ], "timeout" : 5.0 }
Result<void> timeout_after_match(CtestEntry& entry, const Json& value, Where where)
{
    const Json* seconds = member(value, "timeout");
    if (!seconds) {
        return not_expected(where, "an object with \"timeout\"", value);
    }
    return keep(number_of(*seconds, where + ".timeout"), entry.after_match);
}

struct Property {
    std::string_view name;
    Result<void> (*take)(CtestEntry&, const Json&, Where);
};
// Not here, and rightly so: ATTACHED_FILES, ATTACHED_FILES_ON_FAIL and MEASUREMENT change nothing but a dashboard's page.
constexpr std::array properties{
    Property{"COST", number<&CtestEntry::cost>},
    Property{"DEPENDS", texts<&CtestEntry::depends>},
    Property{"DISABLED", flag<&CtestEntry::disabled>},
    Property{"ENVIRONMENT", texts<&CtestEntry::environment>},
    Property{"ENVIRONMENT_MODIFICATION", texts<&CtestEntry::environment_modification>},
    Property{"FAIL_REGULAR_EXPRESSION", texts<&CtestEntry::fail_if>},
    Property{"FIXTURES_CLEANUP", texts<&CtestEntry::fixtures_cleanup>},
    Property{"FIXTURES_REQUIRED", texts<&CtestEntry::fixtures_required>},
    Property{"FIXTURES_SETUP", texts<&CtestEntry::fixtures_setup>},
    Property{"GENERATED_RESOURCE_SPEC_FILE", there<&CtestEntry::resource_spec>},
    Property{"LABELS", texts<&CtestEntry::labels>},
    Property{"PASS_REGULAR_EXPRESSION", texts<&CtestEntry::pass_if>},
    Property{"PROCESSORS", whole_number<&CtestEntry::processors>},
    Property{"PROCESSOR_AFFINITY", flag<&CtestEntry::affinity>},
    Property{"REQUIRED_FILES", texts<&CtestEntry::required_files>},
    Property{"RESOURCE_GROUPS", there<&CtestEntry::resource_groups>},
    Property{"RESOURCE_LOCK", texts<&CtestEntry::locks>},
    Property{"RUN_SERIAL", flag<&CtestEntry::run_serial>},
    Property{"SKIP_REGULAR_EXPRESSION", texts<&CtestEntry::skip_if>},
    Property{"SKIP_RETURN_CODE", whole_number<&CtestEntry::skip_code>},
    Property{"TIMEOUT", number<&CtestEntry::timeout>},
    Property{"TIMEOUT_AFTER_MATCH", timeout_after_match},
    Property{"WILL_FAIL", flag<&CtestEntry::will_fail>},
    Property{"WORKING_DIRECTORY", text<&CtestEntry::work_dir>},
};

Result<void> read_property(CtestEntry& entry, const Json& property, const std::string& where)
{
    const Json* name = member(property, "name");
    const Json* value = member(property, "value");
    if (!name || !name->is_string() || !value) {
        return not_expected(where, "a property with \"name\" and \"value\"", property);
    }
    const auto& known_name = name->get_ref<const std::string&>();
    const auto known = std::ranges::find(properties, known_name, &Property::name);
    return known != properties.end() ? known->take(entry, *value, fmt::format("{}, {}", where, known_name)) : Result<void>{};
}

Result<void> read_properties(CtestEntry& entry, const Json& test, const std::string& where)
{
    const Json* all = member(test, "properties");
    if (!all) {
        return {};
    }
    if (!all->is_array()) {
        return not_expected(where + ", properties", "a list", *all);
    }
    for (const Json& property : *all) {
        if (auto read = read_property(entry, property, where); !read) {
            return read;
        }
    }
    return {};
}

} // namespace

Result<CtestEntry> read_ctest_entry(const Json& test, std::size_t index)
{
    CtestEntry entry;
    const std::string place = fmt::format("ctest's list, tests[{}]", index);
    const Json* name = member(test, "name");
    if (!name) {
        return not_expected(place, "an object with \"name\"", test);
    }
    if (auto kept = keep(text_of(*name, place + ", name"), entry.name); !kept) {
        return std::unexpected(std::move(kept).error());
    }
    if (entry.name.empty()) {
        return plain_error(place + ": an empty name");
    }
    const std::string where = fmt::format("ctest's list, test '{}'", entry.name);
    if (const Json* command = member(test, "command")) {
        if (auto kept = keep(texts_of(*command, where + ", command"), entry.command); !kept) {
            return std::unexpected(std::move(kept).error());
        }
    }
    if (auto read = read_properties(entry, test, where); !read) {
        return std::unexpected(std::move(read).error());
    }
    return entry;
}

} // namespace hutch::discover
