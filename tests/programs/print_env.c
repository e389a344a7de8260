/* print_env: prints the environment, one `NAME=value` a line, in the order in which it was given. Must become: pass. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    for (char** variable = environ; *variable != NULL; variable++)
        puts(*variable);
    return 0;
}
