// The program's entry: what has to be true of the process before anything else happens.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "cli/program.h"

namespace {

/// Closed standard descriptors would be given to the next files that are opened, and a test's output would go there.
bool ensure_standard_descriptors()
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) != fd) { // lowest free: this one. Kept across exec
            return false;
        }
    }
    return true;
}

} // namespace

int main(int argc, char** argv)
{
    if (!ensure_standard_descriptors()) {
        return 3;
    }
    std::signal(SIGPIPE, SIG_IGN); // a reader that has gone is an error of the write; tests get the default back
    return hutch::cli::program(argc, argv);
}
