/* How attacks speak, and what several of them do. */
#include "attack.h"

#include "../programs/program.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

const char* attack_name = "?";

/* One write, so that a line is whole whatever else writes to the same pipe. */
static void say(const char* ending, const char* format, va_list arguments)
{
    char text[1024], line[1400];
    vsnprintf(text, sizeof text, format, arguments);
    const int length = snprintf(line, sizeof line, "\nattack %s: %s %s\n", attack_name, ending, text);
    for (int done = 0; done < length;) {
        const ssize_t written = write(STDOUT_FILENO, line + done, (size_t)(length - done));
        if (written <= 0)
            break;
        done += (int)written;
    }
}

#define SAY(ending, format)                                                                                            \
    do {                                                                                                               \
        va_list arguments;                                                                                             \
        va_start(arguments, format);                                                                                   \
        say(ending, format, arguments);                                                                                \
        va_end(arguments);                                                                                             \
    } while (0)

void reached(const char* how, ...)
{
    SAY("reached", how);
    _exit(EXIT_REACHED);
}

void refused(const char* what, ...)
{
    char ending[64];
    snprintf(ending, sizeof ending, "refused %s", strerrorname_np(errno) ? strerrorname_np(errno) : "?");
    SAY(ending, what);
    _exit(EXIT_REFUSED);
}

void contained(const char* how, ...)
{
    SAY("contained", how);
    _exit(EXIT_CONTAINED);
}

void skipped(const char* why, ...)
{
    SAY("skip", why);
    _exit(EXIT_SKIPPED);
}

void judge(long result, const char* what)
{
    if (result >= 0)
        reached("%s", what);
    refused("%s", what);
}

static unsigned long inode_of(const char* kind)
{
    char path[64];
    struct stat facts;
    snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    return stat(path, &facts) == 0 ? facts.st_ino : 0;
}

bool outside_namespace(const struct world* world, const char* kind)
{
    const struct {
        const char* kind;
        unsigned long inode;
    } known[] = {
        {"pid", world->ns_pid}, {"mnt", world->ns_mnt},   {"net", world->ns_net},       {"ipc", world->ns_ipc},
        {"uts", world->ns_uts}, {"user", world->ns_user}, {"cgroup", world->ns_cgroup},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; ++i)
        if (strcmp(kind, known[i].kind) == 0)
            return inode_of(kind) == known[i].inode;
    return true;
}

static unsigned long long status_field(const char* key, int base)
{
    char line[256];
    unsigned long long value = 0;
    FILE* file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            value = strtoull(line + strlen(key), NULL, base);
    if (file)
        fclose(file);
    return value;
}

bool uncaged(const struct world* world)
{
    return outside_namespace(world, "mnt") && outside_namespace(world, "pid") && outside_namespace(world, "user") &&
           status_field("Seccomp:", 10) == 0 && status_field("NoNewPrivs:", 10) == 0;
}

bool has_capability(int number)
{
    return (status_field("CapEff:", 16) >> number & 1) != 0;
}

const char* scratch(const struct world* world, const char* name)
{
    static char path[LONGEST_TEXT + 2 * LONGEST_TOKEN];
    snprintf(path, sizeof path, "%s/scratch/%s.%.30s", world->work, world->token, name);
    return path;
}

static void set_field(struct world* world, const char* key, const char* value)
{
    const struct {
        const char* key;
        char* text;
    } texts[] = {
        {"policy", world->policy},     {"work", world->work},
        {"outside", world->outside},   {"home", world->home},
        {"results", world->results},   {"events", world->events},
        {"cgroup", world->cgroup},     {"abstract", world->abstract_name},
        {"terminal", world->terminal},
    };
    const struct {
        const char* key;
        long* number;
    } numbers[] = {
        {"victim", &world->victim},         {"victim_fd", &world->victim_fd}, {"runner", &world->runner},
        {"tcp_port", &world->tcp_port},     {"udp_port", &world->udp_port},   {"ipc_key", &world->ipc_key},
        {"key_serial", &world->key_serial},
    };
    const struct {
        const char* key;
        unsigned long* number;
    } inodes[] = {
        {"victim_address", &world->victim_address},
        {"ns_pid", &world->ns_pid},
        {"ns_mnt", &world->ns_mnt},
        {"ns_net", &world->ns_net},
        {"ns_ipc", &world->ns_ipc},
        {"ns_uts", &world->ns_uts},
        {"ns_user", &world->ns_user},
        {"ns_cgroup", &world->ns_cgroup},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i)
        if (strcmp(key, texts[i].key) == 0)
            snprintf(texts[i].text, LONGEST_TEXT, "%s", value);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i)
        if (strcmp(key, numbers[i].key) == 0)
            *numbers[i].number = strtol(value, NULL, 10);
    for (size_t i = 0; i < sizeof inodes / sizeof *inodes; ++i)
        if (strcmp(key, inodes[i].key) == 0)
            *inodes[i].number = strtoul(value, NULL, 10);
    if (strcmp(key, "token") == 0)
        snprintf(world->token, LONGEST_TOKEN, "%s", value);
    if (strcmp(key, "socket") == 0 && world->socket_count < MOST_SOCKETS)
        snprintf(world->sockets[world->socket_count++], LONGEST_TEXT, "%s", value);
}

bool read_world(const char* path, struct world* world)
{
    char line[LONGEST_TEXT + 64];
    FILE* file = fopen(path, "re");
    if (!file)
        return false;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char* space = strchr(line, ' ');
        if (!space)
            continue;
        *space = '\0';
        set_field(world, line, space + 1);
    }
    fclose(file);
    return true;
}

int try_open(const char* path, int flags)
{
    const int file = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0)
        return -1;
    struct stat facts;
    const bool covered = fstat(file, &facts) == 0 && S_ISCHR(facts.st_mode) && facts.st_rdev == makedev(1, 3);
    close(file);
    errno = ENOENT;
    return covered ? -1 : 0;
}

static int write_and_close(int file, const char* text)
{
    if (file < 0)
        return -1;
    const ssize_t written = write(file, text, strlen(text));
    const int why = errno;
    close(file);
    errno = why;
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

int try_write(const char* path, const char* text)
{
    return write_and_close(open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), text);
}

int try_create(const char* path, const char* text)
{
    return write_and_close(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644), text);
}

int first_line(const char* path, char* line, size_t size)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    const ssize_t length = read(file, line, size - 1);
    const int why = errno;
    close(file);
    errno = why;
    if (length < 0)
        return -1;
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return 0;
}

int in_child(int (*act)(const struct world*), const struct world* world)
{
    const pid_t child = fork();
    if (child < 0)
        refused("fork");
    if (child == 0) {
        limit_life(LONGEST_ATTACK_S);
        _exit(act(world));
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

pid_t fork_limited(int seconds)
{
    const pid_t child = fork();
    if (child == 0)
        limit_life(seconds);
    return child;
}
