#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The whole pipeline, from a measurement to the report, on builds of which it is known how fast they are: make self-test.

load helpers
load kernels
load github
load runs

# self_test RUNTIME TEST...: one round of it, of these tests of a chain, which are flow mappings in YAML
self_test() {
  local runtime=$1
  shift
  echo 'defaults: {program_type: xdp, source: ../../tests/statistics/planted.bpf.c, entry_point: chain}' >suite.yml
  echo 'tests:' >>suite.yml
  printf -- '- %s\n' "$@" >>suite.yml
  "$TOP/pipelines/evaluate/self-test" "$runtime" "${KERNEL-}" suite.yml 1 >self-test.csv
}

rates() {
  "$TOP/pipelines/results/self-test-rates" "$@"
}

# Of noise that would hide eight times as long there is none.
# bats test_tags=timing
@test "timed: an equal build raises nothing, and one that takes eight times as long comes into the report" {
  requires bpf
  export ROUNDS=4 CONFIRM_ROUNDS=10 RUN_OPTIONS='--samples 2 --sample-ms 0.2'
  self_test host '{name: chain/plus_700_percent, defines: {LENGTH: 100, MORE: 700}}'
  assert_equal "$(head -n 1 self-test.csv)" "$(header_of self-test)"
  assert_equal "$(csv_value self-test.csv runtime,planted_pct,judged,reported | paste -sd,)" 'host 0 1 0,host 700 1 1'
  rates --exit-code self-test.csv >rates.csv
  assert_equal "$(csv_value rates.csv wrong,wrong_pct | uniq -c | xargs)" '2 0 0.000'
}

# bats test_tags=slow
@test "a self-test fails where nothing is planted of what is claimed, and where an equal build is slower" {
  requires bpf
  export ROUNDS=4 CONFIRM_ROUNDS=10 RUN_OPTIONS='--samples 2 --sample-ms 0.2'
  run -0 --separate-stderr self_test host '{name: chain/plus_700_percent, defines: {LENGTH: 100}}' '{name: chain/equal, defines: {LENGTH: 100, MORE: 700}}'
  assert_contains "$stderr" 'slower by 700 %, and not reported: chain/plus_700_percent of build-0008'
  assert_contains "$stderr" 'as fast as before, and reported: chain/equal of build-0008'
  assert_equal "$(csv_value self-test.csv planted_pct,judged,reported | paste -sd,)" '0 3 1,700 1 0'
  run -1 rates --exit-code self-test.csv
}

# bats test_tags=slow
@test "counted: one instruction more in a thousand comes into the report, and none more does not" {
  needs_kernel
  export SEEDS=1
  self_test icount '{name: baseline/xdp/empty, source: ../../bpf/baseline.bpf.c, entry_point: empty}' \
    '{name: chain/plus_0.1_percent, defines: {LENGTH: 1000, MORE: 1}}'
  assert_equal "$(csv_value self-test.csv runtime,planted_pct,judged,reported | paste -sd,)" 'icount 0 3 0,icount 0.1 1 1'
  rates --exit-code self-test.csv
}

# counts RUNTIME PLANTED JUDGED SUSPECTED REPORTED...: a self-test.csv with such rows
counts() {
  header_of self-test
  printf '2026-11-30T12:00:00Z,0123abc,%s,test-host,%s,%s,%s,%s\n' "$@"
}

@test "rates are of all files together, with the limit of Clopper and Pearson" {
  counts host 0 1000 4 0 host 5 20 18 17 host 100 20 20 20 >a.csv
  counts host 0 1000 4 1 host 5 20 18 17 icount 0.1 9 9 9 >b.csv
  # R: binom.test(WRONG, JUDGED, alternative = "less")$conf.int[2]
  diff - <(rates a.csv b.csv) <<'CSV'
runtime,planted_pct,judged,suspected,reported,wrong,wrong_pct,at_most_pct
host,0,2000,8,1,1,0.050,0.237
host,5,40,36,34,6,15.000,27.474
host,100,20,20,20,0,0.000,13.911
icount,0.1,9,9,9,0,0.000,28.313
CSV
}

@test "status 1 is for a false alarm, and for a miss of what must be found: all that is counted, and the double" {
  check() { # STATUS COUNTS...
    local status=$1
    shift
    counts "$@" >a.csv
    run "-$status" rates --exit-code a.csv
  }
  check 0 host 0 100 9 0
  check 1 host 0 100 9 1
  check 0 host 10 100 9 9
  check 1 host 100 100 99 99
  check 0 host 100 100 100 100
  check 1 icount 0.1 100 99 99
  check 1 icount 0 100 99 1
  counts host 0 100 9 1 >a.csv
  rates a.csv
}

@test "rates refuse what is no self-test.csv, and say why" {
  counts host 0 100 9 1 >good.csv
  bad() { # SED PART
    sed "$1" good.csv >bad.csv
    assert_trouble "$2" rates good.csv bad.csv
  }
  bad 's/,9,1$/,1,9/' "more reported than suspected, or than judged: 'bad.csv'"
  bad 's/,100,/,1e9,/' "of another kind in the column judged: \"1e9\": 'bad.csv'"
  bad 's/,host,/,<b>,/' 'of another kind in the column runtime'
  bad '2s/$/,1/' 'not CSV'
  bad 's/,[^,]*$//' "missing column reported: 'bad.csv'"
  truncate -s -1 good.csv
  assert_trouble 'cut off' rates good.csv
  assert_trouble 'no such file' rates nowhere.csv
  assert_trouble usage rates
}

@test "a self-test that can't be is one line" {
  try() { "$TOP/pipelines/evaluate/self-test" "$@"; }
  touch suite.yml
  assert_trouble 'no kernel named' try icount '' suite.yml 1
  assert_trouble "RUNTIME='kvm'" try kvm x suite.yml 1
  assert_trouble "RUNTIME='host' KERNEL='x'" try host x suite.yml 1
  assert_trouble 'not a number' try host '' suite.yml some
  assert_trouble 'nothing to do' try host '' suite.yml 0
  assert_trouble "no such suite: 'none.yml'" try host '' none.yml 1
}

# --- the results branch ---

# The place of counts below results. Of another time or host class each is another.
make_counts() { # TIME HOST-CLASS RUNTIME COUNTS...
  local time=$1 class=$2 place
  shift 2
  counts "$@" | sed "s/2026-11-30T12:00:00Z/$time/; s/test-host/$class/" >counts.csv
  place=$(. "$PIPELINES/results/place.sh" && place_of_self_test counts.csv)
  mkdir -p "results/$place"
  mv counts.csv "results/$place/self-test.csv"
  printf '%s\n' "$place"
}

# shellcheck disable=SC2119,SC2120 # store without places stores all
store() {
  (cd here && "$PIPELINES/results/store" --remote ../remote.git ../results "$@")
}

@test "counts are stored beside runs, once, and are no part of a history" {
  make_repositories
  run=$(make_run results 0)
  one=$(make_counts 2026-11-30T12:00:00Z test-host host 0 100 9 0)
  assert_equal "$one" self-test/test-host/2026/20261130t120000z-host
  # What is beside them is nobody's, and not checked: the pages would read it, and everybody a linked file.
  cp "results/$run/summary.csv" "results/$one"
  echo 'no counts' >"results/$run/self-test.csv"
  ln -s /etc/passwd "results/$one/plan.csv"
  store
  assert_equal "$(branch_files | sed 's|.*/||' | sort | paste -sd' ')" 'environment.csv plan.csv rounds.csv self-test.csv summary.csv'
  two=$(make_counts 2026-12-01T12:00:00Z test-host host 0 100 9 1)
  assert_equal "$(store)" "$two"
  run -0 --separate-stderr store
  assert_contains "$stderr" 'has all 3 of them'
  assert_equal "$(branch_files | grep ^self-test/)" "$one/self-test.csv
$two/self-test.csv"
  assert_equal "$(cd remote.git && "$PIPELINES/results/history" --list)" "$run"
  assert_equal "$("$PIPELINES/results/history" --directory results --list)" "$run"
}

@test "counts that are none, or lie elsewhere, are refused" {
  make_repositories
  place=$(make_counts 2026-11-30T12:00:00Z test-host host 0 100 9 0)
  refused() { # MESSAGE [PLACE]
    run -2 --separate-stderr store "${2-$place}"
    assert_contains "$stderr" "$1"
    [ -z "$(git -C remote.git for-each-ref)" ]
  }
  mkdir results/self-test/x
  cp -r "results/$place" results/self-test/x/y
  refused "belong elsewhere, to '$place'" self-test/x/y
  refused "no such file" self-test/none
  cp "results/$place/self-test.csv" good.csv
  sed 's/host,0,/host,<b>,/' good.csv >"results/$place/self-test.csv"
  refused 'of another kind in the column planted_pct: "<b>"'
  sed 2d good.csv >"results/$place/self-test.csv"
  refused 'there is no row'
  ln -sf "$PWD/good.csv" "results/$place/self-test.csv"
  refused 'a symbolic link'
}

@test "the workflow stores the counts of both runtimes, those of a self-test that failed too" {
  requires test-packages
  make_checkout
  cp checkout/Makefile whole.mk
  for runtime in host icount; do
    counts "$runtime" 0 100 9 1 >"$runtime.csv"
    place=self-test/test-host/2026/20261130t120000z-$runtime
    printf 'self-test:\n\t@mkdir -p %s\n\t@cp ../$(RUNTIME).csv %s/self-test.csv\n' build/results/{$place,$place} >checkout/Makefile
    run_job self-test.yml measure '{"matrix": {"runtime": "'$runtime'", "kernel": "", "runs": 1}}'
  done
  assert_equal "$(node -p 'JSON.parse(fs.readFileSync("workflows.json", "utf8").split("\n").find(l => l.includes("/self-test.yml"))).workflow.jobs.measure.steps.at(-1).if')" \
    '${{ !cancelled() }}'
  cp whole.mk checkout/Makefile
  run_job self-test.yml collect
  assert_equal "$(branch_files)" 'self-test/test-host/2026/20261130t120000z-host/self-test.csv
self-test/test-host/2026/20261130t120000z-icount/self-test.csv'
}
