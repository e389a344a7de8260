// The system calls that hutch-init makes, without a libc: a result below 0 is a negated errno. Responsible for the
// calling convention and for argument types; decides nothing.
#pragma once

#include <asm/unistd.h>
#include <linux/resource.h>
#include <linux/time_types.h>

#include <cstddef>
#include <cstdint>

namespace hutch::init {

inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0)
{
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
#else
#error "hutch-init: system calls are not written down for this architecture"
#endif
}

inline long as_word(const void* pointer)
{
    return reinterpret_cast<long>(pointer);
}

[[noreturn]] inline void exit_process(int code)
{
    for (;;) {
        raw_syscall(__NR_exit_group, code);
    }
}

// Descriptors.
inline long read(int fd, void* buffer, std::size_t size)
{
    return raw_syscall(__NR_read, fd, as_word(buffer), static_cast<long>(size));
}
inline long write(int fd, const void* data, std::size_t size)
{
    return raw_syscall(__NR_write, fd, as_word(data), static_cast<long>(size));
}
inline int openat(int directory, const char* name, int flags)
{
    return static_cast<int>(raw_syscall(__NR_openat, directory, as_word(name), flags));
}
inline void close(int fd)
{
    raw_syscall(__NR_close, fd);
}
inline long close_range(unsigned first, unsigned last)
{
    return raw_syscall(__NR_close_range, first, last, 0);
}
inline long fcntl(int fd, int command, long argument)
{
    return raw_syscall(__NR_fcntl, fd, command, argument);
}
inline long size_of(int fd)
{
    return raw_syscall(__NR_lseek, fd, 0, 2 /* SEEK_END */);
}
/// For reading, its pages at hand. An address, or a negated errno.
inline long map_file(int fd, std::size_t size)
{
    return raw_syscall(__NR_mmap, 0, static_cast<long>(size), 1 /* PROT_READ */,
                       2 | 0x8000 /* MAP_PRIVATE | MAP_POPULATE */, fd, 0);
}
/// struct linux_dirent64
struct DirectoryEntry {
    std::uint64_t inode;
    std::int64_t offset;
    unsigned short size;
    unsigned char type; ///< DT_*; 4 is a directory
    char name[1];       ///< ends with NUL
};
inline long getdents64(int fd, void* buffer, std::size_t size)
{
    return raw_syscall(__NR_getdents64, fd, as_word(buffer), static_cast<long>(size));
}
inline long unlinkat(int directory, const char* name, int flags)
{
    return raw_syscall(__NR_unlinkat, directory, as_word(name), flags);
}
inline void lock(int fd)
{
    raw_syscall(__NR_flock, fd, 2 | 4 /* LOCK_EX | LOCK_NB */);
}
inline long fchmodat(int directory, const char* name, unsigned mode)
{
    return raw_syscall(__NR_fchmodat, directory, as_word(name), mode);
}

struct PollFd {
    int fd;
    short events;
    short revents;
};
inline long ppoll(PollFd* fds, unsigned count, const __kernel_timespec& timeout)
{
    return raw_syscall(__NR_ppoll, as_word(fds), count, as_word(&timeout), 0, 8);
}
inline long poll_for_ever(PollFd* fds, unsigned count)
{
    return raw_syscall(__NR_ppoll, as_word(fds), count, 0, 0, 8);
}

// Sockets. Never SIGPIPE.
inline constexpr int msg_nosignal = 0x4000;
inline long receive(int fd, void* buffer, std::size_t size)
{
    return raw_syscall(__NR_recvfrom, fd, as_word(buffer), static_cast<long>(size));
}
struct IoVector {
    const void* data;
    std::size_t size;
};
/// struct msghdr
struct MessageHeader {
    void* name;
    unsigned name_size;
    IoVector* vectors;
    std::size_t vector_count;
    const void* control;
    std::size_t control_size;
    unsigned flags;
};
inline long send_message(int fd, const void* data, std::size_t size, const void* control, std::size_t control_size)
{
    IoVector vector = {data, size};
    const MessageHeader message = {nullptr, 0, &vector, 1, control, control_size, 0};
    return raw_syscall(__NR_sendmsg, fd, as_word(&message), msg_nosignal);
}
/// By sendmsg(2), so that a filter has to leave us that one alone.
inline long send(int fd, const void* data, std::size_t size)
{
    return send_message(fd, data, size, nullptr, 0);
}
inline long send_with_fd(int fd, const void* data, std::size_t size, int passed)
{
    const struct {
        std::size_t length; // struct cmsghdr, CMSG_LEN(sizeof(int))
        int level, type;
        int descriptor;
    } control = {20, 1 /* SOL_SOCKET */, 1 /* SCM_RIGHTS */, passed};
    return send_message(fd, data, size, &control, sizeof(control));
}
/// SOCK_SEQPACKET, close-on-exec.
inline long socketpair(int (&ends)[2])
{
    return raw_syscall(__NR_socketpair, 1 /* AF_UNIX */, 5 /* SOCK_SEQPACKET */ | 02000000 /* SOCK_CLOEXEC */, 0,
                       as_word(ends));
}

// This process.
inline long prctl(int option, long argument)
{
    return raw_syscall(__NR_prctl, option, argument, 0, 0, 0);
}
inline long unshare(std::uint64_t namespaces)
{
    return raw_syscall(__NR_unshare, static_cast<long>(namespaces));
}
inline long setsid()
{
    return raw_syscall(__NR_setsid);
}
inline int getpid()
{
    return static_cast<int>(raw_syscall(__NR_getpid));
}
inline long chdir(const char* path)
{
    return raw_syscall(__NR_chdir, as_word(path));
}
inline void umask(unsigned mask)
{
    raw_syscall(__NR_umask, mask);
}
inline long set_rlimit(unsigned resource, const rlimit64& limit)
{
    return raw_syscall(__NR_prlimit64, 0, resource, as_word(&limit), 0);
}
inline long set_nice(int nice)
{
    return raw_syscall(__NR_setpriority, 0 /* PRIO_PROCESS */, 0, nice);
}
inline long execve(const char* program, char* const* argv, char* const* envp)
{
    return raw_syscall(__NR_execve, as_word(program), as_word(argv), as_word(envp));
}

// Signals. A set is 64 bits, signal n is bit n - 1.
inline constexpr int sig_setmask = 2;
inline void set_signal_mask(std::uint64_t set)
{
    raw_syscall(__NR_rt_sigprocmask, sig_setmask, as_word(&set), 0, sizeof(set));
}
inline int signalfd(std::uint64_t set, int flags)
{
    return static_cast<int>(raw_syscall(__NR_signalfd4, -1, as_word(&set), sizeof(set), flags));
}
inline long kill(int pid, int signal)
{
    return raw_syscall(__NR_kill, pid, signal);
}

// Children.
inline int fork()
{
    return static_cast<int>(raw_syscall(__NR_clone, 17 /* SIGCHLD */));
}
/// The child has our memory, our stack and our descriptors until it executes or ends, and we stand still: it may only call what does not
/// return.
inline int vfork()
{
    return static_cast<int>(raw_syscall(__NR_clone, 0x100 /* CLONE_VM */ | 0x400 /* CLONE_FILES */ | 0x4000 /* CLONE_VFORK */ | 17 /* SIGCHLD */, 0));
}
/// Zeros, the same for us and for who is forked. An address, or a negated errno.
inline long map_shared(std::size_t size)
{
    return raw_syscall(__NR_mmap, 0, static_cast<long>(size), 3 /* PROT_READ | PROT_WRITE */,
                       0x21 /* MAP_SHARED | MAP_ANONYMOUS */, -1, 0);
}
inline int wait_any(int* status, int options)
{
    return static_cast<int>(raw_syscall(__NR_wait4, -1, as_word(status), options, 0));
}
inline long children_usage(rusage& usage)
{
    return raw_syscall(__NR_getrusage, -1 /* CHILDREN */, as_word(&usage));
}

inline std::int64_t monotonic_ms()
{
    __kernel_timespec now = {0, 0};
    raw_syscall(__NR_clock_gettime, 1 /* CLOCK_MONOTONIC */, as_word(&now));
    return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

} // namespace hutch::init
