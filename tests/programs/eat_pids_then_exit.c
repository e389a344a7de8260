/* eat_pids_then_exit [MOST]: starts sleeping children until refused (or MOST, 2000), prints `started=K`, exits 0 without them.
 * Must become: pass with K leaked processes, or leak; pids.events says that the limit was met; not one process left. */
#include "program.h"

#include <stdio.h>
#include <unistd.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    const long most = number(argc, argv, 1, 2000, "eat_pids_then_exit [MOST]");
    long started = 0;
    while (started < most) {
        const pid_t child = fork();
        if (child == 0) {
            limit_life(LONGEST_LIFE_S);
            stay();
        }
        if (child < 0)
            break;
        started++;
    }
    printf("started=%ld\n", started);
    return 0;
}
