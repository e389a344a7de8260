/* spin SECONDS: one thread at full speed; the last line is `iterations=N`, by which two boxes' shares of the CPU compare.
 * Must become: pass, with cpu.usage of about that many seconds; fewer iterations under cpu.max. */
#include "program.h"

#include <stdio.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    printf("iterations=%llu\n", spin_for((double)number(argc, argv, 1, -1, "spin SECONDS")));
    return 0;
}
