// Texts of kernel files as kernels print them; which one is said at each.
#pragma once

#include <string_view>

namespace hutch::test {

// 6.18, leaf without controllers
inline constexpr std::string_view cgroup_events = "populated 1\nfrozen 0\n";
inline constexpr std::string_view cpu_stat_plain =
    "usage_usec 258739565\nuser_usec 154882802\nsystem_usec 103856762\nnice_usec 0\n"
    "core_sched.force_idle_usec 0\n";
inline constexpr std::string_view pressure = "some avg10=2.41 avg60=3.17 avg300=2.10 total=15862982\n"
                                             "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
// 6.12, controllers enabled
inline constexpr std::string_view cpu_stat_throttled =
    "usage_usec 1523456\nuser_usec 1502000\nsystem_usec 21456\nnice_usec 0\ncore_sched.force_idle_usec 0\n"
    "nr_periods 31\nnr_throttled 30\nthrottled_usec 1498765\nnr_bursts 0\nburst_usec 0\n";
inline constexpr std::string_view memory_events = "low 0\nhigh 0\nmax 31\noom 1\noom_kill 2\noom_group_kill 1\n";
inline constexpr std::string_view io_stat = "8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n"
                                            "254:0 rbytes=90112 wbytes=4096 rios=3 wios=1 dbytes=0 dios=0\n";
inline constexpr std::string_view pids_events = "max 3\n";
inline constexpr std::string_view io_max = "8:16 rbps=2097152 wbps=max riops=max wiops=120\n";
// 5.15: devices without figures and without a newline
inline constexpr std::string_view io_stat_glued =
    "7:7 7:6 7:5 8:0 rbytes=1024 wbytes=2048 rios=1 wios=2 dbytes=0 dios=0\n253:0 \n";
// 5.15: memory.events without oom_group_kill
inline constexpr std::string_view memory_events_old = "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n";

inline constexpr std::string_view process_stat =
    "4711 (a b) c)) S 4710 4711 4700 0 -1 4194560 1190 0 12 0 150 25 0 0 20 0 1 0 987654 8433664 843 "
    "18446744073709551615 0 0 0 0 0 0 0 0 65536 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

// a Debian host with a cgroup namespace's view, an overlay and a blank in a path
inline constexpr std::string_view mountinfo =
    "22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw\n"
    "27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw,errors=remount-ro\n"
    "28 27 8:17 /data /mnt/my\\040disk rw,noatime shared:7 master:3 - xfs /dev/sdb1 rw,attr2\n"
    "31 27 0:28 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 "
    "rw,nsdelegate,memory_recursiveprot\n"
    "40 27 0:50 / /merged rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/up\\\\,per,workdir=/w\n"
    "41 27 0:51 / /tmp rw - tmpfs  rw,size=1024k\n";

} // namespace hutch::test
