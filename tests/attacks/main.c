/* attacks: a catalogue of ways out of a test's box.
 *   attacks --list             NAME, what it tries, tab-separated; "caged" first where it is not tried without a sandbox
 *   attacks NAME SCRIPT        one attack: what a script whose first line is "#!…/attacks NAME" becomes. The file `world` is in the
 *                              directory above the script's.
 * Limits itself in memory, file size, processes and time, so that a sandbox that does not hold costs the machine nothing. */
#include "attack.h"

#include "../programs/program.h"

#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const struct attack* const families[] = {
    process_attacks,   signal_attacks,  descriptor_attacks, cgroup_attacks, mount_attacks,   device_attacks,
    namespace_attacks, socket_attacks,  kernel_attacks,     file_attacks,   filling_attacks, privilege_attacks,
    terminal_attacks,  machine_attacks, service_attacks,    ipc_attacks,    call_attacks,
};

static int list(void)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; ++i)
        for (const struct attack* attack = families[i]; attack->name; ++attack)
            printf("%s\t%s\t%s\n", attack->caged ? "caged" : "free", attack->name, attack->what);
    return 0;
}

static const struct attack* find(const char* name)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; ++i)
        for (const struct attack* attack = families[i]; attack->name; ++attack)
            if (strcmp(attack->name, name) == 0)
                return attack;
    return NULL;
}

static void limit(int resource, rlim_t most)
{
    struct rlimit value;
    if (getrlimit(resource, &value) != 0 || (value.rlim_cur != RLIM_INFINITY && value.rlim_cur <= most))
        return;
    value.rlim_cur = most;
    setrlimit(resource, &value);
}

static void limit_self(void)
{
    limit_life(LONGEST_ATTACK_S);
    limit(RLIMIT_DATA, (rlim_t)(MOST_MEGABYTES + 32) << 20);
    limit(RLIMIT_FSIZE, (rlim_t)MOST_MEGABYTES << 20);
    limit(RLIMIT_CORE, 0);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char** argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list();
    if (argc < 3)
        usage("attacks --list | NAME SCRIPT");
    const struct attack* attack = find(argv[1]);
    if (!attack)
        usage("attacks: no such attack");
    attack_name = attack->name;
    limit_self();

    static struct world world;
    char script[4096], path[4200];
    snprintf(script, sizeof script, "%s", argv[2]);
    snprintf(path, sizeof path, "%s/../world", dirname(script));
    if (!read_world(path, &world))
        cannot(path);
    if (attack->caged && uncaged(&world))
        skipped("not tried without a sandbox");
    attack->run(&world);
    return EXIT_CONTAINED;
}
