// The grammar of /proc/PID/mountinfo.
#include "kernel/mountinfo.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace hutch::kernel {

namespace {

bool is_octal(std::string_view text, std::size_t at)
{
    return at < text.size() && text[at] >= '0' && text[at] <= '7';
}

/// The kernel writes blank, tab, newline and backslash as \040, \011, \012 and \134.
std::string unescape(std::string_view text)
{
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && is_octal(text, i + 1) && is_octal(text, i + 2) && is_octal(text, i + 3)) {
            plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

std::optional<int> parse_id(std::string_view text)
{
    const auto number = base::parse_int64(text);
    return number && *number >= 0 && *number <= INT32_MAX ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

std::optional<Mount> parse_line(std::string_view line)
{
    // Split at single blanks: an empty source is an empty field ("… - tmpfs  rw").
    const std::vector<std::string_view> fields = base::split(line, ' ').all();
    std::size_t dash = 6; // optional fields (shared:1, master:2) stand between options and "-"
    while (dash < fields.size() && fields[dash] != "-") {
        ++dash;
    }
    if (dash + 3 >= fields.size()) {
        return std::nullopt;
    }
    const auto id = parse_id(fields[0]);
    const auto parent = parse_id(fields[1]);
    const auto device = parse_device_number(fields[2]);
    if (!id || !parent || !device) {
        return std::nullopt;
    }
    return Mount{*id,
                 *parent,
                 *device,
                 unescape(fields[3]),
                 unescape(fields[4]),
                 std::string(fields[5]),
                 unescape(fields[dash + 1]),
                 unescape(fields[dash + 2]),
                 unescape(fields[dash + 3])};
}

bool is_prefix(std::string_view mount_point, std::string_view path)
{
    if (mount_point == "/") {
        return path.starts_with('/');
    }
    return path.starts_with(mount_point) && (path.size() == mount_point.size() || path[mount_point.size()] == '/');
}

/// Splits at commas that no backslash stands before.
std::vector<std::string_view> split_options(std::string_view options)
{
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= options.size(); ++i) {
        if (i < options.size() && options[i] == '\\') {
            ++i;
        } else if (i == options.size() || options[i] == ',') {
            parts.push_back(options.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    return parts;
}

std::string without_backslashes(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        i += text[i] == '\\' && i + 1 < text.size() ? 1 : 0;
        plain += text[i];
    }
    return plain;
}

} // namespace

Result<std::vector<Mount>> parse_mountinfo(std::string_view text)
{
    std::vector<Mount> mounts;
    for (const std::string_view line : base::lines(text)) {
        auto mount = parse_line(line);
        if (!mount) {
            constexpr std::size_t most = 200;
            return plain_error(fmt::format("parse mountinfo: '{}'", line.substr(0, most)));
        }
        mounts.push_back(std::move(*mount));
    }
    return mounts;
}

Result<std::vector<Mount>> read_mountinfo()
{
    auto text = base::read_file("/proc/self/mountinfo", std::size_t{64} << 20);
    if (!text) {
        return std::unexpected(std::move(text.error()));
    }
    return parse_mountinfo(*text);
}

const Mount* mount_of(std::span<const Mount> mounts, std::string_view path)
{
    const Mount* best = nullptr;
    for (const Mount& mount : mounts) {
        const bool longer = best == nullptr || mount.mount_point.size() >= best->mount_point.size();
        if (longer && is_prefix(mount.mount_point, path)) {
            best = &mount;
        }
    }
    return best;
}

bool has_option(std::string_view options, std::string_view name)
{
    for (const std::string_view option : split_options(options)) {
        if (option == name) {
            return true;
        }
    }
    return false;
}

std::optional<std::string> option_value(std::string_view options, std::string_view name)
{
    for (const std::string_view option : split_options(options)) {
        const auto [key, value] = base::cut(option, '=');
        if (key == name && value) {
            return without_backslashes(*value);
        }
    }
    return std::nullopt;
}

} // namespace hutch::kernel
