#!/bin/bash
# hutch policy list, show, check; and the flags of run and exec that choose a policy: what is wrong is found before anything is run.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
export HOME=$work/home XDG_CONFIG_HOME=
mkdir -p home/.config/hutch/policies policies

make_test passes <<SCRIPT
echo ran >>'$work/ran'
SCRIPT

refuse() { # REGEX ARG…
  local words=$1
  shift
  expect_exit 2 "$HUTCH" "$@"
  expect_last_words "^hutch: .*$words"
  expect_eq "lines on stderr of: $*" 1 "$(wc -l <stderr)"
  expect_eq "bytes on stdout of: $*" 0 "$(wc -c <stdout)"
}

# list
printf 'description = "of the project"\ninherits = "offline"\n' >policies/mine.toml
printf 'description = "of the user"\n' >home/.config/hutch/policies/own.toml
printf 'files.tpm = 1\n' >home/.config/hutch/policies/wrong.toml
expect_exit 0 "$HUTCH" policy list
for name in default network offline strict; do expect_in stdout "^$name +built-in  [a-z]"; done
expect_in stdout '^trusted +built-in  .*\(where none is named\)$'
expect_in stdout "^mine +$work/policies/mine.toml of the project$"
expect_in stdout '^own .* of the user$'
expect_eq 'policies' 8 "$(wc -l <stdout)"
expect_in stdout "^wrong .*wrong.toml:1:7: unknown key 'files.tpm'"
expect_exit 0 "$HUTCH" policy list --json
python3 - <<'PYTHON' || fail 'the list as JSON'
import json
policies = {each["name"]: each for each in json.load(open("stdout"))["policies"]}
assert set(policies) == {"default", "network", "offline", "strict", "trusted", "mine", "own", "wrong"}, policies
assert policies["mine"]["source"].endswith("/policies/mine.toml") and policies["strict"]["source"] == ""
assert policies["trusted"]["implicit"] and not policies["default"]["implicit"]
assert policies["wrong"]["error"] and not policies["own"]["error"]
PYTHON
expect_exit 0 "$HUTCH" policy
expect_in stdout 'list.*show|show'
expect_exit 0 "$HUTCH" policy show --help
expect_in stdout '^Usage: hutch policy show '

# show: as written, and merged; what is shown is a policy that says the same
expect_exit 0 "$HUTCH" policy show default
expect_in stdout '^# For the ordinary tests'
printf 'inherits = "strict"\nsyscalls.filter = false\nfiles.read_only_root = false\nfiles.writable = ["/a, b", "/c]"]\n' >off.toml
for name in trusted default offline network strict ./off.toml; do
  expect_exit 0 "$HUTCH" policy show "$name" --effective
  cp stdout "again.toml"
  grep -v '^#' stdout | sed 's/ # [^"]*$//' >values
  expect_exit 0 "$HUTCH" policy show ./again.toml --effective
  grep -v '^#' stdout | sed 's/ # [^"]*$//' | diff values - || fail "$name is not read as it is shown"
done
expect_exit 0 "$HUTCH" policy show mine --set files.tmp=2G --network host --hide x --deny-syscall kcmp --keep-capability net_raw --hermetic
expect_in stdout '^tmp = "2G" # --set .files.tmp=2G.$'
expect_in stdout '^network = "host" # --network '
expect_in stdout "\"$work/x\""
expect_in stdout '"kcmp"'
expect_in stdout '"CAP_NET_RAW"'
expect_in stdout '^hermetic = true # --hermetic$'
expect_in stdout "^shm = \"256M\" # built-in policy 'default', line [0-9]+$"
expect_in stdout '^nice = false # nobody says$'
expect_exit 0 "$HUTCH" policy show trusted --deny-syscall kcmp
expect_in stdout '^filter = true # --deny-syscall'
expect_exit 0 "$HUTCH" policy show strict --json
python3 - <<'PYTHON' || fail 'a policy as JSON'
import json
policy = json.load(open("stdout"))
assert policy["name"] == "strict" and policy["values"]["namespaces.network"] == "none", policy
assert policy["from"]["namespaces.network"]["from"] == "built-in policy 'offline'", policy["from"]
assert policy["values"]["capabilities.keep"] == [] and policy["values"]["process.nice"] is False
PYTHON

# check
expect_exit 0 "$HUTCH" policy check policies/mine.toml
expect_eq 'of a good one' "$work/policies/mine.toml: good" "$(<stdout)"
for name in trusted default offline network strict; do expect_exit 0 "$HUTCH" policy check "$name"; done
refuse "wrong.toml:1:7: unknown key 'files.tpm' \(did you mean 'files.tmp'\?\)" policy check wrong
printf 'inherits = "strict"\n\n[syscalls]\ndeny = ["...", "ptarce"]\n' >bad.toml
refuse "bad.toml:4:16: unknown system call 'ptarce' \(did you mean 'ptrace'\?\)" policy check ./bad.toml
printf 'files.tmp = "1G\n' >bad.toml
refuse 'bad.toml:1:16: ' policy check bad.toml
refuse 'nowhere.toml.: No such file' policy check nowhere.toml
expect_exit 1 "$HUTCH" policy check strict --syscall ptrace --syscall read
expect_in stdout '^ptrace: denied with EPERM, and named in the verdict \(@debug: '
expect_in stdout '^read: allowed '
expect_exit 0 "$HUTCH" policy check default --syscall ptrace --syscall unshare --capability chown --path src --path /tmp/x
expect_in stdout '^CAP_CHOWN: kept'
expect_in stdout "^$work/src: writable \(files.work_tree\)$"
expect_in stdout '^/tmp/x: writable, and gone with the test \(files.tmp\)$'
expect_exit 1 "$HUTCH" policy check default --capability net_raw
expect_exit 1 "$HUTCH" policy check default --path "$HOME/.ssh/id" --path /run/user/1
expect_eq 'hidden paths' 2 "$(grep -c ': hidden (' stdout)"
refuse "unknown system call 'ptarce'" policy check strict --syscall ptarce
refuse "unknown capability 'net_rav'.*CAP_NET_RAW" policy check strict --capability net_rav
refuse "unknown command 'shwo'.*did you mean show" policy shwo
refuse 'NAME is required' policy show

# run and exec
for verb in 'run' 'exec -- true'; do
  read -r command rest <<<"$verb"
  [[ $command == exec ]] || rest=tests
  # shellcheck disable=SC2086
  for name in '-p stirct' '--policy stirct' '--policy=stirct'; do refuse "unknown policy 'stirct' \(did you mean 'strict'\?\)" $command $name $rest; done
  # shellcheck disable=SC2086
  {
    HUTCH_POLICY=stirct refuse "unknown policy 'stirct'" $command $rest
    refuse "unknown policy 'slow' \(it is a profile: --profile slow\)" $command -p slow $rest
    refuse "set 'files.tpm=1G': unknown key 'files.tpm'" $command --set files.tpm=1G $rest
    refuse "set 'files.tmp': not KEY=VALUE" $command --set files.tmp $rest
    refuse "set 'files.tmp=1G': files.tmp needs namespaces.mount" $command --set files.tmp=1G $rest
    refuse "network 'nome': 'nome': one of host, none, private" $command --network nome $rest
    refuse "work-tree 'gone': 'gone': one of" $command --work-tree gone $rest
    refuse "deny-syscall 'ptarce': unknown system call" $command --deny-syscall ptarce $rest
    refuse "allow-syscall 'ptrace': syscalls.allow needs syscalls.filter" $command --allow-syscall ptrace $rest
    refuse "keep-capability 'x': unknown capability" $command -p strict --keep-capability x $rest
    refuse "writable 'x': files.writable needs files.read_only_root" $command --writable x $rest
    refuse "path '/': is everything" $command --hide ../../../../../../../../../.. $rest
  }
done
! [[ -e ran ]] || fail 'a test was run'

# what asks for nothing is as without a policy; off asks for nothing, whatever is named; -p KEY=VALUE is a limit
expect_exit 0 "$HUTCH" run --isolation=if-available -p trusted tests
expect_exit 0 "$HUTCH" run --isolation=off -p strict --network none tests
expect_exit 0 "$HUTCH" run --isolation=if-available -p TasksMax=30 -p ./home/.config/hutch/policies/own.toml tests
expect_exit 0 env HUTCH_POLICY=own "$HUTCH" run --isolation=if-available tests
expect_eq 'runs' 4 "$(wc -l <ran)"
