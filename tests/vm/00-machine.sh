#!/bin/bash
# run-as: root dev dev-io bare service
# timeout: 120
# The test bed itself: asserts that each condition really is what the other checks take it for. Needs no hutch.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

root_of_cgroups=/sys/fs/cgroup
user_service=$root_of_cgroups/user.slice/user-1000.slice/user@1000.service

# --- every condition -------------------------------------------------------------------------------------------------
expect_eq 'file system of cgroups' cgroup2fs "$(stat -f -c %T $root_of_cgroups)"
expect_eq 'lines in /proc/self/cgroup' 1 "$(wc -l </proc/self/cgroup)"
expect_eq 'init' systemd "$(</proc/1/comm)"
for controller in cpuset cpu io memory pids; do
  grep -qw $controller $root_of_cgroups/cgroup.controllers || fail "the kernel lacks the controller $controller"
done
for resource in cpu io memory; do [[ -r /proc/pressure/$resource ]] || fail "no pressure file for $resource"; done
expect_eq 'processors' 2 "$(nproc)"

own=$root_of_cgroups$(cut -d : -f 3- /proc/self/cgroup)
[[ $own == $root_of_cgroups/system.slice/*.service ]] || fail "expected to be in a system service, not in $own"
[[ -w . && -z $(ls -A) ]] || fail 'the current directory is not writable or not empty'
[[ -w $SCRATCH && -z $(ls -A "$SCRATCH") ]] || fail "$SCRATCH is not writable or not empty"
! touch /hutch/x 2>/dev/null || fail 'the payload is writable'

# landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) = the ABI, 2 on 6.1
abi=$(python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))')
((abi >= 2)) || fail "landlock: expected ABI 2 or newer, got $abi"

# the scratch file system is on a partition, io.max wants the disk around it
number=$(stat -c '%Hd:%Ld' "$SCRATCH")
[[ -e /sys/dev/block/$number/partition ]] || fail "the scratch disk $number is not a partition"
disk=$(<"/sys/dev/block/$number/../dev")
[[ $disk == *:* && $disk != "$number" ]] || fail "no whole disk behind $number"

# memory.peak exists since 5.19; pids.peak since 6.11
major_minor=$(uname -r | cut -d . -f 1,2)
[[ -e $own/memory.peak ]] || fail 'no memory.peak'
if [[ $major_minor == 6.12 && ! -e $own/pids.peak ]]; then fail 'no pids.peak on 6.12'; fi

capabilities=$(sed -n 's/^CapEff:\s*//p' /proc/self/status)
can_make_namespace() { unshare --user true 2>/dev/null; }

# --- by condition ----------------------------------------------------------------------------------------------------
expect_user_manager() { # CONTROLLERS
  expect_eq 'delegated controllers' "$1" "$(<$user_service/cgroup.controllers)"
  expect_eq 'owner of the user service' dev "$(stat -c %U $user_service/cgroup.procs)"
  expect_eq 'owner of the runtime directory' "$(id -u)" "$(stat -c %u "$XDG_RUNTIME_DIR")"
  busctl --user call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.DBus.Peer Ping ||
    fail 'the user manager does not answer on the user bus'
  # a scope is given to a process that is outside of the user manager's cgroups
  local within
  within=$(systemd-run --user --scope --quiet cut -d : -f 3- /proc/self/cgroup)
  [[ $within == /user.slice/user-1000.slice/user@1000.service/* ]] || fail "a user scope was made in $within"
}

expect_plain_dev() {
  expect_eq 'user' 'uid=1000(dev) gid=1000(dev) groups=1000(dev)' "$(id)"
  expect_eq 'capabilities' 0000000000000000 "$capabilities"
  expect_eq 'home' /home/dev "$HOME"
  [[ -w $HOME ]] || fail 'the home directory is not writable'
  [[ ! -w $own/cgroup.procs ]] || fail 'the own cgroup is writable'
}

expect_io_max() { # CGROUP
  echo "$disk wbps=1000000" >"$1/io.max" || fail "io.max did not take the disk $disk"
  grep -q "^$disk .*wbps=1000000" "$1/io.max" || fail "io.max does not show the disk $disk"
  echo "$disk wbps=max" >"$1/io.max"
  ! { echo "$number wbps=1000000" >"$1/io.max"; } 2>/dev/null || fail "io.max took the partition $number"
}

expect_no_bus() {
  local socket
  for socket in /run/dbus/system_bus_socket /run/user/1000/bus /run/systemd/private /run/user/1000/systemd/private; do
    python3 - $socket <<'END' || fail "$socket answers"
import socket, sys
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except OSError as error:
    print(f"{sys.argv[1]}: {error.strerror}")
else:
    sys.exit(1)
END
  done
  [[ -z ${DBUS_SESSION_BUS_ADDRESS:-}${XDG_RUNTIME_DIR:-} ]] || fail 'the environment names a bus'
}

case $HUTCH_VM_USER in
  root)
    expect_eq 'uid' 0 "$(id -u)"
    expect_eq 'capabilities' 000001ffffffffff "$capabilities"
    [[ -w $root_of_cgroups/cgroup.procs ]] || fail 'cgroups are read only'
    busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.DBus.Peer Ping ||
      fail 'the system manager does not answer'
    ;;
  dev)
    expect_plain_dev
    expect_user_manager 'cpu memory pids'
    can_make_namespace || fail 'no user namespaces'
    ;;
  dev-io)
    expect_plain_dev
    expect_user_manager 'cpuset cpu io memory pids'
    export disk number
    export -f expect_io_max fail
    # shellcheck disable=SC2016 # the inner shell expands
    systemd-run --user --scope --quiet --property=Delegate=yes bash -euc '
      own=/sys/fs/cgroup$(cut -d : -f 3- /proc/self/cgroup)
      mkdir "$own/leaf"; echo $$ >"$own/leaf/cgroup.procs"; echo +io >"$own/cgroup.subtree_control"
      expect_io_max "$own/leaf"' || fail 'io.max does not work in a scope of dev'
    can_make_namespace || fail 'no user namespaces'
    ;;
  bare)
    expect_plain_dev
    expect_no_bus
    ! can_make_namespace || fail 'user namespaces are on'
    findmnt -no OPTIONS $root_of_cgroups | tail -n 1 | grep -qw ro || fail 'cgroups are writable'
    ;;
  service)
    expect_eq 'uid' 0 "$(id -u)"
    expect_no_bus
    expect_eq 'mark of delegation' 1 "$(python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], "trusted.delegate").decode())' "$own")"
    mkdir "$own/probe" && rmdir "$own/probe"
    expect_io_max "$own"
    ;;
  *) fail "no such condition: $HUTCH_VM_USER" ;;
esac
echo "kernel $(uname -r), landlock ABI $abi, scratch $number on disk $disk"
