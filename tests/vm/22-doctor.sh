#!/bin/bash
# run-as: root dev dev-io service bare
# timeout: 60
# The doctor names what is available here, how it was found out, and what repairs the rest; and leaves nothing behind.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

expect_exit 0 "$HUTCH" doctor
cp stdout text
expect_exit 0 "$HUTCH" doctor --json
cp stdout doctor.json
expect_nothing_left

# --- whatever the condition ------------------------------------------------------------------------------------------
# /run/systemd is out of sight on the locked-down agent
systemd=true
[[ $HUTCH_VM_USER != bare ]] || systemd=false
expect_facts doctor.json <<EXPECTED
v == 1
kernel == "$(uname -r)"
machine["systemd"] is $systemd
machine["hybrid"] is false
machine["cgroup2"] == "/sys/fs/cgroup"
machine["user"] == "$(id -un)"
[attempt["taken"] for attempt in attempts] == [false] * (len(attempts) - 1) + [true]
attempts[-1]["rung"] == rung
[attempt["why"] for attempt in attempts if not attempt["why"]] == []
len({capability["limit"] for capability in capabilities}) == 11
[capability for capability in capabilities if not capability["found_by"]] == []
[capability for capability in capabilities if not capability["available"] and not capability["remedy"]] == []
[capability for capability in capabilities if capability["available"] and capability["remedy"]] == []
{capability["limit"] for capability in capabilities if capability["available"]} >= {"wall", "cpu_time", "open_files"}
[check["available"] for check in checks if check["name"] == "pressure"] == [true]
EXPECTED

of_limit() { printf '{capability["limit"]: capability for capability in capabilities}["%s"]["%s"]' "$1" "$2"; }

expect_cgroup() { # LIMIT…
  local limit
  for limit in "$@"; do printf '(%s, %s) == (true, "cgroup")\n' "$(of_limit "$limit" available)" "$(of_limit "$limit" enforcer)"; done |
    expect_facts doctor.json
}

case $HUTCH_VM_USER in
  root)
    expect_facts doctor.json <<<'rung == 1'
    expect_cgroup memory memory_high cpu cpu_weight pids io
    ;;
  service)
    expect_facts doctor.json <<<'rung == 3'
    expect_cgroup memory memory_high cpu cpu_weight pids io
    ;;
  dev)
    expect_facts doctor.json <<<'rung == 1'
    expect_cgroup memory memory_high cpu cpu_weight pids
    expect_facts doctor.json <<EXPECTED
($(of_limit io available), $(of_limit io enforcer)) == (false, "none")
"/etc/systemd/system/user@.service.d/" in $(of_limit io remedy)
"[Service]" in $(of_limit io remedy)
"Delegate=cpu cpuset io memory pids" in $(of_limit io remedy)
"systemctl daemon-reload" in $(of_limit io remedy)
"systemctl restart user@1000" in $(of_limit io remedy)
[check["available"] for check in checks if check["name"] == "lingering"] == [true]
EXPECTED
    grep -q 'Delegate=cpu cpuset io memory pids' text || fail 'the remedy is not in the text for people'
    ;;
  dev-io)
    # what the remedy says has been done
    expect_facts doctor.json <<<'rung == 1'
    expect_cgroup memory memory_high cpu cpu_weight pids io
    ;;
  bare)
    # no systemd in sight: nothing that could be told to bring a manager about
    expect_facts doctor.json <<EXPECTED
rung == 5
machine["read_only"] is true
$(of_limit memory available) is false
($(of_limit io enforcer), $(of_limit cpu enforcer)) == ("none", "none")
"remount,rw" in $(of_limit memory remedy)
{1, 3} <= {attempt["rung"] for attempt in attempts}
[attempt["rung"] for attempt in attempts if not attempt["taken"] and not attempt["remedy"]] == [1]
re.search("bus|manager", attempts[0]["why"])
[check["available"] for check in checks if check["name"] == "pid_namespace"] == [false]
"max_user_namespaces" in [check["remedy"] for check in checks if check["name"] == "pid_namespace"][0]
EXPECTED
    grep -q 'read-only' text || fail 'the text does not name the read-only cgroups'
    ;;
esac
