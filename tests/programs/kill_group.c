/* kill_group: sends SIGKILL to its own process group. Must become: crash by SIGKILL; the runner is in another group. */
#include "program.h"

#include <signal.h>

int main(void)
{
    limit_life(LONGEST_LIFE_S);
    kill(0, SIGKILL);
    return EXIT_CANNOT;
}
