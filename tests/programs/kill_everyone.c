/* kill_everyone: kill(-1, SIGKILL), but only where process 1 is hutch's own and sees no other test; skips (77) elsewhere,
 * because there it would take the machine down. Must become: pass, with the runner and its other tests unharmed. */
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char INITIAL_PID_NAMESPACE[] = "pid:[4026531836]"; /* PROC_PID_INIT_INO, the same on every kernel */

static bool in_a_box(void)
{
    char name[64] = "";
    if (readlink("/proc/self/ns/pid", name, sizeof name - 1) < 0 || strcmp(name, INITIAL_PID_NAMESPACE) == 0)
        return false;
    FILE* file = fopen("/proc/1/comm", "re");
    if (file == NULL)
        return false;
    const bool read = fgets(name, sizeof name, file) != NULL;
    fclose(file);
    return read && strncmp(name, "hutch", 5) == 0;
}

int main(void)
{
    limit_life(LONGEST_LIFE_S);
    if (!in_a_box()) {
        puts("no PID namespace of hutch around this: left alone");
        return EXIT_SKIP;
    }
    printf("kill: %s\n", kill(-1, SIGKILL) == 0 ? "sent" : strerror(errno));
    return 0;
}
