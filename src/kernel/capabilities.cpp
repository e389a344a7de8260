#include "kernel/capabilities.h"

#include <linux/securebits.h>
#include <sys/capability.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace hutch::kernel {

namespace {

using LibraryText = std::unique_ptr<char, decltype([](char* text) { cap_free(text); })>;

constexpr int bits = 64;
constexpr std::string_view prefix = "cap_";

CapabilityMask bit(int capability)
{
    return CapabilityMask{1} << capability;
}

/// "CAP_X", "cap_x", "x" → "cap_x"
std::string library_name(std::string_view name)
{
    std::string lower = base::to_lower(name);
    return lower.starts_with(prefix) ? lower : std::string(prefix) + lower;
}

std::string to_upper(std::string text)
{
    std::ranges::transform(text, text.begin(), [](char each) {
        return each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each;
    });
    return text;
}

std::optional<CapabilityMask> parse_mask(std::string_view text)
{
    CapabilityMask mask = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mask, 16);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(mask) : std::nullopt;
}

CapabilityMask* set_of(CapabilitySets& sets, std::string_view key)
{
    if (key == "CapInh") {
        return &sets.inheritable;
    }
    if (key == "CapPrm") {
        return &sets.permitted;
    }
    if (key == "CapEff") {
        return &sets.effective;
    }
    if (key == "CapBnd") {
        return &sets.bounding;
    }
    return key == "CapAmb" ? &sets.ambient : nullptr;
}

} // namespace

int last_capability()
{
    return std::min(static_cast<int>(cap_max_bits()), bits) - 1;
}

CapabilityMask all_capabilities()
{
    return ~CapabilityMask{0} >> (bits - 1 - last_capability());
}

Result<int> capability_named(std::string_view name)
{
    cap_value_t value = 0;
    const std::string wanted = library_name(name);
    // The library reads the first word and leaves the rest; so the name has to come back.
    if (cap_from_name(wanted.c_str(), &value) == 0 && capability_name(value) == to_upper(wanted)) {
        return value;
    }
    const std::vector<std::string> known = capability_names(all_capabilities());
    const std::vector<std::string_view> views(known.begin(), known.end());
    const auto near = base::nearest(to_upper(wanted), views);
    return usage_error(fmt::format("unknown capability '{}'", name),
                       near ? fmt::format("did you mean '{}'?", *near) : "capabilities(7) lists them");
}

std::string capability_name(int capability)
{
    const LibraryText text(cap_to_name(capability));
    if (!text || !std::string_view(text.get()).starts_with(prefix)) {
        return fmt::format("CAP_{}", capability);
    }
    return to_upper(text.get());
}

std::vector<std::string> capability_names(CapabilityMask mask)
{
    std::vector<std::string> names;
    for (int capability = 0; capability < bits; ++capability) {
        if ((mask & bit(capability)) != 0) {
            names.push_back(capability_name(capability));
        }
    }
    return names;
}

Result<CapabilitySets> parse_capability_sets(std::string_view status)
{
    CapabilitySets sets;
    for (const std::string_view line : base::lines(status)) {
        const base::Halves halves = base::cut(line, ':');
        CapabilityMask* set = halves.after ? set_of(sets, halves.before) : nullptr;
        if (set == nullptr) {
            continue;
        }
        const auto mask = parse_mask(base::trim(*halves.after));
        if (!mask) {
            return plain_error(fmt::format("/proc/PID/status: '{}' is no set of capabilities", line));
        }
        *set = *mask;
    }
    return sets;
}

Result<CapabilitySets> own_capabilities()
{
    const auto status = base::read_file("/proc/self/status");
    if (!status) {
        return std::unexpected(status.error());
    }
    return parse_capability_sets(*status);
}

Result<CapabilityMask> kept_capabilities(const CapabilityRules& rules)
{
    if (rules.keep_all) {
        return all_capabilities();
    }
    CapabilityMask kept = 0;
    for (const std::string& name : rules.keep) {
        const auto capability = capability_named(name);
        if (!capability) {
            return std::unexpected(capability.error());
        }
        kept |= bit(*capability);
    }
    return kept & all_capabilities();
}

CapabilityDrop drop_to(CapabilityMask kept, const CapabilitySets& held)
{
    const CapabilityMask sets = kept & held.permitted & held.bounding;
    return {.bounding = kept & held.bounding,
            .securebits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS,
            .sets = sets,
            .ambient = sets};
}

} // namespace hutch::kernel
