#include "own_cgroup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* /proc/self/cgroup: `0::/run/test` */
static bool membership(char* path, size_t size)
{
    FILE* file = fopen("/proc/self/cgroup", "re");
    if (file == NULL)
        return false;
    char line[4096];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "0::", 3) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        found = (size_t)snprintf(path, size, "%s", line + 3) < size;
    }
    fclose(file);
    return found;
}

/* /proc/self/mountinfo: `31 23 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw`; fields 4 and 5 are root and mount point. */
static bool mount_of_cgroup2(char* root, char* point)
{
    FILE* file = fopen("/proc/self/mountinfo", "re");
    if (file == NULL)
        return false;
    char line[8192];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        if (strstr(line, " - cgroup2 ") == NULL)
            continue;
        found = sscanf(line, "%*s %*s %*s %4095s %4095s", root, point) == 2;
    }
    fclose(file);
    return found;
}

bool own_cgroup(char* path, size_t size)
{
    char own[4096], root[4096], point[4096], type[8192];
    if (!membership(own, sizeof own) || !mount_of_cgroup2(root, point))
        return false;
    const char* below = own;
    if (strcmp(root, "/") != 0 && strncmp(own, root, strlen(root)) == 0)
        below = own + strlen(root);
    if ((size_t)snprintf(path, size, "%s%s", point, below) >= size)
        return false;
    /* Only the real root has no cgroup.type. */
    if ((size_t)snprintf(type, sizeof type, "%s/cgroup.type", path) >= sizeof type)
        return false;
    return access(type, F_OK) == 0;
}
