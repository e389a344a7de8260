#!/bin/bash
# A network of its own may have been another test's before: as new, or it is another one.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

unshare --user --net true 2>/dev/null || unshare --net true 2>/dev/null || skip 'no network namespaces here'

# Leaves a connection in TIME_WAIT on port 8080, which nobody can bind for a minute after that.
cat >waits.py <<'END'
import socket
server = socket.socket()
server.bind(("127.0.0.1", 8080))
server.listen()
client = socket.create_connection(("127.0.0.1", 8080))
there, _ = server.accept()
there.close()
client.recv(1)
client.close()
again = socket.socket()
try:
    again.bind(("127.0.0.1", 8080))
except OSError:
    raise SystemExit(0)
raise SystemExit("it can be bound: this test shows nothing")
END
for i in 1 2 3 4 5 6; do make_test "$i" <<<'readlink /proc/self/ns/net >>clean; exec python3 -c "import socket; socket.create_server((\"127.0.0.1\", 9090))"'; done
expect_exit 0 "$HUTCH" run -j 1 -p offline tests
(($(id -u) != 0)) || (($(sort -u clean | wc -l) < 6)) || fail 'six tests in a row made six networks'

rm -rf tests
for i in 1 2 3 4; do make_test "$i" <<<'readlink /proc/self/ns/net >>dirty; cat /proc/net/dev | grep -c :; exec python3 waits.py'; done
expect_exit 0 "$HUTCH" run -j 1 -p offline tests
expect_eq 'networks' 4 "$(sort -u dirty | wc -l)"

# a test that may administer its network keeps nobody else's and leaves it to nobody
if (($(id -u) == 0)); then
  rm -rf tests
  for i in 1 2 3 4; do make_test "$i" <<<'readlink /proc/self/ns/net >>own; exec ip link set lo down'; done
  expect_exit 0 "$HUTCH" run -j 1 -p offline --set 'capabilities.keep="all"' tests || true
  expect_eq 'networks' 4 "$(sort -u own | wc -l)"
fi
