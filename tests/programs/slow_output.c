/* slow_output [LINES [MS]]: writes a line in two halves with a pause after each half (20 lines, 50 ms).
 * Must become: pass; a line that is shown live is shown whole, and nothing is lost at the end (no newline there). */
#include "program.h"

#include <stdio.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    static const char line[] = "slow_output [LINES [MS]]";
    const long lines = number(argc, argv, 1, 20, line);
    const long pause_ms = number(argc, argv, 2, 50, line);
    setvbuf(stdout, NULL, _IONBF, 0);
    for (long i = 1; i <= lines; i++) {
        printf("line %ld first half,", i);
        sleep_ms(pause_ms);
        printf(" second half\n");
        sleep_ms(pause_ms);
    }
    printf("the end");
    return 0;
}
