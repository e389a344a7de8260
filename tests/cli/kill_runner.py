"""usage: kill_runner.py ROUNDS LATEST CMD… — starts CMD, a run of hutch, ROUNDS times, kills it with SIGKILL at a random moment,
LATEST milliseconds after its start or earlier, and looks a second later for what is left of it: a process, a cgroup. The
directories of tests are not the warden's: the next start sweeps them."""
import random
import signal
import subprocess
import sys
import time

import left_of

ALLOWED = 1.0  # seconds


def remains(identity):
    return [*left_of.orphans(), *left_of.processes(identity), *left_of.cgroups(identity)]


def still_there(identity):
    """What is left when the second is over; empty as soon as nothing is."""
    deadline = time.monotonic() + ALLOWED
    while left := remains(identity):
        if time.monotonic() >= deadline:
            return left
        time.sleep(0.01)
    return []


def one_round(command, moment):
    """Whether nothing is left."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    identity = left_of.run_id(process.pid)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if left := still_there(identity):
        print(f"killed after {moment * 1000:.1f} ms, left {ALLOWED} s later:", *left, sep="\n  ")
    return not left


def main(rounds, latest, *command):
    left_of.adopt_orphans()
    random.seed(seed := random.randrange(1 << 32))
    print(f"seed {seed}")
    clean = [one_round(command, random.uniform(0, float(latest) / 1000)) for _ in range(int(rounds))]
    print(f"{clean.count(True)} of {len(clean)} clean")
    return not all(clean)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
