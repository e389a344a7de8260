"""Test files that do nothing, sleep or compute, and the lists that the runners want of them."""
import os
import pathlib
import shutil
import subprocess
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = HERE.parent / "programs"
NO_LIBC = ["-ffreestanding", "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fno-pie", "-nostdlib", "-static",
           "-s", "-Wl,--build-id=none", "-Wl,-z,noseparate-code"]


@dataclass(frozen=True)
class Tools:
    """What the benchmark compiles for itself."""
    measure: pathlib.Path
    spawn_loop: pathlib.Path
    noop: pathlib.Path
    sleep_for: pathlib.Path
    compute: pathlib.Path


@dataclass(frozen=True)
class Suite:
    """A directory of test files; `list` names them, one a line, and lies beside the directory, as do the runners' own files."""
    directory: pathlib.Path
    files: list[pathlib.Path]

    @property
    def list(self) -> pathlib.Path:
        return self.directory.parent / "list"


def compile_tools(directory: pathlib.Path) -> Tools:
    common = [os.environ.get("CC", "cc"), "-std=gnu11", "-O2"]
    program = PROGRAMS / "program.c"

    def build(name: str, *sources_and_options: object) -> pathlib.Path:
        subprocess.run([*common, "-o", directory / name, *sources_and_options], check=True)
        return directory / name

    return Tools(
        measure=build("measure", HERE / "measure.c"),
        spawn_loop=build("spawn_loop", HERE / "spawn_loop.c"),
        noop=build("noop", PROGRAMS / "noop.c", *NO_LIBC),
        sleep_for=build("sleep_for", PROGRAMS / "sleep_for.c", program, "-static"),
        compute=build("compute", PROGRAMS / "compute.c", program, "-static"),
    )


def _write(path: pathlib.Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def make(directory: pathlib.Path, count: int, kind: str, tools: Tools) -> Suite:
    """`kind`: sh (a shell script, as real suites have them), true (/bin/true), noop (no libc, nothing but a process), or a command
    with one argument, which becomes the interpreter of an otherwise empty script."""
    tests = directory / "tests"
    tests.mkdir(parents=True)
    files = [tests / f"t{i:05}" for i in range(count)]
    for file in files:
        if kind == "sh":
            _write(file, "#!/bin/sh\nexit 0\n")
        elif kind == "true":
            shutil.copy("/bin/true", file) if file is files[0] else os.link(files[0], file)
        elif kind == "noop":
            shutil.copy(tools.noop, file)
        else:
            _write(file, f"#!{kind}\n")
    suite = Suite(tests, files)
    suite.list.write_text("".join(f"{file}\n" for file in files))
    return suite


def write_ctest(suite: Suite) -> None:
    lines = [f'add_test("{file.name}" "{file}")\n' for file in suite.files]
    (suite.directory.parent / "CTestTestfile.cmake").write_text("".join(lines))


def write_kyua(suite: Suite) -> None:
    lines = [f'plain_test_program{{name="{file.name}"}}\n' for file in suite.files]
    (suite.directory / "Kyuafile").write_text("syntax(2)\ntest_suite('bench')\n" + "".join(lines))
