/* core_dump: raises its own core limit as far as it may, prints `core_limit=N`, and aborts, in $TEST_TMPDIR (else /tmp).
 * Must become: crash by SIGABRT; "core dumped" only where the limit was above 0; no core file left in the project. */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

int main(void)
{
    limit_life(LONGEST_LIFE_S);
    const char* directory = getenv("TEST_TMPDIR");
    if (chdir(directory != NULL ? directory : "/tmp") != 0)
        cannot("chdir");
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0)
        cannot("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_CORE, &limit) != 0)
        cannot("setrlimit");
    printf("core_limit=%lld\n", (long long)limit.rlim_cur);
    fflush(stdout);
    abort();
}
