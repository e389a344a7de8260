// What a policy file can do to its reader. A text is read; if it is a policy, what `show --effective` makes of its values is one again,
// and says the same. The first line's first byte chooses between a file and a --set, which is the other way in.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/policy_file.h"
#include "config/policy_keys.h"

namespace {

using namespace hutch::config;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

/// Every error is the user's, and says something.
void check_error(const hutch::Error& error)
{
    require(error.fault == hutch::Fault::usage && !error.message.empty());
}

void check_round_trip(const LoadedPolicy& loaded)
{
    std::string text;
    for (const PolicyKey& key : policy_keys()) {
        text += std::string(key.name) + " = " + key.show(loaded.policy) + "\n";
    }
    auto again = load_policy_text({loaded.policy.name, loaded.policy.source, text}, {.files = false});
    require(again.has_value());
    again->policy.description = loaded.policy.description;
    again->policy.origins = loaded.policy.origins; // a flag asks, a file does not
    require(again->policy == loaded.policy);
}

void read_file(std::string_view text)
{
    const auto loaded = load_policy_text({"fuzz", "fuzz.toml", std::string(text)}, {.files = false});
    if (!loaded) {
        check_error(loaded.error());
        require(loaded.error().message.starts_with("fuzz.toml:"));
        return;
    }
    check_round_trip(*loaded);
}

void read_setting(std::string_view text)
{
    const auto changed = with_setting(*load_policy("strict"), "--set", text, {.files = false});
    if (!changed) {
        check_error(changed.error());
    } else if (check_flags(*changed)) {
        check_round_trip(*changed);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text.starts_with('=')) {
        read_setting(text.substr(1));
    } else {
        read_file(text);
    }
    return 0;
}
