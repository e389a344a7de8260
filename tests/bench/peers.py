"""The runners that are compared: how each is told to run the same files, so many at a time, and where it comes from."""
import pathlib
import shutil
import subprocess
from dataclasses import dataclass
from typing import Callable

from suites import Suite, Tools, write_ctest, write_kyua

BUBBLEWRAP = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--ro-bind", "/", "/", "--proc", "/proc"]


@dataclass(frozen=True)
class Peer:
    name: str
    does: str
    command: Callable[[Suite, int], list[object]]
    needs: str = ""  # the program that must be there
    package: str = ""  # Debian's package of it
    version: tuple[str, ...] = ()
    prepare: Callable[[Suite], None] = lambda suite: None
    exit_codes: frozenset[int] = frozenset({0})
    leaves: str = ""  # a file beside the suite that the next run of it would stumble over

    def is_here(self) -> bool:
        return not self.needs or shutil.which(self.needs) is not None

    def version_line(self) -> str:
        if not self.version:
            return ""
        out = subprocess.run(self.version, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return (out.stdout or out.stderr).strip().split("\n")[0]


def hutch(binary: pathlib.Path, name: str = "hutch", options: tuple[str, ...] = ()) -> Peer:
    does = "own cgroup, captured output, accounting" if not options else " ".join(options)
    return Peer(name, does, lambda suite, jobs: [binary, "run", "--quiet", "-j", jobs, *options, suite.directory],
                needs=str(binary), version=(str(binary), "--version"))


def spawn_loop(tools: Tools) -> Peer:
    return Peer("posix_spawn loop", "nothing else; output to /dev/null: the floor",
                lambda suite, jobs: [tools.spawn_loop, jobs, suite.list])


def others() -> list[Peer]:
    return [
        Peer("ctest", "captured output, a log", lambda suite, jobs: ["ctest", "-j", jobs],
             "ctest", "cmake", ("ctest", "--version"), write_ctest),
        Peer("xargs", "sh -c 'exec FILE'; output together", lambda suite, jobs:
             ["xargs", "-a", suite.list, f"-P{jobs}", "-n1", "sh", "-c", 'exec "$0"'],
             "xargs", "findutils", ("xargs", "--version")),
        Peer("prove", "reads TAP (there is none: it calls every file failed)", lambda suite, jobs:
             ["prove", f"-j{jobs}", "--exec", "", *suite.files],
             "prove", "perl", ("prove", "--version"), exit_codes=frozenset({0, 1, 255})),
        Peer("kyua", "own process group and directory, captured output, a database", lambda suite, jobs:
             ["kyua", "--logfile=/dev/null", "-v", f"parallelism={jobs}", "test", "-k", suite.directory / "Kyuafile",
              f"--results-file={suite.directory.parent / 'kyua.db'}"],
             "kyua", "kyua", ("kyua", "about"), write_kyua, leaves="kyua.db"),
        Peer("GNU parallel", "captured output", lambda suite, jobs: ["parallel", "--will-cite", f"-j{jobs}", "-a", suite.list],
             "parallel", "parallel", ("parallel", "--version")),
        Peer("bubblewrap, xargs", "pid, net and ipc namespaces, proc, read-only root; output together", lambda suite, jobs:
             ["xargs", "-a", suite.list, f"-P{jobs}", "-n1", *BUBBLEWRAP],
             "bwrap", "bubblewrap", ("bwrap", "--version")),
    ]
