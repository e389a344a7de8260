/* flood MB [lines|nonewline|nul|ansi|utf8|stderr]: writes that much output as fast as it is taken: short lines, one line without
 * an end, NUL bytes, terminal escapes, invalid UTF-8, or short lines on stderr.
 * Must become: pass with the middle of the output cut out, or the verdict of the output limit; the runner must not grow. */
#include "program.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void fill(char* block, size_t size, const char* pattern, size_t length)
{
    for (size_t i = 0; i < size; i++)
        block[i] = pattern[i % length];
}

int main(int argc, char** argv)
{
    limit_life(LONGEST_LIFE_S);
    static const char line[] = "flood MB [lines|nonewline|nul|ansi|utf8|stderr]";
    static const char text[] = "All work and no play makes Jack a dull boy, line after line.\n";
    static const char ansi[] = "\033[31mred\033[2J\033]0;title\a\n";
    const long megabytes = number(argc, argv, 1, -1, line);
    const char* kind = argc > 2 ? argv[2] : "lines";
    static char block[1 << 20];
    int out = STDOUT_FILENO;
    if (strcmp(kind, "lines") == 0)
        fill(block, sizeof block, text, sizeof text - 1);
    else if (strcmp(kind, "nonewline") == 0)
        fill(block, sizeof block, "x", 1);
    else if (strcmp(kind, "nul") == 0)
        fill(block, sizeof block, "\0", 1);
    else if (strcmp(kind, "ansi") == 0)
        fill(block, sizeof block, ansi, sizeof ansi - 1);
    else if (strcmp(kind, "utf8") == 0)
        fill(block, sizeof block, "\xff\xc3\x28\xe2\x82 ]]>\n", 10);
    else if (strcmp(kind, "stderr") == 0)
        fill(block, sizeof block, text, sizeof text - 1), out = STDERR_FILENO;
    else
        usage(line);
    for (long done = 0; done < megabytes; done++) {
        for (size_t sent = 0; sent < sizeof block;) {
            const ssize_t n = write(out, block + sent, sizeof block - sent);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                cannot("write");
            sent += (size_t)n;
        }
    }
    return 0;
}
