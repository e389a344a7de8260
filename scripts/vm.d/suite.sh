# shellcheck shell=bash disable=SC2034,SC2154 # one program in several files
# Many checks in one boot: plan them here, run them in the guest, write one result file for each (check, condition).
#
# A check is an executable tests/vm/NAME.sh of the payload. Its header may say
#   # run-as: root dev dev-io bare service     (default: root dev; see guest-conditions.sh)
#   # timeout: 120                             seconds (default: 120)
# Planning on this side means that a machine that dies leaves a "fail" for every check it owed, not a shorter list. What a
# dead machine owed is tried in one more boot, behind a notice: emulated kernels do die of themselves. A check during which
# two machines died, fails.

suite() {
  [[ -n $payload ]] || misuse 'suite: --payload is missing'
  [[ -n $results ]] || misuse 'suite: --results is missing'
  make_job suite
  make_plan
  [[ -s $work/job/plan ]] || misuse "suite: no check matches '$only' in $payload/tests/vm"
  mkdir -p "$results"
  cp "$work/job/plan" "$work/plan"
  local check condition number
  while read -r check condition _; do
    rm -f "$results/$check.$condition.result"
  done <"$work/plan"
  # an unfinished boot is not the end: every planned check owes a result
  boot_may_fail=yes
  for ((number = 1; number <= 2; number++)); do
    boot "${timeout:-$(awk '{ sum += $3 + 15 } END { print sum + 120 }' "$work/job/plan")}"
    collect_results
    if guest_has_ended; then break; fi
    plan_the_rest
    ((number == 2)) || printf 'scripts/vm: NOTICE: the machine died during %s; one more boot for what it owed\n' \
      "$(head -n 1 "$work/job/plan" | cut -d ' ' -f 1,2)"
  done
  summarize
}

plan_the_rest() {
  local check condition seconds
  while read -r check condition seconds; do
    [[ -s $results/$check.$condition.result ]] || printf '%s %s %s\n' "$check" "$condition" "$seconds"
  done <"$work/plan" >"$work/job/plan"
}

header() { # FILE KEY DEFAULT
  local value
  value=$(sed -nE "1,20s/^# *$2: *(.*[^ ]) *\$/\\1/p" "$1" | head -n 1)
  printf '%s\n' "${value:-$3}"
}

# Conditions are grouped, and dev-io comes last, for it changes the machine.
make_plan() {
  local file name condition wanted seconds
  : >"$work/job/plan"
  for condition in dev root service bare dev-io; do
    for file in "$payload"/tests/vm/*.sh; do
      name=$(basename "$file" .sh)
      # shellcheck disable=SC2053 # a pattern on purpose
      [[ -f $file && -x $file && $name == *$only* ]] || continue
      [[ $name =~ ^[A-Za-z0-9._-]+$ ]] || die "$file: a check's name has letters, digits, '.', '_', '-' only" 2
      wanted=$(header "$file" run-as 'root dev')
      seconds=$(header "$file" timeout 120)
      [[ $seconds =~ ^[0-9]+$ ]] || die "$file: timeout: $seconds is not a number of seconds" 2
      check_conditions "$file" "$wanted"
      [[ " $wanted " != *" $condition "* ]] || printf '%s %s %s\n' "$name" "$condition" "$seconds" >>"$work/job/plan"
    done
  done
}

check_conditions() { # FILE CONDITIONS
  local word
  for word in $2; do
    case $word in
      root | dev | dev-io | bare | service) ;;
      *) die "$1: no such condition: $word" 2 ;;
    esac
  done
}

# Splits the control port's stream: "result CHECK CONDITION BYTES" lines, each followed by that many bytes.
collect_results() {
  local word check condition bytes
  while IFS=' ' read -r word check condition bytes <&3; do
    [[ $word == result ]] || continue
    head -c "$bytes" <&3 >"$results/$check.$condition.result"
  done 3<"$work/control"
}

summarize() {
  local check condition verdict file passed=0 failed=0 skipped=0
  while read -r check condition _; do
    file=$results/$check.$condition.result
    [[ -s $file ]] || printf 'fail\n-- the machine ended before this check had a result\n' >"$file"
    verdict=
    read -r verdict <"$file" || true
    case $verdict in
      pass) passed=$((passed + 1)) ;;
      skip:*) skipped=$((skipped + 1)); printf '%s.%s: %s\n' "$check" "$condition" "$verdict" ;;
      *) failed=$((failed + 1)); printf '%s.%s: fail: %s\n' "$check" "$condition" "$file" ;;
    esac
  done <"$work/plan"
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  if ! guest_has_ended; then
    ((machine_status != 124)) || die 'the time limit was reached' 124
    die 'the machine ended before the last check'
  fi
  exit $((failed > 0))
}
