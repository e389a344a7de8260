/* The runner's terminal: to type into it, or to write on it. */
#include "attack.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Types a comment: whoever reads the terminal afterwards finds it. */
static int type_into(int file)
{
    for (const char* key = "#typed#"; *key; ++key)
        if (ioctl(file, TIOCSTI, key) != 0)
            return -1;
    return 0;
}

static void type_at_stdin(const struct world* world)
{
    (void)world;
    if (ioctl(0, TIOCNOTTY) != 0 && isatty(0))
        reached("standard input is a terminal");
    judge(type_into(0), "TIOCSTI on standard input");
}

static void type_at_tty(const struct world* world)
{
    (void)world;
    const int file = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (file < 0)
        refused("/dev/tty");
    judge(type_into(file), "TIOCSTI on /dev/tty");
}

/* As root, any terminal; as its owner, to write escape sequences on it. */
static void write_terminal(const struct world* world)
{
    if (!world->terminal[0])
        skipped("the runner has no terminal");
    const int file = open(world->terminal, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        refused("%s", world->terminal);
    if (type_into(file) == 0)
        reached("TIOCSTI on %s", world->terminal);
    if (write(file, "#written#", 9) != 9)
        refused("write(%s)", world->terminal);
    reached("%s can be written", world->terminal);
}

/* Makes the runner's terminal its own. */
static void steal_terminal(const struct world* world)
{
    if (!world->terminal[0])
        skipped("the runner has no terminal");
    setsid();
    const int file = open(world->terminal, O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (file < 0)
        refused("%s", world->terminal);
    judge(ioctl(file, TIOCSCTTY, 0), "TIOCSCTTY");
}

static void console(const struct world* world)
{
    (void)world;
    static const char* const paths[] = {"/dev/console", "/dev/tty0", "/dev/tty1", "/dev/ttyS0", "/dev/vcs"};
    int why = ENOENT;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i) {
        if (try_open(paths[i], O_WRONLY) == 0)
            reached("%s can be written", paths[i]);
        why = errno == ENOENT ? why : errno;
    }
    errno = why;
    refused("consoles");
}

const struct attack terminal_attacks[] = {
    {"type_at_stdin", type_at_stdin, "TIOCSTI on standard input", false},
    {"type_at_tty", type_at_tty, "TIOCSTI on /dev/tty", false},
    {"write_terminal", write_terminal, "TIOCSTI and write(2) on the runner's terminal by its path", false},
    {"steal_terminal", steal_terminal, "TIOCSCTTY on the runner's terminal", true},
    {"console", console, "opens consoles for writing", false},
    {NULL, NULL, NULL, false},
};
