#!/bin/bash
# The agent inside the guest: mounts payload and scratch, does the job, reports on the control port.
#
# It is an ordinary system service outside of every user session, as a CI agent or an ssh session is, and starts each
# command as a transient service of its own. Its stdout is the boot console; the caller's stdout is the port $output.
# Must never: have "hutch" in the name of a unit or a process, for the suite looks for such leftovers.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

job=/run/vm/job
output=/dev/vport0p1
control=/dev/vport0p2
# shellcheck source=guest-conditions.sh
source "$job/guest-conditions.sh"
# shellcheck source=guest-suite.sh
source "$job/guest-suite.sh"

prepare_disks() {
  mount -t ext4 /dev/vdd /hutch
  chmod -R a+rX /hutch
  mount -o remount,ro /hutch
  mount -t ext4 /dev/vdc1 /scratch
  install -d -m 755 -o root -g root /scratch/root
  install -d -m 755 -o dev -g dev /scratch/dev
}

# An emulated CPU may run into kernel text that another one is just patching (panics at the int3 of a patch: in the page allocator
# when the first cpuset came, in the scheduler with the first CPU quota). So the machine boots on one CPU (maxcpus=1); a cpuset
# and a CPU quota are made while it is the only one, and held for the whole boot, so that their static keys never change
# again; then the second CPU is let in.
hold_static_keys() {
  systemd-run --quiet --unit=bed-keeper --property=AllowedCPUs=0-1 --property=CPUQuota=150% sleep infinity
  echo 1 >/sys/devices/system/cpu/cpu1/online
}

# Waits until dev's manager is up: the unit is Type=notify, and its bus socket is there before it is ready.
prepare_user() {
  systemctl start user@1000.service
  [[ -S /run/user/1000/bus ]]
}

# A reload alone does not change what a running manager was delegated.
delegate_io() {
  mkdir -p /etc/systemd/system/user@.service.d
  printf '[Service]\nDelegate=cpu cpuset io memory pids\n' >/etc/systemd/system/user@.service.d/delegate.conf
  systemctl daemon-reload
  systemctl restart user@1000.service
  [[ -S /run/user/1000/bus ]]
}

run_command() {
  local condition code=0 copier
  read -r condition <"$job/user"
  if [[ $(<"$job/delegate-io") == yes ]]; then
    delegate_io
    [[ $condition != dev ]] || condition=dev-io
  fi
  condition_properties "$condition"
  make_work_directory "$condition"
  # a pipe, not the port itself: a port can be opened once only, and the command may open /dev/stdout
  mkfifo /run/vm/output
  cat /run/vm/output >"$output" &
  copier=$!
  systemd-run --quiet --wait --pipe --collect --unit=vm-command --service-type=exec "${properties[@]}" \
    "$job/guest-enter.sh" "$condition" "$job/argv" >/run/vm/output 2>&1 || code=$?
  # what the command left running elsewhere may hold the pipe for ever
  timeout 2 tail --pid="$copier" -s 0.1 -f /dev/null || true
  printf 'exit %d\n' "$code" >"$control"
}

chmod -R a+rX /run/vm
hold_static_keys
prepare_disks
prepare_user
printf 'vm-agent: ready after %s s\n' "$(cut -d ' ' -f 1 /proc/uptime)"
case $(<"$job/kind") in
  run) run_command ;;
  suite) run_suite ;;
esac
