/* Other doors to the same system calls: those a filter for the native table does not look at. */
#include "attack.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How a child ended that tried: 0 = the call was made, else an errno; a signal is a refusal, too. */
static _Noreturn void judge_child(int status, const char* what)
{
    if (WIFSIGNALED(status)) {
        if (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGILL)
            skipped("%s: this kernel has no such door (signal %d)", what, WTERMSIG(status));
        errno = EPERM;
        refused("%s: killed by signal %d", what, WTERMSIG(status));
    }
    if (WEXITSTATUS(status) == 0)
        reached("%s", what);
    errno = WEXITSTATUS(status);
    refused("%s", what);
}

#ifdef __x86_64__
static int getpid_by_int80(const struct world* world)
{
    (void)world;
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
    return result > 0 ? 0 : (int)-result;
}

static void int80(const struct world* world)
{
    judge_child(in_child(getpid_by_int80, world), "int 0x80");
}

static int getpid_by_x32(const struct world* world)
{
    (void)world;
    return syscall(0x40000000L | SYS_getpid) > 0 ? 0 : errno;
}

static void x32(const struct world* world)
{
    judge_child(in_child(getpid_by_x32, world), "a call of x32");
}
#else
static void int80(const struct world* world)
{
    (void)world;
    skipped("not x86-64");
}

static void x32(const struct world* world)
{
    int80(world);
}
#endif

/* A number that no kernel has: a filter with a list of what is allowed says no, one with a list of what is denied lets the kernel say it. */
static void unknown_call(const struct world* world)
{
    (void)world;
    syscall(100000);
    if (errno == ENOSYS)
        contained("no such call");
    refused("call 100000");
}

/* A filter of its own above ours must not undo it. */
static void own_filter(const struct world* world)
{
    (void)world;
    struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {.len = 1, .filter = allow};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        refused("seccomp(allow everything)");
    if (syscall(SYS_reboot, 0, 0, 0, NULL) == 0 || errno == EINVAL)
        reached("reboot after a filter that allows everything");
    contained("a filter of its own changes nothing");
}

/* A listener of its own could let calls through that ours stops. */
static void own_listener(const struct world* world)
{
    (void)world;
    struct sock_filter notify[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_reboot, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = 4, .filter = notify};
    const long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener < 0)
        refused("seccomp(NEW_LISTENER)");
    reached("a listener of its own");
}

static void linux32(const struct world* world)
{
    (void)world;
    if (personality(PER_LINUX32) < 0)
        refused("personality(PER_LINUX32)");
    contained("uname says another architecture");
}

static void trace_child(const struct world* world)
{
    (void)world;
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
        _exit(0);
    }
    const long result = syscall(SYS_ptrace, 0x4206 /* PTRACE_SEIZE */, child, 0, 0);
    const int why = errno;
    kill(child, SIGKILL);
    errno = why;
    if (result != 0)
        refused("ptrace(its own child)");
    contained("it traces its own child");
}

const struct attack call_attacks[] = {
    {"int80", int80, "a system call by int 0x80", false},
    {"x32", x32, "a system call of the x32 table", false},
    {"unknown_call", unknown_call, "a system call that there is not", false},
    {"own_filter", own_filter, "a seccomp filter of its own that allows everything", true},
    {"own_listener", own_listener, "a seccomp listener of its own", true},
    {"linux32", linux32, "personality(2)", false},
    {"trace_child", trace_child, "ptrace(2) of its own child", false},
    {NULL, NULL, NULL, false},
};
