/* tamper: tries to loosen its own box: writes its memory.max and pids.max, moves to the parent cgroup, makes a cgroup of its own,
 * remounts. Prints `attempt=succeeded` or `attempt=why not` for each and exits 0 whatever came of it.
 * Must become: pass with every attempt refused; where one succeeds, the result must say so (limits are read back at the end). */
#include "own_cgroup.h"
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void tell(const char* attempt, bool succeeded)
{
    printf("%s=%s\n", attempt, succeeded ? "succeeded" : strerror(errno));
}

static bool write_to(const char* directory, const char* name, const char* text)
{
    char path[8192];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const ssize_t length = (ssize_t)strlen(text);
    const bool written = write(file, text, (size_t)length) == length;
    const int why = errno;
    close(file);
    errno = why;
    return written;
}

int main(void)
{
    limit_life(LONGEST_LIFE_S);
    char own[4096];
    if (!own_cgroup(own, sizeof own)) {
        puts("cgroup=not to be seen");
        return 0;
    }
    printf("cgroup=%s\n", own);
    tell("mount", mount(NULL, own, NULL, MS_REMOUNT | MS_BIND, NULL) == 0);
    tell("memory.max", write_to(own, "memory.max", "max"));
    tell("pids.max", write_to(own, "pids.max", "max"));
    char child[4200];
    snprintf(child, sizeof child, "%s/tampered", own);
    tell("mkdir", mkdir(child, 0755) == 0);
    tell("leave", write_to(own, "../cgroup.procs", "0"));
    return 0;
}
