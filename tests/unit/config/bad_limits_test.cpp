// What cannot be a limit is refused before anything starts: a usage error that says what was written and what would
// work.
#include <ostream>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "config/limit_options.h"
#include "config/profile.h"

namespace hutch::config
{
namespace
{

struct Bad {
    char dialect; ///< l: --limit, p: -p, u: --ulimit, others: the option in `text` before the first blank
    std::string_view text;
    std::string_view message; ///< a part of it
    std::string_view hint = "";
};

std::ostream& operator<<(std::ostream& out, const Bad& bad)
{
    return out << bad.dialect << " " << bad.text;
}

Result<Limits> apply_text(char dialect, std::string_view text)
{
    switch (dialect) {
    case 'l':
        return apply_limit(no_limits(), text);
    case 'p':
        return apply_property(no_limits(), text);
    case 'u':
        return apply_ulimit(no_limits(), text);
    default: {
        const auto blank = text.find(' ');
        return apply_option(no_limits(), text.substr(0, blank), text.substr(blank + 1));
    }
    }
}

constexpr std::string_view least_memory =
    "the least is 1 MB: with less the kernel kills the test before it is executed";
constexpr std::string_view weight_range = "cpu.weight is 1 to 10000";
constexpr std::string_view soft_hard = "soft and hard limit are the same here";

const Bad all[] = {
    // names
    {'l', "memory.mx=64M", "unknown limit 'memory.mx'", "did you mean 'memory.max'?"},
    {'l', "MEMORY.MAX=64M", "unknown limit 'MEMORY.MAX'", "did you mean 'memory.max'?"},
    {'l', "cpuset.cpus.partition=0-3", "unknown limit", "known: memory.max, "},
    {'l', "cpu.time=3", "unknown limit 'cpu.time'", "did you mean 'cpu_time'?"},
    {'l', "=64M", "unknown limit ''"},
    {'l', "", "not NAME=VALUE"},
    {'l', "memory.max", "limit 'memory.max': not NAME=VALUE"},
    {'p', "MemoryMaximum=64M", "unknown property 'MemoryMaximum'", "did you mean 'MemoryMax'?"},
    {'p', "memorymax=64M", "unknown property 'memorymax'", "did you mean 'MemoryMax'?"},
    {'p', "TaskMax=5", "unknown property 'TaskMax'", "did you mean 'TasksMax'?"},
    {'u', "nofiles=5", "unknown ulimit 'nofiles'", "did you mean 'nofile'?"},
    {'u', "nofile", "ulimit 'nofile': not NAME=VALUE"},
    {'o', "cpu-shares 5", "unknown option 'cpu-shares'"},
    // no value
    {'l', "memory.max=", "memory.max '': no value"},
    {'p', "MemoryMax= ", "MemoryMax '': no value"},
    {'o', "memory ", "--memory '': no value"},
    // memory
    {'l', "memory.max=0", least_memory},
    {'l', "memory.max=1023K", "memory.max '1023K': the least is 1 MB"},
    {'p', "MemoryMax=900K", "MemoryMax '900K': the least is 1 MB"},
    {'o', "memory 4096", "--memory '4096': the least is 1 MB"},
    {'l', "memory.high=1", least_memory},
    {'l', "memory.max=-1", "memory.max: "},
    {'l', "memory.max=64Q", "memory.max: "},
    {'l', "memory.max=sixty", "memory.max: "},
    {'l', "memory.max=99999999999T", "memory.max: "},
    {'l', "memory.max=50%", "a percentage has no meaning here"},
    {'l', "memory.max=Max", "memory.max: "},
    // CPU
    {'l', "cpu.max=0", "at least 0.01"},
    {'l', "cpu.max=-1", "cpu.max: "},
    {'l', "cpu.max=nan", "cpu.max: "},
    {'l', "cpu.max=50000", "at most 8192"},
    {'l', "cpu.max=999 100000", "the least quota is 1000 µs"},
    {'l', "cpu.max=50000 999", "the period is 1000 to 1000000 µs"},
    {'l', "cpu.max=50000 2000000", "the period is 1000 to 1000000 µs"},
    {'l', "cpu.max=1000 1000000", "at least 0.01"},
    {'l', "cpu.max=half 100000", "the quota is a number of µs"},
    {'l', "cpu.max=1 2 3", "cpu.max: "},
    {'p', "CPUQuota=50", "CPUQuota '50': not a percentage"},
    {'p', "CPUQuota=0%", "at least 0.01"},
    {'o', "cpus 0.001", "--cpus: "},
    {'l', "cpu.weight=0", weight_range},
    {'l', "cpu.weight=10001", weight_range},
    {'p', "CPUWeight=idle", "CPUWeight: "},
    {'l', "cpu.weight=1.5", "cpu.weight: "},
    // processes
    {'l', "pids.max=0", "the least is 1: the test itself is a process"},
    {'p', "TasksMax=0", "TasksMax '0': the least is 1"},
    {'p', "TasksMax=10%", "TasksMax: "},
    {'o', "pids-limit -1", "--pids-limit: "},
    {'l', "pids.max=4194305", "the most is 4194304"},
    // time
    {'l', "wall=0", "the least is 1 ms"},
    {'l', "wall=999us", "the least is 1 ms"},
    {'o', "timeout -5", "--timeout: "},
    {'p', "RuntimeMaxSec=soon", "RuntimeMaxSec: "},
    {'l', "cpu_time=0s", "the least is 1 ms"},
    // rlimits
    {'l', "open_files=3", "the least is 4: three standard streams and one for the program loader"},
    {'p', "LimitNOFILE=100:200", soft_hard},
    {'u', "nofile=0", "the least is 4"},
    {'u', "nofile=100:", soft_hard},
    {'u', "core=1:2", soft_hard},
    {'u', "fsize=-1", "fsize: "},
    {'l', "open_files=99999999999", "the most is 1073741816"},
    // I/O
    {'l', "io.max=wbps=0", "the least wbps is 1: the kernel refuses 0"},
    {'l', "io.max=/scratch", "no rate"},
    {'l', "io.max=/scratch wbps", "no rate"},
    {'l', "io.max=wbps", "no rate"},
    {'l', "io.max=wpbs=2M", "unknown rate in io.max 'wpbs=2M': 'wpbs'", "did you mean 'wbps'?"},
    {'l', "io.max=wbps=2M riosp=3", "'riosp'", "did you mean 'riops'?"},
    {'l', "io.max=wbps=2M /scratch", "unknown rate"},
    {'l', "io.max=wbps=fast", "io.max: "},
    {'l', "io.max=riops=1.5", "io.max: "},
    {'o', "device-write-bps /dev/sda", "not PATH:RATE"},
    {'o', "device-write-bps :2M", "not PATH:RATE"},
    {'o', "device-write-bps /dev/sda:", "--device-write-bps: "},
    {'o', "device-read-iops /dev/sda:0", "the least riops is 1"},
    {'p', "IOReadBandwidthMax=/dev/sda", "not PATH RATE"},
    {'p', "IOReadBandwidthMax=2M", "not PATH RATE"},
    {'p', "IOWriteIOPSMax=/dev/sda 0", "the least wiops is 1"},
    {'p', "IOWriteIOPSMax=/dev/sda -5", "IOWriteIOPSMax: "},
};
static_assert(std::size(all) >= 40);

class BadLimit : public testing::TestWithParam<Bad>
{
};

TEST_P(BadLimit, IsAUsageErrorThatSaysWhatWouldWork)
{
    const Bad& bad = GetParam();
    const auto limits = apply_text(bad.dialect, bad.text);
    ASSERT_FALSE(limits);
    EXPECT_EQ(limits.error().fault, Fault::usage);
    EXPECT_NE(limits.error().message.find(bad.message), std::string::npos) << limits.error().message;
    EXPECT_EQ(limits.error().hint.find(bad.hint), 0u) << limits.error().hint;
}

INSTANTIATE_TEST_SUITE_P(Table, BadLimit, testing::ValuesIn(all));

// Whatever is typed: a value in range or a usage error, never a crash (ASan and UBSan look on) and never a wrong limit.
TEST(RandomLimits, AreInRangeOrRefused)
{
    constexpr std::string_view alphabet = "0123456789.%:= -+kKMGTbiorwpsmax/dev\t\0é";
    std::mt19937 random(42);
    std::vector<std::pair<char, std::string>> prefixes;
    for (const std::string_view key : limit_keys()) {
        prefixes.emplace_back('l', std::string(key) + "=");
    }
    for (const std::string_view name : property_names()) {
        prefixes.emplace_back('p', std::string(name) + "=");
    }
    for (const std::string_view name : limit_option_names()) {
        prefixes.emplace_back('o', std::string(name) + " ");
    }
    for (int round = 0; round < 50'000; ++round) {
        auto [dialect, text] = prefixes[random() % prefixes.size()];
        for (auto left = random() % 12; left > 0; --left) {
            text += alphabet[random() % alphabet.size()];
        }
        const auto limits = apply_text(dialect, text);
        if (!limits) {
            ASSERT_EQ(limits.error().fault, Fault::usage) << text;
            ASSERT_FALSE(limits.error().message.empty()) << text;
            continue;
        }
        ASSERT_TRUE(!limits->memory_max || limits->memory_max->value >= memory_floor) << text;
        ASSERT_TRUE(!limits->cpus || (limits->cpus->value >= 0.01 && limits->cpus->value <= 8192)) << text;
        ASSERT_TRUE(!limits->pids_max || limits->pids_max->value >= 1) << text;
        ASSERT_TRUE(!limits->wall || limits->wall->value >= Milliseconds(1)) << text;
        ASSERT_TRUE(!limits->open_files || limits->open_files->value >= 4) << text;
        ASSERT_LE(limited(*limits).size(), 1u) << text;
        for (const IoLimit& io : limits->io ? limits->io->value : std::vector<IoLimit>{}) {
            ASSERT_TRUE(io.rbps.value_or(1) && io.wbps.value_or(1) && io.riops.value_or(1) && io.wiops.value_or(1));
        }
    }
}

} // namespace
} // namespace hutch::config
