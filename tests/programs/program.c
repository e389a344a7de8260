#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void limit_life(int seconds)
{
    struct sigevent kill_me = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct itimerspec when = {.it_value = {.tv_sec = seconds}};
    timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &kill_me, &timer) != 0 || timer_settime(timer, 0, &when, NULL) != 0)
        _exit(EXIT_CANNOT);
}

void stay(void)
{
    /* A deadline of its own: the first process of a PID namespace is immune to the SIGKILL of its own timer. */
    const double end = now() + LONGEST_LIFE_S;
    while (now() < end)
        sleep_ms(1000L * LONGEST_LIFE_S);
    _exit(0);
}

void cannot(const char* what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(EXIT_CANNOT);
}

void usage(const char* line)
{
    fprintf(stderr, "usage: %s\n", line);
    exit(EXIT_USAGE);
}

long number(int argc, char** argv, int index, long otherwise, const char* usage_line)
{
    if (index >= argc) {
        if (otherwise < 0)
            usage(usage_line);
        return otherwise;
    }
    char* end = NULL;
    errno = 0;
    const long value = strtol(argv[index], &end, 10);
    if (errno != 0 || end == argv[index] || *end != '\0' || value < 0)
        usage(usage_line);
    return value;
}

double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void sleep_ms(long milliseconds)
{
    struct timespec t = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    nanosleep(&t, NULL);
}

bool use_memory(long megabytes, long step_ms)
{
    enum { STEP_MB = 8 };
    for (long done = 0; done < megabytes;) {
        const long step = megabytes - done < STEP_MB ? megabytes - done : STEP_MB;
        const size_t size = (size_t)step << 20;
        void* memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            return false;
        memset(memory, 0x5a, size);
        done += step;
        printf("allocated=%ld\n", done);
        fflush(stdout);
        if (step_ms > 0)
            sleep_ms(step_ms);
    }
    return true;
}

unsigned long long spin_for(double seconds)
{
    const double end = now() + seconds;
    unsigned long long iterations = 0;
    volatile unsigned x = 1;
    while (now() < end) {
        for (int i = 0; i < 10000; i++)
            x = x * 1664525u + 1013904223u;
        iterations++;
    }
    return iterations;
}
