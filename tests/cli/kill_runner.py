"""usage: kill_runner.py ROUNDS DIR CMD… — starts CMD, a run of hutch, ROUNDS times, kills it with SIGKILL at a random moment, and
looks a second later for what is left of it, with DIR/left_of.py. Until the run has begun there is no process of a test and, for
a fraction of a millisecond, no warden yet: an empty cgroup of that time is left to the next sweep, and only counted."""
import os
import random
import signal
import subprocess
import sys
import time

ALLOWED = 1.0  # seconds
LATEST = 0.8   # of the kill, after the start


def run_id(pid):
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        boot = file.read()[:8]
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        start_time = file.read().rpartition(")")[2].split()[19]
    return f"{boot}-{pid}-{start_time}"


def is_empty_cgroup(line):
    kind, _, path = line.partition(" ")
    if kind != "cgroup":
        return False
    try:
        with open(f"{path}/cgroup.events", encoding="ascii") as file:
            return "populated 0" in file.read()
    except OSError:
        return True  # gone meanwhile


def left_of(directory, identity):
    """Directories of tests are not the warden's: the next start sweeps them."""
    found = subprocess.run([sys.executable, f"{directory}/left_of.py", identity, os.environ["TMPDIR"]],
                           stdout=subprocess.PIPE, text=True, check=True).stdout
    return [line for line in found.splitlines() if not line.startswith("directory ")]


def one_round(directory, command, moment):
    """"clean", "early" (an empty cgroup of a run that had not begun) or "left"."""
    events = f"{os.environ['TMPDIR']}/events"
    if os.path.exists(events):
        os.unlink(events)
    process = subprocess.Popen([*command, "--events", events], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    identity = run_id(process.pid)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()
    begun = os.path.exists(events) and os.path.getsize(events) > 0
    deadline = time.monotonic() + ALLOWED
    while left := left_of(directory, identity):
        if time.monotonic() >= deadline:
            if not begun and all(map(is_empty_cgroup, left)):
                return "early"
            print(f"killed after {moment * 1000:.1f} ms, left {ALLOWED} s later:", *left, sep="\n  ")
            return "left"
        time.sleep(0.02)
    return "clean"


def main(rounds, directory, *command):
    random.seed(seed := random.randrange(1 << 32))
    print(f"seed {seed}")
    results = [one_round(directory, command, random.uniform(0, LATEST)) for _ in range(int(rounds))]
    print(*(f"{kind}: {results.count(kind)}" for kind in ("clean", "early", "left")), sep=", ")
    return "left" in results


sys.exit(main(*sys.argv[1:]))
