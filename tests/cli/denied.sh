#!/bin/bash
# Denied system calls, from the filter to the report: named, counted, killed, allowed by the flag that the report names.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

"$HUTCH" exec -p trusted --set syscalls.filter=true --set process.no_new_privs=true -- true 2>stderr ||
  skip "no filter can be loaded here: $(tail -n1 stderr)"

# Nothing but a filter: what is denied here, is denied by it.
box=("$HUTCH" exec -p trusted --set process.no_new_privs=true --set syscalls.filter=true --json record)
ptrace='import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
for i in range(int(sys.argv[1])):
    libc.ptrace(16, 0, 0, 0)
sys.exit(3 if ctypes.get_errno() == 1 else 4)'

# errno 1 is the filter's; 3 (no such process) the kernel's own
expect_exit 3 "${box[@]}" --deny-syscall @debug -- python3 -c "$ptrace" 1
expect_in stderr "denied ptrace \([0-9]+, @debug\) of pid [0-9]+ 'python3'; exit 3; policy trusted; --allow-syscall ptrace would allow it"
expect_in record '"verdict":"denied".*"denied":\[\{"name":"ptrace","number":[0-9]+,"rule":"@debug","pid":[0-9]+,"comm":"python3"\}\],"denied_count":1'
expect_exit 4 "${box[@]}" --deny-syscall @debug --allow-syscall ptrace -- python3 -c "$ptrace" 1
expect_in record '"verdict":"fail".*"denied":\[\],"denied_count":0'

# a pass stays a pass, and says so
# shellcheck disable=SC2016 # the inner shell expands it
expect_exit 0 "${box[@]}" --deny-syscall ptrace -- sh -c 'python3 -c "$1" 1; exit 0' sh "$ptrace"
expect_in record '"verdict":"pass".*"reason":"passed, though denied ptrace.*"denied_count":1'

# all are counted, one is listed
expect_exit 3 "${box[@]}" --deny-syscall ptrace -- python3 -c "$ptrace" 20000
expect_in record '"denied":\[\{[^{]*\}\],"denied_count":20000'

# nobody is told; the process is killed
expect_exit 3 "${box[@]}" --deny-syscall ptrace --set syscalls.denial=errno -- python3 -c "$ptrace" 1
expect_in record '"verdict":"fail".*"denied_count":0'
expect_exit 159 "${box[@]}" --deny-syscall ptrace --set syscalls.denial=kill -- python3 -c "$ptrace" 1
expect_in stderr "killed by SIGSYS, the seccomp filter's signal"
expect_in record '"verdict":"denied".*"signal_name":"SIGSYS".*"denied":\[\]'

# threads and processes where namespaces are denied; a name that is none
expect_exit 0 "${box[@]}" --deny-syscall @namespace -- python3 -c 'import subprocess, threading
thread = threading.Thread(target=lambda: subprocess.run(["true"], check=True)); thread.start(); thread.join()'
expect_exit 2 "${box[@]}" --deny-syscall ptrac -- true
expect_in stderr "did you mean 'ptrace'"
