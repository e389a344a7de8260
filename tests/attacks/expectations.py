"""What must become of each attack: the file `expected`.

Each line is `ATTACK TRUSTED DEFAULT OFFLINE NETWORK STRICT`; a cell has one word for everybody, or ROOT/USER; alternatives are joined
by `|`; `=` is what stands in the cell before. The words:

    contained  it went through inside of the box; verdict pass
    refused    the kernel said no; verdict fail
    denied     a system call was denied, and the verdict is `denied` and names one
    reached    the policy grants it (verdict fail, by the attack's own exit code)
    limit oom timeout crash    it was stopped: this verdict
    error      hutch could not start it
    -          not tried: it would do harm where nothing stops it

`skip` is allowed everywhere and printed: the machine lacks what the attack needs. On rung 5 `trusted` is better than it promises, because a
PID namespace stands in for the cgroup: less than `reached` is fine there. Elsewhere it is a difference: an attack that cannot
succeed anywhere proves nothing."""
import collections

POLICIES = ("trusted", "default", "offline", "network", "strict")
AT_HOME = ("write_home", "read_home", "path_socket")
STOPS = ("limit", "oom", "timeout", "crash", "error")
VERDICTS = {"contained": "pass", "refused": "fail", "denied": "denied", "reached": "fail", "skip": "skip"}
COLUMNS = {"contained": "contained", "refused": "refused", "denied": "denied", "reached": "granted", "skip": "skipped"}


def word(result):
    """What became of it, in one of the words above; "?" for what makes no sense."""
    ending, verdict = result["ending"], result["verdict"]
    if verdict in STOPS:
        return verdict
    if verdict == "denied":
        return "denied" if ending == "refused" and result["denied"] else "reached" if ending == "reached" else "?"
    return ending if VERDICTS.get(ending) == verdict else "?"


class Expectations:
    def __init__(self, path, attacks, who):
        self.rows = {}
        self.boxed = False  # rung 5
        self.home_in_tmp = False  # what is in the user's home is then behind the private /tmp
        with open(path, encoding="utf-8") as file:
            for line in file:
                cells = line.partition("#")[0].split()
                if cells:
                    self.rows[cells[0]] = self.row(cells, who)
        wrong = set(attacks) ^ set(self.rows)
        if wrong:
            raise SystemExit(f"fail: {path} and the catalogue differ in {sorted(wrong)}")

    @staticmethod
    def row(cells, who):
        if len(cells) != len(POLICIES) + 1:
            raise SystemExit(f"fail: expected: {cells[0]} has {len(cells) - 1} cells")
        row, before = {}, ""
        for policy, cell in zip(POLICIES, cells[1:]):
            before = before if cell == "=" else cell
            root, _, user = before.partition("/")
            row[policy] = (root if who == "root" or not user else user).split("|")
        return row

    def allowed(self, policy, name):
        """A policy that is not one of the five is held to what `default` promises; `none` to nothing more than `trusted`."""
        row = self.rows[name]
        words = row.get("trusted" if policy == "none" else policy, row["default"])
        if self.boxed and policy in ("trusted", "none") and "reached" in words:
            return [*words, "refused", "contained"]
        if self.home_in_tmp and policy not in ("trusted", "none") and name in AT_HOME:
            return [*words, "refused", "contained"]
        return words

    def tried(self, policy, name):
        return self.allowed(policy, name) != ["-"]

    def allows(self, policy, name, what):
        return name in self.rows and what in self.allowed(policy, name)

    def differences(self, policy, names, results):
        for name in names:
            result = results.get(name)
            if result is None:
                yield f"{policy}: {name}: there is no result"
                continue
            got, allowed = word(result), self.allowed(policy, name)
            if got == "skip" or got in allowed:
                continue
            breach = "BREACH: " if got == "reached" else ""
            yield (f"{policy}: {breach}{name}: expected {'|'.join(allowed)}, got {got}"
                   f" ({result['ending']} {result['said']}; {result['verdict']}: {result['reason']})")

    def count(self, policy, names, results):
        counts = collections.Counter()
        for name in names:
            if not self.tried(policy, name):
                counts["not tried"] += 1
                continue
            got = word(results.get(name, {"ending": "", "verdict": "", "denied": []}))
            if got == "reached" and "reached" not in self.allowed(policy, name):
                counts["breaches"] += 1
            else:
                counts["stopped" if got in STOPS else COLUMNS.get(got, "unclear")] += 1
        return counts
