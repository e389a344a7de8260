/* Processes that multiply, hide, or do not want to end. */
#include "attack.h"

#include "../programs/program.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A count that all children share. */
static atomic_int* shared_count(void)
{
    void* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        cannot("mmap");
    return page;
}

/* Every process forks as long as it may; all of them live for ten seconds. */
static void fork_bomb(const struct world* world)
{
    (void)world;
    atomic_int* count = shared_count();
    const pid_t first = getpid();
    while (atomic_fetch_add(count, 1) < MOST_PROCESSES) {
        if (fork_limited(10) >= 0)
            continue;
        if (getpid() != first)
            stay();
        refused("fork after %d processes", atomic_load(count));
    }
    if (getpid() != first)
        stay();
    sleep_ms(200);
    contained("%d processes, none of them outlives the test", MOST_PROCESSES);
}

static void daemon_double_fork(const struct world* world)
{
    (void)world;
    if (fork_limited(LONGEST_ATTACK_S) == 0) {
        setsid();
        if (fork_limited(LONGEST_ATTACK_S) != 0)
            _exit(0);
        for (int file = 0; file < 64; ++file)
            close(file);
        stay();
    }
    sleep_ms(100);
    contained("a daemon is left behind");
}

/* Each generation forks the next one and ends: whoever kills one by one comes too late. */
static void leapfrog(const struct world* world)
{
    (void)world;
    if (fork_limited(10) == 0) {
        setsid();
        for (int generation = 0; generation < 100000; ++generation) {
            if (fork_limited(10) != 0)
                _exit(0);
        }
        _exit(0);
    }
    sleep_ms(50);
    contained("generations follow each other");
}

static void stopped_session(const struct world* world)
{
    (void)world;
    if (fork_limited(LONGEST_ATTACK_S) == 0) {
        setsid();
        raise(SIGSTOP);
        stay();
    }
    sleep_ms(50);
    contained("a stopped session is left behind");
}

static void ignore_everything(const struct world* world)
{
    (void)world;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int number = 1; number < 65; ++number)
        signal(number, SIG_IGN);
    stay();
}

/* The child of one's parent: it is nobody's below the test. */
static void clone_parent(const struct world* world)
{
    (void)world;
    const long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (child < 0)
        refused("clone(CLONE_PARENT)");
    if (child == 0) {
        limit_life(LONGEST_ATTACK_S);
        setsid();
        stay();
    }
    contained("a sibling is left behind");
}

static void steal_orphans(const struct world* world)
{
    (void)world;
    const pid_t child = fork_limited(LONGEST_ATTACK_S);
    if (child == 0) {
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        setsid();
        if (fork_limited(LONGEST_ATTACK_S) == 0 && fork_limited(LONGEST_ATTACK_S) == 0)
            stay();
        stay();
    }
    sleep_ms(50);
    contained("a reaper of its own is left behind");
}

/* The first process ends by its main thread only; another thread goes on. */
static void many_zombies(const struct world* world)
{
    (void)world;
    signal(SIGCHLD, SIG_DFL);
    int made = 0;
    while (made < 30) {
        const pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child < 0)
            break;
        ++made;
    }
    sleep_ms(100);
    contained("%d zombies", made);
}

static void die_by_own_hand(const struct world* world)
{
    (void)world;
    if (fork_limited(LONGEST_ATTACK_S) == 0) {
        setsid();
        stay();
    }
    fflush(NULL);
    kill(getpid(), SIGKILL);
}

const struct attack process_attacks[] = {
    {"fork_bomb", fork_bomb, "forks until it is refused", false},
    {"daemon_double_fork", daemon_double_fork, "a daemon in a session of its own, all descriptors closed", false},
    {"leapfrog", leapfrog, "each generation of a daemon ends when the next one is born", false},
    {"stopped_session", stopped_session, "a stopped process in a session of its own", false},
    {"ignore_everything", ignore_everything, "ignores and blocks every signal", false},
    {"clone_parent", clone_parent, "makes a child of its own parent", false},
    {"steal_orphans", steal_orphans, "becomes the reaper of its daemons", false},
    {"many_zombies", many_zombies, "does not wait for its children", false},
    {"die_by_own_hand", die_by_own_hand, "SIGKILL to itself, with a daemon left", false},
    {NULL, NULL, NULL, false},
};
