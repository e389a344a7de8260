"""usage: left_of.py RUN-ID TMPDIR — prints what is still there of a run of hutch: living processes, cgroups, directories."""
import os
import sys


def processes(run_id):
    """Living processes whose environment or command line names the run."""
    needle = f"HUTCH_RUN_ID={run_id}\0".encode()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                ours = needle in file.read()
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                state = file.read().rpartition(")")[2].split()[0]
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
                cmdline = file.read().replace("\0", " ").strip()
        except (OSError, IndexError):
            continue
        if ours and state not in "ZX":
            yield f"process {pid} {state} {cmdline}"


def cgroups(run_id):
    names = (run_id, run_id.replace("-", "_"))
    for path, children, _ in os.walk("/sys/fs/cgroup"):
        yield from (f"cgroup {path}/{name}" for name in children if any(n in name for n in names))
        children[:] = [name for name in children if not any(n in name for n in names)]


def main(run_id, temp):
    for line in processes(run_id):
        print(line)
    for line in cgroups(run_id):
        print(line)
    for name in os.listdir(temp):
        if run_id in name:
            print(f"directory {temp}/{name}")


main(*sys.argv[1:])
