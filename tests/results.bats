#!/usr/bin/env bats
# The results branch: pipelines/results/.

load helpers
load runs
# shellcheck disable=SC2119,SC2120 # store without places stores all

store() {
  git -C "$BATS_TEST_TMPDIR/here" rev-parse --git-dir > /dev/null
  (cd here && "$PIPELINES/results/store" --remote ../remote.git ../results "$@")
}

history() {
  (cd remote.git && "$PIPELINES/results/history" "$@")
}

# A run that must be refused: what is done to it, in its folder, and what is said.
refused() { # MESSAGE COMMAND...
  local message=$1 place
  shift
  rm -rf results
  place=$(make_run results 0)
  (cd "results/$place" && "$@")
  run -2 --separate-stderr store "$place"
  assert_contains "$stderr" "$message"
  [ -z "$(git -C remote.git for-each-ref)" ]
}

@test "a run is stored in its place, without a checkout, and storing it again changes nothing" {
  make_repositories
  place=$(make_run results 0)
  echo raw > "results/$place/samples.csv"
  assert_equal "$(store)" "$place"
  tip=$(git -C remote.git rev-parse results)
  assert_equal "$(branch_files | wc -l)" 4
  for file in environment plan rounds summary; do
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
  mlr --csv put '$cpu = NR' "results/$place/summary.csv" > "results/$place/cpus.csv"
  store
  git -C remote.git cat-file blob "results:$place/cpus.csv" | cmp - "results/$place/cpus.csv"
  rm -rf remote.git here
  make_repositories
  refused 'of another run or build' sh -c "sed '3s/run0/run1/' summary.csv > cpus.csv"
  refused 'missing columns: test' sh -c "sed '1s/,test,/,name,/' summary.csv > cpus.csv"
}

@test "a run that is stored is never changed" {
  make_repositories
  place=$(make_run results 0)
  store
  tip=$(git -C remote.git rev-parse results)
  sed -i 's/21\.877/11.877/' "results/$place/summary.csv"
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
  refused 'no such file' ln -sf /etc/passwd plan.csv
  refused 'there is no row' sed -i '2,$d' summary.csv
  refused 'missing columns: average_duration_ns' sed -i 1s/average_duration_ns/mean/ summary.csv
  refused 'of another run or build' sed -i '3s/run0/run1/' summary.csv
  refused 'a comparison is no part of history' sed -i '3s/6\.1\.0/6.1.1/' summary.csv
  refused 'ok and without a value' mlr -I -S --csv put '$average_duration_ns = ""' summary.csv
  refused 'failed and has a value' mlr -I -S --csv put '$status = "wrong_result"' summary.csv
}

@test "comparisons, incomplete runs and paths that are no place are refused" {
  make_repositories
  for place in test-host/local/smoke/2026/11/20261101t000000z-6.1..6.2-x incomplete/a/b/2026/11/20261101t000000z-6.1-x \
    ../local/smoke/2026/11/20261101t000000z-6.1-x '$(touch X)/local/smoke/2026/11/20261101t000000z-6.1-x' a/b; do
    run -2 --separate-stderr store "$place"
    assert_contains "$stderr" "$place"
  done
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
  (cd here && "$PIPELINES/results/store" ../results)
  assert_equal "$(git -C here rev-list --count results)" 1
  assert_equal "$(git -C here ls-tree -r --name-only results | grep -c '/summary.csv$')" 2
}

# N pushers at once, each from a repository of its own.
push_at_once() { # N
  local i pid pids='' place
  make_repositories
  for i in $(seq "$1"); do
    git init -q "pusher$i"
    place=$(make_run "results$i" "$i")
    (cd "pusher$i" && exec "$PIPELINES/results/store" --remote ../remote.git "../results$i" "$place" > /dev/null 2> err) &
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

@test "six pushers at once lose nothing" {
  push_at_once 6
}

# bats test_tags=slow
@test "fifty pushers at once lose nothing" {
  push_at_once 50
}

# Every run on the branch is a whole one.
branch_is_whole() {
  git -C remote.git fsck --strict
  [ -n "$(git -C remote.git for-each-ref refs/heads/results)" ] || return 0
  assert_equal "$(branch_files | sed 's|/[^/]*$||' | uniq -c | awk '$1 != 4' | wc -l)" 0
}

@test "killed anywhere, it leaves the branch whole, and the next run stores what is missing" {
  make_repositories
  for i in $(seq 5); do
    make_run results "$i" > /dev/null
    setsid -w "$PIPELINES/results/store" --remote "$BATS_TEST_TMPDIR/remote.git" results 2> /dev/null > /dev/null &
    pid=$!
    sleep "$((i / 2)).$((i % 2 * 5))"
    kill -KILL -- "-$(pgrep -P "$pid" -x store | head -n 1 || echo "$pid")" 2> /dev/null || kill -KILL "$pid" 2> /dev/null || :
    wait "$pid" || :
    branch_is_whole
  done
  store
  branch_is_whole
  assert_equal "$(branch_files | grep -c '/summary.csv$')" 5
}

@test "a full disk at the remote leaves the branch as it was" {
  requires root
  make_repositories
  place=$(make_run results 0)
  store
  mkdir small
  mount -t tmpfs -o size=1m tmpfs small
  cp -r remote.git small/
  head -c 2m /dev/zero > small/filler 2> /dev/null || :
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
  head -c 2m /dev/zero > small/filler 2> /dev/null || :
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
  printf '#!/bin/sh\ntouch landed\nkill -KILL $PPID\n' > remote.git/hooks/post-receive
  chmod +x remote.git/hooks/post-receive
  store
  [ -e remote.git/landed ]
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
  printf '#!/bin/sh\necho "no room for you" >&2\nexit 1\n' > remote.git/hooks/pre-receive
  chmod +x remote.git/hooks/pre-receive
  run -2 --separate-stderr store
  assert_contains "$stderr" 'no room for you'
}

@test "history streams the rows of a track in time order, from the branch and from disk alike" {
  make_repositories
  for i in 2 0 1; do
    make_run results $i > /dev/null
  done
  store > /dev/null
  history --track local > history.csv
  assert_equal "$(csv_value history.csv build '$test == "map/hash/read"' | paste -sd' ')" '6.1.0 6.1.1 6.1.2'
  assert_equal "$(wc -l < history.csv)" 16
  "$PIPELINES/results/history" --directory results | cmp - history.csv
  assert_equal "$(history --last 1 --list)" test-host/local/smoke/2026/11/20261101t000200z-6.1.2-run2
  assert_equal "$(history --build 6.1.1 --list)" test-host/local/smoke/2026/11/20261101t000100z-6.1.1-run1
  assert_equal "$(history --last 1 --file environment.csv | mlr --icsv --onidx filter '$name == "build"' then cut -f value)" 6.1.2
  run -2 --separate-stderr history --track other
  assert_contains "$stderr" 'there is no such run'
  run -2 --separate-stderr history --ref nowhere
  assert_contains "$stderr" "no such branch: 'nowhere'"
  run -2 --separate-stderr history --file ../../etc/passwd
}

@test "history gives every row all columns when columns have come in the meantime" {
  make_repositories
  make_run results 0
  place=$(make_run results 1)
  make_run results 2
  mlr -I -S --csv put '$extra = "a, \"b\""' then reorder -f median_duration_ns "results/$place/summary.csv"
  store > /dev/null
  history > history.csv
  assert_equal "$(mlr --icsv --onidx count-distinct -f build,extra then cut -f extra history.csv | paste -sd'|')" '|a, "b"|'
  assert_equal "$(csv_value history.csv median_duration_ns '$test == "map/hash/read"' | paste -sd' ')" '21.877 21.877 21.877'
}

@test "history reads 1000 runs with one git process, whatever lies on the branch besides" {
  make_repositories
  place=$(make_run results 0)
  blob=$(git -C remote.git hash-object -w --stdin < "results/$place/summary.csv")
  export GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index
  for i in $(seq -w 1000); do
    printf '100644 %s\ttest-host/local/smoke/2026/11/20261101t00%sz-6.1-run%s/summary.csv\n' "$blob" "$i" "$i"
  done | git -C remote.git update-index --add --index-info
  printf '100644 %s\tREADME.md\n100644 %s\ta/b/summary.csv\n' "$blob" "$blob" | git -C remote.git update-index --add --index-info
  git -C remote.git update-ref refs/heads/results "$(git -C remote.git commit-tree -m many "$(git -C remote.git write-tree)")"
  unset GIT_INDEX_FILE
  export GIT_TRACE2=$BATS_TEST_TMPDIR/trace
  assert_equal "$(history | wc -l)" 5001
  assert_equal "$(grep -c ' start .*cat-file' trace)" 1
}

@test "results of bpf_performance become runs that can be stored, and a zero is no number" {
  make_repositories
  printf 'Timestamp,Test,Average Duration (ns),CPU 0 Duration (ns),CPU 1 Duration (ns)\r\n%s\n%s\n%s\n' \
    '2024-05-01T12:00:00.123Z,"HASH, ""read""",42,41,43' '2024-05-01T12:00:05Z,x,0,0,0' \
    '2024-05-02 12:00:00,"HASH, ""read""",44,41,47' > old.csv
  "$PIPELINES/results/import" --host-class windows-2022 --track main results old.csv > places
  assert_equal "$(wc -l < places)" 2
  store > /dev/null
  history > history.csv
  assert_equal "$(csv_value history.csv average_duration_ns '$test == "HASH, \"read\""' | paste -sd' ')" '42 44'
  assert_equal "$(mlr --icsv --onidx --ofs '|' filter '$test == "x"' then cut -o -f status,average_duration_ns,median_duration_ns history.csv)" 'run_failed||'
  echo 'Timestamp,Test,Average Duration (ns)' > empty.csv
  run -2 --separate-stderr "$PIPELINES/results/import" --host-class h --track t results empty.csv
  assert_contains "$stderr" 'there is no row'
  printf 'Timestamp,Test,Average Duration (ns)\nyesterday,x,1\n' > bad.csv
  run -2 --separate-stderr "$PIPELINES/results/import" --host-class h --track t results bad.csv
  assert_contains "$stderr" 'not a time: yesterday'
  run -2 --separate-stderr "$PIPELINES/results/import" --track t results old.csv
  assert_contains "$stderr" '--host-class'
}

# bats test_tags=slow
@test "stored runs are loaded into PostgreSQL once, and hostile names stay text" {
  requires root psql
  server=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort | tail -n 1)
  [ -x "$server/initdb" ] || skip 'no PostgreSQL server here'
  make_repositories
  place=$(make_run results 0)
  mlr -I -S --csv put 'if ($test == "map/hash/read") { $test = "x'"'"'; DROP TABLE benchmark_results; --" }' "results/$place/summary.csv"
  mlr -I -S --csv put 'if ($name == "commit") { $value = "0123abc" }' "results/$place/environment.csv"
  make_run results 1
  store > /dev/null
  chmod 755 . "$BATS_TEST_TMPDIR"
  install -d -o postgres /tmp/postgres.$$
  setpriv --reuid postgres --regid postgres --clear-groups "$server/initdb" -D /tmp/postgres.$$/data > /dev/null
  setpriv --reuid postgres --regid postgres --clear-groups "$server/pg_ctl" -D /tmp/postgres.$$/data -w -l /tmp/postgres.$$/log \
    -o "-c listen_addresses= -k /tmp/postgres.$$" start > /dev/null 3>&-
  export PGHOST=/tmp/postgres.$$ PGUSER=postgres PGDATABASE=postgres
  status=0
  (
    set -e
    cd remote.git
    "$PIPELINES/results/export-postgres"
    "$PIPELINES/results/export-postgres"
    psql -Atc 'select count(*) from benchmark_results' > ../count
    psql -Atc "select commit, platform, value from benchmark_results where test like 'x''%' and metric = 'median_duration_ns'" > ../row
    ! "$PIPELINES/results/export-postgres" --table 'x; drop' 2> /dev/null
  ) || status=$?
  setpriv --reuid postgres --regid postgres --clear-groups "$server/pg_ctl" -D /tmp/postgres.$$/data -m immediate stop > /dev/null
  rm -rf /tmp/postgres.$$
  assert_equal "$status" 0
  # Five tests of two runs, the average and the median of each.
  assert_equal "$(cat count)" 20
  assert_equal "$(cat row)" '0123abc|test-host|21.877'
}
