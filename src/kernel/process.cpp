// Reading /proc/PID.
#include "kernel/process.h"

#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <unordered_map>

#include "base/file.h"
#include "base/text.h"

namespace hutch::kernel {

namespace {

constexpr std::size_t most_descendants = 65536;

std::string proc_file(int pid, std::string_view name)
{
    return fmt::format("/proc/{}/{}", pid, name);
}

/// What a process calls itself is its own choice: no control characters get out of here.
std::string printable(std::string_view text)
{
    std::string clean(text);
    std::ranges::replace_if(
        clean, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return clean;
}

std::optional<int> parse_pid(std::string_view text)
{
    const auto number = base::parse_uint64(text);
    return number && *number > 0 && *number <= INT32_MAX ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

/// Names in a directory that are numbers: pids of /proc, thread ids of /proc/PID/task.
std::vector<int> numbers_in(const std::string& path)
{
    std::vector<int> numbers;
    const auto close = [](DIR* directory) { ::closedir(directory); };
    const std::unique_ptr<DIR, decltype(close)> directory(::opendir(path.c_str()), close);
    while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
        if (const auto number = parse_pid(entry->d_name)) {
            numbers.push_back(*number);
        }
    }
    return numbers;
}

bool has_children_files()
{
    return base::exists("/proc/thread-self/children");
}

std::vector<int> children_by_file(int pid)
{
    std::vector<int> children;
    for (const int thread : numbers_in(proc_file(pid, "task"))) {
        const auto text = base::read_file(fmt::format("/proc/{}/task/{}/children", pid, thread));
        for (const std::string_view word : base::words(text ? std::string_view(*text) : std::string_view{})) {
            if (const auto child = parse_pid(word)) {
                children.push_back(*child);
            }
        }
    }
    return children;
}

/// Parent → children of all processes, for kernels without CONFIG_PROC_CHILDREN.
std::unordered_multimap<int, int> family_table()
{
    std::unordered_multimap<int, int> table;
    for (const int pid : numbers_in("/proc")) {
        if (const auto stat = process_stat(pid)) {
            table.emplace(stat->ppid, pid);
        }
    }
    return table;
}

/// "[<0>] folio_wait_bit_common+0x13d/0x350" → "folio_wait_bit_common"
std::string_view function_of(std::string_view line)
{
    const std::string_view place = base::cut(line, ']').after.value_or(line);
    return base::trim(base::cut(place, '+').before);
}

} // namespace

Result<ProcessStat> parse_process_stat(std::string_view text)
{
    const std::size_t open = text.find('('), close = text.rfind(')');
    const auto malformed = [] { return plain_error("parse /proc/PID/stat: malformed"); };
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
        return malformed();
    }
    ProcessStat stat;
    const auto pid = parse_pid(base::trim(text.substr(0, open)));
    const std::vector<std::string_view> fields = base::words(text.substr(close + 1)).all(); // [0] is field 3
    constexpr std::size_t flags = 6, utime = 11, stime = 12, cutime = 13, cstime = 14, threads = 17, start = 19;
    if (!pid || fields.size() <= start || fields[0].size() != 1) {
        return malformed();
    }
    const auto whole = [&](std::size_t index) { return base::parse_int64(fields[index]); };
    const auto ppid = whole(1), pgrp = whole(2), session = whole(3), user = whole(utime), system = whole(stime);
    const auto waited_user = whole(cutime), waited_system = whole(cstime);
    const auto started = base::parse_uint64(fields[start]), running = base::parse_uint64(fields[threads]);
    const auto flag_bits = base::parse_uint64(fields[flags]);
    if (!ppid || !pgrp || !session || !flag_bits || !user || !system || !waited_user || !waited_system || !started ||
        !running) {
        return malformed();
    }
    stat.pid = *pid;
    stat.comm = printable(text.substr(open + 1, close - open - 1));
    stat.state = fields[0][0];
    stat.ppid = static_cast<int>(*ppid);
    stat.pgrp = static_cast<int>(*pgrp);
    stat.session = static_cast<int>(*session);
    constexpr std::uint64_t forked_no_exec = 0x40; // PF_FORKNOEXEC, include/linux/sched.h
    constexpr std::uint64_t is_exiting = 0x4;      // PF_EXITING
    stat.executed = (*flag_bits & forked_no_exec) == 0;
    stat.exiting = (*flag_bits & is_exiting) != 0;
    stat.utime_ticks = static_cast<std::uint64_t>(*user);
    stat.stime_ticks = static_cast<std::uint64_t>(*system);
    stat.waited_ticks = static_cast<std::uint64_t>(*waited_user + *waited_system);
    stat.start_time = *started;
    stat.threads = *running;
    return stat;
}

std::optional<ProcessStat> process_stat(int pid)
{
    std::array<char, 1024> buffer;
    const auto text = base::read_into(base::at_path(proc_file(pid, "stat")), buffer);
    auto stat = text ? parse_process_stat(*text) : plain_error("");
    return stat ? std::optional(std::move(*stat)) : std::nullopt;
}

std::optional<std::string> process_name(int pid)
{
    std::array<char, 64> buffer;
    auto text = base::read_into(base::at_path(proc_file(pid, "comm")), buffer);
    if (!text) {
        return std::nullopt;
    }
    if (text->ends_with('\n')) {
        text->remove_suffix(1);
    }
    return printable(*text);
}

std::optional<std::string> command_line(int pid, std::size_t limit)
{
    std::string buffer(limit, '\0');
    const auto text = base::read_into(base::at_path(proc_file(pid, "cmdline")), buffer);
    if (!text) {
        return std::nullopt;
    }
    buffer.resize(text->size());
    buffer.erase(buffer.find_last_not_of('\0') + 1);
    std::ranges::replace(buffer, '\0', ' ');
    return printable(buffer);
}

std::optional<Leak> describe_process(int pid)
{
    auto name = process_name(pid);
    auto line = command_line(pid);
    if (!name) {
        return std::nullopt;
    }
    const bool has_line = line && !line->empty();
    return Leak{.pid = pid, .comm = *name, .cmdline = has_line ? std::move(*line) : fmt::format("[{}]", *name)};
}

std::vector<int> children_of(int pid)
{
    if (has_children_files()) {
        return children_by_file(pid);
    }
    std::vector<int> children;
    const auto table = family_table();
    for (auto [child, end] = table.equal_range(pid); child != end; ++child) {
        children.push_back(child->second);
    }
    return children;
}

std::vector<int> descendants_of(int pid)
{
    const bool by_file = has_children_files();
    const auto table = by_file ? std::unordered_multimap<int, int>{} : family_table();
    std::vector<int> all{pid};
    for (std::size_t next = 0; next < all.size() && all.size() < most_descendants; ++next) {
        if (by_file) {
            const auto children = children_by_file(all[next]);
            all.insert(all.end(), children.begin(), children.end());
            continue;
        }
        for (auto [child, end] = table.equal_range(all[next]); child != end; ++child) {
            all.push_back(child->second);
        }
    }
    all.erase(all.begin());
    return all;
}

std::optional<std::uint64_t> parse_statm_resident(std::string_view text, std::uint64_t page_size)
{
    auto fields = base::words(text);
    auto field = fields.begin();
    if (field == fields.end() || ++field == fields.end()) {
        return std::nullopt;
    }
    const auto pages = base::parse_uint64(*field);
    return pages && *pages < UINT64_MAX / page_size ? std::optional(*pages * page_size) : std::nullopt;
}

std::optional<std::uint64_t> resident_bytes(int pid)
{
    static const auto page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::array<char, 256> buffer;
    const auto text = base::read_into(base::at_path(proc_file(pid, "statm")), buffer);
    return text ? parse_statm_resident(*text, page_size) : std::nullopt;
}

std::string describe_stuck(int pid)
{
    const auto stat = process_stat(pid);
    if (!stat) {
        return fmt::format("pid {} is gone", pid);
    }
    std::string text = fmt::format("pid {} ({}) state {}", pid, stat->comm, stat->state);
    const auto wchan = base::read_file(proc_file(pid, "wchan"));
    if (wchan && !wchan->empty() && *wchan != "0") {
        text += fmt::format(", in {}", printable(base::trim(*wchan)));
    }
    const auto stack = base::read_file(proc_file(pid, "stack"));
    constexpr std::size_t most_frames = 8;
    std::vector<std::string_view> frames;
    for (const std::string_view line : base::lines(stack ? std::string_view(*stack) : std::string_view{})) {
        if (frames.size() < most_frames) {
            frames.push_back(function_of(line));
        }
    }
    return frames.empty() ? text : fmt::format("{}; stack: {}", text, base::join(frames, " < "));
}

Result<std::string> boot_id()
{
    auto text = base::read_file("/proc/sys/kernel/random/boot_id");
    return text ? Result<std::string>(base::trim(*text)) : std::move(text);
}

} // namespace hutch::kernel
