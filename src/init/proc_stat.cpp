// See proc_stat.h.
#include "init/proc_stat.h"

#include <linux/fcntl.h>

namespace hutch::init {

int parse_pid(const char* text)
{
    int pid = 0;
    for (; is_digit(*text); ++text) {
        pid = pid * 10 + (*text - '0');
    }
    return pid;
}

/// /proc/PID/stat
///     4711 (a b) c)) S 4710 …
/// The name ends at the last ')'.
Stat read_stat(int pid)
{
    Path path("/proc/");
    const int fd = openat(AT_FDCWD, ((path += pid) += "/stat").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return {};
    }
    char text[512];
    const long got = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (got <= 0) {
        return {};
    }
    text[got] = '\0';
    long end = got;
    while (end > 0 && text[end] != ')') {
        --end;
    }
    if (end == 0 || end + 4 >= got) {
        return {};
    }
    return {.state = text[end + 2], .parent = parse_pid(text + end + 4)};
}

} // namespace hutch::init
