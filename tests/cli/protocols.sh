#!/bin/bash
# What tests tell of their cases, in each protocol, by real tools where they are installed: verdict, counts in the summary and in the events.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

# TAP, in t/ and by a runner; what its plan or exit code says against it
mkdir -p t
tap() { # NAME LINES [EXIT-CODE]
  printf '#!/bin/sh\nprintf "%%s\\n" %s\nexit %s\n' "$2" "${3:-0}" >"t/$1"
  chmod 755 "t/$1"
}
tap pass '1..2 "ok 1 - one" "ok 2 - two"'
tap fail '1..3 "ok 1" "not ok 2 - second" "ok 3"'
tap skip '"1..0 # SKIP no database"'
tap some '1..3 ok "ok 2 # SKIP why" "not ok 3 # TODO later"'
tap noplan '"ok 1"'
tap short '1..3 "ok 1"'
tap exits '1..1 "ok 1"' 1
tap bail '1..2 "ok 1" "Bail out! no disk"'
tap empty '""'
expect_exit 1 "$HUTCH" run -j 4 --events events t
expect_events events <<'EXPECTED'
{n[2:]: e["verdict"] for n, e in by_name.items()} == dict(empty="fail", bail="fail", exits="fail", fail="fail", noplan="fail", short="fail", some="pass", skip="skip", **{"pass": "pass"})
all(e["cases"]["protocol"] == "tap" for e in by_name.values())
(by_name["t/pass"]["cases"]["passed"], by_name["t/pass"]["cases"]["list"][1]["name"]) == (2, "two")
[c["verdict"] for c in by_name["t/fail"]["cases"]["list"]] == ["pass", "fail", "pass"]
[by_name["t/some"]["cases"][k] for k in ("passed", "failed", "skipped", "planned", "complaint")] == [1, 0, 1, 1, None]
"no plan" in by_name["t/noplan"]["cases"]["complaint"]
"planned 3 cases, saw 1" in by_name["t/short"]["cases"]["complaint"] and "planned 3 cases" in by_name["t/short"]["reason"]
"no disk" in by_name["t/bail"]["reason"]
"no database" in by_name["t/skip"]["reason"]
EXPECTED
expect_in stdout '^FAIL .*t/fail \(3 cases, 1 failed\): 1 of 3 cases failed: second$'
expect_in stdout '^PASS .*t/some \(3 cases, 1 skipped, 1 planned\)$'
expect_in stdout '; [0-9]+ cases: 9 passed, 1 failed, 1 skipped, 1 planned in '

# a script that says TAP is read as TAP; one that prints `ok` is not
make_test says <<<'echo TAP version 14; echo 1..1; echo not ok 1'
make_test prose <<<'echo ok; echo 1..2'
expect_exit 1 "$HUTCH" run --events events tests
expect_events events <<'EXPECTED'
by_name["tests/says"]["verdict"] == "fail" and by_name["tests/says"]["cases"]["failed"] == 1
by_name["tests/prose"]["verdict"] == "pass" and by_name["tests/prose"]["cases"] is None
EXPECTED

# GoogleTest
rm -rf tests
gtest_output() { # VERDICT-OF-SECOND
  cat <<TEXT
cat <<'OUTPUT'
Running main() from gtest_main.cc
[==========] Running 2 tests from 1 test suite.
[----------] Global test environment set-up.
[----------] 2 tests from Few
[ RUN      ] Few.One
[       OK ] Few.One (0 ms)
[ RUN      ] Few.Two
$1
[----------] 2 tests from Few (1 ms total)

[----------] Global test environment tear-down
[==========] 2 tests from 1 test suite ran. (1 ms total)
$2
OUTPUT
TEXT
}
gtest_output '[       OK ] Few.Two (1 ms)' '[  PASSED  ] 2 tests.' | make_test passes
{
  gtest_output $'few.cc:7: Failure\nExpected equality\n[  FAILED  ] Few.Two (1 ms)' \
    $'[  PASSED  ] 1 test.\n[  FAILED  ] 1 test, listed below:\n[  FAILED  ] Few.Two\n\n 1 FAILED TEST'
  echo 'exit 1'
} | make_test fails
make_test ends <<<$'echo "Running main() from gtest_main.cc"; echo "[==========] Running 1 test from 1 test suite."; echo "[ RUN      ] Few.One"'
expect_exit 1 "$HUTCH" run --events events tests
expect_events events <<'EXPECTED'
{n[6:]: e["verdict"] for n, e in by_name.items()} == {"passes": "pass", "fails": "fail", "ends": "fail"}
by_name["tests/passes"]["cases"]["protocol"] == "gtest" and by_name["tests/passes"]["cases"]["passed"] == 2
[(c["group"], c["name"], c["verdict"]) for c in by_name["tests/fails"]["cases"]["list"]] == [("Few", "One", "pass"), ("Few", "Two", "fail")]
"Few.One was running" in by_name["tests/ends"]["cases"]["complaint"]
EXPECTED
expect_in stdout '^FAIL .*1 of 2 cases failed: Few.Two: few.cc:7: Failure'

# JUnit: into the file that {xml} and XML_OUTPUT_FILE name
rm -rf tests
mkdir tests
cat >hutch.toml <<'TOML'
[[runner]]
name = "writes"
match = "*.xml-test"
command = ["sh", "{file}", "{xml}"]
protocol = "junit"
TOML
case_xml='<testcase classname="C" name="a" time="0.5"/>'
cat >tests/passes.xml-test <<SCRIPT
test "\$1" = "\$XML_OUTPUT_FILE" || exit 9
echo '<testsuite name="s" tests="2">$case_xml<testcase classname="C" name="b"><skipped message="why"/></testcase></testsuite>' >"\$1"
SCRIPT
cat >tests/fails.xml-test <<SCRIPT
echo '<testsuite name="s">$case_xml<testcase classname="C" name="b"><failure message="two is three"/></testcase></testsuite>' >"\$XML_OUTPUT_FILE"
SCRIPT
echo "echo '<testsuite><testcase' >\"\$1\"" >tests/cut.xml-test
: >tests/none.xml-test
expect_exit 1 "$HUTCH" run -j 1 --events events tests
expect_events events <<'EXPECTED'
{n[6:-9]: e["verdict"] for n, e in by_name.items()} == {"passes": "pass", "fails": "fail", "cut": "fail", "none": "fail"}
[by_name["tests/passes.xml-test"]["cases"][k] for k in ("protocol", "passed", "skipped")] == ["junit", 1, 1]
by_name["tests/passes.xml-test"]["cases"]["list"][0]["duration_usec"] == 500000
"not XML" in by_name["tests/cut.xml-test"]["cases"]["complaint"]
EXPECTED
expect_in stdout '^FAIL .*1 of 2 cases failed: C.b: two is three'
rm hutch.toml

# Simple: by $SIMPLE_BINARY, by the project's bin/simple
rm -rf tests
mkdir -p tests bin
cat >bin/simple <<'SCRIPT'
#!/bin/sh
[ "$1" = run ] || exit 9
exec sh "$2.out"
SCRIPT
chmod 755 bin/simple
cp bin/simple interpreter
spec() { # NAME EXIT-CODE <OUTPUT
  echo "describe \"$1\":" >"tests/${1}_spec.spl"
  { echo "cat <<'OUTPUT'" && cat && printf 'OUTPUT\nexit %s\n' "$2"; } >"tests/${1}_spec.spl.out"
}
spec good 0 <<'OUTPUT'
Calculator
  ✓ adds
  ○ divides (skipped)

2 examples, 0 failures
OUTPUT
spec bad 0 <<'OUTPUT'
Calculator
  ✓ adds
  ✗ refuses zero
    expected nil to equal 0

2 examples, 1 failure
OUTPUT
spec nothing 0 </dev/null
echo 'slow_it "takes long":' >>tests/nothing_spec.spl
for binary in '' "$work/interpreter"; do
  [[ -z $binary ]] || mv bin/simple bin/gone
  expect_exit 1 env SIMPLE_BINARY="$binary" "$HUTCH" run --isolation=if-available --all --events events tests
  expect_events events <<'EXPECTED'
{n[6:-9]: e["verdict"] for n, e in by_name.items()} == {"good": "pass", "bad": "fail", "nothing": "fail"}
[by_name["tests/good_spec.spl"]["cases"][k] for k in ("protocol", "passed", "skipped")] == ["spl", 1, 1]
by_name["tests/bad_spec.spl"]["cases"]["list"][1]["group"] == "Calculator"
"nothing was executed" in by_name["tests/nothing_spec.spl"]["cases"]["complaint"]
EXPECTED
done
expect_exit 0 env SIMPLE_BINARY="$work/interpreter" "$HUTCH" list tests
expect_eq 'without the slow one' $'tests/bad_spec.spl\ntests/good_spec.spl' "$(<stdout)"

# Bats
rm -rf tests bin
mkdir tests
if command -v bats >/dev/null; then
  cat >tests/some.bats <<'BATS'
@test "adds" { [ $((1 + 1)) = 2 ]; }
@test "skips" { skip "no time"; }
@test "fails" { [ 1 = 2 ]; }
BATS
  printf '@test "is" { true; }\n' >tests/good.bats
  expect_exit 1 "$HUTCH" run --events events tests
  expect_events events <<'EXPECTED'
[by_name["tests/some.bats"]["cases"][k] for k in ("protocol", "passed", "failed", "skipped", "complaint")] == ["tap", 1, 1, 1, None]
by_name["tests/good.bats"]["verdict"] == "pass" and by_name["tests/good.bats"]["cases"]["passed"] == 1
EXPECTED
else
  echo 'bats is not installed: not tried'
fi

# Perl
rm -f tests/*
if perl -MTest::More -e 1 2>/dev/null; then
  printf 'use Test::More tests => 2;\nok 1, "one";\nok 0, "two";\n' >tests/more.t
  expect_exit 1 "$HUTCH" run --events events tests
  expect_events events <<'EXPECTED'
[by_name["tests/more.t"]["cases"][k] for k in ("passed", "failed")] == [1, 1]
EXPECTED
else
  echo "perl's Test::More is not installed: not tried"
fi

# Python: a script, unittest's cases, pytest's functions
rm -f tests/*
printf 'import sys\nprint("did it")\nsys.exit(0)\n' >tests/test_script.py
printf 'import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(1, 1)\n' >tests/test_unit.py
sed 's/(1, 1)/(1, 2)/' tests/test_unit.py >tests/test_wrong.py
expect_exit 1 "$HUTCH" run --isolation=if-available --timeout 60s --events events tests
expect_events events <<'EXPECTED'
{n[6:]: e["verdict"] for n, e in by_name.items()} == {"test_script.py": "pass", "test_unit.py": "pass", "test_wrong.py": "fail"}
EXPECTED
expect_exit 0 "$HUTCH" list --explain tests
expect_eq 'by unittest' 2 "$(grep -c 'python3 -m unittest' stdout)"
printf 'def test_a():\n    assert True\ndef test_b():\n    assert 1 == 2\n' >tests/test_functions.py
expect_exit 0 "$HUTCH" list --explain tests/test_functions.py
expect_in stdout 'python3 -m pytest .*\{xml\}'
if python3 -c 'import pytest' 2>/dev/null; then
  expect_exit 1 "$HUTCH" run --timeout 60s --events events tests/test_functions.py
  expect_events events <<'EXPECTED'
[by_name["tests/test_functions.py"]["cases"][k] for k in ("protocol", "passed", "failed")] == ["junit", 1, 1]
EXPECTED
else
  echo 'pytest is not installed for python3: not tried'
  expect_exit 1 "$HUTCH" run tests/test_functions.py # which is no pass
fi
