/* sleep_for MS: sleeps and exits 0. Must become: pass, with that duration; timeout when it is longer than allowed. */
#include "program.h"

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    sleep_ms(number(argc, argv, 1, -1, "sleep_for MILLISECONDS"));
    return 0;
}
