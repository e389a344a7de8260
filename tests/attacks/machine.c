/* What belongs to the machine as a whole: the clock, its name, its settings. Only values that are there already are written. */
#include "attack.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void set_time_of_day(const struct world* world)
{
    (void)world;
    struct timeval now;
    gettimeofday(&now, NULL);
    judge(settimeofday(&now, NULL), "settimeofday(now)");
}

static void set_clock(const struct world* world)
{
    (void)world;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    judge(clock_settime(CLOCK_REALTIME, &now), "clock_settime(now)");
}

static void adjust_clock(const struct world* world)
{
    (void)world;
    struct timex now = {0};
    if (adjtimex(&now) < 0)
        refused("adjtimex(read)");
    now.modes = ADJ_TICK;
    judge(adjtimex(&now), "adjtimex(the tick that it is)");
}

static void host_name(const struct world* world)
{
    struct utsname names;
    uname(&names);
    if (sethostname(names.nodename, strlen(names.nodename)) != 0)
        refused("sethostname");
    if (!outside_namespace(world, "uts"))
        contained("the name of a namespace of its own");
    reached("sethostname");
}

/* Opened for writing only: what would be written is another matter. */
static void open_all(const char* const* paths, const char* what)
{
    int why = ENOENT;
    for (; *paths; ++paths) {
        if (try_open(*paths, O_WRONLY) == 0)
            reached("%s can be written", *paths);
        why = errno == ENOENT ? why : errno;
    }
    errno = why;
    refused("%s", what);
}

static void proc_sys(const struct world* world)
{
    (void)world;
    static const char* const paths[] = {"/proc/sys/kernel/core_pattern",  "/proc/sys/kernel/modprobe",
                                        "/proc/sys/kernel/hostname",      "/proc/sys/vm/drop_caches",
                                        "/proc/sys/vm/overcommit_memory", "/proc/sys/fs/file-max",
                                        "/proc/sys/kernel/pid_max",       NULL};
    open_all(paths, "/proc/sys");
}

static void proc_sys_net(const struct world* world)
{
    if (try_open("/proc/sys/net/ipv4/ip_forward", O_WRONLY) != 0)
        refused("/proc/sys/net");
    if (!outside_namespace(world, "net"))
        contained("settings of a network of its own");
    reached("/proc/sys/net can be written");
}

static void proc_machine(const struct world* world)
{
    (void)world;
    static const char* const paths[] = {"/proc/sysrq-trigger",
                                        "/proc/irq/0/smp_affinity",
                                        "/proc/irq/default_smp_affinity",
                                        "/proc/mtrr",
                                        "/proc/acpi/wakeup",
                                        "/proc/scsi/scsi",
                                        NULL};
    open_all(paths, "/proc/sysrq-trigger and others");
}

static void sys_machine(const struct world* world)
{
    (void)world;
    static const char* const paths[] = {"/sys/power/state",
                                        "/sys/kernel/uevent_helper",
                                        "/sys/kernel/mm/transparent_hugepage/enabled",
                                        "/sys/devices/system/cpu/cpu1/online",
                                        "/sys/module/printk/parameters/time",
                                        "/sys/kernel/tracing/tracing_on",
                                        "/sys/kernel/profiling",
                                        NULL};
    open_all(paths, "/sys");
}

const struct attack machine_attacks[] = {
    {"set_time_of_day", set_time_of_day, "settimeofday(2) to the time that it is", true},
    {"set_clock", set_clock, "clock_settime(2) to the time that it is", true},
    {"adjust_clock", adjust_clock, "adjtimex(2) to the tick that it is", true},
    {"host_name", host_name, "sethostname(2) to the name that it has", true},
    {"proc_sys", proc_sys, "opens settings in /proc/sys", true},
    {"proc_sys_net", proc_sys_net, "opens settings in /proc/sys/net", true},
    {"proc_machine", proc_machine, "opens /proc/sysrq-trigger and others", true},
    {"sys_machine", sys_machine, "opens settings in /sys", true},
    {NULL, NULL, NULL, false},
};
