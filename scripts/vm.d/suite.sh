# shellcheck shell=bash disable=SC2034,SC2154 # one program in several files
# Many checks in one boot: plan them here, run them in the guest, write one result file for each (check, condition).
#
# A check is an executable tests/vm/NAME.sh of the payload. Its header may say
#   # run-as: root dev dev-io bare service     (default: root dev; see guest-conditions.sh)
#   # timeout: 120                             seconds (default: 120)
# Planning on this side means that a machine that dies leaves a "fail" for every check it owed, not a shorter list. What a
# dead machine owed is tried in another boot, behind a notice: emulated kernels do die of themselves. A check during which
# two machines died, fails.
#
# A check that failed is tried once more, too, in a fresh machine, for emulated time is the host's, and a busy host makes a limit of
# a second pass or not. That hides nothing: what passes at its second try only is told, with what the first one said, and what
# fails twice fails. Where many fail it is no hiccup, and none of them is tried again.

retries_max=8        # checks
retry_seconds=480    # so that two kernels and all the rest stay below an hour
boots_max=3

suite() {
  [[ -n $payload ]] || misuse 'suite: --payload is missing'
  [[ -n $results ]] || misuse 'suite: --results is missing'
  make_job suite
  make_plan
  [[ -s $work/job/plan ]] || misuse "suite: no check matches '$only' in $payload/tests/vm"
  mkdir -p "$results" "$work/first"
  cp "$work/job/plan" "$work/plan"
  : >"$work/deaths"
  local check condition number limit
  while read -r check condition _; do
    rm -f "$results/$check.$condition.result"
  done <"$work/plan"
  rm -f "$results/notices"
  # an unfinished boot is not the end: every planned check owes a result
  boot_may_fail=yes
  for ((number = 1; number <= boots_max; number++)); do
    limit=${timeout:-$(awk '{ sum += $3 + 15 } END { print sum + 120 }' "$work/job/plan")}
    ((number == 1 || limit < retry_seconds)) || [[ -s $work/owed ]] || limit=$retry_seconds
    boot "$limit"
    collect_results
    guest_has_ended || note_death
    plan_the_rest
    [[ -s $work/job/plan ]] || break
    ((number == boots_max)) || printf 'scripts/vm: one more boot for %d checks\n' "$(wc -l <"$work/job/plan")"
  done
  summarize
}

result_of() { printf '%s/%s.%s.result\n' "$results" "$1" "$2"; }

has_failed() { [[ -s $1 && $(head -n 1 "$1") == fail ]]; }

# The machine died during the first check of its plan that has no result.
note_death() {
  local check condition file
  while read -r check condition _; do
    file=$(result_of "$check" "$condition")
    [[ ! -s $file ]] || continue
    printf 'scripts/vm: NOTICE: the machine died during %s %s\n' "$check" "$condition"
    if grep -qx "$check $condition" "$work/deaths"; then
      printf 'fail\n-- two machines died during this check\n' >"$file"
    fi
    printf '%s %s\n' "$check" "$condition" >>"$work/deaths"
    return 0
  done <"$work/job/plan"
}

# The next boot's plan: what is owed, and of what has failed once, if it is not too much, a second try.
plan_the_rest() {
  local check condition seconds file failed=0
  while read -r check condition _; do
    file=$(result_of "$check" "$condition")
    if has_failed "$file" && ! is_settled "$check" "$condition"; then failed=$((failed + 1)); fi
  done <"$work/plan"
  : >"$work/owed"
  while read -r check condition seconds; do
    file=$(result_of "$check" "$condition")
    if [[ ! -s $file ]]; then
      printf '%s %s\n' "$check" "$condition" >>"$work/owed"
    elif has_failed "$file" && ! is_settled "$check" "$condition" && ((failed <= retries_max)); then
      mv "$file" "$work/first/$check.$condition"
    else
      continue
    fi
    printf '%s %s %s\n' "$check" "$condition" "$seconds"
  done <"$work/plan" >"$work/job/plan"
}

# No second try: it had one, or machines die of it.
is_settled() { [[ -e $work/first/$1.$2 ]] || grep -qx "$1 $2" "$work/deaths"; }

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

# What a check said against itself, in a line: its own words, else the bed's.
complaint_of() { # FILE
  local line
  line=$(grep -a -m 1 '^fail: ' "$1" || grep -a -m 1 -E '^-- (killed|exit code|left behind)' "$1" || true)
  printf '%s\n' "${line:-$(sed -n 2p "$1")}"
}

# Of a check with two tries: the second one's verdict, and both outputs.
join_tries() { # CHECK CONDITION
  local file first=$work/first/$1.$2 verdict
  file=$(result_of "$1" "$2")
  [[ -e $first ]] || return 0
  [[ -s $file ]] || printf 'fail\n-- the second try was not reached\n' >"$file"
  read -r verdict <"$file" || true
  mv "$file" "$work/second"
  {
    printf '%s\n' "$verdict"
    if [[ $verdict != fail ]]; then
      printf 'NOTICE: %s.%s passed at its second try only; the first said: %s\n' "$1" "$2" "$(complaint_of "$first")" |
        tee -a "$results/notices"
    fi
    printf -- '-- the first try:\n'
    tail -n +2 "$first"
    printf -- '\n-- the second try:\n'
    tail -n +2 "$work/second"
  } >"$file"
}

summarize() {
  local check condition verdict file passed=0 failed=0 skipped=0 owed=0
  while read -r check condition _; do
    join_tries "$check" "$condition"
    file=$(result_of "$check" "$condition")
    [[ -s $file ]] || { owed=1; printf 'fail\n-- the machine ended before this check had a result\n' >"$file"; }
    verdict=
    read -r verdict <"$file" || true
    case $verdict in
      pass) passed=$((passed + 1)) ;;
      skip:*) skipped=$((skipped + 1)); printf '%s.%s: %s\n' "$check" "$condition" "$verdict" ;;
      *) failed=$((failed + 1)); printf '%s.%s: fail: %s\n' "$check" "$condition" "$file" ;;
    esac
  done <"$work/plan"
  [[ ! -s $results/notices ]] || cat "$results/notices"
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  if ((owed)); then
    ((machine_status != 124)) || die 'the time limit was reached' 124
    die 'the machine ended before the last check'
  fi
  exit $((failed > 0))
}
