"""The world outside of the tests' boxes: laid out before a run of attacks, compared with itself after it.

A `Scene` is a home directory made for it, with the work tree and what is beside it, and a witness process; canaries in it, /tmp and /dev/shm; a
terminal that the runner has for its own. `findings()` names what is not as it was, each with the attacks that may have done it."""
import glob
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "cli"))
import left_of  # noqa: E402

SECRETS = (".ssh", ".gnupg", ".aws")
SERVICE_SOCKETS = (
    "/run/dbus/system_bus_socket", "/run/systemd/private", "/run/user/{uid}/bus", "/run/user/{uid}/systemd/private",
    "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock", "/run/user/{uid}/podman/podman.sock",
)
ANY = None  # nobody in particular


def text_of(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


class Scene:
    def __init__(self, policy, base, program):
        self.policy = policy
        self.base = tempfile.mkdtemp(prefix="hutch-attacks-", dir=base)
        self.token = os.path.basename(self.base)
        self.home = self.base  # for hutch and all that it starts; nothing is done in the user's own
        self.made = []
        self.ipc_key = int.from_bytes(os.urandom(3), "big") + 1000
        os.chmod(self.base, 0o755)
        for name in ("work", "outside", ".config/systemd/user", *SECRETS, "work/scratch", f"work/scratch/{self.token}.mount", "work/results", "work/bin"):
            os.makedirs(self.path(name))
        shutil.copy(program, self.path("work/bin/attacks"))
        self.write(self.path("outside/canary"), "canary")
        self.write(self.path("work/ordinary"), "ordinary")
        self.plant_canaries()
        self.master, self.terminal = pty.openpty()
        self.witness = subprocess.Popen(
            [sys.executable, os.path.join(here, "witness.py"), self.path("outside"), str(self.ipc_key), self.token, self.token],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.facts = json.loads(self.witness.stdout.readline())
        self.victim = self.facts["victim"]
        self.before = self.state()

    def path(self, name):
        return os.path.join(self.base, name)

    @staticmethod
    def write(path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def plant(self, path):
        try:
            self.write(path, "canary")
            self.made.append(path)
        except OSError as error:
            print(f"no canary {path}: {error}", file=sys.stderr)

    def plant_canaries(self):
        self.plant(f"{self.home}/.{self.token}")
        for name in SECRETS:
            self.plant(f"{self.home}/{name}/{self.token}")
        self.plant(f"/tmp/{self.token}.outside")
        self.plant(f"/dev/shm/{self.token}.outside")

    def world(self, runner):
        """The text of the file `world`."""
        lines = {
            "policy": self.policy, "token": self.token, "work": self.path("work"), "outside": self.path("outside"),
            "home": self.home, "results": self.path("work/results"), "events": self.path("events"), "abstract": self.token,
            "terminal": os.ttyname(self.terminal), "runner": runner, "ipc_key": self.ipc_key, "cgroup": self.cgroup(),
        }
        lines |= self.facts
        lines |= {f"ns_{kind}": os.stat(f"/proc/self/ns/{kind}").st_ino for kind in ("pid", "mnt", "net", "ipc", "uts", "user", "cgroup")}
        text = "".join(f"{key} {value}\n" for key, value in lines.items())
        sockets = (name.format(uid=os.getuid()) for name in SERVICE_SOCKETS)
        return text + "".join(f"socket {name}\n" for name in sockets if os.path.exists(name) and os.access(name, os.W_OK))

    @staticmethod
    def cgroup():
        below = next((line[3:].strip() for line in open("/proc/self/cgroup", encoding="ascii") if line.startswith("0::")), "/")
        root = next((line.split()[4] for line in open("/proc/self/mountinfo", encoding="utf-8") if " - cgroup2 " in line), "/sys/fs/cgroup")
        return root + below.rstrip("/")

    def state(self):
        """Everything that no attack may change, by name, with the attacks that try to."""
        victim = f"/proc/{self.victim}"
        fields = text_of(f"{victim}/stat").rpartition(b")")[2].split()
        status = text_of(f"{victim}/status").decode()
        tracer = next((line for line in status.splitlines() if line.startswith("TracerPid")), "")
        limits = text_of(f"{victim}/limits").decode()
        own = {"the work tree": (("change_world_file",), text_of(self.path("work/ordinary")))} if self.policy == "strict" else {}
        return own | {
            "the victim is stopped or dead": (("ptrace_victim",), fields[:1] in ([b"S"], [b"R"])),
            "the victim is traced": (("ptrace_victim",), tracer),
            "the victim's nice value": (("renice_victim",), fields[16:17]),
            "the victim's scheduling policy": (("reschedule_victim",), os.sched_getscheduler(self.victim)),
            "the victim's limits": (("limit_victim",), [line for line in limits.splitlines() if line.startswith("Max core")]),
            "the victim's oom_score_adj": (("oom_score_of_victim",), text_of(f"{victim}/oom_score_adj")),
            "the file beside the work tree": (("write_canary", "hard_link", "symbolic_link", "results_to_links", "replace_directory",
                                               "links_in_directory"), text_of(self.path("outside/canary"))),
            "the directory beside the work tree": (("write_outside", "start_user_unit", "start_system_unit", "replace_directory"),
                                                   sorted(os.listdir(self.path("outside")))),
            "canaries": (ANY, [text_of(path) for path in self.made if os.path.isfile(path)]),
            "the user's home": (("write_home", "write_unit"), sorted(
                n for place in (self.home, self.path(".config/systemd/user")) for n in os.listdir(place) if self.token in n)),
            "the mount table": (("mount_tmpfs", "mount_bind", "mount_proc", "mount_cgroup", "unmount"), sorted(
                line.split(" ", 1)[1] for line in open("/proc/self/mountinfo", encoding="utf-8"))),
            "the host's name": (ANY, os.uname().nodename),
            "network devices": (("configure_network",), sorted(os.listdir("/sys/class/net"))),
            "the runner's cgroup": (ANY, self.cgroup_limits()),
            "settings": (("proc_sys",), [text_of(f"/proc/sys/kernel/{name}") for name in ("core_pattern", "modprobe", "hostname")]),
            "System V objects": (("shm_left", "semaphores_left"), [
                str(self.ipc_key + i) in text_of(f"/proc/sysvipc/{kind}").decode().split() for i, kind in ((1, "shm"), (2, "sem"))]),
            "files with the token": (("write_tmp", "fill_tmp", "shm_file_left", "write_system", "queue_left"), self.token_files()),
        }

    def cgroup_limits(self):
        directory = self.cgroup()
        names = ("memory.max", "pids.max", "cpu.max", "cgroup.max.descendants", "cgroup.freeze", "cgroup.subtree_control")
        return [text_of(f"{directory}/{name}") for name in names]

    def token_files(self):
        places = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/etc", "/usr", "/usr/bin", "/var/lib", "/opt", "/root", "/", "/run",
                  "/etc/cron.d", "/var/spool/cron/crontabs", "/run/systemd/system")
        found = [path for place in places for path in glob.glob(f"{place}/*{self.token}*") if path != self.base]
        return sorted(found)

    def typed(self):
        """What somebody typed into the runner's terminal, and what was written on it."""
        found = ""
        for file in (self.master, self.terminal):
            os.set_blocking(file, False)
            try:
                while text := os.read(file, 4096):
                    found += text.decode(errors="replace")
            except OSError:
                continue
        return found

    def findings(self):
        """(what, attacks that may have done it)"""
        self.witness.stdin.write("report\n")
        self.witness.stdin.flush()
        for name in json.loads(self.witness.stdout.readline()):
            yield f"the witness was reached by {name}", (name,)
        after = self.state()
        for what, (attacks, value) in self.before.items():
            if after[what][1] != value:
                yield f"{what}: was {str(value)[:200]}, is {str(after[what][1])[:300]}", attacks
        typed = self.typed()
        if "#typed#" in typed:
            yield "somebody typed into the runner's terminal", ("type_at_stdin", "type_at_tty", "write_terminal")
        if "#written#" in typed:
            yield "somebody wrote on the runner's terminal", ("write_terminal",)
        for what in self.left():
            yield what, ANY

    def left(self):
        """Processes and cgroups of the attacks, after two seconds at most."""
        mine = {os.getpid(), os.getppid(), self.victim}
        deadline = time.monotonic() + 2
        while True:
            found = [f"process {pid} is left: {left_of.command(pid)}" for pid in filter(str.isdigit, os.listdir("/proc"))
                     if int(pid) not in mine and self.token in left_of.command(pid) and left_of.state(pid) not in ("", "Z", "X")]
            found += [f"cgroup {path} is left" for path, _, _ in os.walk(self.cgroup()) if self.token in path]
            if not found or time.monotonic() > deadline:
                return found
            time.sleep(0.1)

    def close(self):
        self.witness.stdin.close()
        self.witness.wait()
        os.close(self.master)
        os.close(self.terminal)
        for path in glob.glob(f"/tmp/{self.token}*") + glob.glob(f"/dev/shm/{self.token}*"):
            os.unlink(path)
        for directory, _, _ in os.walk(self.base):
            os.chmod(directory, 0o700)
        shutil.rmtree(self.base, ignore_errors=True)
