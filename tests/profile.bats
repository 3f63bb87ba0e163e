#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Profiles: make profile.

load helpers

@test "a profile names the JITed program and the kernel's functions, and has a flame graph" {
  requires bpf perf jq
  bpf-compile-check --build base "$TOP/bpf/suites/smoke.yml" >base.csv
  bpf-compile-check --build head "$TOP/bpf/suites/smoke.yml" >head.csv
  mkdir speedscope
  echo '<html></html>' >speedscope/index.html
  # The plan's objects are relative to here.
  ROUNDS=3 "$TOP/pipelines/profile/record" '^map/hash/read$' out speedscope base.csv head.csv
  for side in base head; do
    assert_equal "$(csv_value out/map-hash-read/$side/functions.csv function | grep -cx 'bpf_prog_read')" 1
    grep -q htab_map_hash out/map-hash-read/$side/perf.script
    assert_equal "$(mlr --icsv --onidx stats1 -a sum -f share then put '$share_sum = fmtnum($share_sum, "%.3f")' out/map-hash-read/$side/functions.csv)" 1.000
    # The page shows all that was recorded, the busiest thread first.
    sed 's/.*, "//; s/")$//' out/map-hash-read/$side/profile.js | base64 -d >shown
    cmp <(sort shown | grep .) <(sort out/map-hash-read/$side/perf.script | grep .)
    assert_equal "$(head -n 1 shown | awk '{ print $2 }')" \
      "$(awk '/^[^\t ]/ { print $2 }' out/map-hash-read/$side/perf.script | sort | uniq -c | sort -nr | awk 'NR == 1 { print $2 }')"
  done
  assert_equal "$(csv_value out/map-hash-read/difference.csv function | grep -cx 'bpf_prog_read')" 1
  assert_equal "$(ls out)" $'map-hash-read\nspeedscope'
}

@test "a test that is not there is an error, and no profile" {
  requires bpf perf jq
  bpf-compile-check "$TOP/bpf/suites/smoke.yml" >plan.csv
  mkdir speedscope
  run -2 --separate-stderr "$TOP/pipelines/profile/record" '^none$' out speedscope plan.csv
  assert_contains "$stderr" "no test that loads matches '^none\$'"
}

# bats test_tags=slow
@test "a flame graph opens in a browser from disk, wherever it lies" {
  requires bpf perf jq node npm chromium browser-tests
  make -s -C "$TOP" build/speedscope-1.25.0 >npm.log 2>&1
  bpf-compile-check --build one "$TOP/bpf/suites/smoke.yml" >plan.csv
  ROUNDS=1 "$TOP/pipelines/profile/record" '^map/hash/read$' 'a #1 %41 é/out' "$TOP/build/speedscope-1.25.0" plan.csv
  run -0 --separate-stderr node "$TOP/tests/browser/flamegraph.mjs" "$TOP/build/browser" 'a #1 %41 é/out/map-hash-read/one/flamegraph.html'
  assert_equal "${lines[0]}" 'map/hash/read (one) - speedscope'
  # What it shows first is the thread with the most samples.
  assert_contains "${lines[1]}" "tid: $(awk '/^[^\t ]/ { print $2 }' 'a #1 %41 é/out/map-hash-read/one/perf.script' | sort | uniq -c | sort -nr | awk 'NR == 1 { print $2 }')"
}

# bats test_tags=slow
@test "make profile takes any name, and both sides of a change" {
  requires bpf perf jq npm
  profile() { make -s --no-print-directory -C "$TOP" profile SUITE=smoke "$@"; }
  run -2 --separate-stderr profile
  assert_contains "$stderr" 'which test? make profile TEST='
  for name in "'; touch $PWD/X; '" '$(touch X)' '`touch X`' 'a"b'; do
    run -2 --separate-stderr env TEST="$name" make -s --no-print-directory -C "$TOP" profile SUITE=smoke
    assert_contains "$stderr" "no test that loads matches '$name'"
    run -2 --separate-stderr profile TEST="${name//\$/\$\$}"
    assert_contains "$stderr" "no test that loads matches '$name'"
  done
  [ ! -e X ]
  [ ! -e "$TOP/X" ]
  ROUNDS=1 profile TEST='^map/hash/read$$' BASE=rev:HEAD >out
  assert_contains "$(cat out)" 'bpf_prog_read'
  for file in base/functions.csv head/functions.csv base/flamegraph.html head/flamegraph.html base/perf.data difference.csv; do
    [ -s "$TOP/build/profile/tests/map-hash-read/$file" ]
  done
  assert_equal "$(ls "$TOP/build/profile/tests")" $'map-hash-read\nspeedscope'
  git -C "$TOP" worktree prune
  [ ! -e "$TOP/build/profile/plans/base-tree" ]
}
