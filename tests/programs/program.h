/* What every misbehaving program needs: an end to its own life, numbers from the command line, memory that is really used. */
#ifndef HUTCH_TESTS_PROGRAM_H
#define HUTCH_TESTS_PROGRAM_H

#include <stdbool.h>
#include <time.h>

enum { LONGEST_LIFE_S = 600, EXIT_USAGE = 2, EXIT_CANNOT = 99, EXIT_SKIP = 77 };

/* The kernel kills the calling process with SIGKILL after that time, stopped, blocked or traced as it may be. Changes no signal
 * mask, disposition or alarm. Not inherited by fork, lost by exec: every child asks for itself. */
void limit_life(int seconds);

/* Waits for ever, which means until the longest life is over; no signal that has a handler or is ignored ends it. */
_Noreturn void stay(void);

/* Prints `what: strerror(errno)` on stderr and exits with 99 (hard error: not what the test was about). */
_Noreturn void cannot(const char* what);

/* Prints a usage line on stderr and exits with 2. */
_Noreturn void usage(const char* line);

/* Argument number `index` as a number of 0 or more, `otherwise` when it is absent; `otherwise` < 0 makes it obligatory. */
long number(int argc, char** argv, int index, long otherwise, const char* usage_line);

/* Seconds on CLOCK_MONOTONIC. */
double now(void);

void sleep_ms(long milliseconds);

/* Uses `megabytes` of anonymous memory in steps of 8 MB (touching every page) with a pause after each, printing
 * `allocated=MB` lines. False, with errno, when the kernel refuses. */
bool use_memory(long megabytes, long step_ms);

/* Runs for that long and returns how many rounds of a fixed piece of work were done. */
unsigned long long spin_for(double seconds);

#endif
