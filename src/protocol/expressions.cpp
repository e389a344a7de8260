// See expressions.h.
#include "protocol/expressions.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace hutch::protocol {
namespace {

constexpr std::size_t longest_shown = 200;

RE2::Options options()
{
    RE2::Options chosen;
    chosen.set_encoding(RE2::Options::EncodingLatin1); // bytes: output need not be UTF-8, and KWSys knows none
    chosen.set_dot_nl(true);
    chosen.set_max_mem(static_cast<std::int64_t>(Expressions::most_memory));
    chosen.set_never_capture(true);
    chosen.set_log_errors(false);
    return chosen;
}

std::string shown(std::string_view pattern)
{
    return std::string(pattern.substr(0, longest_shown)) + (pattern.size() > longest_shown ? "…" : "");
}

} // namespace

Result<Expressions> Expressions::compile(std::span<const std::string> patterns, std::string_view label)
{
    if (patterns.size() > most_patterns) {
        return usage_error(
            fmt::format("{}: {} expressions, at most {} are possible", label, patterns.size(), most_patterns));
    }
    static const RE2::Options chosen = options();
    Expressions made;
    for (const std::string& pattern : patterns) {
        if (pattern.size() > longest_pattern) {
            return usage_error(fmt::format("{}: '{}' has {} bytes, at most {} are possible", label, shown(pattern),
                                           pattern.size(), longest_pattern));
        }
        auto compiled = std::make_shared<const re2::RE2>(pattern, chosen);
        if (!compiled->ok()) {
            return usage_error(
                fmt::format("{}: '{}' is no regular expression: {}", label, shown(pattern), shown(compiled->error())));
        }
        made.compiled_.push_back(std::move(compiled));
    }
    return made;
}

std::optional<std::size_t> Expressions::first_match(std::string_view text) const
{
    const re2::StringPiece piece(text.data(), text.size());
    for (std::size_t index = 0; index < compiled_.size(); ++index) {
        if (compiled_[index]->Match(piece, 0, piece.size(), RE2::UNANCHORED, nullptr, 0)) {
            return index;
        }
    }
    return std::nullopt;
}

} // namespace hutch::protocol
