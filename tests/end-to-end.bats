#!/usr/bin/env bats
# perf.yml from nothing to an issue and its end, on this machine: its run steps in order, kernels under
# icount, a bare repository as the remote and a stand-in as GitHub's API.

load helpers
load github

# The steps of a job that are not about setting up a machine, one after the other.
run_job() { # JOB
  local block
  jq -r --arg job "$1" '.workflow.jobs[$job].steps[] | select(.run and (.if // "" | test("inputs.profile|kvm") | not)) | .run
    | select(test("apt-get|sudo |make deps") | not) | @base64' perf.json > blocks
  [ -s blocks ]
  while read -r block; do
    base64 -d <<< "$block" > step.sh
    (cd checkout && bash --noprofile --norc -eo pipefail ../step.sh < /dev/null) || return 1
  done < blocks
}

# What a scheduled run does when the track's kernel is this one.
workflow_run() { # BUILD KERNEL
  rm -rf checkout/build/results checkout/build/report
  export BUILD=$1 KERNEL=$2 TRACK=debian-6.1 RUNTIME=icount SUITE=smoke ROUNDS='' TESTS=''
  run_job measure
  run_job collect
  # Only these two jobs know the variables of the matrix.
  unset BUILD KERNEL TRACK RUNTIME SUITE ROUNDS TESTS
  judge
}

# The jobs share their files here; on GitHub they are artifacts.
judge() {
  run_job nominate
  run_job confirm
  run_job report
}

# bats test_tags=slow
@test "a slower kernel becomes a confirmed issue with all its parts, and faster ones close it" {
  requires qemu-system-x86_64 node gh cpio
  requires test-packages
  export KERNELS=$TOP/build/kernels SEEDS=2
  kernels=$("$TOP/pipelines/runtime/list-kernels" 2> /dev/null | mlr --icsv --onidx filter '$architecture == "amd64" && $kernel =~ "linux-image-6.1.0-[0-9]+-amd64="' then sort -nr version then cut -f kernel)
  bad=$(head -n 1 <<< "$kernels")
  good=$(grep -m 1 -- '-47-amd64=' <<< "$kernels") || { echo 'no kernel of before the change can be had' >&2; false; }
  github_start
  export GITHUB_OUTPUT=$BATS_TEST_TMPDIR/outputs
  git init -q --bare remote.git
  mkdir checkout
  (cd "$TOP" && git ls-files -z | xargs -0 cp --parents -t "$BATS_TEST_TMPDIR/checkout")
  (
    cd checkout
    git init -q
    git add .
    git -c user.name=x -c user.email=x@localhost commit -qm all
    git remote add origin ../remote.git
  )
  node "$TOP/tests/github/workflow.js" "$PACKAGES" "$TOP/.github/workflows/perf.yml" > perf.json

  workflow_run build-1 "$good"
  workflow_run build-2 "$good"
  assert_equal "$(jq '.issues | length' "$GITHUB/state")" 0
  assert_equal "$(git -C remote.git ls-tree -r --name-only results | grep -c '/summary.csv$')" 2

  workflow_run build-3 "$bad"
  cat checkout/build/report/confirmed.csv
  github '.issues[] | "\(.title)\n\n\(.body)"' | tee issue.txt
  [ "$(github '[.issues[] | select(.state == "open")] | length')" -ge 1 ]
  body=$(github '.issues[0].body')
  for part in '| test | metric |' 'last good build is <code>build&#45;2</code>' '/rounds.csv)' 'Control:' \
    "make compare BASE='${good%@*}' HEAD='${bad%@*}'" 'gh workflow run perf.yml' performance-accepted; do
    assert_contains "$body" "$part"
  done
  number=$(github '.issues | length')

  # Again: nothing is filed twice, and what an issue tells of is not measured again. (Tests that are slower
  # only by what the empty program is are, in vain.)
  filed=$(mlr --icsv --onidx filter '$confirmed == 1' then cut -f test checkout/build/report/confirmed.csv)
  judge
  assert_equal "$(mlr --icsv --onidx filter '$confirmed == 1' then cut -f test checkout/build/report/confirmed.csv)" ''
  for test in $filed; do
    assert_equal "$(csv_value checkout/build/report/unfiled.csv test '$test == "'"$test"'"')" ''
  done
  assert_equal "$(github '.issues | length')" "$number"

  for build in build-4 build-5 build-6; do
    workflow_run "$build" "$good"
  done
  github '.comments[].body'
  assert_equal "$(github '[.issues[] | select(.state == "open")] | length')" 0
}
