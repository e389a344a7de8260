#include "scope/run_id.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <limits>

#include "base/text.h"
#include "kernel/process.h"

namespace hutch::scope {

namespace {

constexpr std::size_t boot_digits = 8;
constexpr std::string_view prefix = "hutch-";
constexpr std::string_view scope_suffix = ".scope";
constexpr std::string_view slice_suffix = ".slice";

bool is_boot(std::string_view text)
{
    return text.size() == boot_digits &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<std::uint64_t> parse_canonical(std::string_view text)
{
    const auto value = base::parse_uint64(text);
    return value && *value != 0 && text.front() != '0' ? value : std::nullopt;
}

/// A run identity at the beginning of "1f0c8a3e-4711-90125-t-17": three pieces. What follows has to be a test's "-t-N".
std::optional<RunId> parse_leading(std::string_view text)
{
    const auto pieces = base::split(text, '-').all();
    if (pieces.size() == 3) {
        return parse_run_id(text);
    }
    const bool of_a_test = pieces.size() == 5 && pieces[3] == "t" && base::parse_uint64(pieces[4]);
    return of_a_test ? parse_run_id(text.substr(0, text.size() - pieces[4].size() - 3)) : std::nullopt;
}

std::optional<RunId> parse_slice(std::string_view text)
{
    if (text.contains('-')) {
        return std::nullopt;
    }
    std::string unescaped(text);
    std::ranges::replace(unescaped, '_', '-');
    return parse_run_id(unescaped);
}

Result<std::string> own_boot()
{
    auto boot = kernel::boot_id();
    if (!boot) {
        return boot;
    }
    boot->resize(std::min(boot->size(), boot_digits));
    return is_boot(*boot) ? boot
                          : plain_error(fmt::format("read boot_id: '{}' does not begin with 8 hex digits", *boot));
}

} // namespace

std::string RunId::text() const
{
    return fmt::format("{}-{}-{}", boot, pid, start_time);
}

std::string RunId::node_name() const
{
    return std::string(prefix) + text();
}

std::string RunId::scope_name() const
{
    return node_name() + std::string(scope_suffix);
}

std::string RunId::slice_name() const
{
    return fmt::format("{}{}_{}_{}{}", prefix, boot, pid, start_time, slice_suffix);
}

Result<RunId> own_run_id()
{
    auto boot = own_boot();
    if (!boot) {
        return std::unexpected(std::move(boot.error()));
    }
    const auto stat = kernel::process_stat(getpid());
    if (!stat) {
        return plain_error("read /proc/self/stat: not readable", "mount -t proc proc /proc");
    }
    return RunId{.boot = std::move(*boot), .pid = getpid(), .start_time = stat->start_time};
}

std::optional<RunId> parse_run_id(std::string_view text)
{
    const auto pieces = base::split(text, '-').all();
    if (pieces.size() != 3 || !is_boot(pieces[0])) {
        return std::nullopt;
    }
    const auto pid = parse_canonical(pieces[1]);
    const auto start_time = parse_canonical(pieces[2]);
    if (!pid || *pid > std::numeric_limits<int>::max() || !start_time) {
        return std::nullopt;
    }
    return RunId{.boot = std::string(pieces[0]), .pid = static_cast<int>(*pid), .start_time = *start_time};
}

std::optional<RunId> run_id_in_name(std::string_view name)
{
    if (!name.starts_with(prefix)) {
        return std::nullopt;
    }
    name.remove_prefix(prefix.size());
    if (name.ends_with(slice_suffix)) {
        return parse_slice(name.substr(0, name.size() - slice_suffix.size()));
    }
    if (name.ends_with(scope_suffix)) {
        return parse_leading(name.substr(0, name.size() - scope_suffix.size()));
    }
    return parse_run_id(name);
}

bool owner_alive(const RunId& id)
{
    const auto boot = own_boot();
    if (!boot) {
        return true;
    }
    if (*boot != id.boot) {
        return false;
    }
    const auto stat = kernel::process_stat(id.pid);
    if (!stat) {
        // /proc may hide the processes of other users (hidepid): then kill(2) knows better.
        return kill(id.pid, 0) == 0 || errno != ESRCH;
    }
    return !stat->is_zombie() && stat->start_time == id.start_time;
}

} // namespace hutch::scope
