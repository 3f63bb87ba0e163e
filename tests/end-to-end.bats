#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The workflows from end to end, on this machine: their jobs' steps in order, a bare repository as the remote and a
# stand-in as GitHub's API. perf.yml with kernels under icount, from nothing to an issue and its end; pull-request.yml
# from two commits to a comment.

load helpers
load github
load runs

# What a scheduled run does when the track's kernel is this one.
workflow_run() { # BUILD KERNEL
  local row
  rm -rf artifacts
  printf 'track,runner,runtime,kernel,suite,rounds\ndebian-6.1,here,icount,%s,smoke,\n' "$2" >checkout/pipelines/bench/tracks.csv
  row=$(run_job perf.yml plan | jq -c '{matrix: (.matrix | fromjson | .include[0])}')
  BUILD=$1 run_job perf.yml measure "$row"
  run_job perf.yml collect
  judge
}

judge() {
  local row
  rm -rf artifacts/findings artifacts/confirmed-*
  run_job perf.yml nominate >nominated.json
  jq -c '.matrix | fromjson | .include[] | {matrix: .}' nominated.json >rows
  while read -r row; do
    run_job perf.yml confirm "$row" </dev/null
  done <rows
  run_job perf.yml report
}

# bats test_tags=slow
@test "a slower kernel becomes a confirmed issue with all its parts, and faster ones close it" {
  requires qemu-system-x86_64 node gh cpio
  requires test-packages
  export KERNELS=$TOP/build/kernels SEEDS=2
  kernels=$("$TOP/pipelines/vm/list-kernels" 2>/dev/null | mlr --icsv --onidx filter '$architecture == "amd64" && $kernel =~ "linux-image-6.1.0-[0-9]+-amd64="' then sort -nr version then cut -f kernel)
  bad=$(head -n 1 <<<"$kernels")
  good=$(grep -m 1 -- '-47-amd64=' <<<"$kernels") || {
    echo 'no kernel of before the change can be had' >&2
    false
  }
  github_start
  make_checkout

  workflow_run build-1 "$good"
  workflow_run build-2 "$good"
  assert_equal "$(jq '.issues | length' "$GITHUB/state")" 0
  assert_equal "$(git -C remote.git ls-tree -r --name-only results | grep -c '/summary.csv$')" 2

  first=$(git -C checkout rev-parse HEAD)
  echo >>checkout/README.md
  commit_all later
  later=$(git -C checkout rev-parse HEAD)
  workflow_run build-3 "$bad"
  # Inside a VM nobody knows what was measured; the run does.
  place=$(git -C remote.git ls-tree -r --name-only results | grep -- '-build-3-.*/environment.csv$')
  git -C remote.git show "results:$place" >environment.csv
  assert_equal "$(csv_value environment.csv value '$name =~ "^(repository|commit)$"' | xargs)" "o/r $later"
  cat artifacts/confirmed-*/confirmed.csv
  github '.issues[] | "\(.title)\n\n\(.body)"' | tee issue.txt
  [ "$(github '[.issues[] | select(.state == "open")] | length')" -ge 1 ]
  body=$(github '.issues[0].body')
  for part in '| test | metric |' 'last good build is <code>build-2</code>' '/rounds.csv)' 'Controls:' \
    "make compare BASE='${good%@*}' HEAD='${bad%@*}'" 'gh workflow run perf.yml' performance-accepted 'https://github.com/o/r/actions/runs/12' \
    "https://github.com/o/r/compare/$first...$later"; do
    assert_contains "$body" "$part"
  done
  number=$(github '.issues | length')

  # Its commands, as they stand there.
  awk '/^~~~+sh$/ { inside = 1; next } /^~~~+$/ { inside = 0 } inside && /^make/' <<<"$body" >commands.sh
  assert_equal "$(grep -c '^make compare\|^make deps profile' commands.sh)" 2
  sed -i 's/^make deps profile/make profile/; /^make deps/d' commands.sh
  sed -n '/^make compare/p' commands.sh >compare.sh
  run -2 bash -c 'cd checkout && . ../compare.sh'
  [[ $output =~ [0-9]+\ regression ]]
  sed -n '/^make profile/p' commands.sh >profile.sh
  (cd checkout && bash -e ../profile.sh)
  [ -s checkout/build/profile/difference.csv ]

  # Again: nothing is filed twice, and nothing is measured again: neither what an issue tells of, nor what is slower
  # only by what the empty program is.
  judge
  [ ! -s rows ]
  assert_equal "$(github '.issues | length')" "$number"

  for build in build-4 build-5 build-6; do
    workflow_run "$build" "$good"
  done
  github '.comments[].body'
  assert_equal "$(github '[.issues[] | select(.state == "open")] | length')" 0

  # A person asks for a profile of one test: of the track's kernel.
  rm -rf artifacts
  row=$(run_job perf.yml plan | jq -c '{inputs: {profile: true, tests: "^map/array/read$"}, matrix: (.matrix | fromjson | .include[0])}')
  run_job perf.yml measure "$row"
  assert_contains "$(csv_value artifacts/profile-*/functions.csv function)" bpf_prog_read
}

# What a push to a pull request starts: the head's own job, and then the one of the default branch.
pull_request() { # BASE HEAD
  rm -rf artifacts
  git -C checkout checkout -q "$2"
  github_pull 7 someone feature "$2"
  run_job pull-request.yml compare "$(jq -n --arg base "$1" '{github: {event: {pull_request: {base: {sha: $base}}}}}')"
  git -C checkout checkout -q "$1"
  run_job pull-request-comment.yml comment "$(jq -n --arg head "$2" '{github: {event: {workflow_run: {id: 1, head_sha: $head,
    head_branch: "feature", head_repository: {owner: {login: "someone"}}}}}}')"
}

# bats test_tags=slow
@test "a pull request whose program is slower says so in one comment, until a push mends it" {
  requires bpf node gh
  requires test-packages
  github_start
  make_checkout
  printf '%s\n' tests: '- {name: control/user/loop, program_type: user, entry_point: loop, control: true}' \
    '- {name: probe, source: ../probe.bpf.c, entry_point: probe, expected_result: 2}' >checkout/bpf/suites/core.yml
  cp "$FIXTURES/other-repository/src/probe.bpf.c" checkout/bpf
  commit_all base
  base=$(git -C checkout rev-parse HEAD)
  sed -i 's/ROUNDS 1$/ROUNDS 400/' checkout/bpf/probe.bpf.c
  commit_all slower
  slower=$(git -C checkout rev-parse HEAD)
  git -C checkout revert --no-commit HEAD
  commit_all mended
  mended=$(git -C checkout rev-parse HEAD)
  export ROUNDS=10 GITHUB_STEP_SUMMARY=$BATS_TEST_TMPDIR/summary.md

  pull_request "$base" "$slower"
  assert_equal "$(csv_value artifacts/verdict/verdict.csv verdict '$test == "probe" && $metric == "duration_ns"')" regression
  assert_equal "$(find artifacts/samples -name 'samples.csv' | wc -l)" 1
  assert_contains "$(cat summary.md)" '**regression** | <code>probe</code> | <code>duration_ns</code>'
  assert_equal "$(github '.comments | length')" 1
  assert_contains "$(github '.comments[0].body')" '**regression** | <code>probe</code> | <code>duration_ns</code>'
  assert_equal "$(github '.comments[0].issue')" 7

  pull_request "$base" "$mended"
  assert_equal "$(github '.comments | length')" 1
  assert_contains "$(github '.comments[0].body')" '**0 regressions**'
}

# bats test_tags=slow
@test "a results branch to which nothing comes, or not all of it, is an issue until it comes again" {
  requires node gh
  github_start
  make_repositories
  link_project here
  nightly() {
    (cd here && pipelines/results/store --remote ../remote.git ../results)
    for step in fetch-results findings issues; do
      make -s -C here -o all --no-print-directory $step REMOTE=../remote.git
    done
  }
  states() { github '.issues[] | "\(.state) \(.title)"'; }
  make_run results 0
  nightly
  assert_equal "$(states)" 'open No new results of smoke on local (test-host)'
  nightly
  assert_equal "$(states | wc -l)" 1
  assert_equal "$(csv_value here/build/report/findings.csv verdict | sort -u)" stale

  # arrives N [TEST]: a run of now, without a test
  arrives() {
    place=$(make_run new "$1")
    sed -i "s/2026-11-01T00:0$1:00Z/$(date -u +%Y-%m-%dT%H:%M:%SZ)/" "new/$place"/*.csv
    T=${2-} mlr -I -S --csv filter '$test != ENV["T"]' "new/$place/summary.csv" "new/$place/rounds.csv" "new/$place/plan.csv"
    "$PIPELINES/results/file-run" "new/$place" results
    nightly
  }
  arrives 1
  assert_equal "$(states)" 'closed No new results of smoke on local (test-host)'
  assert_equal "$(github '.comments[-1].body' | tail -n 1)" 'The numbers are there again.'
  arrives 2 map/hash/read
  assert_equal "$(states | tail -n 1)" 'open Tests of smoke give no number on local (test-host)'
  assert_contains "$(github '.issues[-1].body')" '<code>map/hash/read</code> | <code>read</code> | missing'
  arrives 3
  assert_equal "$(states | cut -d' ' -f 1 | xargs)" 'closed closed'
}
