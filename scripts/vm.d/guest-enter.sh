#!/bin/bash
# Runs a command, given as a file of NUL-terminated words, in a condition: the last step before the command itself.
#
# The words come from a file because systemd-run expands "$" and "%" in arguments. The shell stays the parent, so that an
# end by a signal becomes the exit code 128 + N, which systemd-run does not pass on.
# usage: guest-enter.sh CONDITION FILE
set -uo pipefail

# "bare", the locked-down agent: cgroups read only, no bus, no user namespaces (a sysctl, set by the suite). The unit
# starts as root in order to build this, and ends as dev, with nothing of root left.
hide_everything() {
  local directory
  mount -o remount,bind,ro /sys/fs/cgroup || return 1
  for directory in /run/user /run/dbus /run/systemd; do
    mount -t tmpfs -o ro,mode=755,size=4k hidden "$directory" || return 1
  done
}

case $1 in
  bare)
    if ((EUID == 0)); then
      [[ ${3:-} == inside ]] || exec unshare --mount --propagation private "$0" "$1" "$2" inside
      hide_everything || exit 125
      exec setpriv --reuid=dev --regid=dev --init-groups --inh-caps=-all "$0" "$1" "$2"
    fi
    ;;
esac

mapfile -d '' -t words <"$2"
own=/sys/fs/cgroup$(cut -d : -f 3- /proc/self/cgroup)
# the shell's own remarks ("Killed") are not the command's output
exec 3>&2 2>/dev/null
"${words[@]}" 2>&3 3>&-
code=$?

# systemd removes the empty cgroups of a service that ended: what was left in one is to be seen only before.
if [[ $1 == service ]]; then
  for ((tries = 0; tries < 20; tries++)); do
    left=$(find "$own" -mindepth 1 -type d -name '*hutch*' -printf 'cgroup %p\n')
    [[ -n $left ]] || break
    sleep 0.1
  done
  [[ -z $left ]] || printf '%s\n' "$left" >"$2.left"
fi
exit "$code"
