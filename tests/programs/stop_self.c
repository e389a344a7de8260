/* stop_self: stops itself; exits 0 if somebody continues it. Must become: timeout (a stopped test still has a deadline). */
#include "program.h"

#include <signal.h>
#include <stdio.h>

int main(void)
{
    limit_life(LONGEST_LIFE_S);
    puts("stopping");
    fflush(stdout);
    raise(SIGSTOP);
    puts("continued");
    return 0;
}
