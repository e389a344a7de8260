/* compute SECONDS: uses that many seconds of CPU time, however long it takes. Must become: pass, later under cpu.max or beside
 * others; with `ulimit -t` or a limit of CPU time below it: limit. */
#include "program.h"

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    const double wanted = (double)number(argc, argv, 1, -1, "compute SECONDS");
    struct timespec used = {0};
    while ((double)used.tv_sec + (double)used.tv_nsec / 1e9 < wanted) {
        spin_for(0.001);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    }
    return 0;
}
