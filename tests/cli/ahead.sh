#!/bin/bash
# Tests are prepared while others run, and one starts before the other's verdict is told: what may not be seen of that.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# no two at a time have the same HUTCH_WORKER, and there are no more of them than workers
for i in {10..39}; do
  make_test "$i" <<'SCRIPT'
mkdir "worker.$HUTCH_WORKER" || exit 1
echo "$HUTCH_WORKER" >>workers
[ $((HUTCH_ATTEMPT + 0)) = 1 ] && sleep 0.02
rmdir "worker.$HUTCH_WORKER"
SCRIPT
done
expect_exit 0 "$HUTCH" run -j 3 tests
expect_eq 'workers' '0 1 2' "$(sort -u workers | xargs)"
expect_eq 'tests' 30 "$(wc -l <workers)"

# nothing of a test lives when the next one starts: what it left behind has stopped to write, what it stopped is dead
rm -rf tests
make_test 1 <<<'(while :; do echo x >>beat; done) & until [ -s beat ]; do sleep 0.01; done'
make_test 2 <<<'one=$(wc -c <beat); sleep 0.2; test "$one" = "$(wc -c <beat)"'
make_test 3 <<<'sleep 1000 & kill -STOP $!; echo $! >pid'
# shellcheck disable=SC2016
make_test 4 <<<'case $(sed "s/.*) //; s/ .*//" "/proc/$(cat pid)/stat" 2>/dev/null) in "" | Z | X) ;; *) exit 1 ;; esac' # a zombie is dead
expect_exit 0 "$HUTCH" run -j 1 --events events tests
expect_events events <<'EXPECTED'
[len(by_name["tests/%d" % n]["leaked"]) for n in (1, 2, 3, 4)] == [1, 0, 1, 0]
EXPECTED

# what was prepared and is not wanted any more is counted, and leaves nothing
rm -rf tests
for i in {10..19}; do make_test "$i" <<<'echo $$ >>ran; exec sleep 1000'; done
for j in 1 3; do
  rm -f ran
  start "$HUTCH" run -j "$j" --events events tests
  wait_for 10 test -s ran
  wait_for 10 eval '[[ $(wc -l <ran) == '"$j ]]"
  kill -TERM "$background"
  code=0
  wait "$background" || code=$?
  expect_eq 'exit code' 143 "$code"
  expect_events events <<EXPECTED
of("run_finished")[0]["not_run"] == $((10 - j))
len(by_name) == $j and all(test["verdict"] == "cancelled" for test in by_name.values())
len(of("test_started")) == $j
EXPECTED
  expect_nothing_left_of "$(python3 -c 'import json; print(json.loads(open("events").readline())["run_id"])')"
done
