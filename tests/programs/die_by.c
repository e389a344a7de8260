/* die_by SIGNAL|abort|segv: dies by that signal (a number, or a name such as TERM), by abort(3) or by a real null pointer.
 * Must become: crash, with the signal's name. */
#include "program.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int signal_called(const char* name)
{
    for (int s = 1; s < NSIG; s++) {
        const char* known = sigabbrev_np(s);
        if (known != NULL && strcmp(known, name) == 0)
            return s;
    }
    return 0;
}

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    const char* how = argc > 1 ? argv[1] : "abort";
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "segv") == 0) {
        volatile int* volatile nowhere = NULL;
        *nowhere = 1;
    }
    const char* name = strncmp(how, "SIG", 3) == 0 ? how + 3 : how;
    int which = signal_called(name);
    if (which == 0)
        which = (int)number(argc, argv, 1, -1, "die_by SIGNAL|abort|segv");
    signal(which, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    kill(getpid(), which);
    return EXIT_CANNOT; /* still here: that signal does not kill */
}
