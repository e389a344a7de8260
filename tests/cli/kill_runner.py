"""usage: kill_runner.py ROUNDS DIR CMD… — starts CMD, a run of hutch, ROUNDS times, kills it with SIGKILL at a random moment, and
looks a second later for what is left of it, with DIR/left_of.py."""
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


def left_of(directory, identity):
    """Directories of tests are not the warden's: the next start sweeps them."""
    found = subprocess.run([sys.executable, f"{directory}/left_of.py", identity, os.environ["TMPDIR"]],
                           stdout=subprocess.PIPE, text=True, check=True).stdout
    return [line for line in found.splitlines() if not line.startswith("directory ")]


def one_round(directory, command, moment):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    identity = run_id(process.pid)
    time.sleep(moment)
    ended = process.poll() is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + ALLOWED
    while left := left_of(directory, identity):
        if time.monotonic() >= deadline:
            print(f"killed after {moment * 1000:.1f} ms, left {ALLOWED} s later:", *left, sep="\n  ")
            return False, ended
        time.sleep(0.02)
    return True, ended


def main(rounds, directory, *command):
    random.seed(seed := random.randrange(1 << 32))
    print(f"seed {seed}")
    results = [one_round(directory, command, random.uniform(0, LATEST)) for _ in range(int(rounds))]
    bad = sum(not clean for clean, _ in results)
    print(f"{rounds} rounds, {bad} left something, {sum(ended for _, ended in results)} had ended before")
    return bad != 0


sys.exit(main(*sys.argv[1:]))
