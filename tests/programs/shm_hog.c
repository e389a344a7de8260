/* shm_hog MB: fills an anonymous file in shared memory (memfd), 1 MB at a time, with no mapping and so with next to no RSS.
 * Must become: oom above memory.max. A watchdog that looks at RSS alone does not see it: where nothing better is there, a
 * result must say that memory was not enforced. */
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    const long megabytes = number(argc, argv, 1, -1, "shm_hog MB");
    static char chunk[1 << 20];
    memset(chunk, 0x5a, sizeof chunk);
    const int file = memfd_create("shm_hog", MFD_CLOEXEC);
    if (file < 0)
        cannot("memfd_create");
    for (long done = 0; done < megabytes; done++) {
        if (write(file, chunk, sizeof chunk) != (ssize_t)sizeof chunk) {
            printf("written=%ld refused: %s\n", done, strerror(errno));
            return 1;
        }
    }
    printf("written=%ld\n", megabytes);
    return 0;
}
