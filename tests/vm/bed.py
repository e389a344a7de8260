"""What the checks need beyond a shell: judging JSON by expressions, and finding what a run of hutch left behind.

usage: bed.py expect FILE [TEST]     every line of stdin is a Python expression; each must hold
       bed.py leftovers SECONDS      waits so long for nothing of hutch to be left, prints what is left, exits 1 if anything

In expressions: the fields of the JSON object in FILE; with TEST, those of this test's last test_finished in the JSON lines of
FILE (a test is meant by the last part of its path); with "-" for TEST only `events`, the list of all lines.
"""
import json
import os
import re
import sys
import time

CGROUPS = "/sys/fs/cgroup"
NAMES = {"MB": 1 << 20, "re": re, "null": None, "true": True, "false": False}


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def finished(events, test):
    found = [e for e in events if e["event"] == "test_finished" and os.path.basename(e["test"]) == test]
    if not found:
        raise SystemExit(f"fail: no test_finished of '{test}' in {[(e['event'], e.get('test')) for e in events]}")
    return found[-1]


def facts_of(path, test):
    if test is None:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    events = lines_of(path)
    return {"events": events} if test == "-" else finished(events, test)


def expect(path, test=None):
    facts = facts_of(path, test)
    broken = []
    for expression in filter(None, (line.strip() for line in sys.stdin)):
        try:
            holds = bool(eval(expression, NAMES | facts))
            why = ""
        except Exception as error:  # a missing field is a broken expectation like any other
            holds, why = False, f"   ({type(error).__name__}: {error})"
        if not holds:
            broken.append(expression + why)
    if broken:
        print("fail: does not hold:", *broken, sep="\n  ")
        print("of", json.dumps(facts, indent=1))
        return 1
    return 0


def run_cgroups():
    """Directories of cgroups with hutch in their name, outermost only; the home that a run shares with others is none."""
    found = []
    for path, names, _ in os.walk(CGROUPS):
        found += [os.path.join(path, name) for name in names if "hutch" in name]
        names[:] = [name for name in names if "hutch" not in name]
    return found


def processes():
    """(pid, state, command line) of everything that can be seen."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                state = file.read().rpartition(")")[2].split()[0]
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
                yield int(pid), state, file.read().replace("\0", " ").strip()
        except (OSError, IndexError):
            continue  # gone meanwhile


def is_ours(cmdline):
    """By what is executed, not by arguments: the bed's own systemd-run names hutch, too."""
    program = cmdline.partition(" ")[0]
    return os.path.basename(program) in ("hutch", "hutch-init", "hutch-warden") or "/hutch/tests/programs/" in program


def leftovers():
    left = [f"cgroup {path}" for path in run_cgroups()]
    left += [f"process {pid} {state} {cmdline}" for pid, state, cmdline in processes() if is_ours(cmdline) and state not in "ZX"]
    return left


def wait_until_clean(seconds):
    """What is left after at most so many seconds; an empty list as soon as nothing is."""
    deadline = time.monotonic() + seconds
    while True:
        left = leftovers()
        if not left or time.monotonic() >= deadline:
            return left
        time.sleep(0.05)


if __name__ == "__main__":
    if sys.argv[1] == "expect":
        sys.exit(expect(*sys.argv[2:]))
    remains = wait_until_clean(float(sys.argv[2]))
    print(*remains, sep="\n", end="\n" if remains else "")
    sys.exit(bool(remains))
