/* fork_bomb: a real one; every process forks for ever, and only the box makes it harmless. The first process prints `forks=N`
 * (its own successes) when fork is first refused, and goes on.
 * Must become: timeout or limit, pids.peak at pids.max, not one process left.
 * Ends by itself after 20 s even where nobody contains it. */
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FUSE_S = 20 };

int main(void)
{
    const double end = now() + FUSE_S;
    limit_life(FUSE_S);
    const pid_t first = getpid();
    unsigned long forks = 0;
    int told = 0;
    while (now() < end) {
        const pid_t child = fork();
        if (child == 0)
            limit_life(end > now() + 1 ? (int)(end - now()) : 1);
        if (child > 0)
            forks++;
        if (child < 0 && !told && getpid() == first) {
            told = 1;
            printf("forks=%lu refused: %s\n", forks, strerror(errno));
            fflush(stdout);
        }
    }
    _exit(1);
}
