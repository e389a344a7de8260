#!/bin/bash
# Again, and in which order: retries, flaky passes, repetitions, shuffled orders, parts, and what the last run knew.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# passes when tried a second time
make_test flaky <<<'echo x >>tries; test $(($(wc -l <tries) % 2)) = 0'
make_test solid </dev/null
expect_exit 0 "$HUTCH" run -j 1 --retries 2 --events events tests
expect_in stdout '^RETRY .* tests/flaky: exit 1'
expect_in stdout '^FLAKY .* tests/flaky \(attempt 2\)'
expect_events events <<'EXPECTED'
[(e["attempt"], e["verdict"], e["final"]) for e in of("test_finished") if e["test"] == "tests/flaky"] == [(1, "fail", False), (2, "flaky", True)]
of("run_finished")[0]["passed"] == 2 and of("run_finished")[0]["failed"] == 0
of("run_finished")[0]["verdicts"] == {"pass": 1, "flaky": 1}
EXPECTED
expect_exit 1 "$HUTCH" run -j 1 --retries 2 --flaky=fail --events events tests
expect_events events <<'EXPECTED'
by_name["tests/flaky"]["verdict"] == "flaky" and by_name["tests/solid"]["attempt"] == 1
EXPECTED
expect_exit 1 "$HUTCH" run tests

# never passes
make_test never <<<'echo "$HUTCH_ATTEMPT" >>attempts; exit 1'
expect_exit 1 "$HUTCH" run --retries 2 --retry-delay 300ms --events events tests/never
expect_eq 'attempts' '1 2 3' "$(xargs <attempts)"
expect_events events <<'EXPECTED'
[(e["verdict"], e["final"]) for e in of("test_finished")] == [("fail", False), ("fail", False), ("fail", True)]
of("run_finished")[0]["duration_ms"] >= 600
EXPECTED
make_test skips <<<'echo x >>skips; exit 77'
expect_exit 0 "$HUTCH" run --retries 2 tests/skips
expect_eq 'tries of a skipped one' 1 "$(wc -l <skips)"

# repetitions
rm -rf tests log
for i in a b c d e f g h; do make_noted_test "$i" 0; done
expect_exit 0 "$HUTCH" run -j 1 --no-store --repeat 3 --events events tests
expect_eq 'tests' 24 "$(begun | wc -w)"
expect_events events <<'EXPECTED'
sorted((e["round"], e["test"][-1]) for e in of("test_finished")) == [(r, t) for r in (1, 2, 3) for t in "abcdefgh"]
of("run_finished")[0]["passed"] == 24
EXPECTED
rm log
expect_exit 0 "$HUTCH" run -j 2 --no-store --stress 1s --events events tests
expect_events events <<'EXPECTED'
of("run_finished")[0]["duration_ms"] >= 1000
max(e["round"] for e in of("test_finished")) > 1
of("run_finished")[0]["passed"] == len(of("test_finished"))
EXPECTED
expect_exit 2 "$HUTCH" run --stress 1s --repeat 2 tests
expect_last_words '^hutch: --repeat and --stress exclude each other'

# a seed gives the same order again, wherever and with whatever history
rm log
expect_exit 0 "$HUTCH" run -j 1 --shuffle --seed 7 tests
expect_in stdout '^notice: shuffled: --shuffle --seed 7 '
first=$(begun)
rm log
expect_exit 0 "$HUTCH" run -j 1 --shuffle --seed 7 tests
expect_eq 'order' "$first" "$(begun)"
[[ $first != 'a b c d e f g h' ]] || fail 'not shuffled'
rm log
expect_exit 0 "$HUTCH" run -j 1 --shuffle tests
told=$(begun)
seed=$(sed -n 's/^notice: shuffled: --shuffle --seed \([0-9]*\) .*/\1/p' stdout)
rm log
expect_exit 0 "$HUTCH" run -j 1 --shuffle --seed "$seed" tests
expect_eq 'order' "$told" "$(begun)"
expect_exit 2 "$HUTCH" run --seed 7 tests
expect_last_words '^hutch: --seed is of --shuffle'

# parts: every test in just one of them, by flag and by variables
parts() { # COMMAND…: of 1 to 3, each named by {} (from 1) or {0} (from 0)
  local i word command
  for i in 1 2 3; do
    command=()
    for word; do
      word=${word//\{\}/$i}
      command+=("${word//\{0\}/$((i - 1))}")
    done
    expect_exit 0 "${command[@]}" --no-tests=pass
    cat stdout
  done
}
for way in '--shard {}/3' 'TEST_SHARD_INDEX={0} TEST_TOTAL_SHARDS=3' 'CI_NODE_INDEX={} CI_NODE_TOTAL=3'; do
  read -r -a words <<<"$way"
  if [[ $way == --* ]]; then
    parts "$HUTCH" run --list tests "${words[@]}" >listed
  else
    parts env "${words[@]}" "$HUTCH" run --list tests >listed
  fi
  expect_eq "parts by $way" "$(printf 'tests/%s\n' a b c d e f g h)" "$(LC_ALL=C sort listed)"
  [[ ! -e order ]] || diff order listed || fail "$way are other parts"
  cp listed order
done
expect_exit 0 env TEST_SHARD_INDEX=0 TEST_TOTAL_SHARDS=2 TEST_SHARD_STATUS_FILE="$work/status" "$HUTCH" run --no-tests=pass tests
[[ -e status ]] || fail 'TEST_SHARD_STATUS_FILE was not touched'
expect_exit 2 env TEST_SHARD_INDEX=2 TEST_TOTAL_SHARDS=2 "$HUTCH" run tests
expect_last_words '^hutch: TEST_SHARD_INDEX='
expect_exit 2 env CI_NODE_INDEX=0 CI_NODE_TOTAL=2 "$HUTCH" run tests
expect_exit 2 "$HUTCH" run --shard 0/3 tests

# what failed, what was skipped the last time
rm -rf tests .hutch
expect_exit 2 "$HUTCH" run --rerun-failed --no-store .
expect_last_words '^hutch: --no-store knows nothing'
for i in 1 2 3; do make_test "passes$i" </dev/null; done
make_test fails <<<'test -e repaired'
make_test crashes <<<'test -e repaired || kill -SEGV $$'
make_test skips <<<'exit 77'
expect_exit 1 "$HUTCH" run tests
expect_exit 0 "$HUTCH" list --rerun-failed tests
expect_eq 'failed' $'tests/crashes\ntests/fails' "$(<stdout)"
expect_exit 0 "$HUTCH" list --only-skipped tests
expect_eq 'skipped' tests/skips "$(<stdout)"
touch repaired
expect_exit 0 "$HUTCH" run --only-failed --events events tests
expect_events events <<'EXPECTED'
sorted(by_name) == ["tests/crashes", "tests/fails"]
EXPECTED
expect_exit 4 "$HUTCH" run --rerun-failed tests
expect_last_words '^hutch: no tests selected: of 6 found'

# the longest first, once that is known; one worker keeps the order in which they are found
rm -rf tests log .hutch
make_noted_test a 0 '@Slots 2' # of two workers: one after the other
make_noted_test b 0.3 '@Slots 2'
make_noted_test c 0.9 '@Slots 2'
expect_exit 0 "$HUTCH" run -j 2 tests
expect_eq 'order, found' 'a b c' "$(begun)"
rm log
expect_exit 0 "$HUTCH" run -j 2 tests
expect_eq 'order, known' 'c b a' "$(begun)"
rm log
expect_exit 0 "$HUTCH" run -j 1 tests
expect_eq 'order of one worker' 'a b c' "$(begun)"
