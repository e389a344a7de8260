/* exit_by_thread [CODE]: the main thread is gone, and a second thread ends the process with CODE (3).
 * Must become: the verdict of CODE (fail), at once and not before: the leader's exit alone is not the end of the test. */
#include "program.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_t leader;
static int code;

static void* outlive_leader(void* unused)
{
    pthread_join(leader, NULL);
    sleep_ms(200);
    return puts("the leader is gone"), fflush(stdout), _exit(code), unused;
}

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    code = (int)number(argc, argv, 1, 3, "exit_by_thread [CODE]");
    leader = pthread_self();
    pthread_t other;
    if (pthread_create(&other, NULL, outlive_leader, NULL) != 0)
        cannot("pthread_create");
    pthread_exit(NULL);
}
