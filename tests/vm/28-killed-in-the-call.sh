#!/bin/bash
# run-as: root dev
# timeout: 300
# kill -9 of the runner while its manager makes its unit: nothing stays, neither a cgroup nor a unit that believes it is running. And
# such a unit, should somebody else have made one, is what hutch clean and the next run stop, not only remove.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

here=$(dirname "$bed")
if [[ $HUTCH_VM_USER == root ]]; then manager=(systemctl) bus=(busctl); else manager=(systemctl --user) bus=(busctl --user); fi

units() { "${manager[@]}" list-units --all --plain --no-legend 'hutch-*' | awk '{ print $1, $3, $4 }'; }

expect_no_unit() { # WHEN
  expect_nothing_left
  expect_eq "units $1" '' "$(units)"
  "${manager[@]}" daemon-reload
  expect_nothing_left
}

make_test passes <<'SCRIPT'
SCRIPT

# --- the runner dies in the middle of the call ---------------------------------------------------------------------------
run=("$HUTCH" run tests/passes)
if [[ $HUTCH_VM_USER == root ]]; then
  # shellcheck disable=SC2016 # the inner shell expands
  run=(unshare --mount --propagation private sh -c 'mount --bind bus /run/dbus/system_bus_socket; exec "$@"' sh "${run[@]}")
fi
for how in zombie reaped; do
  for by in --cgroup-manager=auto --cgroup-manager=systemd; do
    python3 "$here/killed_in_the_call.py" $how "${run[@]}" $by || fail "$how $by: the check is void"
    expect_no_unit "after a runner that was killed in its call ($how $by)"
  done
done

# --- a unit whose one process was exiting when it was moved ----------------------------------------------------------------
# As hutch itself left it before it sent a stand-in. systemd 252 takes it for running; should another version know better, there
# is nothing to be stopped.
make_dead_unit() {
  dead=$(python3 - "${bus[@]}" <<'END'
import os, subprocess, sys, time

child = os.fork()
if child == 0:
    os._exit(0)
os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
start = open(f"/proc/{child}/stat").read().rpartition(")")[2].split()[19]
boot = open("/proc/sys/kernel/random/boot_id").read()[:8]
unit = f"hutch-{boot}-{child}-{start}.scope"
subprocess.run([*sys.argv[1:], "--quiet", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                "org.freedesktop.systemd1.Manager", "StartTransientUnit", "ssa(sv)a(sa(sv))", unit, "fail",
                "2", "PIDs", "au", "1", str(child), "Delegate", "b", "true", "0"], check=True)
time.sleep(1)  # the answer comes before the job is done, and who is reaped by then is refused
os.waitpid(child, 0)
print(unit)
END
)
  units
}

for sweeper in clean "run tests/passes"; do
  make_dead_unit
  # shellcheck disable=SC2086 # two words
  expect_exit 0 "$HUTCH" $sweeper
  expect_eq "$dead after hutch $sweeper" '' "$(units | grep "$dead" || true)"
  expect_no_unit "after hutch $sweeper"
done
