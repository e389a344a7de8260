/* write_file PATH MB [direct]: writes that much to a new file, with O_DIRECT or through the page cache and fsync; prints
 * `seconds=N` and leaves the file. Must become: pass; slower under io.max, with io.stat's wbytes of about that much. */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    static const char line[] = "write_file PATH MB [direct]";
    const long megabytes = number(argc, argv, 2, -1, line);
    const int direct = argc > 3 && strcmp(argv[3], "direct") == 0 ? O_DIRECT : 0;
    if (argc > 3 && direct == 0)
        usage(line);
    enum { BLOCK = 1 << 20, ALIGNMENT = 4096 };
    char* block = aligned_alloc(ALIGNMENT, BLOCK);
    if (block == NULL)
        cannot("aligned_alloc");
    memset(block, 0x5a, BLOCK);
    const int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | direct, 0600);
    if (file < 0)
        cannot(argv[1]);
    const double start = now();
    for (long done = 0; done < megabytes; done++) {
        if (write(file, block, BLOCK) == BLOCK)
            continue;
        printf("written=%ld refused: %s\n", done, strerror(errno));
        return 1;
    }
    if (fsync(file) != 0)
        cannot("fsync");
    printf("seconds=%.3f\n", now() - start);
    return 0;
}
