/* What the kinds of leak share. A kind is a function that starts processes which outlive the test. Each process that is in its
 * final state reports itself over a pipe, so that `leak` exits at the right moment without any sleep. */
#ifndef HUTCH_TESTS_LEAK_H
#define HUTCH_TESTS_LEAK_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts the leak. Returns in the test's own process only. */
typedef void start_leak(int ready);

/* fork, or exit 99; the child has an end to its life. */
pid_t fork_child(void);

/* stdin, stdout and stderr to /dev/null, as a well-behaved daemon does: then the test's output has an end. */
void let_go_of_output(void);

/* Says "this process, `pid`, is where it shall be". */
void report(int ready, pid_t pid);

/* let_go_of_output, report this process, stay. */
_Noreturn void settle(int ready);

/* One process alone: by session, signals, descriptors, name. */
start_leak leak_plain, leak_setsid, leak_doublefork, leak_daemon, leak_stopped, leak_ignore_term, leak_block_all,
    leak_nohup, leak_pgrp, leak_pipe_holder, leak_closed_fds, leak_renamed, leak_exec_sleep, leak_thread_leader_exit;

/* Several processes, and what they are to each other. */
start_leak leak_vfork_child, leak_subreaper, leak_many, leak_deep, leak_leapfrog, leak_respawner, leak_ptraced,
    leak_zombie_maker;

/* A box of their own inside the box. */
start_leak leak_nested_cgroup, leak_chmod000, leak_userns;

enum { MANY = 50, DEPTH = 20 };

#endif
