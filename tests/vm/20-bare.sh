#!/bin/bash
# run-as: bare
# timeout: 120
# The locked-down agent: it works, one line says what is not enforced, and who insists is refused.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test passes <<'SCRIPT'
SCRIPT
make_test fails <<'SCRIPT'
exit 3
SCRIPT
make_test leaks <<SCRIPT
exec "$PROGRAMS/leak" setsid
SCRIPT

# --- it works, and says once what is missing ---------------------------------------------------------------------------
expect_exit 1 "$HUTCH" run --events events tests
for name in memory pids cpu io; do
  (($(grep -c "not enforced.*\b$name\b\|\b$name\b.*not enforced" <(cat stdout stderr)) == 1)) ||
    fail "not exactly one line says that $name is not enforced by the kernel"
done
expect_facts events - <<'EXPECTED'
len([e for e in events if e["event"] == "notice"]) == 1
events[-1]["passed"], events[-1]["failed"] == (2, 1)
EXPECTED
expect_facts events passes <<'EXPECTED'
verdict == "pass"
(enforced["cpu"], enforced["io"]) == ("none", "none")
(enforced["memory"], enforced["pids"]) == ("watchdog", "watchdog")
(enforced["wall"], enforced["open_files"]) == ("watchdog", "rlimit")
(io_read_bytes, io_write_bytes) == (null, null)
EXPECTED
expect_facts events fails <<'EXPECTED'
(verdict, exit_code) == ("fail", 3)
EXPECTED
expect_facts events leaks <<'EXPECTED'
(verdict, leaked_count, leaked[0]["comm"]) == ("pass", 1, "leak")
EXPECTED
expect_nothing_left

# --- who insists ------------------------------------------------------------------------------------------------------
expect_exit 3 "$HUTCH" run --isolation=required tests/passes
tail -n 1 stderr | grep -q . || fail 'it does not say why'
for limit in '--memory 64M' '--pids-limit 20' '--cpus 0.5' '--io wbps=2M'; do
  # shellcheck disable=SC2086 # two words
  expect_exit 3 "$HUTCH" run $limit tests/passes
  # shellcheck disable=SC2086
  expect_exit 0 "$HUTCH" run $limit --isolation=if-available tests/passes
done

# --- what a watchdog can do ---------------------------------------------------------------------------------------------
make_test hog <<SCRIPT
exec "$PROGRAMS/allocate" 200 20
SCRIPT
expect_exit 1 "$HUTCH" run --memory 64M --isolation=if-available --events events tests/hog
expect_facts events hog <<'EXPECTED'
(verdict, cause, enforced["memory"]) == ("oom", "memory_watchdog", "watchdog")
memory_peak_sampled is true
"not the kernel" in reason
EXPECTED
make_test forks <<SCRIPT
exec "$PROGRAMS/leak" many
SCRIPT
expect_exit 1 "$HUTCH" run --pids-limit 20 --isolation=if-available --leak=fail --events events tests/forks
expect_facts events forks <<'EXPECTED'
verdict in ("limit", "leak")
EXPECTED
expect_nothing_left

# --- leaks: where nothing holds them together but their parentage ---------------------------------------------------------
for kind in plain setsid doublefork daemon stopped ignore_term block_all nohup pgrp closed_fds subreaper many deep pipe_holder \
  zombie_maker exec_sleep vfork_child; do
  box 0 --no-limits --timeout 20s -- "$PROGRAMS/leak" $kind
  wanted=$(sed -n 's/^leaked=//p' stdout)
  expect_result <<EXPECTED
verdict == "pass"
leaked_count == $wanted
EXPECTED
  while read -r pid; do
    [[ $(process_state "$pid") == [ZX] || ! -e /proc/$pid ]] || fail "$kind: process $pid is alive"
  done < <(sed -n 's/^pid=//p' stdout)
done
expect_nothing_left

# --- kill -9 of the runner: hutch-init sees it ---------------------------------------------------------------------------
make_test family <<SCRIPT
"$PROGRAMS/leak" setsid
"$PROGRAMS/leak" ignore_term
echo begun >>begun
exec "$PROGRAMS/hang_ignoring_term"
SCRIPT
start "$HUTCH" run tests/family
wait_for 15 test -s begun
kill -KILL "$started"
left=$(python3 -S "$bed" leftovers 1) || fail "left behind a second after kill -9: $left"
wait "$started" || true
