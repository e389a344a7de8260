/* close_stdout_hang: closes stdout and stderr and waits for ever: the end of the output is not the end of the test.
 * Must become: timeout. */
#include "program.h"

#include <stdio.h>
#include <unistd.h>

int main(void)
{
    limit_life(LONGEST_LIFE_S);
    puts("closing");
    fflush(stdout);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    stay();
}
