# Made-up runs, and a repository to keep them in. Beside helpers.bash, for the files that need them.
# shellcheck disable=SC2034 # used by the files that load this

PIPELINES=$TOP/pipelines

# make_run RESULTS N [BUILD [HASH-READ-NS]]: a run N minutes after midnight, without measuring one; N
# from 0. Prints its place below RESULTS. It is a true run with names and one value replaced.
make_run() {
  local time build=${3:-6.1.$2} place file
  time=2026-11-$(printf '%02d' $((1 + $2 / 1440)))T$(printf '%02d:%02d:00Z' $(($2 / 60 % 24)) $(($2 % 60)))
  place=test-host/local/smoke/2026/11/$(printf %s "$time" | tr -d ':-' | tr TZ tz)-$build-run$2
  mkdir -p "$1/$place"
  for file in environment plan rounds summary; do
    sed "s/\bRUN\b/run$2/g; s/TIME/$time/g; s/BUILD/$build/g; s/,21\.87723019159943,/,${4:-21.877},/" \
      "$FIXTURES/run/$file.csv" > "$1/$place/$file.csv"
  done
  printf '%s\n' "$place"
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
