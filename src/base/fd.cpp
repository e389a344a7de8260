// The owned descriptor's end of life.
#include "base/fd.h"

#include <unistd.h>

#include <cerrno>

namespace hutch::base {

void UniqueFd::reset(int fd)
{
    const int old = std::exchange(fd_, fd);
    if (old >= 0) {
        const int kept = errno; // an error path that closes on its way out still reports its own errno
        ::close(old);           // never retried: on Linux the descriptor is gone even after EINTR
        errno = kept;
    }
}

} // namespace hutch::base
