/* Parts of the kernel that ordinary tests do not need: much code, and most of its holes. Arguments are such that nothing happens where it is
 * granted: a wrong magic number, a file that is not there, a key that is looked at only. */
#include "attack.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/quota.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

/* For calls that reach no further than the process itself: it is the kernel's code behind them that matters. */
static _Noreturn void use(long result, const char* what)
{
    if (result < 0)
        refused("%s", what);
    contained("%s", what);
}

static void bpf_map(const struct world* world)
{
    (void)world;
    union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    judge(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes), "bpf(BPF_MAP_CREATE)");
}

static void bpf_program(const struct world* world)
{
    (void)world;
    const struct bpf_insn program[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
                                       {.code = BPF_JMP | BPF_EXIT}};
    union bpf_attr attributes = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                                 .insn_cnt = 2,
                                 .insns = (unsigned long)program,
                                 .license = (unsigned long)"GPL"};
    judge(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes), "bpf(BPF_PROG_LOAD)");
}

static void perf_machine(const struct world* world)
{
    (void)world;
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_CPU_CLOCK};
    judge(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0), "perf_event_open(of CPU 0)");
}

static void perf_self(const struct world* world)
{
    (void)world;
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_TASK_CLOCK, .exclude_kernel = 1};
    use(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0), "perf_event_open(of itself)");
}

static void userfault(const struct world* world)
{
    (void)world;
    use(syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */), "userfaultfd");
}

static void uring(const struct world* world)
{
    (void)world;
    struct io_uring_params parameters = {0};
    use(syscall(SYS_io_uring_setup, 1, &parameters), "io_uring_setup");
}

/* In the keyring that all processes of the user share. */
static void user_keyring(const struct world* world)
{
    if (world->key_serial == 0)
        skipped("no user keyring outside");
    char text[16];
    if (syscall(SYS_keyctl, KEYCTL_READ, world->key_serial, text, sizeof text) >= 0)
        reached("the key of another process was read");
    if (syscall(SYS_keyctl, KEYCTL_UPDATE, world->key_serial, "broken", 6) >= 0)
        reached("the key of another process was written");
    refused("keyctl(KEYCTL_READ, KEYCTL_UPDATE)");
}

static void add_user_key(const struct world* world)
{
    char name[LONGEST_TOKEN + 8];
    snprintf(name, sizeof name, "%s.added", world->token);
    const long key = syscall(SYS_add_key, "user", name, "x", 1, KEY_SPEC_USER_KEYRING);
    if (key < 0)
        refused("add_key(to the user's keyring)");
    if (!outside_namespace(world, "user"))
        contained("the keyring of a user namespace of its own");
    syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_USER_KEYRING);
    reached("a key in the user's keyring");
}

static void load_module(const struct world* world)
{
    (void)world;
    if (syscall(SYS_init_module, "", 0, "") == 0 || errno == ENOEXEC)
        reached("init_module");
    refused("init_module");
}

static void unload_module(const struct world* world)
{
    if (syscall(SYS_delete_module, world->token, O_NONBLOCK) == 0 || errno == ENOENT)
        reached("delete_module");
    refused("delete_module");
}

static void load_kernel(const struct world* world)
{
    (void)world;
    if (syscall(SYS_kexec_load, 0, 0, NULL, 0xffffffff) == 0 || errno == EINVAL)
        reached("kexec_load");
    refused("kexec_load");
}

static void restart(const struct world* world)
{
    (void)world;
    if (syscall(SYS_reboot, 0, 0, 0, NULL) == 0 || errno == EINVAL)
        reached("reboot");
    refused("reboot");
}

static void swap(const struct world* world)
{
    char path[LONGEST_TEXT + 16];
    snprintf(path, sizeof path, "/%s.none", world->token);
    if (swapon(path, 0) == 0 || errno == ENOENT)
        reached("swapon");
    refused("swapon");
}

static void accounting(const struct world* world)
{
    char path[LONGEST_TEXT + 16];
    snprintf(path, sizeof path, "/%s.none", world->token);
    if (acct(path) == 0 || errno == ENOENT)
        reached("acct");
    refused("acct");
}

static void kernel_log(const struct world* world)
{
    (void)world;
    char text[256];
    judge(syscall(SYS_syslog, 3, text, sizeof text), "syslog(read all)");
}

static void watch_files(const struct world* world)
{
    (void)world;
    const long file = syscall(SYS_fanotify_init, FAN_CLASS_CONTENT, O_RDONLY);
    if (file < 0)
        refused("fanotify_init(FAN_CLASS_CONTENT)");
    judge(syscall(SYS_fanotify_mark, file, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN, AT_FDCWD, "/"), "fanotify_mark(/)");
}

static void hang_up(const struct world* world)
{
    (void)world;
    judge(syscall(SYS_vhangup), "vhangup");
}

static void ports(const struct world* world)
{
    (void)world;
#ifdef SYS_ioperm
    judge(syscall(SYS_ioperm, 0x80, 1, 1), "ioperm");
#else
    skipped("no such call on this architecture");
#endif
}

static void compare_kernel_objects(const struct world* world)
{
    judge(syscall(SYS_kcmp, world->victim, getpid(), 0, 0, 0), "kcmp(victim)");
}

const struct attack kernel_attacks[] = {
    {"bpf_map", bpf_map, "bpf(2): a map", false},
    {"bpf_program", bpf_program, "bpf(2): a program", false},
    {"perf_machine", perf_machine, "perf_event_open(2) of a CPU", false},
    {"perf_self", perf_self, "perf_event_open(2) of itself", false},
    {"userfault", userfault, "userfaultfd(2)", false},
    {"uring", uring, "io_uring_setup(2)", false},
    {"user_keyring", user_keyring, "reads and writes a key of another process of the user", false},
    {"add_user_key", add_user_key, "adds a key to the user's keyring", false},
    {"load_module", load_module, "init_module(2)", true},
    {"unload_module", unload_module, "delete_module(2)", true},
    {"load_kernel", load_kernel, "kexec_load(2)", true},
    {"restart", restart, "reboot(2)", true},
    {"swap", swap, "swapon(2)", true},
    {"accounting", accounting, "acct(2)", true},
    {"kernel_log", kernel_log, "syslog(2)", false},
    {"watch_files", watch_files, "fanotify_init(2), and a mark on /", false},
    {"hang_up", hang_up, "vhangup(2)", true},
    {"ports", ports, "ioperm(2)", true},
    {"compare_kernel_objects", compare_kernel_objects, "kcmp(2) with a process of the same user", false},
    {NULL, NULL, NULL, false},
};
