#!/bin/bash
# run-as: root dev
# timeout: 240
# kill -9 of the runner at random moments: within a second nothing of it is left, and nobody had to start hutch again.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

make_test hangs <<SCRIPT
exec "$PROGRAMS/hang_ignoring_term"
SCRIPT
make_test daemons <<SCRIPT
"$PROGRAMS/leak" setsid & "$PROGRAMS/leak" ignore_term & "$PROGRAMS/leak" stopped & "$PROGRAMS/leak" nested_cgroup &
exec "$PROGRAMS/hang"
SCRIPT
make_test passes <<'SCRIPT'
SCRIPT
make_test leaks <<SCRIPT
exec "$PROGRAMS/leak" many
SCRIPT

# Kills at a random moment: half of the rounds while the run begins, the others in its first second and a half. What is late by a
# busy host's doing (an emulated second is the host's) may be one round of ten, and must be gone by the fifth second.
python3 - "$HUTCH" "${ROUNDS:-25}" "$(dirname "$bed")" <<'ROUNDS'
import os, random, signal, subprocess, sys, time

hutch, rounds, here = sys.argv[1], int(sys.argv[2]), sys.argv[3]
sys.path.insert(0, here)
import bed

seed = random.randrange(1 << 32)
print(f"seed {seed}")
random.seed(seed)
slowest, late = 0.0, 0
for number in range(rounds):
    moment = random.uniform(0, 0.4) if number % 2 else random.uniform(0, 1.5)
    with open("run.log", "wb") as log:
        runner = subprocess.Popen([hutch, "run", "-j", "3", "--pids-limit", "200", "--timeout", "60s", "tests"],
                                  stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    time.sleep(moment)
    if runner.poll() is not None:
        sys.exit(f"fail: the runner ended by itself with {runner.returncode}: {open('run.log').read()}")
    os.kill(runner.pid, signal.SIGKILL)
    killed = time.monotonic()
    runner.wait()
    left = bed.wait_until_clean(1.0)
    took = time.monotonic() - killed
    slowest = max(slowest, took)
    if left:
        late += 1
        print(f"late: round {number}, pid {runner.pid} killed after {moment:.3f} s; left after {took:.2f} s:", *left, sep="\n  ")
        print(open("run.log").read())
        left = bed.wait_until_clean(4.0)
        if left:
            sys.exit("\n  ".join(["fail: and 5 s after the kill:", *left]))
print(f"{rounds} rounds, {late} later than a second, slowest {slowest:.2f} s")
sys.exit("fail: more than one round of ten was late" if late > rounds // 10 else 0)
ROUNDS
