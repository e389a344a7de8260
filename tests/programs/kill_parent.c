/* kill_parent: sends SIGKILL to its parent, prints `killed` or why not, exits 0.
 * Must become: pass, with the runner unharmed, in a PID namespace. Without one it really kills the runner: then every test must
 * be gone a moment later and the next start must say that a runner was lost. */
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    limit_life(LONGEST_LIFE_S);
    const pid_t parent = getppid();
    if (parent == 0) {
        puts("parent is not to be seen"); /* and kill(0, …) would mean our own process group */
        return 0;
    }
    const int result = kill(parent, SIGKILL);
    printf("parent=%d %s\n", (int)parent, result == 0 ? "killed" : strerror(errno));
    return 0;
}
