# SPDX-License-Identifier: MIT
# A stand-in for GitHub's API, and findings to report to it. Beside helpers.bash.
# shellcheck disable=SC2034 # used by the files that load this

PACKAGES=$TOP/build/github/node_modules

# github_start [PRISM-PORT]: the stand-in; gh talks to it from here on.
github_start() {
  requires node gh
  GITHUB=$BATS_TEST_TMPDIR/github
  mkdir -p "$GITHUB/config"
  rm -f "$GITHUB/port" "$GITHUB/socket"
  node "$TOP/tests/github/standin.js" "$GITHUB" ${1+"$1"} 3>&- >"$GITHUB/log" 2>&1 &
  STANDIN=$!
  wait_for "$GITHUB/port"
  printf 'http_unix_socket: %s\n' "$GITHUB/socket" >"$GITHUB/config/config.yml"
  export GH_CONFIG_DIR=$GITHUB/config GH_TOKEN=none GITHUB_REPOSITORY=o/r GITHUB_SERVER_URL=https://github.com
}

wait_for() { # FILE
  local i
  for i in $(seq 100); do
    [ ! -e "$1" ] || return 0
    sleep 0.1
  done
  echo "did not start: $1" >&2
  return 1
}

teardown() {
  local pid
  for pid in ${STANDIN-} ${PRISM-}; do
    kill "$pid" 2>/dev/null || :
    wait "$pid" 2>/dev/null || :
  done
}

# findings FILE: its header. finding FILE VERDICT TEST BASELINE CURRENT BUILD [TRACK]: a row more.
COLUMNS_FOUND=$("$TOP/results-schema/columns" --header verdict)

finding() {
  [ -s "$1" ] || echo "$COLUMNS_FOUND" >"$1"
  severity=$(sed -n "s/^$2,\([a-z]*\),.*/\1/p" "$TOP/results-schema/verdicts.csv") \
  verdict=$2 test=$3 from=$4 to=$5 build=$6 track=${7:-main} mlr -n --ocsv --headerless-csv-output put '
    end {
      map row = {"host_class": "host", "suite": "core", "entry_point": "read", "metric": "duration_ns", "baseline_build": "b1",
        "rounds": 30, "margin_pct": 3, "current_build": ENV["build"], "baseline": ENV["from"], "current": ENV["to"], "ratio": float(ENV["to"]) / float(ENV["from"])};
      for (name in ["severity", "verdict", "test", "track"]) { row[name] = ENV[name] }
      emit row
    }' then template -f "$COLUMNS_FOUND" >>"$1"
}

# confirmed FINDINGS: what the confirmation says of the suspected, with values of its own.
confirmed() {
  mlr --csv filter '$verdict == "suspected"' then put '$nominated = $current; $baseline -= 50; $current -= 50; $ratio_low = $ratio * 0.98; $ratio_high = $ratio * 1.02;
    $rounds = 20; $p_adjusted = 0.00012; $confirmed = 1; $how = "a paired comparison, twice"; $control = "8 within 0.4 %";
    $runtime = "kvm"; $base_kernel = "deb:linux-image-a=1"; $head_kernel = "deb:linux-image-a=2";
    $base_commit = "1111111111111111111111111111111111111111"; $head_commit = "2222222222222222222222222222222222222222";
    $base_place = "host/main/core/2026/11/20261101t000000z-b1-x"; $head_place = "host/main/core/2026/11/20261102t000000z-b2-y";
    $values = "100 101 100 120"' "$1" >confirmed.csv
  [ -s confirmed.csv ] || echo "$COLUMNS_FOUND,confirmed" >confirmed.csv
}

# report FINDINGS: confirm all that is suspected, and see to the issues.
report() {
  confirmed "$1"
  "$PIPELINES/issues/file-issues" "$1" confirmed.csv
}

# github JQ: of what is there now.
github() {
  jq -r "$1" "$GITHUB/state"
}

changes() {
  wc -l <"$GITHUB/requests"
}

# github_pull NUMBER OWNER BRANCH COMMIT: an open pull request. Issues up to its number are there.
github_pull() {
  jq -n --argjson number "$1" --arg owner "$2" --arg branch "$3" --arg commit "$4" \
    '{number: $number, state: "open", head: {label: "\($owner):\($branch)", sha: $commit}}' |
    curl -sf --unix-socket "$GITHUB/socket" -X POST --data-binary @- http://api/repos/o/r/pulls >/dev/null
}

# make_checkout: this repository as one commit, with a bare one as its remote.
make_checkout() {
  git init -q --bare remote.git
  mkdir checkout
  (cd "$TOP" && git ls-files -z | xargs -0 cp --parents -t "$BATS_TEST_TMPDIR/checkout")
  git -C checkout init -q
  git -C checkout remote add origin ../remote.git
  commit_all first
}

# link_project FOLDER: the project's make, with the tools that are built, where nothing else is.
link_project() {
  mkdir -p "$1/build"
  ln -s "$TOP"/{Makefile,bpf,pipelines,results-schema,tools} "$1"
  ln -s "$TOP/build/bin" "$1/build"
}

commit_all() { # MESSAGE
  git -C checkout add .
  git -C checkout -c user.name=x -c user.email=x@localhost commit -qm "$1"
}

# run_job FILE JOB [CONTEXT]: the steps of a workflow's job, in checkout. Of what other jobs left there, it has their
# artifacts only. CONTEXT is JSON, beside the token. Prints the job's outputs.
run_job() {
  [ -s workflows.json ] || node "$TOP/tests/github/workflow.js" "$PACKAGES" "$TOP"/.github/workflows/*.yml >workflows.json
  mkdir -p artifacts
  rm -rf checkout/build/results checkout/build/report checkout/build/compare
  jq -n --argjson context "${3:-null}" '{github: {token: "none", server_url: "https://github.com", repository: "o/r", run_id: 12}} * ($context // {})' >context.json
  (cd checkout && node "$TOP/tests/github/job.js" ../workflows.json "$1" "$2" ../context.json ../artifacts)
}
