/* Signals to what is outside, and other ways to lay hands on another process. The victim takes each of these signals from one attack only,
 * so that what reached it names who sent it (tests/attacks/witness.py has the same numbers). */
#include "attack.h"

#include "../programs/program.h"

#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static bool same_pids(const struct world* world)
{
    return outside_namespace(world, "pid");
}

static void kill_victim(const struct world* world)
{
    judge(kill((pid_t)world->victim, SIGUSR1), "kill(victim)");
}

static void sigqueue_victim(const struct world* world)
{
    judge(sigqueue((pid_t)world->victim, SIGRTMIN + 1, (union sigval){.sival_int = 1}), "sigqueue(victim)");
}

static void tgkill_victim(const struct world* world)
{
    judge(syscall(SYS_tgkill, world->victim, world->victim, SIGUSR2), "tgkill(victim)");
}

static void pidfd_victim(const struct world* world)
{
    const long file = syscall(SYS_pidfd_open, world->victim, 0);
    if (file < 0)
        refused("pidfd_open(victim)");
    judge(syscall(SYS_pidfd_send_signal, file, SIGRTMIN + 2, NULL, 0), "pidfd_send_signal(victim)");
}

/* The kernel sends it for us, on behalf of a socket. */
static void sigio_victim(const struct world* world)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        refused("socketpair");
    if (fcntl(pair[0], F_SETSIG, SIGRTMIN + 3) != 0 || fcntl(pair[0], F_SETOWN, (int)world->victim) != 0)
        refused("F_SETOWN");
    if (fcntl(pair[0], F_SETFL, O_ASYNC | O_NONBLOCK) != 0 || write(pair[1], "x", 1) != 1)
        refused("O_ASYNC");
    /* Nobody says no here: the kernel asks the same question when it sends it, and the witness tells. */
    if (same_pids(world))
        judge(kill((pid_t)world->victim, 0), "F_SETOWN(victim)");
    contained("the pid is nobody's here");
}

/* Only asked whether it may: where it may, the run would be over. */
static void kill_runner(const struct world* world)
{
    if (!same_pids(world))
        judge(kill((pid_t)world->runner, 0), "kill(runner)");
    judge(kill((pid_t)world->runner, 0), "kill(runner, 0)");
}

static void kill_parent(const struct world* world)
{
    const pid_t parent = getppid();
    if (parent <= 0)
        contained("no parent can be seen");
    if (same_pids(world))
        judge(kill(parent, 0), "kill(parent, 0)");
    if (kill(parent, SIGKILL) != 0)
        refused("kill(parent, SIGKILL)");
    sleep_ms(50);
    if (getppid() != parent)
        reached("the parent is dead");
    contained("PID 1 does not hear SIGKILL");
}

/* In the machine's own PID namespace this is not done: it is asked of the victim alone whether it could be meant. */
static void kill_all(const struct world* world)
{
    if (same_pids(world))
        judge(kill((pid_t)world->victim, 0), "kill(victim, 0), not tried with -1");
    const pid_t child = fork_limited(10);
    if (child == 0) {
        signal(SIGTERM, SIG_IGN);
        stay();
    }
    if (kill(-1, SIGKILL) != 0)
        refused("kill(-1)");
    sleep_ms(20);
    contained("nothing but its own children");
}

static void storm_to_init(const struct world* world)
{
    if (same_pids(world))
        judge(kill((pid_t)world->runner, 0), "kill(runner, 0), not tried with a storm");
    for (int round = 0; round < 50; ++round)
        for (int number = 1; number <= SIGRTMAX; ++number)
            kill(1, number);
    sleep_ms(50);
    contained("PID 1 hears none of 50 times all signals");
}

static void ptrace_victim(const struct world* world)
{
    judge(ptrace(PTRACE_SEIZE, (pid_t)world->victim, 0, 0), "ptrace(PTRACE_SEIZE, victim)");
}

static void ptrace_init(const struct world* world)
{
    const pid_t parent = same_pids(world) ? (pid_t)world->runner : 1;
    judge(ptrace(PTRACE_SEIZE, parent, 0, 0), "ptrace(PTRACE_SEIZE, runner or PID 1)");
}

static void read_memory(const struct world* world)
{
    char text[8] = "";
    struct iovec here = {text, 6}, there = {(void*)world->victim_address, 6};
    if (process_vm_readv((pid_t)world->victim, &here, 1, &there, 1, 0) < 0)
        refused("process_vm_readv(victim)");
    reached("process_vm_readv(victim) says %.6s", text);
}

static void write_memory(const struct world* world)
{
    char text[] = "broken";
    struct iovec here = {text, 6}, there = {(void*)world->victim_address, 6};
    judge(process_vm_writev((pid_t)world->victim, &here, 1, &there, 1, 0), "process_vm_writev(victim)");
}

static void proc_memory(const struct world* world)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/mem", world->victim);
    judge(try_open(path, O_RDWR), path);
}

static void steal_descriptor(const struct world* world)
{
    const long file = syscall(SYS_pidfd_open, world->victim, 0);
    if (file < 0)
        refused("pidfd_open(victim)");
    judge(syscall(SYS_pidfd_getfd, file, world->victim_fd, 0), "pidfd_getfd(victim)");
}

static void renice_victim(const struct world* world)
{
    judge(setpriority(PRIO_PROCESS, (id_t)world->victim, 5), "setpriority(victim)");
}

static void reschedule_victim(const struct world* world)
{
    const struct sched_param none = {0};
    judge(sched_setscheduler((pid_t)world->victim, SCHED_BATCH, &none), "sched_setscheduler(victim)");
}

static void limit_victim(const struct world* world)
{
    const struct rlimit less = {100, 100};
    judge(prlimit((pid_t)world->victim, RLIMIT_CORE, &less, NULL), "prlimit(victim)");
}

static void oom_score_of_victim(const struct world* world)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/oom_score_adj", world->victim);
    judge(try_write(path, "999"), path);
}

const struct attack signal_attacks[] = {
    {"kill_victim", kill_victim, "kill(2) of a process of the same user", false},
    {"sigqueue_victim", sigqueue_victim, "the same by sigqueue(3)", false},
    {"tgkill_victim", tgkill_victim, "the same by tgkill(2)", false},
    {"pidfd_victim", pidfd_victim, "the same by pidfd_send_signal(2)", false},
    {"sigio_victim", sigio_victim, "the same by a socket's F_SETOWN", false},
    {"kill_runner", kill_runner, "kill(2) of the runner", false},
    {"kill_parent", kill_parent, "kill(2) of its own parent", false},
    {"kill_all", kill_all, "kill(-1, SIGKILL)", true},
    {"storm_to_init", storm_to_init, "every signal fifty times to PID 1", true},
    {"ptrace_victim", ptrace_victim, "ptrace(2) of a process of the same user", false},
    {"ptrace_init", ptrace_init, "ptrace(2) of the runner, or of PID 1 of its namespace", true},
    {"read_memory", read_memory, "process_vm_readv(2) of a process of the same user", false},
    {"write_memory", write_memory, "process_vm_writev(2) of it", false},
    {"proc_memory", proc_memory, "/proc/PID/mem of it", false},
    {"steal_descriptor", steal_descriptor, "pidfd_getfd(2) of it", false},
    {"renice_victim", renice_victim, "setpriority(2) of it", false},
    {"reschedule_victim", reschedule_victim, "sched_setscheduler(2) of it", false},
    {"limit_victim", limit_victim, "prlimit(2) of it", false},
    {"oom_score_of_victim", oom_score_of_victim, "its oom_score_adj", false},
    {NULL, NULL, NULL, false},
};
