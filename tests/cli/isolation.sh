#!/bin/bash
# Policies, held: what a test sees and can do under each of them, what is said when a machine cannot give it, and that nothing is left.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

unshare --user true 2>/dev/null || (($(id -u) == 0)) || skip 'neither root nor user namespaces: policies are held by Landlock at most'

for policy in trusted default offline network strict; do
  expect_exit 7 "$HUTCH" exec -p "$policy" -- sh -c 'exit 7'
done

# its own processes and directories; a work tree below /tmp is where it was
expect_exit 0 "$HUTCH" exec -p default -- sh -c 'echo $TEST_TMPDIR; test -w "$TEST_TMPDIR" && test -w . && test -z "$XDG_RUNTIME_DIR" && pwd
  ls /proc | grep -c "^[0-9]"; ! touch /usr/x 2>/dev/null && ls -A /run/user'
expect_eq 'TEST_TMPDIR' /tmp/hutch "$(sed -n 1p stdout)"
expect_eq 'the work directory' "$work" "$(sed -n 2p stdout)"
(($(sed -n 3p stdout) < 10)) || fail 'it sees the processes of the machine'
expect_eq 'lines: /run/user is empty' 3 "$(wc -l <stdout)"

# strict: what it changes in its work tree is thrown away
echo before >file
expect_exit 0 "$HUTCH" exec -p strict -- sh -c 'echo after >file && rm -f stdout && cat file; echo $HOME; touch "$HOME/x"'
expect_eq 'inside' 'after /tmp/home' "$(tr '\n' ' ' <stdout | sed 's/ $//')"
expect_eq 'outside' before "$(<file)"

# overlay-keep: it is kept elsewhere, and the tree is as it was
expect_exit 0 "$HUTCH" exec -p strict --set files.work_tree=overlay-keep --set "files.keep_dir=$work/kept" -- sh -c 'echo kept >file'
expect_eq 'kept' kept "$(cat kept/*/file)"
expect_eq 'outside' before "$(<file)"

# a denied call is named
code=0
"$HUTCH" exec -p strict --json record -- unshare --user true 2>stderr || code=$?
((code != 0)) || fail 'unshare succeeded under strict'
expect_in stderr 'denied unshare'
expect_in record '"verdict":"denied".*"policy":"strict".*"isolation":\{.*"syscalls":"seccomp".*"denied":\[\{"name":"unshare'

# two tests listen on the same port, side by side
for name in one two; do
  make_test "$name" <<'SCRIPT'
exec python3 -c '
import socket, time
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 8080))
server.listen()
time.sleep(1)
socket.create_connection(("127.0.0.1", 8080))'
SCRIPT
done
expect_exit 0 "$HUTCH" run -p offline -j2 --events events tests
expect_events events <<'EXPECTED'
len(by_name) == 2 and all(test["verdict"] == "pass" for test in by_name.values())
all(test["isolation"]["network"] == "namespace" and not test["tampered"] for test in by_name.values())
EXPECTED
expect_nothing_left_of "$(python3 -c 'import json; print(json.loads(open("events").readline())["run_id"])')"

# what cannot be had: inside of a sandbox there is no second fresh /proc. Asked for, it is an error before anything is run ...
expect_exit 125 "$HUTCH" exec -p default -- "$HUTCH" exec -p default -- sh -c 'echo ran'
expect_in stderr "policy 'default' cannot be held here \(.*proc.*\)"
expect_not_in stdout ran
(cd /tmp && "$HUTCH" exec -p default -- true) >in-tmp 2>&1 && fail 'a private /tmp would take the work directory away'
expect_in in-tmp 'start hutch in a directory below /tmp'
# ... with --isolation=if-available it is dropped, and said once
expect_exit 0 "$HUTCH" exec -p default -- "$HUTCH" exec -p default --isolation=if-available -- sh -c 'echo ran'
expect_in stdout ran
expect_eq 'notices' 1 "$(grep -c "policy 'default' is not held in full; missing: .*proc" stderr)"
# ... and off asks for nothing
expect_exit 0 "$HUTCH" exec -p strict --isolation=off -- sh -c 'echo $TEST_TMPDIR; ls /tmp >/dev/null'
expect_not_in stdout /tmp/hutch

# a test that changes its own box is told of
make_test leaves <<'SCRIPT'
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
for mount in /sys/fs/cgroup /sys/fs/cgroup/unified; do
  mkdir "$mount$own/mine" 2>/dev/null && exit 0
done
exit 77
SCRIPT
rm tests/one tests/two
expect_exit 0 "$HUTCH" run -p trusted --events events tests
if grep -q '"verdict":"pass"' events; then
  expect_in stdout 'tampered with its box: made a cgroup of its own: mine'
  expect_in events '"tampered":\["made a cgroup of its own: mine"\]'
fi
expect_exit 0 "$HUTCH" run -p default tests # it has none to change
expect_not_in stdout tampered

# what a machine can give, feature by feature
expect_exit 0 "$HUTCH" doctor
expect_in stdout '^isolation, for policies:'
expect_in stdout '^  mount_namespace +yes '
expect_exit 0 "$HUTCH" doctor --json
python3 -c 'import json; found = {each["name"]: each for each in json.load(open("stdout"))["isolation"]}; assert found["tmp"]["available"] and len(found) == 21, found' ||
  fail 'isolation in doctor --json'
