/* allocate MB [STEP_MS]: uses that much anonymous memory, 8 MB at a time, printing `allocated=MB` as it goes.
 * Must become: oom above the box's memory.max, pass below it. Under a mere address-space limit: "refused", exit 1. */
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    static const char line[] = "allocate MB [STEP_MS]";
    const long megabytes = number(argc, argv, 1, -1, line);
    if (use_memory(megabytes, number(argc, argv, 2, 0, line)))
        return 0;
    printf("refused: %s\n", strerror(errno));
    return 1;
}
