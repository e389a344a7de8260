/* Tricks with links and names, on what hutch itself reads, writes and removes: the test's directory, its output, the work tree. What hutch
 * must not follow ends in the directory `outside`, whose content is compared afterwards. */
#include "attack.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char* test_directory(void)
{
    const char* directory = getenv("TEST_TMPDIR");
    if (!directory)
        directory = getenv("HUTCH_TMPDIR");
    if (!directory)
        skipped("no TEST_TMPDIR");
    return directory;
}

/* The directory that hutch removes becomes a link to one that it must not remove. */
static void replace_directory(const struct world* world)
{
    const char* directory = test_directory();
    char away[PATH_MAX];
    snprintf(away, sizeof away, "%s.away", directory);
    if (rmdir(directory) != 0 && rename(directory, away) != 0)
        refused("rmdir(TEST_TMPDIR)");
    if (symlink(world->outside, directory) != 0)
        refused("symlink(TEST_TMPDIR)");
    contained("TEST_TMPDIR is a link; what is behind it must stay");
}

static void links_in_directory(const struct world* world)
{
    const char* directory = test_directory();
    char path[PATH_MAX], target[PATH_MAX];
    snprintf(path, sizeof path, "%s/link", directory);
    if (symlink(world->outside, path) != 0)
        refused("symlink");
    snprintf(path, sizeof path, "%s/file", directory);
    snprintf(target, sizeof target, "%s/canary", world->outside);
    if (symlink(target, path) != 0)
        refused("symlink");
    contained("links to what must stay");
}

static void deep_directory(const struct world* world)
{
    (void)world;
    if (chdir(test_directory()) != 0)
        refused("chdir(TEST_TMPDIR)");
    int depth = 0;
    for (; depth < 1000; ++depth)
        if (mkdir("a-directory-with-a-long-name", 0700) != 0 || chdir("a-directory-with-a-long-name") != 0)
            break;
    contained("%d directories deep", depth);
}

static void locked_directory(const struct world* world)
{
    (void)world;
    if (chdir(test_directory()) != 0)
        refused("chdir(TEST_TMPDIR)");
    for (int i = 0; i < 20; ++i) {
        char name[32];
        snprintf(name, sizeof name, "locked-%d", i);
        if (mkdir(name, 0700) != 0)
            refused("mkdir");
        const int directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const int file = openat(directory, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0);
        close(file);
        close(directory);
        chmod(name, 0);
    }
    chmod(".", 0);
    contained("directories with mode 000");
}

static void strange_names(const struct world* world)
{
    (void)world;
    if (chdir(test_directory()) != 0)
        refused("chdir(TEST_TMPDIR)");
    static const char* const names[] = {"new\nline", "\033[2J\033[31m", "-rf", "*", "\xff\xfe",
                                        "..\\",      "$(touch x)",      " "};
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i)
        close(open(names[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    if (mkfifo("fifo", 0600) != 0)
        refused("mkfifo");
    contained("names with newlines, escapes and stars; a pipe");
}

static void immutable_file(const struct world* world)
{
    (void)world;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/immutable", test_directory());
    const int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    int flags = 0;
    if (file < 0 || ioctl(file, FS_IOC_GETFLAGS, &flags) != 0)
        refused("FS_IOC_GETFLAGS");
    flags |= FS_IMMUTABLE_FL;
    if (ioctl(file, FS_IOC_SETFLAGS, &flags) != 0)
        refused("FS_IOC_SETFLAGS, immutable");
    /* nobody could clean up: taken back, for this is not about hutch's patience */
    flags &= ~FS_IMMUTABLE_FL;
    ioctl(file, FS_IOC_SETFLAGS, &flags);
    reached("a file that nobody can remove");
}

/* The output file of a test that comes later is there already: as a second name of the canary, or as a link to it. That test is
 * `zz_after_links`; the canary is compared afterwards. */
static void results_to_links(const struct world* world)
{
    char canary[LONGEST_TEXT + 16], path[LONGEST_TEXT + 64];
    snprintf(canary, sizeof canary, "%s/canary", world->outside);
    snprintf(path, sizeof path, "%s/tests--zz_after_links.err", world->results);
    if (symlink(canary, path) != 0)
        refused("a symbolic link in the result directory");
    snprintf(path, sizeof path, "%s/tests--zz_after_links.out", world->results);
    if (link(canary, path) != 0 && symlink(canary, path) != 0)
        refused("a link in the result directory");
    contained("links in the result directory; what is behind them must stay");
}

static void after_links(const struct world* world)
{
    (void)world;
    contained("it is not kept from running");
}

static void write_events(const struct world* world)
{
    judge(try_open(world->events, O_WRONLY | O_APPEND), "the file of events");
}

/* A second name for a file that it may not write. */
static void hard_link(const struct world* world)
{
    char canary[LONGEST_TEXT + 16];
    snprintf(canary, sizeof canary, "%s/canary", world->outside);
    const char* path = scratch(world, "link");
    if (link(canary, path) != 0)
        refused("link");
    const int result = try_write(path, "broken");
    const int why = errno;
    unlink(path);
    errno = why;
    judge(result, "written by another name");
}

static void symbolic_link(const struct world* world)
{
    char canary[LONGEST_TEXT + 16];
    snprintf(canary, sizeof canary, "%s/canary", world->outside);
    const char* path = scratch(world, "symlink");
    if (symlink(canary, path) != 0)
        refused("symlink");
    const int result = try_write(path, "broken");
    const int why = errno;
    unlink(path);
    errno = why;
    judge(result, "written by a symbolic link in the work tree");
}

/* The work tree itself under another name, and another directory in its place. */
static void move_work_tree(const struct world* world)
{
    char away[LONGEST_TEXT + LONGEST_TOKEN + 8];
    snprintf(away, sizeof away, "%s.%s", world->work, world->token);
    if (rename(world->work, away) != 0)
        refused("rename(work tree)");
    rename(away, world->work);
    reached("the work tree can be renamed");
}

static void change_world_file(const struct world* world)
{
    char path[LONGEST_TEXT + 64];
    snprintf(path, sizeof path, "%s/ordinary", world->work);
    if (try_write(path, "changed") != 0)
        refused("%s", path);
    contained("a file of the work tree was changed");
}

const struct attack file_attacks[] = {
    {"replace_directory", replace_directory, "its directory becomes a link to one outside", false},
    {"links_in_directory", links_in_directory, "links in its directory, which hutch removes", false},
    {"deep_directory", deep_directory, "1000 directories in each other", false},
    {"locked_directory", locked_directory, "directories with mode 000", false},
    {"strange_names", strange_names, "names with newlines and escapes", false},
    {"immutable_file", immutable_file, "a file that nobody can remove", true},
    {"results_to_links", results_to_links, "links in the result directory", false},
    {"zz_after_links", after_links, "runs after it, and writes output", false},
    {"write_events", write_events, "the file of events", false},
    {"hard_link", hard_link, "a hard link to a file outside", false},
    {"symbolic_link", symbolic_link, "a symbolic link to a file outside", false},
    {"move_work_tree", move_work_tree, "renames the work tree", false},
    {"change_world_file", change_world_file, "changes a file of the work tree", false},
    {NULL, NULL, NULL, false},
};
