/* hang: waits for ever. Must become: timeout, ended by SIGTERM within the grace time. */
#include "program.h"

int main(void)
{
    limit_life(LONGEST_LIFE_S);
    stay();
}
