/* Somebody else does it for us: managers, buses, timers. What they start is nobody's test. */
#include "attack.h"

#include "../programs/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void service_sockets(const struct world* world)
{
    if (world->socket_count == 0)
        skipped("no bus, manager or container engine on this machine");
    int why = ENOENT;
    for (int i = 0; i < world->socket_count; ++i) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof address.sun_path, "%s", world->sockets[i]);
        const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(file, (const struct sockaddr*)&address, sizeof address) == 0)
            reached("connect(%s)", world->sockets[i]);
        why = errno;
        close(file);
    }
    errno = why;
    refused("%d sockets of services", world->socket_count);
}

/* Leaves a file `started` outside if a manager can be had to do it. */
static void start_unit(const struct world* world, bool user)
{
    if (access("/usr/bin/systemd-run", X_OK) != 0)
        skipped("no systemd-run");
    if (world->socket_count == 0)
        skipped("no manager on this machine");
    if (!user && geteuid() != 0)
        skipped("not root");
    char file[LONGEST_TEXT + 32], runtime[64], bus[96];
    snprintf(file, sizeof file, "%s/started.%s", world->outside, user ? "user" : "system");
    snprintf(runtime, sizeof runtime, "/run/user/%u", geteuid());
    snprintf(bus, sizeof bus, "unix:path=/run/user/%u/bus", geteuid());
    const pid_t child = fork_limited(30);
    if (child == 0) {
        setenv("XDG_RUNTIME_DIR", runtime, 1);
        setenv("DBUS_SESSION_BUS_ADDRESS", bus, 1);
        execl("/usr/bin/systemd-run", "systemd-run", user ? "--user" : "--system", "--quiet", "--wait", "--collect",
              "/usr/bin/touch", file, (char*)NULL);
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        reached("the manager started something");
    errno = ECONNREFUSED;
    refused("systemd-run");
}

static void start_user_unit(const struct world* world)
{
    start_unit(world, true);
}

static void start_system_unit(const struct world* world)
{
    start_unit(world, false);
}

static void write_unit(const struct world* world)
{
    char path[LONGEST_TEXT + 96];
    snprintf(path, sizeof path, "%s/.config/systemd/user/%s.service", world->home, world->token);
    judge(try_create(path, "[Service]\n"), path);
}

static void write_timer(const struct world* world)
{
    static const char* const directories[] = {"/var/spool/cron/crontabs", "/var/spool/cron/atjobs", "/etc/cron.d",
                                              "/run/systemd/system", "/run/systemd/transient"};
    char path[LONGEST_TEXT + 96];
    int why = ENOENT;
    for (size_t i = 0; i < sizeof directories / sizeof *directories; ++i) {
        snprintf(path, sizeof path, "%s/%s", directories[i], world->token);
        if (try_create(path, "") == 0) {
            unlink(path);
            reached("%s", path);
        }
        why = errno == ENOENT ? why : errno;
    }
    errno = why;
    refused("files of cron, at and systemd");
}

/* Addresses of agents that hold keys or start things. */
static void agents(const struct world* world)
{
    (void)world;
    static const char* const names[] = {
        "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK", "GPG_AGENT_INFO", "DOCKER_HOST",
        "XDG_RUNTIME_DIR",          "NOTIFY_SOCKET", "DISPLAY",        "WAYLAND_DISPLAY"};
    char path[LONGEST_TEXT];
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
        const char* value = getenv(names[i]);
        if (!value)
            continue;
        const char* slash = strchr(value, '/');
        snprintf(path, sizeof path, "%s", slash ? slash : value);
        if (slash && access(path, R_OK | W_OK) == 0)
            reached("%s=%s is there", names[i], value);
    }
    contained("no agent's address leads anywhere");
}

const struct attack service_attacks[] = {
    {"service_sockets", service_sockets, "sockets of D-Bus, systemd, docker and podman", false},
    {"start_user_unit", start_user_unit, "systemd-run --user", false},
    {"start_system_unit", start_system_unit, "systemd-run --system", true},
    {"write_unit", write_unit, "a unit file in the user's home", false},
    {"write_timer", write_timer, "files of cron, at and systemd", true},
    {"agents", agents, "agents whose addresses are in the environment", false},
    {NULL, NULL, NULL, false},
};
