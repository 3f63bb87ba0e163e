#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# That `make check` can fail: by a test that fails, by one that vanishes, and by a missing capability.

load helpers

# check TARGET [VARIABLE=VALUE...]: make in a bats
check() {
  # Without the folder of bats' own parts, which bats puts in front.
  PATH=${PATH/"${BATS_LIBEXEC:-none}":/} make --no-print-directory -C "$TOP" "$@"
}

@test "make check fails when a test fails, and counts it" {
  run -2 --separate-stderr check check TESTS=tests/failsafe/failing.bats
  assert_equal "${lines[-1]}" "1 passed, 1 failed, 1 skipped"
  # What failed stands at the end, with what it said.
  local end=${output##*Failed or skipped:}
  assert_contains "$end" 'not ok failing: '
  assert_contains "$end" '# skip'
  assert_contains "$end" 'failed'
  [ "$(grep -c '^not ok' <<<"$end")" = 1 ]
}

@test "make check passes when all tests pass, and counts them" {
  printf '@test "one" {\n\ttrue\n}\n@test "two" {\n\ttrue\n}\n' >passing.bats
  run -0 --separate-stderr check check TESTS="$PWD/passing.bats"
  assert_equal "${lines[-1]}" "2 passed, 0 failed"
}

@test "make check fails when a test kills its runner, or there is no test" {
  printf '@test "one" {\n\ttrue\n}\n@test "two" {\n\tkill -9 $PPID $$\n}\n@test "three" {\n\ttrue\n}\n' >killing.bats
  run -2 --separate-stderr check check TESTS="$PWD/killing.bats"
  [[ ${lines[-1]} =~ ^[0-9]+\ passed,\ [1-9][0-9]*\ failed$ ]]
  assert_contains "$output" 'not reported'
  : >none.bats
  run -2 --separate-stderr check check TESTS="$PWD/none.bats"
  assert_equal "${lines[-1]}" "0 passed, 0 failed"
}

@test "a declared capability that is missing fails; one that nobody declared is skipped" {
  printf 'load %s/tests/helpers\n@test "one" {\n\trequires no-such-command\n}\n' "$TOP" >needy.bats
  run -0 --separate-stderr check check TESTS="$PWD/needy.bats" CAPABILITIES='root bpf'
  assert_equal "${lines[-1]}" "0 passed, 0 failed, 1 skipped"
  for declared in all-commands no-such-command; do
    run -2 --separate-stderr check check TESTS="$PWD/needy.bats" CAPABILITIES="root $declared"
    assert_equal "${lines[-1]}" "0 passed, 1 failed"
  done
}

@test "tests tagged slow run in make check-expensive only" {
  printf '@test "quick" {\n\ttrue\n}\n# bats test_tags=slow\n@test "slow" {\n\ttrue\n}\n' >tagged.bats
  run -0 --separate-stderr check check TESTS="$PWD/tagged.bats"
  assert_equal "${lines[-1]}" "1 passed, 0 failed"
  assert_contains "$output" quick
  run -0 --separate-stderr check check-expensive TESTS="$PWD/tagged.bats"
  assert_equal "${lines[-1]}" "1 passed, 0 failed"
  assert_contains "$output" slow
}

@test "files tagged alone run one at a time, before the others, which share the CPUs" {
  requires cpus2
  export FOLDER=$PWD
  # bats would take its own words at the beginning of a line for this file's.
  sed 's/^TEST/@test/; s/^ALONE/# bats file_tags=alone/' >a.bats <<'EOT'
ALONE
TEST "nothing else runs" {
  mkdir "$FOLDER/running"
  sleep 0.2
  rmdir "$FOLDER/running"
  touch "$FOLDER/$(basename "$BATS_TEST_FILENAME").alone"
}
EOT
  cp a.bats b.bats
  sed 's/^TEST/@test/' >one.bats <<'EOT'
TEST "they come after all of those, and neither of the two ends before the other has begun" {
  [ -e "$FOLDER/a.bats.alone" ] && [ -e "$FOLDER/b.bats.alone" ]
  touch "$FOLDER/$(basename "$BATS_TEST_FILENAME").begun"
  for _ in $(seq 100); do
    [ ! -e "$FOLDER/one.bats.begun" ] || [ ! -e "$FOLDER/two.bats.begun" ] || return 0
    sleep 0.1
  done
  false
}
EOT
  cp one.bats two.bats
  run -0 --separate-stderr check check TESTS="$PWD/one.bats $PWD/a.bats $PWD/two.bats $PWD/b.bats"
  assert_equal "${lines[-1]}" "4 passed, 0 failed"
}

@test "the tests in this folder are all run by make check" {
  run -0 bash -c 'env -u TESTS -u MAKEFLAGS make -n -C "$TOP" check | grep "^tests/run"'
  for file in "$TOP"/tests/*.bats; do
    assert_contains "$output" "tests/$(basename "$file")"
  done
  [[ $output != *failsafe* ]]
}

# bats test_tags=slow
@test "each of the fuzzed readers stands a second of it" {
  requires clang libjq xmllint
  # A corpus of its own, so that each run of the tests begins alike.
  run -0 make -C "$TOP" fuzz FUZZ_SECONDS=1 FUZZ_CORPUS="$PWD/corpus"
  for target in "$TOP"/tests/fuzz/*.c; do
    target=$(basename "$target" .c)
    [ "$target" = fuzz ] || assert_contains "$output" "$target: #"
  done
}

@test "make analyze fails where one of its analyzers finds something, and says where" {
  requires gcc clang-tidy
  git -C "$TOP" ls-files -z Makefile .clang-tidy pipelines results-schema tests/'*.mk' tools | tar -c -C "$TOP" --null -T - | tar -x
  analyze() { make --no-print-directory "build/analysis/tools/lib/$1.o"; }
  printf '#include <stdlib.h>\nvoid planted(char *p);\nvoid planted(char *p) { free(p); free(p); }\n' >tools/lib/twice.c
  run -2 analyze twice
  assert_contains "$output" 'tools/lib/twice.c:3:'
  assert_contains "$output" analyzer-double-free
  printf '#include <stdlib.h>\n#include <string.h>\nvoid *planted(const char *p);\nvoid *planted(const char *p) { return malloc(strlen(p + 1)); }\n' \
    >tools/lib/short.c
  run -2 analyze short
  assert_contains "$output" 'tools/lib/short.c:4:'
  assert_contains "$output" bugprone-misplaced-operator-in-strlen-in-alloc
  # Not only the first time.
  run -2 analyze short
  run -0 analyze xalloc
}

@test "make coverage fails where tests run less of a file than they must, and says of which" {
  printf '%s\n' file,least_pct,reason 'tools/a.c,55,a reason' >exceptions.csv
  printf '%s\n' filename,line_total,line_covered tools/a.c,9,5 tools/b.c,10,9 >lines.csv
  coverage() { "$TOP/tests/coverage" exceptions.csv lines.csv; }
  run -0 --separate-stderr coverage
  assert_equal "$(tr -s ' ' <<<"$output")" $'pct line_total file reason\n55 9 tools/a.c a reason\n90 10 tools/b.c -'
  sed -i 's/9,5/9,4/; s/10,9/1000,899/' lines.csv
  echo 'tools/gone.c,50,a reason' >>exceptions.csv
  run -1 --separate-stderr coverage
  assert_equal "$stderr" 'tools/a.c: tests run less than 55 % of its lines
tools/b.c: tests run less than 90 % of its lines
tools/gone.c: an exception, and no such file'
}
