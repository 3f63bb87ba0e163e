#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The results branch: pipelines/results/.

load helpers
load runs
# shellcheck disable=SC2119,SC2120 # store without places stores all

store() {
  git -C "$BATS_TEST_TMPDIR/here" rev-parse --git-dir >/dev/null
  (cd here && "$PIPELINES/results/store" --remote ../remote.git ../results "$@")
}

history() {
  (cd remote.git && "$PIPELINES/results/history" "$@")
}

# A run that must be refused: what is done to it, in its folder, and what is said.
refused() { # MESSAGE COMMAND...
  local message=$1 place
  shift
  [ -d pristine ] || make_run pristine 0 >place
  place=$(cat place)
  rm -rf results
  cp -r pristine results
  (cd "results/$place" && "$@")
  run -2 --separate-stderr "$PIPELINES/results/check-run" results "$place"
  assert_contains "$stderr" "$message"
}

@test "a run is filed with the repository and commit that it measured, where the machine did not know them" {
  unset GITHUB_REPOSITORY GITHUB_SHA
  git init -q
  mkdir bpf tools
  echo 1 >bpf/x.bpf.c
  echo 1 >tools/x.c
  git add .
  git -c user.name=x -c user.email=x@localhost commit -qm x
  # filed [NAME=VALUE...]: what a run without either is filed with
  filed() {
    rm -rf from to
    place=$(make_run from 0)
    mv "from/$place" run
    place=$(env "$@" "$PIPELINES/results/file-run" run to)
    csv_value "$place/environment.csv" value '$name =~ "^(repository|commit)$"' | paste -sd' '
  }
  assert_equal "$(filed x=)" " $(git rev-parse HEAD)"
  assert_equal "$(filed GITHUB_REPOSITORY=o/r GITHUB_SHA=1234567)" 'o/r 1234567'
  # Sources that were changed are no commit's.
  echo 2 >bpf/x.bpf.c
  assert_equal "$(filed x=)" ' '
  # What the run knows itself stays.
  place=$(make_run from 1)
  sed -i 's/^commit,$/commit,abc/' "from/$place/environment.csv"
  place=$(GITHUB_SHA=1234567 "$PIPELINES/results/file-run" "from/$place" to)
  assert_equal "$(csv_value "$place/environment.csv" value '$name == "commit"')" abc
}

@test "a run is stored in its place, without a checkout, and storing it again changes nothing" {
  make_repositories
  place=$(make_run results 0)
  echo raw >"results/$place/samples.csv"
  # As of a kernel in a VM.
  printf '%s\n' 'kernel_version,"#1 SMP, (2026-09-07)"' kernel_package,linux-image-6.1 kernel_version,6.1.187-1 >>"results/$place/environment.csv"
  assert_equal "$(store)" "$place"
  tip=$(git -C remote.git rev-parse results)
  assert_equal "$(branch_files | wc -l)" 4
  for file in environment plan summary; do
    git -C remote.git cat-file blob "results:$place/$file.csv" | cmp - "results/$place/$file.csv"
  done
  assert_equal "$(ls -A here)" .git
  assert_equal "$(git -C here for-each-ref)" ''
  store
  assert_equal "$(git -C remote.git rev-parse results)" "$tip"
}

@test "what ran on several CPUs is stored CPU by CPU, and checked as the summary is" {
  make_repositories
  place=$(make_run results 0)
  mlr --csv put '$cpu = NR' "results/$place/summary.csv" >"results/$place/cpus.csv"
  store
  git -C remote.git cat-file blob "results:$place/cpus.csv" | cmp - "results/$place/cpus.csv"
  rm -rf remote.git here
  make_repositories
  refused 'of another run or build' sh -c "sed '3s/run0/run1/' summary.csv > cpus.csv"
  refused 'missing columns: test' sh -c "sed '1s/,test,/,name,/' summary.csv > cpus.csv"
}

@test "of rounds the branch has what readers take: verdicts are the same, and what it has can be stored again" {
  make_repositories
  place=$(make_run results 0)
  # Enough rounds for a verdict, and a reason with commas, quotes and a line break.
  mlr -I --csv put -q 'for (k in [1, 2, 3, 4, 5]) { $round += 6; $value_duration_ns *= 1.0003; emit1 mapsum($*, {}) }' \
    then put 'if ($test == "map/hash/read") { $reason = "a, \"b\"\n\"c" }' "results/$place/rounds.csv"
  store
  git -C remote.git cat-file blob "results:$place/rounds.csv" >stored.csv
  assert_equal "$(head -n 1 stored.csv | tr , '\n' | grep -E '_(duration_ns|instructions)$' | paste -sd' ')" \
    'value_duration_ns low_heap_duration_ns high_heap_duration_ns high_heap_share_duration_ns value_instructions min_instructions max_instructions low_heap_instructions high_heap_instructions high_heap_share_instructions'
  for rounds in "results/$place/rounds.csv" stored.csv; do
    mlr --csv put '$build = "head"; if ($test =~ "^map") { $value_duration_ns *= 1.1 }' "$rounds" >head.csv
    regress-detect --baseline 6.1.0 "$rounds" head.csv | mlr --icsv --ojson cut -f test,verdict,reason,severity
  done >verdicts
  assert_equal "$(jq -s '.[0] == .[1] and ([.[0][].verdict] | unique | length > 1)' verdicts)" true
  # All that is no time is as it was.
  for rounds in "results/$place/rounds.csv" stored.csv; do
    mlr -S --icsv --ojson cut -o -f test,round,status,reason,samples,marked,value_instructions "$rounds"
  done | jq -se '.[0] == .[1]'
  cp stored.csv "results/$place/rounds.csv"
  "$PIPELINES/results/check-run" results "$place"
}

@test "store says where it pushes before it does, and no password" {
  make_repositories
  make_run results 0
  run -0 --separate-stderr store
  assert_contains "$stderr" "store: pushing to the branch 'results' of '../remote.git'"
  run -0 --separate-stderr store
  assert_equal "$stderr" "store: the branch 'results' has all 1 of them"
  make_run results 1
  git -C here remote add other ../remote.git
  git -C here remote set-url --push other 'https://me:secret@localhost:1/x.git'
  run -2 --separate-stderr env STORE_RETRY_SEC=0 sh -c 'cd here && exec "$PIPELINES/results/store" --remote other ../results'
  assert_contains "$stderr" "pushing to the branch 'results' of 'https://localhost:1/x.git'" "can't push to the branch 'results' of 'https://localhost:1/x.git'"
  run ! grep -q secret <<<"$stderr"
}

@test "what the branch has is not checked again, whichever version stored its rounds" {
  make_repositories
  place=$(make_run results 0)
  store
  # As it was stored once: with all columns.
  git -C here fetch -q ../remote.git results:results
  git -C here checkout -q results
  cp "results/$place/rounds.csv" "here/$place/rounds.csv"
  git -C here -c user.name=x -c user.email=x@localhost commit -qam x
  git -C here push -q ../remote.git results
  tip=$(git -C remote.git rev-parse results)
  echo 'no CSV"' >"results/$place/rounds.csv"
  run --separate-stderr store
  assert_equal "$stderr" "store: the branch 'results' has all 1 of them"
  # A new one beside it is.
  new=$(make_run results 1)
  assert_equal "$(store)" "$new"
  printf '%s\n' a 'b"' >"results/$(make_run results 2)/rounds.csv"
  run -2 --separate-stderr store
  assert_contains "$stderr" 'not CSV'
  assert_equal "$(git -C remote.git rev-parse results~1)" "$tip"
}

@test "a run that is stored is never changed" {
  make_repositories
  place=$(make_run results 0)
  store
  tip=$(git -C remote.git rev-parse results)
  sed -i 's/22\.813/12.813/' "results/$place/summary.csv"
  run -2 --separate-stderr store
  assert_contains "$stderr" "the branch has another run of this name: '$place'"
  assert_equal "$(git -C remote.git rev-parse results)" "$tip"
}

@test "what is no complete run of one build is refused, and nothing is pushed" {
  make_repositories
  refused 'the last line is cut off' truncate -s -1 summary.csv
  refused 'not CSV' sed -i '$s/,[^,]*$//' rounds.csv
  refused 'not CSV' sed -i '2s/^/"/' rounds.csv
  refused 'the file is empty' truncate -s 0 plan.csv
  refused 'no such file' rm environment.csv
  refused 'the file has too many lines' bash -c 'yes smoke,x,ok | head -n 400001 >>plan.csv'
  refused 'a symbolic link' ln -sf /etc/passwd plan.csv
  refused 'there is no row' sed -i '2,$d' summary.csv
  refused 'missing columns: average_duration_ns' sed -i 1s/average_duration_ns/mean/ summary.csv
  refused 'of another run or build' sed -i '3s/run0/run1/' summary.csv
  refused 'a comparison is no part of history' sed -i '3s/6\.1\.0/6.1.1/' summary.csv
  refused 'ok and without a value' mlr -I -S --csv put '$value_duration_ns = ""' summary.csv
  for status in $(csv_value "$TOP/results-schema/statuses.csv" name '!($outcome =~ "^(measured|incomplete)$")'); do
    refused 'failed and has a value' mlr -I -S --csv put "\$status = \"$status\"" summary.csv
  done
  refused 'no such word in the column status: "broken"' mlr -I -S --csv put '$status = "broken"' summary.csv
  refused 'missing columns: round' mlr -I -S --csv cut -x -f round rounds.csv
  # The number of schema version 1 is another one.
  refused 'missing columns: value_duration_ns' mlr -I -S --csv cut -x -r -f '^value_' summary.csv
  refused 'no number in the column average_duration_ns: "fast"' mlr -I -S --csv put '$average_duration_ns = "fast"' summary.csv
  refused 'no number in the column median_duration_ns: "nan"' mlr -I -S --csv put '$median_duration_ns = "nan"' rounds.csv
  refused 'a column is there twice' sed -i '1s/suite/track/' summary.csv
  refused 'not UTF-8' sed -i '2s/smoke/\xff/' summary.csv
  refused 'of another host class, track or suite' mlr -I -S --csv put '$host_class = "other"' summary.csv
  refused 'the run was interrupted, test "map/hash/read"' mlr -I -S --csv put 'if ($test == "map/hash/read") { $status = "interrupted" }' summary.csv
  refused 'left out, test "map/hash/read"' mlr -I -S --csv filter '$test != "map/hash/read"' summary.csv
  refused 'twice, test "map/hash/read"' sed -i '/map.hash.read/p' summary.csv
  refused "the run belongs elsewhere, to 'test-host/local/smoke/2026/11/20261102t000000z" sed -i 's/2026-11-01T/2026-11-02T/' environment.csv
  run -2 --separate-stderr store
  assert_contains "$stderr" 'the run belongs elsewhere'
  [ -z "$(git -C remote.git for-each-ref)" ]
}

# bats test_tags=slow
@test "what would break a reader for ever is refused, and nothing is pushed" {
  make_repositories
  for number in 1e400 -1e400 nan 0x10 .5 007 $'1\n' "$(printf '%0200d' 1)"; do
    NUMBER=$number refused 'no number in the column value_duration_ns' mlr -I -S --csv put 'if (NR == 1) { $value_duration_ns = ENV["NUMBER"] }' summary.csv
  done
  for time in yesteryear 2099-01-01T00:00:00Z 2026-02-30T00:00:00Z 0000-01-01T00:00:00Z; do
    TIME=$time refused 'no time, or one to come' mlr -I -S --csv put '$timestamp = ENV["TIME"]' summary.csv
    refused 'no time, or one to come' sed -i "s/^timestamp,.*/timestamp,$time/" environment.csv
  done
  refused 'a control character' sed -i '2s/smoke/\x00/' summary.csv
  refused 'a control character' sed -i '2s/smoke/\x1b[31m/' summary.csv
  refused 'a quote where RFC 4180 has none' sed -i '2s/smoke/sm"oke/' rounds.csv
  refused 'a column has a name of other characters' sed -i '1s/median_instructions/median_$x/' summary.csv
  refused 'a column has a name of other characters' sed -i '1s/test,/"te\nst",/' plan.csv
  refused 'two empty programs of one type' sed -i 's/^\(.*\)map.hash.read/\1baseline\/other/' summary.csv plan.csv
  refused 'no name in the row track' sed -i 's/^track,.*/track,$(touch X)/' environment.csv
  refused 'no name in the row kernel_version' sh -c "printf '%s\n' kernel_package,x 'kernel_version,\$(shell touch X)' >>environment.csv"
  refused 'not one row suite' sh -c 'echo suite,other >>environment.csv'
  refused "the run belongs elsewhere, to 'other/" sh -c "sed -i 's/test-host/other/' *.csv"
  run -2 --separate-stderr store
  assert_contains "$stderr" 'the run belongs elsewhere'
  [ -z "$(git -C remote.git for-each-ref)" ]
}

@test "a run with Windows line ends, quotes and line breaks in its names is stored and read as it is" {
  make_repositories
  place=$(make_run results 0)
  for file in plan rounds summary; do
    mlr -I -S --csv put 'if ($test == "map/hash/read") { $test = "a \"b\",\n$(touch X) `touch X`" }' "results/$place/$file.csv"
    sed -i 's/$/\r/' "results/$place/$file.csv"
  done
  store >/dev/null
  make_run results 1 >/dev/null
  store >/dev/null
  history >history.csv
  assert_equal "$(mlr --icsv --ojson filter '$test =~ "^a "' then cut -f test then put '$test = gsub($test, "\r", "")' history.csv | jq -r '.[].test')" \
    $'a "b",\n$(touch X) `touch X`'
  assert_equal "$(mlr --icsv --onidx count history.csv)" 10
  [ ! -e X ]
}

@test "comparisons, incomplete runs and paths that are no place are refused" {
  make_repositories
  for place in test-host/local/smoke/2026/11/20261101t000000z-6.1..6.2-x incomplete/a/b/2026/11/20261101t000000z-6.1-x \
    ../local/smoke/2026/11/20261101t000000z-6.1-x '$(touch X)/local/smoke/2026/11/20261101t000000z-6.1-x' a/b; do
    run -2 --separate-stderr store "$place"
    assert_contains "$stderr" "$place"
  done
  make_run results 0 6.1..6.2
  rm -rf results/test-host/local/smoke/2026/11/*-6.1..6.2-*
  place=$(make_run results 0)
  mkdir -p results/test-host/pull-request
  cp -r results/test-host/local/* results/test-host/pull-request/
  run -2 --separate-stderr store "${place/local/pull-request}"
  assert_contains "$stderr" 'a pull request is no part of history'
  rm -rf results
  make_run results 0 6.1..6.2
  run -2 --separate-stderr store
  assert_contains "$stderr" 'there is no run to store'
  [ ! -e X ]
  [ ! -e here/X ]
}

@test "several runs are one commit, and a branch of this repository serves where there is no remote" {
  make_repositories
  make_run results 0
  make_run results 1
  assert_equal "$(cd here && "$PIPELINES/results/store" ../results | wc -l)" 2
  assert_equal "$(git -C here log --format=%s results)" 'results: add 2 runs'
  assert_equal "$(git -C here ls-tree -r --name-only results | grep -c '/summary.csv$')" 2
}

# N pushers at once, each from a repository of its own.
push_at_once() { # N
  local i pid pids='' place
  make_repositories
  for i in $(seq "$1"); do
    git init -q "pusher$i"
    place=$(make_run "results$i" "$i")
    (cd "pusher$i" && exec "$PIPELINES/results/store" --remote ../remote.git "../results$i" "$place" >/dev/null 2>err) &
    pids="$pids $!"
  done
  for pid in $pids; do
    wait "$pid"
  done
  assert_equal "$(branch_files | grep -c '/summary.csv$')" "$1"
  assert_equal "$(branch_files | wc -l)" "$(($1 * 4))"
  assert_equal "$(git -C remote.git rev-list --count results)" "$1"
  git -C remote.git fsck --strict
}

# bats test_tags=slow
@test "six pushers at once lose nothing" {
  push_at_once 6
}

# bats test_tags=slow
@test "fifty pushers at once lose nothing" {
  push_at_once 50
}

# script COMMAND...: what each script of pipelines/ begins with, in the temporary folder tmp
script() {
  TMPDIR=tmp PIPELINES=$PIPELINES sh -euc '. "$PIPELINES/lib.sh"; make_scratch; "$@"' script "$@"
}

@test "what a killed script leaves in the temporary folder goes when the next one starts, and nothing else" {
  requires root
  mkdir -p tmp other
  # Names that others have put there.
  mkdir tmp/ebpf-performance.theirs
  chown 1 tmp/ebpf-performance.theirs
  ln -s ../other tmp/ebpf-performance.link
  echo >tmp/ebpf-performance.file
  left() { find tmp -mindepth 1 -maxdepth 1 ! -name '*.theirs' ! -name '*.link' ! -name '*.file' | wc -l; }
  script sh -c 'echo $PPID $$ >killed; exec sleep 60' 3>&- &
  script sh -c 'echo $PPID $$ >alive; exec sleep 60' 3>&- &
  until [ -s killed ] && [ -s alive ]; do sleep 0.1; done
  read -r parent child <killed
  kill -KILL "$parent"
  # Its child may still work there.
  script true
  assert_equal "$(left)" 2
  kill -KILL "$child"
  while kill -0 "$child"; do sleep 0.1; done
  script true
  assert_equal "$(left)" 1
  read -r parent child <alive
  kill -TERM "$child"
  wait
  assert_equal "$(left)" 0
  assert_equal "$(find tmp -mindepth 1 | wc -l) $(find other | wc -l)" '3 1'
}

# bats test_tags=slow
@test "killed at any of its steps, it leaves the branch whole, and the next run stores what is missing" {
  make_repositories
  make_run results 0 >/dev/null
  store >/dev/null
  make_run results 1 >/dev/null
  # A git that kills all of store, remote side included, before its Nth call.
  mkdir shim
  printf '#!/bin/sh\nn=$(($(cat "%s/calls") + 1))\necho "$n" > "%s/calls"\n[ "$n" -ne "$KILL_AT" ] || kill -KILL 0\nexec "%s" "$@"\n' \
    "$PWD" "$PWD" "$(command -v git)" >shim/git
  chmod +x shim/git
  for step in $(seq 40); do
    echo 0 >calls
    status=0
    (cd here && KILL_AT=$step TMPDIR=$BATS_TEST_TMPDIR PATH=$BATS_TEST_TMPDIR/shim:$PATH setsid -w "$PIPELINES/results/store" --remote ../remote.git ../results) \
      >out 2>err || status=$?
    branch_is_whole
    [ "$status" -ne 0 ] || break
    # Before it was killed it did not say that the run is stored unless it is.
    [ ! -s out ] || assert_equal "$(branch_files | grep -c '/summary.csv$')" 2
  done
  assert_equal "$status" 0
  [ "$step" -gt 8 ]
  assert_equal "$(branch_files | grep -c '/summary.csv$')" 2
  assert_equal "$(git -C remote.git rev-list --count results)" 2
}

# bats test_tags=slow
@test "killed while the remote takes the push, it leaves the branch whole" {
  for hook in pre-receive update post-receive; do
    rm -rf remote.git here results
    make_repositories
    make_run results 0 >/dev/null
    printf '#!/bin/sh\nkill -KILL 0\n' >remote.git/hooks/$hook
    chmod +x remote.git/hooks/$hook
    status=0
    (cd here && setsid -w "$PIPELINES/results/store" --remote ../remote.git ../results) >/dev/null 2>&1 || status=$?
    [ "$status" -ne 0 ]
    branch_is_whole
    rm remote.git/hooks/$hook
    store >/dev/null
    branch_is_whole
    assert_equal "$(git -C remote.git rev-list --count results)" 1
  done
}

@test "a full disk at the remote leaves the branch as it was" {
  requires root
  make_repositories
  place=$(make_run results 0)
  store
  mkdir small
  mount -t tmpfs -o size=1m tmpfs small
  cp -r remote.git small/
  head -c 2m /dev/zero >small/filler 2>/dev/null || :
  make_run results 1
  run -2 --separate-stderr env STORE_RETRY_SEC=2 PIPELINES="$PIPELINES" sh -c \
    'cd here && "$PIPELINES/results/store" --remote ../small/remote.git ../results'
  tip=$(git -C small/remote.git rev-parse results)
  whole=$(git -C small/remote.git fsck --strict 2>&1 | grep -v -e dangling -e notice || :)
  umount small
  assert_contains "$stderr" "nothing was stored"
  assert_equal "$tip" "$(git -C remote.git rev-parse results)"
  assert_equal "$whole" ''
}

@test "a full disk here is said, and nothing is pushed" {
  requires root
  make_repositories
  place=$(make_run results 0)
  mkdir small
  mount -t tmpfs -o size=1m tmpfs small
  git init -q small/here
  head -c 2m /dev/zero >small/filler 2>/dev/null || :
  run -2 --separate-stderr env PIPELINES="$PIPELINES" sh -c \
    'cd small/here && "$PIPELINES/results/store" --remote ../../remote.git ../../results'
  umount small
  assert_contains "$stderr" 'is the disk full?'
  assert_equal "$(git -C remote.git for-each-ref)" ''
}

@test "a connection that drops after the push has landed stores once" {
  make_repositories
  make_run results 0
  git -C here remote add there ../remote.git
  # The remote ends the conversation after it has moved the branch.
  printf '#!/bin/sh\ntouch landed\nkill -KILL $PPID\n' >remote.git/hooks/post-receive
  chmod +x remote.git/hooks/post-receive
  store
  [ -e remote.git/landed ]
  assert_equal "$(git -C remote.git rev-list --count results)" 1
  branch_is_whole
}

@test "a connection that drops before the push lands is tried again" {
  make_repositories
  make_run results 0
  printf '#!/bin/sh\n[ -e dropped ] && exit\ntouch dropped\nkill -KILL $PPID\n' >remote.git/hooks/pre-receive
  chmod +x remote.git/hooks/pre-receive
  store
  [ -e remote.git/dropped ]
  assert_equal "$(git -C remote.git rev-list --count results)" 1
  branch_is_whole
}

@test "a remote that does not exist or refuses is an error that says so" {
  make_repositories
  make_run results 0
  mv remote.git away.git
  run -2 --separate-stderr store
  assert_contains "$stderr" 'does not appear to be a git repository'
  assert_contains "$stderr" 'nothing was stored'
  mv away.git remote.git
  printf '#!/bin/sh\necho "no room for you" >&2\nexit 1\n' >remote.git/hooks/pre-receive
  chmod +x remote.git/hooks/pre-receive
  run -2 --separate-stderr store
  assert_contains "$stderr" 'no room for you'
}

@test "history streams the rows of a track in time order, from the branch and from disk alike" {
  make_repositories
  for i in 2 0 1; do
    make_run results $i >/dev/null
  done
  store >/dev/null
  history --track local >history.csv
  assert_equal "$(csv_value history.csv build '$test == "map/hash/read"' | paste -sd' ')" '6.1.0 6.1.1 6.1.2'
  assert_equal "$(wc -l <history.csv)" 16
  "$PIPELINES/results/history" --directory results | cmp - history.csv
  assert_equal "$(history --last 1 --list)" test-host/local/smoke/2026/11/20261101t000200z-6.1.2-run2
  assert_equal "$(history --build 6.1.1 --list)" test-host/local/smoke/2026/11/20261101t000100z-6.1.1-run1
  assert_equal "$(history --last 1 --file environment.csv | mlr --icsv --onidx filter '$name == "build"' then cut -f value)" 6.1.2
  run -2 --separate-stderr history --track other
  assert_contains "$stderr" 'there is no such run'
  RESULTS_BRANCH=nowhere run -2 --separate-stderr history
  assert_contains "$stderr" "no such branch: 'nowhere'"
  run -2 --separate-stderr history --file ../../etc/passwd
}

@test "a partial clone gets of the branch what is read, at once, and stores beside it" {
  make_repositories
  for run in 0 1 2 3; do make_run results $run; done >places
  store
  git -C remote.git config uploadpack.allowFilter true
  git -C remote.git config uploadpack.allowAnySHA1InWant true
  git init -q partial
  git -C partial remote add origin "file://$PWD/remote.git"
  # As perf.yml does.
  eval "(cd partial && $(sed -n 's/^ *run: \(git config remote.origin.promisor .*\)/\1/p' "$TOP/.github/workflows/perf.yml"))"
  git -C partial fetch -q origin results:refs/remotes/origin/results
  missing() { git -C partial rev-list --objects --missing=print origin/results | grep -c '^?' || :; }
  assert_equal "$(missing)" 16
  (cd partial && GIT_TRACE="$PWD/../trace" "$PIPELINES/results/history" >../history.csv)
  assert_equal "$(csv_value history.csv run_id | uniq | wc -l)" 4
  assert_equal "$(missing)" 12
  assert_equal "$(grep -c 'built-in: git fetch ' trace)" 1
  new=$(make_run results 4)
  assert_equal "$(cd partial && "$PIPELINES/results/store" ../results)" "$new"
  assert_equal "$(missing)" 12
  branch_is_whole
}

@test "a tag is not taken for the results branch" {
  make_repositories
  place=$(make_run results 0)
  store >/dev/null
  git -C remote.git tag results "$(git -C remote.git -c user.name=x -c user.email=x@localhost commit-tree -m x "$(git -C remote.git mktree </dev/null)")"
  assert_equal "$(history --list)" "$place"
}

@test "a build is told from one whose label begins like it, and from one with the same safe name" {
  make_repositories
  for build in 6.1 6.1-4 6.1+4; do
    make_run results "$((++i))" "${build//+/-}" >/dev/null
    sed -i "s/\b6\.1-4\b/$build/" results/test-host/local/smoke/2026/11/*-run$i/{environment,plan,rounds,summary}.csv
  done
  store >/dev/null
  for build in 6.1 6.1-4 6.1+4; do
    history --build "$build" >one.csv
    assert_equal "$(csv_value one.csv build | uniq)" "$build"
    "$PIPELINES/results/history" --directory results --build "$build" | cmp - one.csv
  done
  run -2 --separate-stderr history --build 6
}

@test "history gives every row all columns when columns have come in the meantime" {
  make_repositories
  make_run results 0
  place=$(make_run results 1)
  make_run results 2
  mlr -I -S --csv put '$extra = "a, \"b\""; $other = "c"' then reorder -f value_duration_ns "results/$place/summary.csv"
  store >/dev/null
  history >history.csv
  assert_equal "$(mlr --icsv --onidx count-distinct -f build,extra then cut -f extra history.csv | paste -sd'|')" '|a, "b"|'
  assert_equal "$(csv_value history.csv value_duration_ns '$test == "map/hash/read"' | paste -sd' ')" '22.813 22.813 22.813'
  assert_equal "$(csv_value history.csv other | sort | uniq -c | xargs)" '10 5 c'
}

@test "history gives runs of schema version 1 their value, says which they are, and refuses what has none" {
  git init -q remote.git
  for i in 0 1 2; do make_run results "$i" >place.$i; done
  make_old "results/$(cat place.0)" "results/$(cat place.1)"
  # A row that failed has no number, though some of its rounds have.
  mlr -I --csv put 'if ($test == "tail_call/single") { $status = "dropped"; $average_duration_ns = ""; $median_duration_ns = "" }' \
    "results/$(cat place.1)/summary.csv"
  run -0 --separate-stderr "$PIPELINES/results/history" --directory results
  assert_equal "$stderr" "history: runs of schema version 1: 2, from '$(cat place.0)' to '$(cat place.1)': value_X is the median over the rounds of their rounds.csv"
  printf '%s\n' "$output" >history.csv
  # As they were when their value was the round's, and the interval is around it.
  assert_equal "$(mlr --icsv --onidx --ofmt %.3f filter '$test == "map/hash/read"' then put -S '$value_duration_ns += 0' then cut -o -f build,value_duration_ns,median_duration_ns history.csv)" \
    "6.1.0 22.813 21.877
6.1.1 22.813 21.877
6.1.2 22.813 21.877"
  assert_equal "$(mlr --icsv --onidx --ofs : filter '$test == "tail_call/single"' then cut -o -f build,status,value_duration_ns history.csv | xargs)" \
    '6.1.0:ok:5.7548793339538555 6.1.1:dropped: 6.1.2:ok:5.7548793339538555'
  run -0 --separate-stderr regress-detect --history history.csv
  assert_equal "$stderr" ''
  # Their rounds too, under the name that they have now.
  "$PIPELINES/results/history" --directory results --file rounds.csv >all.csv 2>said
  assert_contains "$(cat said)" 'value_X is what median_X was'
  assert_equal "$(mlr --icsv --onidx filter '$build != "6.1.2" && is_not_empty($median_duration_ns)' then count all.csv)" 0
  assert_equal "$(mlr --icsv --onidx stats1 -i -a median -f value_duration_ns -g test,build then filter '$test == "map/hash/read"' then cut -f value_duration_ns_median all.csv | uniq)" \
    22.812552806941497
  # From a branch it is the same.
  cp -r results/* remote.git
  git -C remote.git add .
  git -C remote.git -c user.name=x -c user.email=x@localhost commit -qm x
  RESULTS_BRANCH=$(git -C remote.git symbolic-ref --short HEAD) history 2>branch.said | cmp - history.csv
  assert_contains "$(cat branch.said)" "runs of schema version 1: 2, from '$(cat place.0)' to"
  # What has no value, and nothing to take it from.
  rm "results/$(cat place.1)/rounds.csv"
  run -2 --separate-stderr "$PIPELINES/results/history" --directory results
  assert_equal "$stderr" "history: the run is of schema version 1, and no rounds.csv is there to take its value from: '$(cat place.1)'"
  mlr -I --csv cut -x -r -f '^(value|median)_' "results/$(cat place.2)/summary.csv"
  run -2 --separate-stderr "$PIPELINES/results/history" --directory results
  assert_equal "$stderr" "history: no column value_X (schema version 2) or median_X (schema version 1): '$(cat place.2)/summary.csv'"
  [ "${output}" = "" ]
}

@test "the table shows the value with its interval, failures with their reason, and series of two heaps" {
  place=results/$(make_run results 0)
  for status in run_failed dropped missed changed_packet below_noise; do
    head -n 2 "$place/summary.csv" | STATUS=$status mlr --icsv --ojsonl put '$test = "x/" . ENV["STATUS"]; $status = ENV["STATUS"]; $reason = "why"; for (k, v in $*) { if (k =~ "_(duration_ns|instructions)$") { $[k] = "" } }'
  done >failed.json
  mlr --icsv --ojsonl put 'if ($test == "map/hash/read") { $low_heap_duration_ns = 12.5; $high_heap_duration_ns = 2270.4; $high_heap_share_duration_ns = 0.38 }' "$place/summary.csv" |
    cat - failed.json | mlr --ijsonl --ocsv unsparsify |
    sed 's/why/why\x1b/' >summary.csv
  "$PIPELINES/bench/table" summary.csv >table
  assert_contains "$(head -n 2 table | paste -sd' ')" 'value: median over rounds of the round values; ci_low to ci_high: its 95 % interval, which holds for this run only'
  assert_equal "$(sed -n '/^map.hash/p' table | tr -s ' ')" 'map/hash/read read 22.813 21.481 23.594 23.308 1.069 6 ok -'
  assert_equal "$(sed -n '/^x.below/p' table | tr -s ' ')" 'x/below_noise empty - - - - - 6 below_noise why?'
  assert_equal "$(grep -c '^x/.* why?$' table)" 5
  assert_equal "$(grep '^two heaps' table)" 'two heaps of samples: map/hash/read read: 62 % near 12.5, 38 % near 2270; its value is where the mixture falls'
  # Only where there are any.
  "$PIPELINES/bench/table" "$place/summary.csv" >table
  run -1 grep heaps table
  # A workflow's runner takes for a command what begins with :: or has ##[ in it.
  for name in '::error::x' $'\xe3\x80\x80::error::x' 'x ##[error]x' $'x\n::error::x'; do
    NAME=$name mlr -S --csv put '$test = ENV["NAME"] . "\u202e\u009b31m"' "$place/summary.csv" >summary.csv
    "$PIPELINES/bench/table" summary.csv >table
    assert_equal "$(grep -c 'error.*x??31m' table)" 5
    run -1 env LC_ALL=C grep -P '^[^?]*::|##\[|\xe2\x80|\xc2' table
  done
  make_old "$place"
  run -2 --separate-stderr "$PIPELINES/bench/table" "$place/summary.csv"
  assert_equal "${#stderr_lines[@]}" 1
  assert_contains "$stderr" "missing column 'value_duration_ns' ('$place/summary.csv')"
}

@test "what a script says of a name is one line, and no command of a workflow's runner" {
  say() { tool=t sh -uc '. "$0/lib.sh"; warn "$1"' "$PIPELINES" "$1" 2>&1; }
  assert_equal "$(say $'x\n::error::x\e\xe2\x80\xae\xd8\x9c\xe2\x81\xa6\xc2\x9b ##[error]x')" 't: x?::error::x????? ?#[error]x'
  # What a guest says comes line by line.
  plain_lines() { printf %b "$1" | sh -uc '. "$0/lib.sh"; plain_lines' "$PIPELINES"; }
  assert_equal "$(plain_lines '::error::x\n \xe3\x80\x80::x\na::b\r\n')" $'?:error::x\n \xe3\x80\x80?:x\na::b?'
}

@test "history reads 1000 runs with one git process, whatever lies on the branch besides" {
  make_repositories
  place=$(make_run results 0)
  blob=$(git -C remote.git hash-object -w --stdin <"results/$place/summary.csv")
  export GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index
  for i in $(seq -w 1000); do
    printf '100644 %s\ttest-host/local/smoke/2026/11/20261101t00%sz-6.1-run%s/summary.csv\n' "$blob" "$i" "$i"
  done | git -C remote.git update-index --add --index-info
  printf '100644 %s\tREADME.md\n100644 %s\ta/b/summary.csv\n' "$blob" "$blob" | git -C remote.git update-index --add --index-info
  git -C remote.git update-ref refs/heads/results "$(git -C remote.git commit-tree -m many "$(git -C remote.git write-tree)")"
  unset GIT_INDEX_FILE
  export GIT_TRACE2=$BATS_TEST_TMPDIR/trace
  assert_equal "$(history | wc -l)" 5001
  assert_equal "$(grep -c ' start .*checkout-index' trace)" 1
}

@test "a history is judged as one, though its paths are more than a command line takes" {
  # 1100 runs, of which the last 143 are 20 % slower. Each has a file of its own.
  awk -v OFS=, -F, -v folder=results/test-host/local/smoke/2026/11 'BEGIN { srand(1) }
    { line[NR] = $0 }
    END {
      for (i = 0; i < 1100; i++) {
        time[i] = sprintf("2026-11-%02dT%02d:%02d:00Z", 1 + i / 100, i % 100 / 60, i % 100 % 60)
        label[i] = "6.18.0-rc1-next-20261101-0123456789abcdef0123456789abcdef-" i
        stamp = tolower(time[i])
        gsub(/[-:]/, "", stamp)
        run[i] = folder "/" stamp "-" label[i] "-run" i
        print run[i] | "xargs mkdir -p"
      }
      close("xargs mkdir -p")
      for (i = 0; i < 1100; i++) {
        for (n = 1; n <= NR; n++) {
          row = line[n]
          gsub(/RUN/, "run" i, row)
          gsub(/TIME/, time[i], row)
          gsub(/BUILD/, label[i], row)
          sub(/,22\.812552806941497,/, "," 22.8 * (1 + rand() / 100) * (i < 957 ? 1 : 1.2) ",", row)
          print row >(run[i] "/summary.csv")
        }
        close(run[i] "/summary.csv")
      }
    }' "$FIXTURES/run/summary.csv"
  [ "$(find results -name summary.csv | wc -c)" -gt 131072 ]
  (cd "$TOP" && pipelines/site/verdicts "$OLDPWD/results" "$OLDPWD/verdicts")
  for file in newest changes; do
    assert_equal "$(csv_value verdicts/$file.csv verdict,first_bad_build '$test == "map/hash/read" && $metric == "duration_ns" && $verdict =~ "suspected|regression"' | tail -n 1)" \
      'suspected 6.18.0-rc1-next-20261101-0123456789abcdef0123456789abcdef-957'
  done
}

@test "results of bpf_performance become runs that can be stored, and a zero is no number" {
  make_repositories
  printf 'Timestamp,Test,Average Duration (ns),CPU 0 Duration (ns),CPU 1 Duration (ns)\r\n%s\n%s\n%s\n' \
    '2024-05-01T12:00:00.123Z,"HASH, ""read""",42,41,43' '2024-05-01T12:00:05Z,x,0,0,0' \
    '2024-05-02 12:00:00,"HASH, ""read""",44,41,47' >old.csv
  "$PIPELINES/compat/import" --host-class windows-2022 --track main results old.csv >places
  assert_equal "$(wc -l <places)" 2
  store >/dev/null
  history >history.csv
  assert_equal "$(csv_value history.csv value_duration_ns '$test == "HASH, \"read\""' | paste -sd' ')" '42 44'
  assert_equal "$(mlr --icsv --onidx --ofs '|' filter '$test == "x"' then cut -o -f status,value_duration_ns,average_duration_ns history.csv)" 'run_failed||'
  # Again: the runs are there, and nothing changes.
  "$PIPELINES/compat/import" --host-class windows-2022 --track main results old.csv | cmp - places
  store >/dev/null
  assert_equal "$(git -C remote.git rev-list --count results)" 1
}

@test "what was imported is history: nothing has to follow it, and no test of it is missed" {
  {
    echo 'Timestamp,Test,Average Duration (ns),CPU 0 Duration (ns)'
    for i in $(seq 10 18); do
      echo "2024-05-${i}T12:00:00Z,read,4$((i % 3)),4$((i % 3))"
      [ "$i" -gt 12 ] || echo "2024-05-${i}T12:00:00Z,once,7,7"
      echo "2024-05-${i}T12:00:00Z,write,$((i < 18 ? 50 : 0)),$((i < 18 ? 50 : 0))"
    done
  } >old.csv
  "$PIPELINES/compat/import" --host-class h --track t results old.csv >/dev/null
  "$PIPELINES/results/history" --directory results >h.csv
  now='--now 2026-01-01T00:00:00Z'
  # shellcheck disable=SC2086 # words
  regress-detect --history $now h.csv >v.csv
  assert_equal "$(csv_value v.csv test,verdict | sort | xargs)" "once inconclusive read unchanged write inconclusive"
  assert_contains "$(csv_value v.csv reason '$test == "write"')" 'run_failed'
  # Of one's own runs all of that would be trouble.
  # shellcheck disable=SC2086
  mlr --csv cut -x -f imported h.csv | regress-detect --history $now >v.csv
  assert_equal "$(csv_value v.csv test,verdict | sort | xargs)" "once missing read stale write failed"
}

@test "files of machines with other numbers of CPUs, and of Windows, are imported together" {
  make_repositories
  printf 'Timestamp,Test,Average Duration (ns),CPU 0 Duration (ns)\n2024-05-01T12:00:00Z,x,40,40\n' >one.csv
  printf 'Timestamp,Test,Average Duration (ns),CPU 0 Duration (ns),CPU 1 Duration (ns)\r\n2024-05-02T12:00:00Z,x,42,41,43\r\n' >two.csv
  printf '\357\273\277' | cat - two.csv | sed 's/-02T/-03T/' >bom.csv
  sed 's/-02T/-04T/' two.csv | iconv -t UTF-16LE | {
    printf '\377\376'
    cat
  } >utf16.csv
  make --no-print-directory -s -C "$TOP" import OLD="$PWD/one.csv $PWD/two.csv $PWD/bom.csv $PWD/utf16.csv" \
    HOST_CLASS=windows TRACK=main RESULTS="$PWD/results" >places
  assert_equal "$(wc -l <places)" 4
  store >/dev/null
  history >history.csv
  assert_equal "$(mlr --icsv --onidx --ofs '|' cut -o -f test,average_duration_ns,min_duration_ns,max_duration_ns,samples history.csv | paste -sd' ')" \
    'x|40|40|40|1 x|42|41|43|2 x|42|41|43|2 x|42|41|43|2'
}

@test "what is no CSV of bpf_performance is refused, and nothing is left" {
  echo 'Timestamp,Test,Average Duration (ns)' >empty.csv
  run -2 --separate-stderr "$PIPELINES/compat/import" --host-class h --track t results empty.csv
  assert_contains "$stderr" 'there is no row'
  printf 'Timestamp,Test,Average Duration (ns)\nyesterday,x,1\n' >bad.csv
  run -2 --separate-stderr "$PIPELINES/compat/import" --host-class h --track t results bad.csv
  assert_contains "$stderr" 'not a time: yesterday'
  run -2 --separate-stderr "$PIPELINES/compat/import" --track t results bad.csv
  assert_contains "$stderr" '--host-class'
  assert_trouble "can't read 'none.csv'" "$PIPELINES/compat/import" --host-class h --track t results none.csv
  printf 'Timestamp,Test,Average Duration (ns)\n2024-05-01T12:00:00Z,x\n' >short.csv
  assert_trouble 'not CSV' "$PIPELINES/compat/import" --host-class h --track t results short.csv
  # Its last number would be another one.
  printf 'Timestamp,Test,Average Duration (ns)\n2024-05-01T12:00:00Z,x,41' >cut.csv
  assert_trouble "the last line is cut off: 'cut.csv'" "$PIPELINES/compat/import" --host-class h --track t results cut.csv
  printf 'Time,Test\n2024-05-01T12:00:00Z,x\n' >other.csv
  assert_trouble 'missing column' "$PIPELINES/compat/import" --host-class h --track t results other.csv
  [ ! -e results ]
}

# postgres_start: a server of our own, on a socket. postgres_stop ends it.
postgres_start() {
  requires root psql postgresql-server
  SERVER=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort | tail -n 1)
  DATA=$(mktemp -d)
  chown postgres "$DATA"
  as_postgres initdb -D "$DATA/data" >/dev/null
  as_postgres pg_ctl -D "$DATA/data" -w -l "$DATA/log" -o "-c listen_addresses= -k $DATA" start >/dev/null 3>&-
  export PGHOST=$DATA PGUSER=postgres PGDATABASE=postgres
}
as_postgres() {
  (cd / && setpriv --reuid postgres --regid postgres --clear-groups "$SERVER/$1" "${@:2}")
}
teardown() {
  if [ -n "${DATA-}" ]; then
    as_postgres pg_ctl -D "$DATA/data" -m immediate stop >/dev/null
    rm -rf "$DATA"
  fi
}
sql() { psql -qAtc "$1"; }
export_runs() { (cd remote.git && "$PIPELINES/compat/export-postgres"); }

# bats test_tags=slow
@test "stored runs are loaded into PostgreSQL once, and hostile names stay text" {
  make_repositories
  place=$(make_run results 0)
  for file in plan rounds summary; do
    mlr -I -S --csv put 'if ($test == "map/hash/read") { $test = "x'"'"'; DROP TABLE benchmarkresults; --" }' "results/$place/$file.csv"
  done
  mlr -I -S --csv put 'if ($name == "commit") { $value = "0123abc" }' "results/$place/environment.csv"
  make_run results 1
  store >/dev/null
  postgres_start
  export_runs
  export_runs
  # Five tests of two runs, the average and the value of each.
  assert_equal "$(sql 'select count(*) from benchmarkresults')" 20
  assert_equal "$(sql "select commithash, platform, round(value, 3) from benchmarkresults where test like 'x''%' and quantity = 'value_duration_ns'")" \
    '0123abc|test-host|22.813'
  assert_trouble 'not the name of a table' "$PIPELINES/compat/export-postgres" --table 'x; drop'
  # A later run is added.
  make_run results 2
  store >/dev/null
  export_runs
  assert_equal "$(sql 'select count(*) from benchmarkresults')" 30
}

# bats test_tags=slow
@test "a dashboard finds values with their intervals, changes of level and accepted changes" {
  make_repositories
  for i in $(seq 0 11); do
    place=$(make_run results "$i" "b$i")
    # From the ninth build on one test takes half as long again.
    [ "$i" -lt 8 ] || mlr -I -S --csv put 'if ($test == "map/hash/read") { for (name, cell in $*) {
      if (name =~ "_duration_ns$") { $[name] = float(cell) * 1.5 } } }' "results/$place"/{rounds,summary}.csv
  done
  store >/dev/null
  postgres_start
  printf 'build,track,comment\nb3,loc*,it may\nb4,other,not here\n' >markers.csv
  export MARKERS=$PWD/markers.csv
  export_runs
  export_runs
  assert_equal "$(sql "select build, verdict, round(ratio, 2) from benchmarkresults_changes where test = 'map/hash/read'")" 'b8|suspected|1.50'
  assert_equal "$(sql 'select build, track, comment from benchmarkresults_markers')" 'b3|local|it may'
  assert_equal "$(sql "select count(*) from benchmarkresults where quantity = 'value_duration_ns' and (low > value or high < value or low is null)")" 0
  # The dashboard's queries, as Grafana fills them in: each has rows.
  jq -r '[(.panels[].targets[], .annotations.list[].target | .rawSql), (.templating.list[] | select(.type == "query") | .query)][]' \
    "$PIPELINES/compat/grafana.json" | sed "s/\$__timeFilter(\([a-z]*\))/\1 BETWEEN '2000-01-01' AND '2100-01-01'/; s/\${track:sqlstring}/'local'/g
      s/\${host_class:sqlstring}/'test-host'/g; s/\${test:sqlstring}/'map\/hash\/read','baseline\/xdp\/empty'/g" >queries
  assert_equal "$(wc -l <queries)" 9
  run ! grep -F '$' queries
  while IFS= read -r query; do
    [ "$(sql "$query" | wc -l)" -gt 0 ] || { echo "no rows: $query" && return 1; }
  done <queries
  # What people edited, and what was made before there were intervals, goes on.
  sql 'alter table benchmarkresults drop column low, drop column high; drop table benchmarkresults_changes'
  make_run results 12 b12
  store >/dev/null
  export_runs
  assert_equal "$(sql "select count(*) from benchmarkresults where low is not null and build <> 'b12'") $(sql "select count(*) > 0 from benchmarkresults where low is not null")" '0 t'
}

# set_all COLUMN,... TEXT [FILTER]: in the files of the run that is being made.
set_all() {
  COLUMNS=$1 TEXT=$2 mlr -I -S --csv put 'if ('"${3:-true}"') { for (name in splitax(ENV["COLUMNS"], ",")) { $[name] = ENV["TEXT"] } }' then unsparsify {plan,rounds,summary}.csv
}
set_environment() { # NAME,... TEXT
  NAMES=$1 TEXT=$2 mlr -I -S --csv put 'for (name in splitax(ENV["NAMES"], ",")) { if ($name == name) { $value = ENV["TEXT"] } }' environment.csv
}
# A run more, to which a command is done. It stays where check-run accepts it.
offer() { # COMMAND...
  local place right
  place=$(make_run offered "$runs")
  ((++runs))
  (cd "offered/$place" && "$@") || return
  right=$(. "$PIPELINES/results/place.sh" && place_of "offered/$place") || right=$place
  if [ "$right" != "$place" ]; then
    mkdir -p "offered/${right%/*}"
    mv -T "offered/$place" "offered/$right"
  fi
  if "$PIPELINES/results/check-run" offered "$right" 2>>refused.txt; then
    mkdir -p "results/${right%/*}"
    mv -T "offered/$right" "results/$right"
  fi
}

# bats test_tags=slow
@test "whatever check-run accepts, history, site, findings and export accept" {
  runs=0
  make_repositories
  local hash='$test == "map/hash/read"' odd number column
  for odd in '\.' '\N' 'a"b' $'x\ny' $'x\r\ny' '<script>alert(1)</script>' '=1+1' '-x' "$(printf '%09000d' 7)" 'é' $'\u202ex' 'a,b' "'" ' x ' '../../x' \
    '%s%n' 'x | y' '$(touch X)' '`touch X`' NULL 0 1e5 $'\t' $'\\\n' '{{test}}' '&amp;' '*' '[x](y)' $'\ufeffx' '""'; do
    offer set_all test,entry_point,reason,description,program_hash,unknown "$odd" "$hash"
    offer eval 'set_all build "$odd"; set_environment build "$odd"'
    offer set_environment repository,commit,cpu_model,libbpf "$odd"
  done
  for number in 0 -0 1 -1 1e299 -1e299 1e-300 5e-324 1E5 0.0000000000000000000000000000000000000000000001 123456789012345678901234567890 1.5e+3; do
    offer set_all value_duration_ns,average_duration_ns,median_duration_ns "$number" "$hash"
    offer set_all operations,rounds,samples,value_instructions "$number" "$hash"
    offer set_all value_duration_ns "$number"
  done
  for column in median_foo value_foo foo . 1x metric line -x status2 A value_ value_value_duration_ns; do
    offer set_all "$column" 5
  done
  for file in environment plan rounds summary; do
    offer sed -i 's/$/\r/' "$file.csv"
    offer mlr -I -S --csv --quote-all cat "$file.csv"
    offer mlr -I -S --csv tac "$file.csv"
  done
  for column in $("$TOP/results-schema/columns" summary | mlr -S --icsv --onidx filter '$required == "false"' then cut -f name); do
    offer mlr -I -S --csv cut -x -f "$column" rounds.csv summary.csv
  done
  for row in commit repository cpu_model schema_version kernel_version run_id build; do
    offer sed -i "/^$row,/d" environment.csv
    offer sed -i "/^$row,/p" environment.csv
  done
  # What is refused is not much of it.
  echo "$runs offered, $(wc -l <refused.txt) refused"
  [ "$(wc -l <refused.txt)" -lt $((runs / 5)) ]
  store >stored.txt

  for file in summary rounds plan environment; do
    history --file "$file.csv" >"all-$file.csv"
  done
  assert_equal "$(mlr -S --icsv --onidx count-distinct -f run_id then count all-summary.csv)" "$(wc -l <stored.txt)"
  regress-detect --history --net-in-vm --now 2026-11-02T00:00:00Z -o findings.csv all-summary.csv
  "$PIPELINES/issues/summary" --annotations Title findings.csv >/dev/null
  (cd "$TOP" && NOW=2026-11-02T00:00:00Z "$PIPELINES/site/verdicts" "$OLDPWD/results" "$OLDPWD/verdicts")
  "$PIPELINES/site/pages/site" -o site --title x --verdicts verdicts/newest.csv --changes verdicts/changes.csv results
  postgres_start
  export_runs
  assert_equal "$(sql 'select count(distinct run_id) from benchmarkresults')" "$(wc -l <stored.txt)"
}

# bats test_tags=slow
@test "bpf_performance's own table goes on: its dashboards' query finds old rows and new" {
  make_repositories
  make_run results 0
  store >/dev/null
  postgres_start
  # As its users made it, with a row of theirs, and an uploader who may only insert.
  sql 'CREATE TABLE BenchmarkResults (Timestamp TIMESTAMPTZ, Metric VARCHAR(255), Value NUMERIC, CommitHash VARCHAR(255),
    Platform VARCHAR(255), Repository VARCHAR(255))'
  sql "INSERT INTO BenchmarkResults VALUES ('2024-05-01', 'map/hash/read', 42, 'c', 'test-host', 'r')"
  export_runs
  assert_equal "$(sql "SELECT round(value, 1) FROM benchmarkresults WHERE platform = 'test-host' AND metric = 'map/hash/read' ORDER BY timestamp" | paste -sd' ')" \
    "42.0 $(mlr --icsv --onidx filter '$test == "map/hash/read"' then put '$x = fmtnum($average_duration_ns, "%.1f")' then cut -f x results/*/*/*/*/*/*/summary.csv)"
  sql 'CREATE ROLE uploader LOGIN'
  sql 'GRANT INSERT ON benchmarkresults TO uploader'
  place=$(make_run results 1)
  # A name that is longer than their column and than a page of an index.
  LONG=$(printf '%09000d' 7) mlr -I -S --csv put 'if ($test == "map/hash/read") { $test = ENV["LONG"] }' "results/$place"/{plan,rounds,summary}.csv
  store >/dev/null
  PGUSER=uploader export_runs
  assert_equal "$(sql 'select count(*), max(length(test)) from benchmarkresults')" '21|9000'
}
