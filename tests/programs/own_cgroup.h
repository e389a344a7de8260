/* Where a program's own cgroup (version 2) is in the file system. */
#ifndef HUTCH_TESTS_OWN_CGROUP_H
#define HUTCH_TESTS_OWN_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the directory of the caller's cgroup into `path`. False when no cgroup2 mount shows it, or when it is the root of the
 * machine, which no test may touch. */
bool own_cgroup(char* path, size_t size);

#endif
