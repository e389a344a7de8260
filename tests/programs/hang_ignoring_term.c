/* hang_ignoring_term: ignores what can be ignored, blocks what can be blocked and waits for ever.
 * Must become: timeout, by SIGKILL at deadline plus grace. */
#include "program.h"

#include <signal.h>
#include <stdio.h>

int main(void)
{
    limit_life(LONGEST_LIFE_S);
    sigset_t all;
    sigfillset(&all);
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_IGN);
    sigprocmask(SIG_SETMASK, &all, NULL);
    puts("ready");
    fflush(stdout);
    stay();
}
