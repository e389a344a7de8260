// clone3(2) as a vfork with a stack of its own, and clone(2) where seccomp refuses clone3.
#include "kernel/clone3.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/file.h"
#include "kernel/pidfd.h"

#if defined(__SANITIZE_ADDRESS__)
extern "C" void __asan_unpoison_memory_region(const void volatile* address, std::size_t size);
#endif

namespace hutch::kernel {

namespace {

/// What the child does on its stack: as little as possible, and nothing that a sanitizer instruments, because the
/// child shares this process's memory, the sanitizer's included.
#define HUTCH_CHILD_PATH __attribute__((no_sanitize("address", "undefined"), noinline))

/// Shared with the child, in the parent's frame.
struct Child {
    int (*run)(void*);
    void* argument;
    int procs_fd = -1; ///< fallback: where to write "0", before anything else
    int placed = 0;    ///< fallback: errno of that write
    bool reset_handlers = false;
};

/// The kernel's struct sigaction, all zero: SIG_DFL, no flags, empty mask.
struct KernelSigaction {
    void* handler = nullptr;
    unsigned long flags = 0;
    void* restorer = nullptr;
    std::uint64_t mask = 0;
};
constexpr std::size_t kernel_signal_set_bytes = 8;

/// A system call that cannot touch errno: the parent's is the same object, and the child should leave it alone.
HUTCH_CHILD_PATH long raw_syscall(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
#else
#error "clone3.cpp knows x86-64 and aarch64"
#endif
}

HUTCH_CHILD_PATH int child_main(void* shared)
{
    auto* child = static_cast<Child*>(shared);
    if (child->reset_handlers) { // CLONE_CLEAR_SIGHAND by hand; the table is the child's own (no CLONE_SIGHAND)
        const KernelSigaction by_default;
        for (long signal = 1; signal <= 64; ++signal) {
            KernelSigaction old;
            raw_syscall(SYS_rt_sigaction, signal, 0, reinterpret_cast<long>(&old), kernel_signal_set_bytes);
            if (old.handler != reinterpret_cast<void*>(1)) { // ignored ones stay so, as with clone3
                raw_syscall(SYS_rt_sigaction, signal, reinterpret_cast<long>(&by_default), 0, kernel_signal_set_bytes);
            }
        }
    }
    if (child->procs_fd >= 0) {
        const long written = raw_syscall(SYS_write, child->procs_fd, reinterpret_cast<long>("0"), 1, 0);
        if (written < 0) {
            child->placed = static_cast<int>(-written);
            return 127;
        }
    }
    return child->run(child->argument);
}

/// The call itself. In the child it goes on at once on the new stack and never comes back into this frame.
long clone3_onto(const clone_args& args, Child* child)
{
#if defined(__x86_64__)
    long result;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %[child], %%rdi\n\t"
                     "call *%[main]\n\t"
                     "mov %%eax, %%edi\n\t"
                     "mov %[exit], %%eax\n\t"
                     "syscall\n\t"
                     "ud2\n"
                     "1:"
                     : "=a"(result)
                     : "a"(static_cast<long>(SYS_clone3)), "D"(&args),
                       "S"(sizeof args), [child] "r"(child), [main] "r"(&child_main), [exit] "i"(SYS_exit_group)
                     : "rcx", "r11", "memory", "cc");
    return result;
#else
    register long x8 __asm__("x8") = SYS_clone3;
    register long x0 __asm__("x0") = reinterpret_cast<long>(&args);
    register long x1 __asm__("x1") = sizeof args;
    __asm__ volatile("svc 0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, %[child]\n\t"
                     "blr %[main]\n\t"
                     "mov x8, %[exit]\n\t"
                     "svc 0\n\t"
                     "brk 1\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), [child] "r"(child), [main] "r"(&child_main), [exit] "i"(SYS_exit_group)
                     : "x30", "memory", "cc");
    return x0;
#endif
}

/// clone(2) in its raw form: flags with the exit signal, the *top* of the stack, where the pidfd goes.
long clone_onto(std::uint64_t flags, void* stack_top, int* pidfd, Child* child)
{
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = 0;
    register long r8 __asm__("r8") = 0;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %[child], %%rdi\n\t"
                     "call *%[main]\n\t"
                     "mov %%eax, %%edi\n\t"
                     "mov %[exit], %%eax\n\t"
                     "syscall\n\t"
                     "ud2\n"
                     "1:"
                     : "=a"(result)
                     : "a"(static_cast<long>(SYS_clone)), "D"(flags), "S"(stack_top), "d"(pidfd), "r"(r10),
                       "r"(r8), [child] "r"(child), [main] "r"(&child_main), [exit] "i"(SYS_exit_group)
                     : "rcx", "r11", "memory", "cc");
    return result;
#else
    register long x8 __asm__("x8") = SYS_clone;
    register long x0 __asm__("x0") = static_cast<long>(flags);
    register long x1 __asm__("x1") = reinterpret_cast<long>(stack_top);
    register long x2 __asm__("x2") = reinterpret_cast<long>(pidfd);
    register long x3 __asm__("x3") = 0;
    register long x4 __asm__("x4") = 0;
    __asm__ volatile("svc 0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, %[child]\n\t"
                     "blr %[main]\n\t"
                     "mov x8, %[exit]\n\t"
                     "svc 0\n\t"
                     "brk 1\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3),
                       "r"(x4), [child] "r"(child), [main] "r"(&child_main), [exit] "i"(SYS_exit_group)
                     : "x30", "memory", "cc");
    return x0;
#endif
}

/// All signals, glibc's internal ones included, for as long as it lives.
class SignalsBlocked {
  public:
    SignalsBlocked() { ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all_, &before_, kernel_signal_set_bytes); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, kernel_signal_set_bytes); }

  private:
    std::uint64_t all_ = ~std::uint64_t{0};
    std::uint64_t before_ = 0;
};

/// Frames that never returned (the child executed) leave their red zones marked; the next child would stumble over
/// them.
void forget_sanitizer_marks([[maybe_unused]] const CloneStack& stack)
{
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(stack.bottom(), stack.size());
#endif
}

constexpr std::uint64_t vfork_flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD;

std::string tried(const CloneRequest& request, std::string_view call)
{
    return fmt::format("{} with flags {:#x}{}", call, request.flags, request.cgroup ? " into a cgroup" : "");
}

Result<CloneResult> by_clone3(const CloneStack& stack, const CloneRequest& request, Child& child)
{
    int pidfd = -1;
    clone_args args{};
    args.flags = request.flags | vfork_flags | CLONE_CLEAR_SIGHAND;
    args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    args.exit_signal = SIGCHLD;
    args.stack = reinterpret_cast<std::uintptr_t>(stack.bottom());
    args.stack_size = stack.size();
    if (request.cgroup) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<std::uint64_t>(request.cgroup->get());
    }
    const long pid = clone3_onto(args, &child);
    if (pid < 0) {
        return system_error(tried(request, "clone3"), static_cast<int>(-pid));
    }
    return CloneResult{static_cast<int>(pid), base::UniqueFd(pidfd), true};
}

Result<CloneResult> by_clone(const CloneStack& stack, const CloneRequest& request, Child& child)
{
    base::UniqueFd procs;
    if (request.cgroup) {
        auto opened = base::open_file({*request.cgroup, "cgroup.procs"}, O_WRONLY);
        if (!opened) {
            return std::unexpected(std::move(opened.error()));
        }
        procs = std::move(*opened);
    }
    child.procs_fd = procs.get();
    child.reset_handlers = true;
    int pidfd = -1;
    char* const top = static_cast<char*>(stack.bottom()) + stack.size();
    const long pid = clone_onto(request.flags | vfork_flags | SIGCHLD, top, &pidfd, &child);
    if (pid < 0) {
        return system_error(tried(request, "clone"), static_cast<int>(-pid));
    }
    CloneResult result{static_cast<int>(pid), base::UniqueFd(pidfd), false};
    if (child.placed != 0) {
        (void)reap_within(result.pidfd, std::chrono::seconds(1)); // it has exited: no wait
        return system_error("write cgroup.procs '0'", child.placed);
    }
    return result;
}

} // namespace

Result<CloneStack> CloneStack::create(std::size_t bytes)
{
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t size = (bytes + page - 1) / page * page;
    void* mapped = ::mmap(nullptr, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (mapped == MAP_FAILED) {
        return system_error(fmt::format("mmap {} bytes for a stack", size));
    }
    ::mprotect(mapped, page, PROT_NONE); // the guard; a failure only costs the guard
    return CloneStack(static_cast<char*>(mapped) + page, size);
}

CloneStack::CloneStack(CloneStack&& other) noexcept
    : bottom_(std::exchange(other.bottom_, nullptr)), size_(std::exchange(other.size_, 0))
{}

CloneStack& CloneStack::operator=(CloneStack&& other) noexcept
{
    std::swap(bottom_, other.bottom_);
    std::swap(size_, other.size_);
    return *this;
}

CloneStack::~CloneStack()
{
    if (bottom_ != nullptr) {
        forget_sanitizer_marks(*this);
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        ::munmap(static_cast<char*>(bottom_) - page, size_ + page);
    }
}

Result<CloneResult> clone_vfork(const CloneStack& stack, const CloneRequest& request, int (*child)(void*),
                                void* argument)
{
    forget_sanitizer_marks(stack);
    Child shared{.run = child, .argument = argument};
    const SignalsBlocked blocked;
    if (!request.without_clone3) {
        auto cloned = by_clone3(stack, request, shared);
        const bool refused = !cloned && (cloned.error().code == ENOSYS || cloned.error().code == EPERM);
        if (!refused) {
            return cloned;
        }
    }
    return by_clone(stack, request, shared);
}

} // namespace hutch::kernel
