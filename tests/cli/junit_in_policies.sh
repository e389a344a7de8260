#!/bin/bash
# A JUnit file is read wherever the policy puts the test's directory: outside, in a private /tmp, under a read-only root; and never
# through a link that the test has made.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

suite=$(mktemp -d /var/tmp/hutch-junit.XXXXXX) # not below /tmp, which policies make private
trap 'rm -rf "$suite"; clean_up' EXIT
cd "$suite"
mkdir s
cat >hutch.toml <<'TOML'
[[runner]]
name = "xml"
match = ["*.xmltest"]
command = ["sh", "{file}", "{xml}"]
protocol = "junit"
[[override]]
match = ["s/strict*"]
policy = "strict"
[[override]]
match = ["s/offline*"]
policy = "offline"
TOML
for name in trusted strict offline; do
  cat >"s/$name.xmltest" <<'TEST'
test "$1" = "$XML_OUTPUT_FILE" || exit 3
echo '<testsuite><testcase name="n" classname="c"/></testsuite>' >"$1"
TEST
done
cat >s/strict-link.xmltest <<'TEST'
ln -s /etc/hostname "$1"
TEST
cat >s/offline-none.xmltest <<<'exit 0'
expect_exit 1 "$HUTCH" run --no-store --isolation=if-available --events events
expect_events events <<'EXPECTED'
all(by_name[f"s/{name}.xmltest"]["verdict"] == "pass" for name in ("trusted", "strict", "offline"))
all(by_name[f"s/{name}.xmltest"]["cases"]["passed"] == 1 for name in ("trusted", "strict", "offline"))
by_name["s/trusted.xmltest"]["policy"] == "trusted" and by_name["s/strict.xmltest"]["policy"] == "strict"
by_name["s/strict-link.xmltest"]["verdict"] == "fail" and by_name["s/strict-link.xmltest"]["cases"]["passed"] == 0
"no file was written" in by_name["s/offline-none.xmltest"]["reason"]
EXPECTED
