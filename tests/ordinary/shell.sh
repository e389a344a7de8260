#!/bin/bash
# An ordinary shell test: files in the work tree, pipes, a background job, a here-document, a temporary directory.
# What must work under every policy, so it is run under each.
# shellcheck disable=SC2015 # "works, or fail" is what is meant
set -euo pipefail

fail() {
  printf 'fail: %s\n' "$*"
  exit 1
}

# --- its directories ---------------------------------------------------------------------------------------------------
[[ -d $TEST_TMPDIR && -z $(ls -A "$TEST_TMPDIR") ]] || fail "TEST_TMPDIR is not an empty directory: ${TEST_TMPDIR:-}"
[[ -d $HOME ]] || fail "HOME is no directory: $HOME"
temporary=$(mktemp -d)
trap 'rm -rf "$temporary" products' EXIT

# --- files in the work tree ----------------------------------------------------------------------------------------------
[[ -f shell.sh ]] || cd "$(dirname "$0")"
mkdir -p products/deeper
printf 'one\ntwo\nthree\n' >products/list
sort -r products/list | tee products/sorted | head -n 1 | grep -qx two || fail 'a pipeline'
cp products/list "$temporary/copy"
ln -s list products/link
ln products/list products/second
mv products/second products/deeper/
[[ $(cat products/link products/deeper/second | wc -l) == 6 ]] || fail 'links'
chmod 600 products/list
find products -type f -newer shell.sh | grep -q list || fail 'find'
tar -cf "$temporary/all.tar" products && tar -tf "$temporary/all.tar" | grep -q deeper/second || fail 'tar'

# --- processes -----------------------------------------------------------------------------------------------------------
sleep 30 &
job=$!
kill -0 "$job" || fail 'its own child cannot be signalled'
until [[ $(<"/proc/$job/comm") == sleep ]]; do :; done # a signal before exec would run our own EXIT trap in the child
kill "$job"
wait "$job" || code=$?
[[ ${code:-0} == 143 ]] || fail "the child ended with ${code:-0}"
[[ $( (sleep 0.05; echo late) & wait; echo last) == $'late\nlast' ]] || fail 'a background job'
sh -c 'trap "exit 3" TERM; kill -TERM $$; sleep 5' && fail 'a trap' || [[ $? == 3 ]] || fail 'a trap'
coproc cat
echo through >&"${COPROC[1]}"
read -r answer <&"${COPROC[0]}"
[[ $answer == through ]] || fail 'a coprocess'
eval "exec ${COPROC[1]}>&-"
wait

# --- what it may expect of the machine -----------------------------------------------------------------------------------
echo into nowhere >/dev/null
head -c 100 /dev/urandom | wc -c | grep -qx ' *100' || fail '/dev/urandom'
printf 'x' >/dev/shm/"$$" && rm /dev/shm/"$$" || fail '/dev/shm'
[[ -r /proc/self/status && -r /proc/cpuinfo && -r /proc/meminfo ]] || fail '/proc'
[[ -n $(<"/proc/$$/comm") ]] || fail 'its own /proc entry'
ps -o pid= -p $$ >/dev/null 2>&1 || ! command -v ps >/dev/null || fail 'ps'
date -u +%Y >/dev/null && uname -a >/dev/null && id >/dev/null && nproc >/dev/null || fail 'date, uname, id, nproc'
(ulimit -n 64 && ulimit -c 0) || fail 'ulimit'
flock products/list true || ! command -v flock >/dev/null || fail 'flock'
timeout 5 true || fail 'timeout'
echo 'ordinary'
