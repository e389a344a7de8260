#!/bin/bash
# run-as: root dev dev-io service
# timeout: 120
# A rate of I/O is held on the whole disk behind the work directory; without the controller it is refused, with the cure.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

elsewhere=$PWD
cd "$SCRATCH"
write=("$PROGRAMS/write_file" "$SCRATCH/file" 10)

# The refusal and its cure: the drop-in's path and its lines.
expect_refusal() { # CODE CMD…
  expect_exit "$@"
  grep -q '/etc/systemd/system/user@.service.d/[a-z-]*\.conf' stderr || fail 'the drop-in is not named'
  grep -qF '[Service]' stderr || fail 'the section of the drop-in is not shown'
  grep -qE 'Delegate=.*\bio\b' stderr || fail 'the line of the drop-in is not shown'
  ! [[ -e $SCRATCH/file ]] || fail 'the test was started'
}

without_controller() {
  make_test writes <<SCRIPT
exec ${write[*]}
SCRIPT
  expect_refusal 3 "$HUTCH" run --io 'wbps=2M' tests/writes
  expect_refusal 3 "$HUTCH" run --isolation=required tests/writes
  expect_refusal 125 "$HUTCH" exec --io 'wbps=2M' -- "${write[@]}"
  # the default profile's limit of I/O degrades, with one notice
  expect_exit 0 "$HUTCH" run --events events tests/writes
  expect_facts events writes <<'EXPECTED'
verdict == "pass"
enforced["io"] == "none"
enforced["memory"] == "cgroup"
io_write_bytes is null
EXPECTED
  expect_facts events - <<'EXPECTED'
len([e for e in events if e["event"] == "notice" and re.search(r"\bio\b", e["message"])]) == 1
EXPECTED
  rm -f events
  expect_exit 0 "$HUTCH" run --isolation=if-available --io 'wbps=2M' --events events tests/writes
  expect_facts events writes <<'EXPECTED'
(verdict, enforced["io"]) == ("pass", "none")
EXPECTED
  expect_facts events - <<'EXPECTED'
len([e for e in events if e["event"] == "notice" and re.search(r"\bio\b", e["message"])]) == 1
EXPECTED
}

# A new file for each: pages of a file that a dead cgroup had written before are still written back for its parent, unlimited.
write_limited() { # ARG…
  rm -f "$SCRATCH/file"
  box 0 "$@"
}

expect_slow() {
  expect_facts result.json <<'EXPECTED'
verdict == "pass"
enforced["io"] == "cgroup"
duration_ms >= 4500
10 * MB <= io_write_bytes <= 14 * MB
EXPECTED
}

with_controller() {
  box 0 --no-limits -- "${write[@]}" direct
  expect_result <<'EXPECTED'
duration_ms < 2500
EXPECTED
  write_limited --io 'wbps=2M' -- "${write[@]}" direct
  expect_slow
  # through the page cache: attributed by the memory controller
  write_limited --io 'wbps=2M' -- "${write[@]}"
  expect_slow
  # a path instead of the work directory: the disk behind that path
  cd "$elsewhere"
  write_limited --io "$SCRATCH wbps=2M" -- "${write[@]}" direct
  expect_slow
  # reads, past the cache
  box 0 --io "$SCRATCH rbps=4M" -- dd if="$SCRATCH/file" of=/dev/null bs=1M iflag=direct status=none
  expect_result <<'EXPECTED'
verdict == "pass"
duration_ms >= 2200
10 * MB <= io_read_bytes <= 14 * MB
EXPECTED
  # the test's disk, not any other: the work directory is on another one here
  box 0 --io 'wbps=2M' -- "${write[@]}" direct
  expect_result <<'EXPECTED'
verdict == "pass"
duration_ms < 2500
EXPECTED
}

if [[ $HUTCH_VM_USER == dev ]]; then without_controller; else with_controller; fi
expect_nothing_left
