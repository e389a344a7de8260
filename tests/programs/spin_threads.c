/* spin_threads N SECONDS: N threads at full speed, `iterations=N` of all together.
 * Must become: pass; no more iterations than spin when the box has one CPU. */
#include "program.h"

#include <pthread.h>
#include <stdio.h>

enum { MOST_THREADS = 64 };

struct work {
    double seconds;
    unsigned long long iterations;
};

static void* spin_thread(void* argument)
{
    struct work* work = argument;
    work->iterations = spin_for(work->seconds);
    return NULL;
}

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    static const char line[] = "spin_threads N SECONDS (N at most 64)";
    const long threads = number(argc, argv, 1, -1, line);
    const long seconds = number(argc, argv, 2, -1, line);
    if (threads > MOST_THREADS)
        usage(line);
    pthread_t thread[MOST_THREADS];
    struct work work[MOST_THREADS];
    for (long i = 0; i < threads; i++) {
        work[i] = (struct work){.seconds = (double)seconds};
        if (pthread_create(&thread[i], NULL, spin_thread, &work[i]) != 0)
            cannot("pthread_create");
    }
    unsigned long long iterations = 0;
    for (long i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        iterations += work[i].iterations;
    }
    printf("iterations=%llu\n", iterations);
    return 0;
}
