/* allocate_child MB: a child uses the memory, the parent waits and would tell the tale.
 * Must become: oom for the whole test (memory.oom.group), so that `child died` is never printed in the box. */
#include "program.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    const long megabytes = number(argc, argv, 1, -1, "allocate_child MB");
    const pid_t child = fork();
    if (child < 0)
        cannot("fork");
    if (child == 0) {
        limit_life(LONGEST_LIFE_S);
        _exit(use_memory(megabytes, 0) ? 0 : 1);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child)
        cannot("waitpid");
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    printf("child died by signal %d, parent lives\n", WTERMSIG(status));
    return 1;
}
