"""What is still there of a run of hutch: living processes, cgroups, directories.
usage: left_of.py RUN-ID TMPDIR — prints it, a line each. Others import it."""
import ctypes
import os
import sys

PR_SET_CHILD_SUBREAPER = 36


def run_id(pid):
    """The identity of the run that this living process owns; see src/scope/run_id.h."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        boot = file.read()[:8]
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        start_time = file.read().rpartition(")")[2].split()[19]
    return f"{boot}-{pid}-{start_time}"


def state(pid):
    """Empty where there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def command(pid):
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
            return file.read().replace("\0", " ").strip()
    except OSError:
        return ""


def processes(identity):
    """Living processes whose environment names the run: its tests and what they have started."""
    needle = f"HUTCH_RUN_ID={identity}\0".encode()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                ours = needle in file.read()
        except OSError:
            continue
        if ours and state(pid) not in ("", "Z", "X"):
            yield f"process {pid} {state(pid)} {command(pid)}"


def cgroups(identity):
    names = (identity, identity.replace("-", "_"))
    for path, children, _ in os.walk("/sys/fs/cgroup"):
        yield from (f"cgroup {path}/{name}" for name in children if any(n in name for n in names))
        children[:] = [name for name in children if not any(n in name for n in names)]


def directories(identity, temp):
    yield from (f"directory {temp}/{name}" for name in os.listdir(temp) if identity in name)


def adopt_orphans():
    """From now on whatever loses its parent below us becomes our child: the warden, too, whose environment is empty."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError("prctl(PR_SET_CHILD_SUBREAPER)")


def orphans():
    """Our children that live; those that have ended are reaped."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        return
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        yield from (f"orphan {pid} {state(pid)} {command(pid)}" for pid in file.read().split())


def main(identity, temp):
    for kind in (processes(identity), cgroups(identity), directories(identity, temp)):
        for line in kind:
            print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
