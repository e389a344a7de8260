"""usage: kill_at_calls.py UNTIL CMD… — starts CMD, a run of hutch, again and again, kills it with SIGKILL right before its first,
second, third … system call, and looks a second later for what is left of it. Goes on until the file UNTIL has something in it when
the runner dies: what comes then is kill_runner.py's. So no gap in the start-up is too short to be hit."""
import ctypes
import os
import signal
import subprocess
import sys

import kill_runner
import left_of

PTRACE_TRACEME, PTRACE_SYSCALL, PTRACE_SETOPTIONS = 0, 24, 0x4200
TRACESYSGOOD, EXITKILL = 0x1, 0x100000
SYSCALL_STOP = signal.SIGTRAP | 0x80
MOST_CALLS = 5000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def trace(request, pid=0, data=0):
    if libc.ptrace(request, pid, None, data) != 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request}")


def run_to_call(pid, number):
    """Lets a stopped process run until it is about to make that system call. Each stops it twice: before and after."""
    for _ in range(2 * number - 1):
        passed_on = 0
        while True:
            trace(PTRACE_SYSCALL, pid, passed_on)
            status = os.waitpid(pid, 0)[1]
            if not os.WIFSTOPPED(status):
                raise RuntimeError(f"the runner has ended before its system call {number}: {status}")
            if os.WSTOPSIG(status) == SYSCALL_STOP:
                break
            passed_on = os.WSTOPSIG(status)


def one_round(command, number):
    """What is left."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True, preexec_fn=lambda: trace(PTRACE_TRACEME))
    os.waitpid(process.pid, 0)  # stopped by its exec
    trace(PTRACE_SETOPTIONS, process.pid, TRACESYSGOOD | EXITKILL)
    identity = left_of.run_id(process.pid)
    run_to_call(process.pid, number)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return kill_runner.still_there(identity)


def main(until, *command):
    left_of.adopt_orphans()
    dirty = 0
    for number in range(1, MOST_CALLS):
        if os.path.exists(until):
            os.unlink(until)
        if left := one_round(command, number):
            print(f"killed before system call {number}, left {kill_runner.ALLOWED} s later:", *left, sep="\n  ")
            dirty += 1
        if os.path.exists(until) and os.path.getsize(until) > 0:
            print(f"{number - dirty} of {number} clean")
            return dirty > 0
    print(f"the run has not begun within {MOST_CALLS} system calls")
    return True


sys.exit(main(*sys.argv[1:]))
