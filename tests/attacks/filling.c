/* Filling up what is shared: memory, disks, descriptors, output. Each takes a fixed amount at most. */
#include "attack.h"

#include "../programs/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char block[1 << 20];

/* Writes megabytes of a file; how many went in. The file has no name then. */
static int fill(int file, int megabytes)
{
    memset(block, 'x', sizeof block);
    for (int done = 0; done < megabytes; ++done)
        if (write(file, block, sizeof block) != (ssize_t)sizeof block)
            return done;
    return megabytes;
}

static void fill_directory(const struct world* world, const char* directory, int megabytes)
{
    char path[LONGEST_TEXT + 64];
    snprintf(path, sizeof path, "%s/%s.fill", directory, world->token);
    const int file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0)
        refused("%s", path);
    unlink(path);
    const int done = fill(file, megabytes);
    if (done < megabytes)
        contained("%s is full after %d MB", directory, done);
    contained("%d MB in %s", done, directory);
}

static void fill_tmp(const struct world* world)
{
    fill_directory(world, "/tmp", MOST_DISK_MEGABYTES);
}

static void fill_work(const struct world* world)
{
    char path[LONGEST_TEXT + 16];
    snprintf(path, sizeof path, "%s/scratch", world->work);
    fill_directory(world, path, MOST_DISK_MEGABYTES);
}

static void fill_shm(const struct world* world)
{
    fill_directory(world, "/dev/shm", MOST_MEGABYTES);
}

static void hog_memory(const struct world* world)
{
    (void)world;
    if (!use_memory(MOST_MEGABYTES, 20))
        refused("anonymous memory");
    sleep_ms(300);
    contained("%d MB", MOST_MEGABYTES);
}

/* No resident set shows it where it is not mapped. */
static void hog_memfd(const struct world* world)
{
    (void)world;
    const int file = memfd_create("hog", MFD_CLOEXEC);
    if (file < 0)
        refused("memfd_create");
    const int done = fill(file, MOST_MEGABYTES);
    sleep_ms(300);
    contained("%d MB in a memfd", done);
}

/* Read again and again, which no limit may mistake for the test's own memory. */
static void page_cache(const struct world* world)
{
    char path[LONGEST_TEXT + 64];
    const char* directory = getenv("TEST_TMPDIR");
    snprintf(path, sizeof path, "%s/%s.cache", directory ? directory : "/tmp", world->token);
    const int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0)
        refused("%s", path);
    const int done = fill(file, MOST_DISK_MEGABYTES);
    for (int round = 0; round < 3; ++round) {
        lseek(file, 0, SEEK_SET);
        while (read(file, block, sizeof block) > 0) {
        }
    }
    unlink(path);
    contained("%d MB of page cache", done);
}

static void fill_descriptors(const struct world* world)
{
    (void)world;
    int opened = 0;
    while (opened < 100000 && open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
        ++opened;
    contained("%d descriptors", opened);
}

static void raise_descriptors(const struct world* world)
{
    (void)world;
    struct rlimit most;
    getrlimit(RLIMIT_NOFILE, &most);
    if (most.rlim_max == RLIM_INFINITY)
        skipped("there is no limit");
    most.rlim_max += 1000;
    most.rlim_cur = most.rlim_max;
    judge(setrlimit(RLIMIT_NOFILE, &most), "setrlimit above the hard limit");
}

static void fill_output(const struct world* world)
{
    (void)world;
    memset(block, 0, sizeof block);
    memcpy(block, "\033]0;title\007\xff\xfe no newline, NULs", 30);
    for (int done = 0; done < 32; ++done)
        if (write(STDOUT_FILENO, block, sizeof block) < 0)
            refused("write");
    contained("32 MB of output");
}

static void many_files(const struct world* world)
{
    (void)world;
    const char* directory = getenv("TEST_TMPDIR");
    if (!directory || chdir(directory) != 0)
        refused("chdir(TEST_TMPDIR)");
    int made = 0;
    for (; made < 3000; ++made) {
        char name[32];
        snprintf(name, sizeof name, "file-%d", made);
        const int file = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        if (file < 0)
            break;
        close(file);
    }
    contained("%d files are left behind", made);
}

static void sparse_file(const struct world* world)
{
    const char* directory = getenv("TEST_TMPDIR");
    char path[LONGEST_TEXT + 64];
    snprintf(path, sizeof path, "%s/%s.sparse", directory ? directory : "/tmp", world->token);
    const int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0)
        refused("%s", path);
    if (ftruncate(file, (off_t)200 << 20) != 0)
        refused("ftruncate");
    contained("a file that looks large");
}

static void lock_memory(const struct world* world)
{
    (void)world;
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        refused("mlockall");
    const size_t size = (size_t)64 << 20;
    void* memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        refused("64 MB of locked memory");
    contained("64 MB of locked memory, of the test's own");
}

const struct attack filling_attacks[] = {
    {"fill_tmp", fill_tmp, "64 MB in /tmp", false},
    {"fill_work", fill_work, "64 MB in the work tree", false},
    {"fill_shm", fill_shm, "256 MB in /dev/shm", false},
    {"hog_memory", hog_memory, "256 MB of memory", false},
    {"hog_memfd", hog_memfd, "256 MB in a file in memory", false},
    {"page_cache", page_cache, "64 MB of page cache", false},
    {"fill_descriptors", fill_descriptors, "opens files until it is refused", false},
    {"raise_descriptors", raise_descriptors, "setrlimit(2) above the hard limit", false},
    {"fill_output", fill_output, "32 MB of output without a newline", false},
    {"many_files", many_files, "3000 files left behind", false},
    {"sparse_file", sparse_file, "a large file without blocks", false},
    {"lock_memory", lock_memory, "64 MB of locked memory", false},
    {NULL, NULL, NULL, false},
};
