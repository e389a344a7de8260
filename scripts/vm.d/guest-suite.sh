# shellcheck shell=bash disable=SC2034,SC2154 # one program in several files
# Runs the checks of a plan one by one and sends each result.
#
# Plan, written by the host:    CHECK CONDITION SECONDS          one a line, dev-io last
# Result, on the control port:  result CHECK CONDITION BYTES, then BYTES bytes: the verdict's line and the output
# A check's service has KillMode=process: what it leaves running stays visible until it was looked for, then it is killed.

output_limit=1000000

run_suite() {
  local check condition seconds io=no
  # a port can be opened once at a time: these stay open
  exec 5>"$control" 6>"$output"
  while read -r check condition seconds <&4; do
    if [[ $condition == dev-io && $io == no ]]; then delegate_io; io=yes; fi
    run_check "$check" "$condition" "$seconds"
  done 4<"$job/plan"
  printf 'exit 0\n' >&5
}

run_check() { # CHECK CONDITION SECONDS
  local unit=vm-check report=/run/vm/report text=/var/tmp/check-output log=/run/vm/systemd-run code=0 began=$SECONDS
  local directory properties namespaces left verdict
  condition_properties "$2"
  make_work_directory "$2"
  : >"$text"
  printf '%s\0' "/hutch/tests/vm/$1.sh" >/run/vm/check-argv
  namespaces=$(</proc/sys/user/max_user_namespaces)
  [[ $2 != bare ]] || echo 0 >/proc/sys/user/max_user_namespaces
  systemd-run --wait --collect --unit="$unit" --service-type=exec "${properties[@]}" \
    --property=RuntimeMaxSec="$3" --property=KillMode=process --property=KillSignal=SIGKILL \
    --property=StandardOutput="append:$text" --property=StandardError="append:$text" \
    "$job/guest-enter.sh" "$2" /run/vm/check-argv >"$log" 2>&1 || code=$?
  echo "$namespaces" >/proc/sys/user/max_user_namespaces
  left=$(cat /run/vm/check-argv.left 2>/dev/null || true; leftovers_after_grace)
  rm -f /run/vm/check-argv.left
  kill_unit "$unit"
  [[ -z $left ]] || remove_leftovers
  verdict=$(judge "$code" "$left" "$text" "$log")
  {
    printf '%s\n' "$verdict"
    head -c "$output_limit" "$text"
    explain "$code" "$left" "$text" "$log" "$3"
  } >"$report"
  printf 'result %s %s %d\n' "$1" "$2" "$(stat -c %s "$report")" >&5
  cat "$report" >&5
  printf '%-6s %s.%s (%d s)\n' "${verdict%%:*}" "$1" "$2" $((SECONDS - began)) >&6
}

judge() { # CODE LEFT TEXT LOG
  if [[ -n $2 ]] || grep -q 'result: timeout' "$4"; then echo fail; return; fi
  case $1 in
    0) echo pass ;;
    77) printf 'skip: %s\n' "$(grep -a '^skip: ' "$3" | tail -n 1 | cut -c 7-)" ;;
    *) echo fail ;;
  esac
}

explain() { # CODE LEFT TEXT LOG SECONDS
  (($(stat -c %s "$3") <= output_limit)) || printf '\n-- the output went on; it was cut here\n'
  if grep -q 'result: timeout' "$4"; then
    printf '\n-- killed after %d s\n' "$5"
  elif (($1 != 0 && $1 != 77)); then
    printf '\n-- exit code %d\n' "$1"
    grep -a 'code=killed\|code=dumped\|^Failed' "$4" || true
  fi
  [[ -z $2 ]] || printf '\n-- left behind:\n%s\n' "$2"
}

# Cgroups with "hutch" in their name; processes of that name, run from the payload, or from a copy of it in memory.
list_leftovers() {
  local file name
  find /sys/fs/cgroup -type d -name '*hutch*' -printf 'cgroup %p\n' 2>/dev/null || true
  for file in /proc/[0-9]*/comm; do
    { read -r name <"$file"; } 2>/dev/null || continue
    [[ $name != *hutch* ]] || printf 'process %s %s\n' "${file//[!0-9]/}" "$name"
  done
  find /proc -mindepth 2 -maxdepth 2 -path '/proc/[0-9]*/exe' \( -lname '/hutch/*' -o -lname '/memfd:*hutch*' \) \
    -printf 'process %h runs %l\n' 2>/dev/null | sed 's|/proc/||' || true
}

# systemd removes a scope a moment after its last process ended, hence the two seconds.
leftovers_after_grace() {
  local left deadline=$((${EPOCHREALTIME/./} + 2000000))
  while true; do
    left=$(list_leftovers)
    [[ -n $left ]] || return 0
    ((${EPOCHREALTIME/./} < deadline)) || break
    sleep 0.1
  done
  printf '%s\n' "$left"
}

remove_leftovers() {
  local kind what rest
  while read -r kind what rest; do
    case $kind in
      cgroup) stop_unit_of "$what"; remove_cgroup "$what" ;;
      process) kill -KILL "$what" 2>/dev/null || true ;;
    esac
  done < <(list_leftovers)
}

# A manager whose unit's cgroup is taken away goes on to believe in the unit, and makes the cgroup anew when it is reloaded: that
# would fail checks that have not left it.
stop_unit_of() { # PATH
  local unit=${1##*/}
  [[ $unit == *.scope || $unit == *.slice ]] || return 0
  if [[ $1 == */user@1000.service/* ]]; then
    setpriv --reuid=dev --regid=dev --init-groups env XDG_RUNTIME_DIR=/run/user/1000 \
      timeout 10 systemctl --user stop "$unit" 2>/dev/null || true
  else
    timeout 10 systemctl stop "$unit" 2>/dev/null || true
  fi
}

kill_unit() { # UNIT
  remove_cgroup "/sys/fs/cgroup/system.slice/$1.service"
  systemctl reset-failed "$1.service" 2>/dev/null || true
}

remove_cgroup() { # PATH
  local tries
  [[ -d $1 ]] || return 0
  echo 1 >"$1/cgroup.kill" 2>/dev/null || true
  for ((tries = 0; tries < 50; tries++)); do
    find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
    [[ -d $1 ]] || return 0
    sleep 0.1
  done
  return 0
}
