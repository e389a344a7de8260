// The groups' contents: data, apart from the code of syscall_groups.cpp. docs/seccomp.md shows it; a test compares.
#pragma once

#include <array>

#include "kernel/syscall_groups.h"

namespace hutch::kernel {

inline constexpr std::array group_table = {
    SyscallGroup{"@accounting", "Switches the machine's process accounting.", "acct"},
    SyscallGroup{"@aio", "Asynchronous input and output, the old interface; io_uring is apart.",
                 "io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit"},
    SyscallGroup{"@basic_io", "Reading, writing and seeking on descriptors that are open.",
                 "_llseek close close_range dup dup2 dup3 lseek pread64 preadv preadv2 pwrite64 pwritev pwritev2 read "
                 "readv write writev"},
    SyscallGroup{"@bpf", "Loads programs into the kernel: they see, and may change, what others do.", "bpf"},
    SyscallGroup{"@chown", "Gives files away.", "chown chown32 fchown fchown32 fchownat lchown lchown32"},
    SyscallGroup{"@clock", "Sets the machine's clock, for everybody.",
                 "adjtimex clock_adjtime clock_adjtime64 clock_settime clock_settime64 settimeofday stime"},
    SyscallGroup{"@cpu_emulation", "Changes how the CPU runs a process: old modes, old exploits.",
                 "modify_ldt subpage_prot switch_endian vm86 vm86old"},
    SyscallGroup{"@debug", "Looks into other processes and into the kernel, and changes what they do.",
                 "kcmp lookup_dcookie perf_event_open pidfd_getfd process_madvise process_vm_readv process_vm_writev "
                 "ptrace rtas s390_runtime_instr sys_debug_setcontext"},
    SyscallGroup{
        "@default", "What every process needs: memory, time, its own state, its end. For lists of what is allowed.",
        "arch_prctl brk cacheflush clock_getres clock_getres_time64 clock_gettime clock_gettime64 "
        "clock_nanosleep clock_nanosleep_time64 execve execveat exit exit_group futex futex_requeue futex_time64 "
        "futex_wait futex_waitv futex_wake get_robust_list get_thread_area getcpu getegid getegid32 geteuid "
        "geteuid32 getgid getgid32 getgroups getgroups32 getpgid getpgrp getpid getppid getpriority getrandom "
        "getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid gettid gettimeofday getuid "
        "getuid32 madvise map_shadow_stack membarrier mmap mmap2 mprotect mremap mseal munmap nanosleep pause "
        "prctl prlimit64 restart_syscall riscv_flush_icache rseq rseq_slice_yield rt_sigreturn "
        "sched_getaffinity sched_yield set_robust_list set_thread_area set_tid_address set_tls sigreturn sysinfo "
        "time ugetrlimit uname uretprobe"},
    SyscallGroup{"@fanotify", "Watches, and can hold up, what others do with files.", "fanotify_init fanotify_mark"},
    SyscallGroup{
        "@file_system", "Files and directories by name.",
        "access chdir chmod creat faccessat faccessat2 fallocate fchdir fchmod fchmodat fchmodat2 fcntl fcntl64 "
        "fgetxattr file_getattr file_setattr flistxattr fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs "
        "fstatfs64 ftruncate "
        "ftruncate64 futimesat getcwd getdents getdents64 getxattr getxattrat inotify_add_watch inotify_init "
        "inotify_init1 inotify_rm_watch lgetxattr link linkat listxattr listxattrat llistxattr lremovexattr "
        "lsetxattr lstat lstat64 mkdir mkdirat mknod mknodat mmap mmap2 munmap newfstatat oldfstat oldlstat oldstat "
        "open openat openat2 readlink readlinkat removexattr removexattrat rename renameat renameat2 rmdir setxattr "
        "setxattrat stat stat64 statfs statfs64 statx symlink symlinkat truncate truncate64 umask unlink unlinkat "
        "utime utimensat utimensat_time64 utimes"},
    SyscallGroup{"@handle", "Opens a file by its number, past every directory that is in between, hidden or not.",
                 "open_by_handle_at name_to_handle_at"},
    SyscallGroup{"@host_name", "Renames the machine.", "setdomainname sethostname"},
    SyscallGroup{"@io_event", "Waits for events on descriptors.",
                 "_newselect epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait "
                 "epoll_wait_old eventfd eventfd2 poll ppoll ppoll_time64 pselect6 pselect6_time64 select"},
    SyscallGroup{"@io_uring", "Makes other calls from inside the kernel, where no seccomp filter sees them.",
                 "io_uring_enter io_uring_register io_uring_setup"},
    SyscallGroup{"@ipc", "Talks to other processes by pipes, shared memory and queues.",
                 "ipc memfd_create memfd_secret mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 "
                 "mq_timedsend mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd pipe pipe2 semctl semget "
                 "semop semtimedop "
                 "semtimedop_time64 shmat shmctl shmdt shmget"},
    SyscallGroup{"@keyring", "Keys in the kernel: they outlive the test, and no namespace holds them all.",
                 "add_key keyctl request_key"},
    SyscallGroup{"@memlock", "Keeps memory from being swapped.", "mlock mlock2 mlockall munlock munlockall"},
    SyscallGroup{"@module", "Loads code into the kernel.",
                 "create_module delete_module finit_module init_module query_module"},
    SyscallGroup{
        "@mount", "Changes which files are where, and so undoes what a policy hides or makes read-only.",
        "chroot fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree open_tree_attr pivot_root "
        "umount umount2"},
    SyscallGroup{"@namespace", "Makes or enters namespaces, in which a test has rights that it has not outside.",
                 "clone3 clone:CLONE_NEWNS clone:CLONE_NEWCGROUP clone:CLONE_NEWUTS clone:CLONE_NEWIPC "
                 "clone:CLONE_NEWUSER clone:CLONE_NEWPID clone:CLONE_NEWNET setns unshare"},
    SyscallGroup{"@network", "Every socket but local ones; descriptors that are there already are not touched.",
                 "socket:AF_INET socket:AF_INET6 @raw_socket"},
    SyscallGroup{
        "@network_io", "Everything that is done with sockets, local ones included, save sendmsg.",
        "accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg "
        "recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socket socketcall socketpair"},
    SyscallGroup{
        "@obsolete", "Nothing uses them, so whatever calls them is looking for a hole.",
        "_sysctl afs_syscall bdflush break create_module ftime get_kernel_syms getpmsg gtty idle lock mpx nfsservctl "
        "prof profil putpmsg query_module security sgetmask ssetmask stty sysfs tuxcall ulimit uselib ustat "
        "vserver"},
    SyscallGroup{"@pkey", "Memory protection keys.", "pkey_alloc pkey_free pkey_mprotect"},
    SyscallGroup{
        "@privileged", "What needs capabilities, all together; a test that runs as root has them.",
        "@accounting @bpf @chown @clock @fanotify @host_name @module @quota @raw_io @reboot @swap capset chroot "
        "open_by_handle_at pivot_root setfsuid setfsuid32 setgroups setgroups32 setresuid setresuid32 setreuid "
        "setreuid32 setuid setuid32 syslog vhangup"},
    SyscallGroup{
        "@process", "Makes, executes, signals and awaits processes. Executing cannot be denied.",
        "capget clone clone3 execve execveat fork kill pidfd_open pidfd_send_signal process_mrelease "
        "rt_sigqueueinfo rt_tgsigqueueinfo setpgid setsid swapcontext tgkill times tkill vfork wait4 waitid waitpid"},
    SyscallGroup{"@quota", "Changes how much others may store.", "quotactl quotactl_fd"},
    SyscallGroup{"@raw_io", "Talks to devices past the kernel: ports and PCI.",
                 "ioperm iopl pciconfig_iobase pciconfig_read pciconfig_write s390_pci_mmio_read s390_pci_mmio_write"},
    SyscallGroup{"@raw_socket",
                 "Sockets that see or forge what is not the test's own, or that no network namespace holds.",
                 "socket:AF_PACKET socket:SOCK_RAW socket:NETLINK_OTHER socket:AF_VSOCK socket:AF_OTHER"},
    SyscallGroup{"@reboot", "Stops the machine, or starts another kernel.", "kexec_file_load kexec_load reboot"},
    SyscallGroup{"@resources", "Takes more of the machine than its share: priorities, CPUs, memory nodes, limits.",
                 "ioprio_set mbind migrate_pages move_pages nice sched_setaffinity sched_setattr sched_setparam "
                 "sched_setscheduler set_mempolicy set_mempolicy_home_node setpriority setrlimit"},
    SyscallGroup{"@sandbox", "Sandboxes of the test's own making. They only take away, so there is seldom a reason.",
                 "landlock_add_rule landlock_create_ruleset landlock_restrict_self lsm_set_self_attr seccomp"},
    SyscallGroup{"@set_id", "Makes set-user-ID and set-group-ID files, which outlive the test and its sandbox.",
                 "chmod:set_id creat:set_id fchmod:set_id fchmodat:set_id fchmodat2:set_id mknod:set_id mknodat:set_id "
                 "open:set_id openat:set_id openat2"},
    SyscallGroup{
        "@setuid", "Changes user and group.",
        "setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setregid setregid32 setresgid "
        "setresgid32 setresuid setresuid32 setreuid setreuid32 setuid setuid32"},
    SyscallGroup{
        "@signal", "Handles signals.",
        "rt_sigaction rt_sigpending rt_sigprocmask rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 sigaction "
        "sigaltstack signal signalfd signalfd4 sigpending sigprocmask sigsuspend"},
    SyscallGroup{"@socket", "New sockets of every kind, local ones included.", "socket socketcall socketpair"},
    SyscallGroup{"@swap", "Switches swap space on and off, for everybody.", "swapoff swapon"},
    SyscallGroup{"@sync", "Waits for disks, the one thing of which everybody has to wait for everybody.",
                 "fdatasync fsync msync sync sync_file_range sync_file_range2 syncfs"},
    SyscallGroup{"@terminal", "Types into a terminal that others read from, or hangs it up.",
                 "ioctl:TIOCSTI ioctl:TIOCLINUX vhangup"},
    SyscallGroup{"@timer", "Timers.",
                 "alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 "
                 "timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime "
                 "timerfd_settime64"},
    SyscallGroup{"@userfault", "Holds the kernel up in the middle of a page fault: the tool of many exploits.",
                 "userfaultfd"},
};

} // namespace hutch::kernel
