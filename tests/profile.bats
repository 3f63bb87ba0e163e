#!/usr/bin/env bats
# Profiles: make profile.

load helpers

@test "a profile names the JITed program and the kernel's functions, and has a flame graph" {
  requires bpf perf jq
  bpf-compile-check --build base "$TOP/bpf/suites/smoke.yml" > base.csv
  bpf-compile-check --build head "$TOP/bpf/suites/smoke.yml" > head.csv
  mkdir speedscope
  echo '<html></html>' > speedscope/index.html
  # The plan's objects are relative to here.
  ROUNDS=3 "$TOP/pipelines/profile/profile" '^map/hash/read$' out speedscope base.csv head.csv
  for side in base head; do
    assert_equal "$(csv_value out/map-hash-read/$side/functions.csv function | grep -cx 'bpf_prog_read')" 1
    grep -q htab_map_hash out/map-hash-read/$side/perf.script
    assert_equal "$(mlr --icsv --onidx stats1 -a sum -f share then put '$share_sum = fmtnum($share_sum, "%.3f")' out/map-hash-read/$side/functions.csv)" 1.000
    # The page shows the very script that was recorded.
    sed 's/.*, "//; s/")$//' out/map-hash-read/$side/profile.js | base64 -d | cmp - out/map-hash-read/$side/perf.script
    grep -q 'speedscope/index.html#localProfilePath=' out/map-hash-read/$side/flamegraph.html
  done
  assert_equal "$(csv_value out/map-hash-read/difference.csv function | grep -cx 'bpf_prog_read')" 1
  assert_equal "$(ls out)" $'map-hash-read\nspeedscope'
}

@test "a test that is not there is an error, and no profile" {
  requires bpf perf jq
  bpf-compile-check "$TOP/bpf/suites/smoke.yml" > plan.csv
  mkdir speedscope
  run -2 --separate-stderr "$TOP/pipelines/profile/profile" '^none$' out speedscope plan.csv
  assert_contains "$stderr" "no test that loads matches '^none\$'"
}
