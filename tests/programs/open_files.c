/* open_files N: opens N files, prints `opened=K`. Must become: pass below RLIMIT_NOFILE; "EMFILE" and exit 1 above it. */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    const long wanted = number(argc, argv, 1, -1, "open_files N");
    long opened = 0;
    while (opened < wanted && open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
        opened++;
    const int why = errno;
    printf("opened=%ld\n", opened);
    if (opened == wanted)
        return 0;
    printf("%s\n", why == EMFILE ? "EMFILE" : strerror(why));
    return 1;
}
