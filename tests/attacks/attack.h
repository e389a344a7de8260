/* What every attack knows and how it tells what became of it. One attack is one function; it never returns from its last word.
 *
 * The last word is one line on standard output and an exit code:
 *   attack NAME: reached HOW          3   it got outside of its box (a breach, unless its policy grants it)
 *   attack NAME: refused ERRNO WHAT   1   the kernel said no; a test would fail here, too
 *   attack NAME: contained HOW        0   it went through, and its effect stayed inside
 *   attack NAME: skip WHY            77
 *
 * An attack does no harm where it succeeds: its arguments change nothing (the time that it is, the value that is there), or what it
 * changes belongs to the witnesses that tests/attacks/run has set up outside. One that cannot be made harmless is `caged`: it is not
 * tried where there is no sandbox at all. */
#ifndef HUTCH_TESTS_ATTACK_H
#define HUTCH_TESTS_ATTACK_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
    EXIT_CONTAINED = 0,
    EXIT_REFUSED = 1,
    EXIT_REACHED = 3,
    EXIT_SKIPPED = 77,
    MOST_PROCESSES = 300,
    MOST_MEGABYTES = 256,
    MOST_DISK_MEGABYTES = 64,
    LONGEST_ATTACK_S = 60,
};

enum { MOST_SOCKETS = 16, LONGEST_TEXT = 512, LONGEST_TOKEN = 40 };

/* What tests/attacks/run tells of the world outside: the file `world` in the work tree, `key value` lines. Numbers are 0, texts
 * are "" where the machine has no such thing. */
struct world {
    char policy[LONGEST_TEXT];
    char token[LONGEST_TOKEN];  /* in the name of whatever an attack makes: whoever finds it knows whose it is */
    char work[LONGEST_TEXT];    /* the work tree */
    char outside[LONGEST_TEXT]; /* a directory of this user outside of the work tree, with a file `canary` */
    char home[LONGEST_TEXT];    /* the user's own, with a file `.TOKEN` */
    char results[LONGEST_TEXT]; /* where hutch writes the output of tests: in the work tree */
    char events[LONGEST_TEXT];  /* where hutch writes its events: beside the work tree */
    char cgroup[LONGEST_TEXT];  /* the directory of the runner's cgroup */
    char abstract_name[LONGEST_TEXT];
    char terminal[LONGEST_TEXT];              /* of the runner: /dev/pts/N */
    char sockets[MOST_SOCKETS][LONGEST_TEXT]; /* of services: buses, managers, container engines */
    int socket_count;
    long victim; /* a process of this user outside: its pid, an address in it that says "canary", a descriptor of it */
    unsigned long victim_address;
    long victim_fd;
    long runner;                                                              /* hutch itself */
    long tcp_port, udp_port;                                                  /* listeners on 127.0.0.1 */
    long ipc_key;                                                             /* of a System V shared memory segment */
    long key_serial;                                                          /* of a key in the user's keyring */
    unsigned long ns_pid, ns_mnt, ns_net, ns_ipc, ns_uts, ns_user, ns_cgroup; /* inodes */
};

extern const char* attack_name;

_Noreturn void reached(const char* how, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void refused(const char* what, ...) __attribute__((format(printf, 1, 2))); /* with errno */
_Noreturn void contained(const char* how, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void skipped(const char* why, ...) __attribute__((format(printf, 1, 2)));

/* reached() if `result` is not negative, else refused(). */
_Noreturn void judge(long result, const char* what);

/* Is this process still in the machine's namespace of that kind ("pid", "mnt", "net", …)? */
bool outside_namespace(const struct world* world, const char* kind);

/* Nothing holds this process but its own rights: no namespace, no filter, no Landlock that an attack could see. */
bool uncaged(const struct world* world);

/* A path below the directory `scratch` of the work tree, with the token in its name. */
const char* scratch(const struct world* world, const char* name);

/* Effective capability `number` of this process. */
bool has_capability(int number);

bool read_world(const char* path, struct world* world);

/* Opens and closes again; -1 with errno. What is covered by /dev/null is not there (ENOENT). */
int try_open(const char* path, int flags);
/* Writes `text` into a file that is there; -1 with errno. */
int try_write(const char* path, const char* text);
/* Makes a new file with that text; -1 with errno. */
int try_create(const char* path, const char* text);
/* The first line of a file, without its newline; -1 with errno. */
int first_line(const char* path, char* line, size_t size);

/* A child that calls `act` and ends with what it returned; the wait status. */
int in_child(int (*act)(const struct world*), const struct world* world);

/* A child for which limit_life() holds; 0 in the child, -1 with errno. */
pid_t fork_limited(int seconds);

struct attack {
    const char* name;
    void (*run)(const struct world*);
    const char* what;
    bool caged;
};

/* Ended by an attack without a name; families.c collects them. */
extern const struct attack process_attacks[], signal_attacks[], descriptor_attacks[], cgroup_attacks[], mount_attacks[],
    device_attacks[], namespace_attacks[], socket_attacks[], kernel_attacks[], file_attacks[], filling_attacks[],
    privilege_attacks[], terminal_attacks[], machine_attacks[], service_attacks[], ipc_attacks[], call_attacks[];

#endif
