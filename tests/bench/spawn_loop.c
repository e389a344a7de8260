/* spawn_loop N LIST: starts every program named in the file LIST, one a line, N at a time, with output to /dev/null, by
 * posix_spawn. The floor under every runner: nothing captured, nothing recorded, nothing contained. Exit code 1 when one failed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int failed;

static void wait_for_one(void)
{
    int status = 0;
    while (wait(&status) < 0 && errno == EINTR)
        continue;
    if (status != 0)
        failed = 1;
}

int main(int argc, char** argv)
{
    const int at_a_time = argc == 3 ? atoi(argv[1]) : 0;
    FILE* list = at_a_time > 0 ? fopen(argv[2], "re") : NULL;
    if (list == NULL) {
        fprintf(stderr, "usage: spawn_loop N LIST\n");
        return 2;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int running = 0;
    char path[4096];
    while (fgets(path, sizeof path, list) != NULL) {
        path[strcspn(path, "\n")] = '\0';
        if (running == at_a_time)
            wait_for_one(), running--;
        pid_t pid;
        char* const arguments[] = {path, NULL};
        if (posix_spawn(&pid, path, &actions, NULL, arguments, environ) == 0)
            running++;
        else
            failed = 1;
    }
    for (; running > 0; running--)
        wait_for_one();
    return failed;
}
