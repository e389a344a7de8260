# For ctest-verdicts: what tests say of each other and of what they need. Those that are called ok-… see to it themselves, and have to
# pass in ctest; of the others only ctest's verdict is asked. Run with -j 4.
cmake_minimum_required(VERSION 3.22)
project(rules LANGUAGES NONE)
enable_testing()
set(dir ${CMAKE_BINARY_DIR})
file(MAKE_DIRECTORY ${dir}/running ${dir}/done ${dir}/below)

# task NAME SLOTS SCRIPT: runs SCRIPT between a mark that it runs and a mark that it is done; all that run have at most 4 slots.
file(WRITE ${dir}/task "
cd ${dir}/running || exit 1
trap 'rm -f ${dir}/running/'$1 EXIT
echo $2 >.$1 && mv .$1 $1
all=0
for each in *; do
  slots=$(cat $each 2>/dev/null || echo 0)
  all=$((all + slots))
done
[ $all -le 4 ] || { echo more than 4 slots: *; exit 1; }
(eval \"$3\") || exit 1
touch ${dir}/done/$1
")
# Properties in pairs; a value may be a list, which ARGN would take apart.
function(task name slots script)
  add_test(NAME ${name} COMMAND sh ${dir}/task ${name} ${slots} "cd ${dir}; ${script}")
  set_tests_properties(${name} PROPERTIES PROCESSORS ${slots} TIMEOUT 60)
  foreach(key RANGE 3 ${ARGC} 2)
    if(key LESS ARGC)
      math(EXPR value "${key} + 1")
      set_property(TEST ${name} PROPERTY ${ARGV${key}} "${ARGV${value}}")
    endif()
  endforeach()
endfunction()
function(plain name script)
  add_test(NAME ${name} COMMAND sh -c "${script}")
  foreach(key RANGE 2 ${ARGC} 2)
    if(key LESS ARGC)
      math(EXPR value "${key} + 1")
      set_property(TEST ${name} PROPERTY ${ARGV${key}} "${ARGV${value}}")
    endif()
  endforeach()
endfunction()
set(alone "[ \$(ls running | wc -l) = 1 ] && sleep 0.2 && [ \$(ls running | wc -l) = 1 ]")

# Two at a time: each waits for the other.
task(ok-meets-a 1 "touch a; i=0; until [ -e b ]; do i=\$((i + 1)); [ \$i -lt 200 ] || exit 1; sleep 0.05; done")
task(ok-meets-b 1 "touch b; i=0; until [ -e a ]; do i=\$((i + 1)); [ \$i -lt 200 ] || exit 1; sleep 0.05; done")
# One at a time.
foreach(i 1 2 3)
  task(ok-lock-${i} 1 "mkdir one && sleep 0.1 && rmdir one" RESOURCE_LOCK "x;y")
endforeach()
task(ok-lock-y 1 "mkdir one && sleep 0.1 && rmdir one" RESOURCE_LOCK y)
task(ok-serial-1 1 "${alone}" RUN_SERIAL ON)
task(ok-serial-2 1 "${alone}" RUN_SERIAL ON)
foreach(i 1 2 3 4)
  task(ok-two-slots-${i} 2 "sleep 0.1")
endforeach()
task(ok-four-slots 4 "${alone}")
task(ok-nine-slots 4 "${alone}" PROCESSORS 9)

# Order, whatever became of the first.
task(ok-after 1 "[ -e done/first ] && [ -e done/second ]" DEPENDS "second;nobody")
task(second 1 "[ -e done/first ] && touch done/second; exit 1" DEPENDS first)
task(first 1 "sleep 0.2")
plain(ok-depends-on-disabled "exit 0" DEPENDS disabled)
plain(ok-depends-on-missing "exit 0" DEPENDS no-program)

plain(disabled "exit 0" DISABLED ON)
plain(disabled-fails "exit 1" DISABLED ON)
add_test(NAME disabled-missing COMMAND /no/such/program)
set_tests_properties(disabled-missing PROPERTIES DISABLED ON)
add_test(NAME no-program COMMAND /no/such/program)
add_test(NAME no-program-will-fail COMMAND /no/such/program)
set_tests_properties(no-program-will-fail PROPERTIES WILL_FAIL ON)
file(WRITE ${dir}/not-executable "exit 0\n")
add_test(NAME not-executable COMMAND ${dir}/not-executable)
add_test(NAME a-directory COMMAND ${dir}/running)
add_test(NAME ok-by-path COMMAND true)
add_test(NAME program-made-later COMMAND ${dir}/made-later)
plain(makes-program "printf '#!/bin/sh\\nexit 0\\n' >${dir}/made-later; chmod 755 ${dir}/made-later")
set_tests_properties(program-made-later PROPERTIES DEPENDS makes-program)

plain(required-is-there "exit 0" REQUIRED_FILES "${dir}/task")
plain(required-directory "exit 0" REQUIRED_FILES "${dir}/running")
plain(required-missing "exit 0" REQUIRED_FILES "${dir}/task;${dir}/none")
plain(required-missing-will-fail "exit 1" REQUIRED_FILES none WILL_FAIL ON)
plain(required-relative "exit 0" REQUIRED_FILES CTestTestfile.cmake)
plain(required-below "exit 0" REQUIRED_FILES CTestTestfile.cmake WORKING_DIRECTORY ${dir}/below)
plain(required-made-later "exit 0" REQUIRED_FILES ${dir}/made-required DEPENDS makes-required)
plain(makes-required "touch ${dir}/made-required")

plain(ok-directory "[ \"\$PWD\" = ${dir} ]")
plain(ok-directory-below "[ \"\$PWD\" = ${dir}/below ]" WORKING_DIRECTORY ${dir}/below)
plain(directory-missing "exit 0" WORKING_DIRECTORY ${dir}/none)
plain(directory-missing-will-fail "exit 0" WORKING_DIRECTORY ${dir}/none WILL_FAIL ON)

plain(ok-environment "[ \"\$A\" = 1 ] && [ \"\$B\" = x=y ] && [ -z \"\$INHERITED\" ]" ENVIRONMENT "A=1;B=x=y;INHERITED=")
plain(ok-inherited "[ \"\$INHERITED\" = from:outside ]")
plain(ok-modified "[ \"\$S\" = 2 ] && [ \"\$INHERITED\" = before:from:outside:after ] && [ \"\$T\" = xyz ] && [ -z \"\${U+set}\" ]"
  ENVIRONMENT "T=y;U=1;S=1"
  ENVIRONMENT_MODIFICATION "S=set:2;INHERITED=path_list_append:after;INHERITED=path_list_prepend:before;T=string_append:z;T=string_prepend:x;U=unset:")
plain(ok-modified-list "[ \"\$L\" = 'a;b' ] && [ \"\$N\" = n ] && [ \"\$R\" = 1 ]" ENVIRONMENT "L=a;R=1"
  ENVIRONMENT_MODIFICATION "L=cmake_list_append:b;N=path_list_append:n;R=set:2;R=reset:")
plain(modified-nonsense "exit 0" ENVIRONMENT_MODIFICATION "S=no_such:2")

# Fixtures: NAME sets up, NAME-uses uses, NAME-cleans cleans up and looks whether it is the last.
function(fixture name setup cleanup)
  plain(${name}-cleans "${cleanup}; touch ${dir}/done/${name}-cleans" FIXTURES_CLEANUP ${name})
  plain(${name}-uses "[ ! -e ${dir}/done/${name}-cleans ]" FIXTURES_REQUIRED ${name})
  plain(${name}-uses-and-fails "exit 1" FIXTURES_REQUIRED ${name})
  plain(${name}-uses-will-fail "exit 1" FIXTURES_REQUIRED ${name} WILL_FAIL ON)
  plain(${name}-uses-disabled "exit 0" FIXTURES_REQUIRED ${name} DISABLED ON)
  plain(${name}-sets-up "${setup}" FIXTURES_SETUP ${name} ${ARGN})
endfunction()
fixture(fixture-passes "exit 0" "exit 0")
fixture(fixture-fails "exit 1" "exit 0")
fixture(fixture-times-out "exec sleep 30" "exit 0" TIMEOUT 0.5)
fixture(fixture-crashes "kill -SEGV \$\$" "exit 0")
fixture(fixture-skipped "exit 7" "exit 0" SKIP_RETURN_CODE 7)
fixture(fixture-disabled "exit 0" "exit 0" DISABLED ON)
fixture(fixture-lacks-file "exit 0" "exit 0" REQUIRED_FILES ${dir}/none)
fixture(fixture-fails-well "exit 1" "exit 0" WILL_FAIL ON)
fixture(fixture-cleans-badly "exit 0" "exit 1")
plain(fixture-nobody-sets-up "exit 0" FIXTURES_REQUIRED nobody)
plain(fixture-of-two "exit 0" FIXTURES_REQUIRED "fixture-passes;fixture-fails")
plain(fixture-nested-sets-up "exit 0" FIXTURES_SETUP nested FIXTURES_REQUIRED fixture-fails)
plain(fixture-nested-uses "exit 0" FIXTURES_REQUIRED nested)
plain(fixture-nested-cleans "exit 0" FIXTURES_CLEANUP nested)
plain(fixture-sequence-2 "[ -e ${dir}/done/sequence-1 ]" FIXTURES_REQUIRED sequence)
plain(fixture-sequence-1 "sleep 0.1; touch ${dir}/done/sequence-1" FIXTURES_SETUP sequence)

plain(ok-writes-much "head -c 3000000 /dev/zero | tr '\\\\0' x; echo; echo END" PASS_REGULAR_EXPRESSION "END")
plain(two-streams "echo o; echo e >&2; echo p" PASS_REGULAR_EXPRESSION "o\ne\np")
plain(two-streams-other-order "echo e >&2; echo o" PASS_REGULAR_EXPRESSION "e\no")
plain(several-patterns "echo one; echo two" PASS_REGULAR_EXPRESSION "nought;two")
plain(pattern-at-ends "printf 'a\\nb'" PASS_REGULAR_EXPRESSION "^a\nb\n$")
plain(will-fail-127 "exit 127" WILL_FAIL ON)
plain(exit-139 "exit 139")
plain(exit-77 "exit 77")
plain(signal-will-fail "kill -ABRT \$\$" WILL_FAIL ON)
