/* fork_n N: starts N children that sleep, prints `started=K`, ends them again.
 * Must become: pass when N fits under pids.max; "EAGAIN" and exit 1 when it does not. */
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    const long wanted = number(argc, argv, 1, -1, "fork_n N");
    pid_t* children = calloc((size_t)wanted + 1, sizeof *children);
    if (children == NULL)
        cannot("calloc");
    long started = 0;
    int refused = 0;
    while (started < wanted && refused == 0) {
        const pid_t child = fork();
        if (child == 0) {
            limit_life(LONGEST_LIFE_S);
            stay();
        }
        if (child < 0)
            refused = errno;
        else
            children[started++] = child;
    }
    printf("started=%ld\n", started);
    if (refused != 0)
        printf("%s\n", refused == EAGAIN ? "EAGAIN" : "refused");
    for (long i = 0; i < started; i++)
        kill(children[i], SIGKILL);
    for (long i = 0; i < started; i++)
        waitpid(children[i], NULL, 0);
    return refused == 0 ? 0 : 1;
}
