// No text makes a parser crash, hang or read outside: truncations and mutations of what kernels print, and noise.
// Meant to be run under the sanitizers; the seed is fixed so that a failure comes back.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "kernel/cgroup_files.h"
#include "kernel/cgroup_mount.h"
#include "kernel/mountinfo.h"
#include "kernel/process.h"
#include "unit/kernel/fixtures.h"

namespace hutch::kernel {
namespace {

const std::vector<std::string_view> seeds{
    test::cgroup_events, test::cpu_stat_plain,    test::cpu_stat_throttled, test::pressure, test::memory_events,
    test::io_stat,       test::io_stat_glued,     test::pids_events,        test::io_max,   test::process_stat,
    test::mountinfo,     test::memory_events_old, "50000 100000\n",         "max\n",        "0::/user.slice/x.scope\n",
};

/// Every parser at once; what they answer is their own tests' business. The text is copied to the heap without a
/// terminator, so that AddressSanitizer sees a read behind its end.
void parse_all(std::string_view source)
{
    const std::vector<char> copy(source.begin(), source.end());
    const std::string_view text(copy.data(), copy.size());
    (void)parse_cgroup_events(text);
    (void)parse_memory_events(text);
    (void)parse_cpu_stat(text);
    (void)parse_io_stat(text);
    (void)parse_io_stat_total(text);
    (void)parse_pids_events(text);
    (void)parse_pressure(text);
    (void)parse_cpu_max(text);
    (void)parse_io_max(text);
    (void)parse_value(text);
    (void)parse_device_number(text);
    (void)parse_proc_cgroup(text);
    (void)parse_process_stat(text);
    (void)parse_statm_resident(text, 4096);
    (void)option_value(text, "upperdir");
    if (const auto mounts = parse_mountinfo(text)) {
        (void)mount_of(*mounts, "/a/b");
        (void)choose_cgroup_mount(*mounts);
    }
}

TEST(ParsersFuzz, truncations)
{
    for (const std::string_view seed : seeds) {
        for (std::size_t length = 0; length <= seed.size(); ++length) {
            parse_all(seed.substr(0, length));
            parse_all(seed.substr(length));
        }
    }
}

TEST(ParsersFuzz, mutations)
{
    std::mt19937 random(20251120);
    const std::string_view characters = "0123456789 =:/.\\-\n\t()maxrbwxy\0\xff,";
    for (int round = 0; round < 20000; ++round) {
        std::string text(seeds[random() % seeds.size()]);
        for (auto changes = random() % 8; changes > 0 && !text.empty(); --changes) {
            const std::size_t at = random() % text.size();
            const char with = characters[random() % characters.size()];
            switch (random() % 3) {
            case 0:
                text[at] = with;
                break;
            case 1:
                text.erase(at, random() % 5);
                break;
            default:
                text.insert(at, random() % 30, with);
                break;
            }
        }
        parse_all(text);
    }
}

TEST(ParsersFuzz, noise)
{
    std::mt19937 random(1);
    for (int round = 0; round < 5000; ++round) {
        std::string text(random() % 300, '\0');
        for (char& c : text) {
            c = static_cast<char>(random());
        }
        parse_all(text);
    }
    parse_all(std::string(1 << 20, '7'));
    parse_all(std::string(1 << 16, '\n'));
    parse_all(std::string(1 << 16, '='));
}

} // namespace
} // namespace hutch::kernel
