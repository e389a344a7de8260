#!/bin/bash
# [[setup]]: once before its tests, torn down after the last; what it tells them, what it leaves running for them, what its failure means.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

cat >hutch.toml <<'TOML'
[[setup]]
name = "database"
match = ["tests/db/**"]
command = ["sh", "{project}/start"]
teardown = ["sh", "{project}/stop"]
TOML
cat >start <<'SCRIPT'
echo start >>log
echo "DB_URL=db://here  now"
echo "no variable"
echo "DB_NUMBER=7"
(while :; do echo x >>beat; sleep 0.05; done) &
SCRIPT
cat >beats <<'SCRIPT'
one=$(wc -c <beat)
for _ in 1 2 3 4 5 6 7 8 9 10; do # it is slow on a busy machine
  sleep 0.2
  test "$one" = "$(wc -c <beat)" || exit 0
done
exit 1
SCRIPT
no_more_beats() { ! sh beats || fail 'the daemon outlived the run'; } # a pid would be one in a PID namespace
cat >stop <<'SCRIPT'
echo "stop $DB_NUMBER" >>log
sh beats && echo 'daemon still there' >>log
exit 0
SCRIPT
for i in 1 2 3; do
  make_test "db/$i" <<SCRIPT
sh beats || exit 1
test "\$DB_URL,\$DB_NUMBER" = "db://here  now,7" || exit 2
echo 'test $i' >>log
sleep 0.1
SCRIPT
done
make_test other <<'SCRIPT'
test -z "${DB_URL+set}${DB_NUMBER+set}"
SCRIPT
for j in 1 4; do
  rm -f log
  expect_exit 0 "$HUTCH" run -j "$j" --events events tests
  expect_eq 'first' start "$(head -n 1 log)"
  expect_in log '^stop 7$'
  expect_eq 'set-ups and tear-downs' 2 "$(grep -cE '^(start|stop)' log)"
  expect_eq 'before the tear-down' 4 "$(grep -n '^stop' log | cut -d : -f 1 | awk '{ print $1 - 1 }')"
  expect_in log 'daemon still there'
  expect_events events <<'EXPECTED'
by_name["setup database"]["verdict"] == "pass" and by_name["teardown database"]["verdict"] == "pass"
of("run_finished")[0]["passed"] == 4
EXPECTED
  expect_in stdout '^4 passed, 0 failed'
  no_more_beats
  expect_nothing_left_of "$(python3 -c 'import json; print(json.loads(open("events").readline())["run_id"])')"
done

# nobody needs it: it is not run
rm log
expect_exit 0 "$HUTCH" run tests/other
! [[ -e log ]] || fail 'a set-up was run that no test needs'
expect_exit 0 "$HUTCH" list tests
expect_not_in stdout 'setup|teardown'

# without a tear-down the daemon goes with the last test
sed -i /teardown/d hutch.toml
expect_exit 0 "$HUTCH" run tests
no_more_beats
expect_not_in log '^stop'

# its failure blocks its tests, and no others; there is nothing to tear down
echo 'teardown = ["sh", "stop"]' >>hutch.toml
echo 'echo start >>log; echo broken >&2; exit 3' >start
rm -f log
expect_exit 1 "$HUTCH" run --events events tests
expect_events events <<'EXPECTED'
[by_name["tests/db/%d" % i]["verdict"] for i in (1, 2, 3)] == ["blocked"] * 3
"setup database" in by_name["tests/db/1"]["reason"]
by_name["tests/other"]["verdict"] == "pass"
by_name["setup database"]["verdict"] == "fail"
EXPECTED
expect_eq 'log' start "$(<log)"
expect_in stdout '^  [|] broken$'

# a failing tear-down is a failure
sed -i 's/exit 3/exit 0/' start
echo 'exit 5' >stop
for i in 1 2 3; do make_test "db/$i" </dev/null; done
expect_exit 1 "$HUTCH" run --events events tests
expect_events events <<'EXPECTED'
by_name["teardown database"]["verdict"] == "fail"
all(by_name["tests/db/%d" % i]["verdict"] == "pass" for i in (1, 2, 3))
EXPECTED

# a set-up that hangs has its own time limit
echo 'exec sleep 100' >start
printf 'timeout = "300ms"\n' >>hutch.toml
expect_exit 1 "$HUTCH" run --grace 100ms --events events tests
expect_events events <<'EXPECTED'
by_name["setup database"]["verdict"] == "timeout"
by_name["tests/db/1"]["verdict"] == "blocked"
EXPECTED
