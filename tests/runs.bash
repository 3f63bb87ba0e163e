# SPDX-License-Identifier: MIT
# Made-up runs, and a repository to keep them in. Beside helpers.bash, for the files that need them.
# shellcheck disable=SC2034 # used by the files that load this

# make_run RESULTS N [BUILD [HASH-READ-NS]]: a run N minutes after midnight, without measuring one; N
# from 0. Prints its place below RESULTS. It is a true run with names and one value replaced.
make_run() {
  local time build=${3:-6.1.$2} place file
  time=2026-11-$(printf '%02d' $((1 + $2 / 1440)))T$(printf '%02d:%02d:00Z' $(($2 / 60 % 24)) $(($2 % 60)))
  place=test-host/local/smoke/2026/11/$(printf %s "$time" | tr -d ':-' | tr TZ tz)-$build-run$2
  mkdir -p "$1/$place"
  for file in environment plan rounds summary; do
    sed "s/\bRUN\b/run$2/g; s/TIME/$time/g; s/BUILD/$build/g; s/,22\.812552806941497,/,${4:-22.813},/" \
      "$FIXTURES/run/$file.csv" >"$1/$place/$file.csv"
  done
  printf '%s\n' "$place"
}

# make_old RUN...: what schema version 1 had in the folders of such runs, where median_ of rounds.csv was the value of a
# round, and no other column had that number.
make_old() {
  local run
  for run; do
    mlr -S -I --csv put '$median_duration_ns = $value_duration_ns; $median_instructions = $value_instructions' "$run/rounds.csv"
    mlr -S -I --csv cut -x -r -f '^value_|heap|^runs$|^returned$' "$run/rounds.csv"
    mlr -S -I --csv cut -x -r -f '^value_|heap|^runs$|^returned$' "$run/summary.csv"
    sed -i 's/^schema_version,2$/schema_version,1/' "$run/environment.csv"
  done
}

# A bare repository to push to, and one of our own to push from.
make_repositories() {
  git init -q --bare remote.git
  git init -q here
}

# What the branch has: a path a line.
branch_files() {
  git -C remote.git ls-tree -r --name-only results
}

# Every run on the branch is a whole one.
branch_is_whole() {
  git -C remote.git fsck --strict
  [ -n "$(git -C remote.git for-each-ref refs/heads/results)" ] || return 0
  assert_equal "$(branch_files | sed 's|/[^/]*$||' | uniq -c | awk '$1 != 4' | wc -l)" 0
}

# This repository in the folder clone, with the tools as they are built, and with the results of remote.git.
make_clone() {
  git clone -q "$TOP" clone
  # What is built would be older than sources of now.
  find clone -name .git -prune -o -type f -exec touch -d 2020-01-01 {} +
  mkdir -p clone/build
  (cd "$TOP/build" && cp -rp bin obj schema flags version "$BATS_TEST_TMPDIR/clone/build")
  git -C clone remote set-url origin "$PWD/remote.git"
  make -s -C clone fetch-results
}
