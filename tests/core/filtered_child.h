// A child under a filter, and the filter's listener in the parent: what hutch-init does, in a few lines.
#pragma once

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>

#include "kernel/call_filter.h"

namespace hutch::test {

class FilteredChild {
  public:
    /// `body` runs under the filter; what it returns is the exit code. 120 and above: the filter could not be loaded or sent.
    FilteredChild(const kernel::CallFilter& filter, const std::function<int()>& body) : table_(filter.table)
    {
        int ends[2];
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
        const base::UniqueFd ours(ends[0]);
        base::UniqueFd theirs(ends[1]);
        pid_ = fork();
        if (pid_ == 0) {
            // Not _exit(2): before a function that does not return AddressSanitizer asks for the signal stack, and a filter may deny that.
            const int code = run(filter, theirs.get(), body);
            for (;;) {
                syscall(SYS_exit_group, code);
            }
        }
        theirs.reset();
        if (filter.listens) {
            receive(ours.get());
        }
    }
    FilteredChild(const FilteredChild&) = delete;
    ~FilteredChild()
    {
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            (void)wait();
        }
    }

    int pid() const { return pid_; }
    base::UniqueFd& listener() { return listener_; }
    const std::shared_ptr<const kernel::CallTable>& table() const { return table_; }
    void kill_it() const { kill(pid_, SIGKILL); }

    /// waitpid(2)'s status.
    int wait()
    {
        if (pid_ > 0) {
            EXPECT_EQ(waitpid(pid_, &status_, 0), pid_);
            pid_ = 0;
        }
        return status_;
    }
    /// Before Linux 6.11 a zombie still holds its filter: the listener hangs up when the last process was reaped.
    void reap_if_ended()
    {
        if (pid_ > 0 && waitpid(pid_, &status_, WNOHANG) == pid_) {
            pid_ = 0;
        }
    }

  private:
    static int run(const kernel::CallFilter& filter, int socket, const std::function<int()>& body)
    {
        sock_fprog program{.len = static_cast<unsigned short>(filter.program.size()),
                           .filter = reinterpret_cast<sock_filter*>(const_cast<std::uint64_t*>(filter.program.data()))};
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
            return 120;
        }
        const long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter.flags, &program);
        if (listener < 0) {
            return 121;
        }
        if (filter.listens && !send(socket, static_cast<int>(listener))) {
            return 122;
        }
        return body();
    }

    union Control {
        cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    };

    static bool send(int socket, int fd)
    {
        char byte = 'l';
        iovec part{&byte, 1};
        Control control{};
        msghdr message{
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
        control.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        std::memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
        const bool sent = sendmsg(socket, &message, 0) == 1;
        ::close(fd);
        return sent;
    }

    void receive(int socket)
    {
        char byte = 0;
        iovec part{&byte, 1};
        Control control{};
        msghdr message{
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
        ASSERT_EQ(recvmsg(socket, &message, MSG_CMSG_CLOEXEC), 1);
        ASSERT_GE(message.msg_controllen, CMSG_LEN(sizeof(int)));
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
        listener_.reset(fd);
    }

    std::shared_ptr<const kernel::CallTable> table_;
    int status_ = 0;
    int pid_ = -1;
    base::UniqueFd listener_;
};

} // namespace hutch::test
