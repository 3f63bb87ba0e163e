#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Issues, step summaries and comments: pipelines/issues/.

load helpers
load github
load runs

one() { # FILE VERDICT CURRENT BUILD: the newest finding of the one series
  rm -f "$1"
  finding "$1" "$2" map/hash/read 100 "$3" "$4"
}

@test "a confirmed regression is filed once, followed, and closed after three builds at the old level" {
  github_start
  one f.csv suspected 120 b2
  report f.csv
  assert_equal "$(github '.issues | length')" 1
  assert_equal "$(github '.issues[0].labels[].name')" performance-regression
  assert_contains "$(github '.issues[0].title')" 'map/hash/read: +20 % duration_ns (+17.6 % … +22.4 %) in b2'
  body=$(github '.issues[0].body')
  for part in '<!-- ebpf-performance key: ' '| 99 % interval in these runs |' '| +20 % | +17.6 % … +22.4 % | 20 | 0.00012 |' \
    'compare/1111111111111111111111111111111111111111...2222222222222222222222222222222222222222' \
    'blob/results/host/main/core/2026/11/20261101t000000z-b1-x/rounds.csv' \
    'blob/results/host/main/core/2026/11/20261102t000000z-b2-y/summary.csv' \
    'xychart-beta' 'Controls: <code>8 within 0.4 %</code>' "make compare BASE='deb:linux-image-a=1' HEAD='deb:linux-image-a=2'" \
    'gh workflow run perf.yml -f profile=true' 'gh run download' "The table's values are net" 'performance-accepted' '3 builds are back'; do
    assert_contains "$body" "$part"
  done

  # Again: nothing new but the status comment, and then nothing at all.
  report f.csv
  before=$(changes)
  report f.csv
  assert_equal "$(changes)" "$before"
  assert_equal "$(github '.issues | length') $(github '.comments | length')" '1 1'
  assert_contains "$(github '.comments[0].body')" 'Newest build: <code>b2</code>'

  # Two builds of recovery are not enough, and a relapse begins anew.
  one f.csv unchanged 101 b3
  report f.csv
  report f.csv
  one f.csv unchanged 100 b4
  report f.csv
  one f.csv suspected 120 b5
  report f.csv
  for build in b6 b7; do
    one f.csv unchanged 100 $build
    report f.csv
    assert_equal "$(github '.issues[0].state')" open
  done
  one f.csv unchanged 100 b8
  report f.csv
  assert_equal "$(github '.issues[0] | .state + " " + .state_reason')" 'closed completed'
  assert_contains "$(github '.comments[-1].body')" 'Back at the old level for 3 builds: <code>b6</code>, <code>b7</code>, <code>b8</code>'
  assert_equal "$(github '.comments | length')" 2
  assert_contains "$(github '.comments[0].body')" 'Newest build: <code>b8</code>'

  # A later regression of the series is a new issue.
  one f.csv suspected 130 b9
  report f.csv
  assert_equal "$(github '.issues | length')" 2
}

@test "history judges a kernel in a VM net of its baseline, and a host's programs as they are" {
  {
    echo run_id,timestamp,host_class,runtime,track,suite,test,entry_point,build,program_type,control,value_duration_ns,value_instructions,status,reason
    for i in 1 2 3 4; do
      grown=$((i == 4 ? 10 : 0))
      for runtime in icount kvm host; do
        echo "$runtime$i,2026-01-0${i}T00:00:00Z,$runtime,$runtime,t,s,baseline/xdp/empty,empty,b$i,xdp,0,,$((59 + grown)),ok,"
        echo "$runtime$i,2026-01-0${i}T00:00:00Z,$runtime,$runtime,t,s,map,read,b$i,xdp,0,,$((200 + grown)),ok,"
      done
    done
    echo "icount4,2026-01-04T00:00:00Z,icount,icount,t,s,several,read,b4,xdp,0,,,unsupported,several CPUs"
  } >h.csv
  regress-detect --history --net-in-vm --now 2026-01-05T00:00:00Z h.csv >findings.csv
  values() { mlr --icsv --onidx --ofs : filter '$test == "map"' then sort -f host_class then cut -o -f host_class,baseline,current findings.csv; }
  assert_equal "$(values | xargs)" 'host:200:210 icount:141:141 kvm:141:141'
  assert_equal "$(csv_value findings.csv test '$verdict == "suspected"')" baseline/xdp/empty
  # What a runtime has never had is no failure.
  assert_equal "$(csv_value findings.csv verdict '$test == "several"')" unsupported
  # The pages show the numbers that were measured.
  regress-detect --history --net-in-vm --whole h.csv >findings.csv
  assert_equal "$(values | xargs)" 'host:200:210 icount:200:210 kvm:200:210'
  assert_equal "$(csv_value findings.csv test '$verdict == "suspected"')" baseline/xdp/empty
  # What names no runtime need not have what net values need.
  mlr --csv filter '$runtime == "host"' then cut -x -f program_type,runtime h.csv | regress-detect --history --net-in-vm >host.csv
  assert_equal "$(csv_value host.csv current | sort -u | xargs)" '210 69'
  run -2 --separate-stderr regress-detect --history --net-in-vm <(mlr --csv cut -x -f program_type h.csv)
}

@test "what is only suspected is not filed" {
  github_start
  one f.csv suspected 120 b2
  confirmed f.csv
  mlr -I -S --csv put '$confirmed = 0' confirmed.csv
  "$PIPELINES/issues/file-issues" f.csv confirmed.csv
  "$PIPELINES/issues/file-issues" f.csv
  assert_equal "$(github '.issues | length')" 0
}

# bats test_tags=slow
@test "worse again, or better than before, is commented and leaves the issue open" {
  github_start
  one f.csv suspected 120 b2
  report f.csv
  one f.csv suspected 121 b3
  report f.csv
  assert_equal "$(github '[.comments[] | select(.body | contains("Changed again"))] | length')" 0
  one f.csv suspected 150 b4
  report f.csv
  report f.csv
  assert_contains "$(github '.comments[-1].body')" 'Changed again in <code>b4</code>: <code>map/hash/read</code> is at 150, +50 %'
  one f.csv improvement 80 b5
  report f.csv
  assert_contains "$(github '.comments[-1].body')" 'better than before'
  for build in b6 b7 b8 b9; do
    one f.csv unchanged 80 $build
    report f.csv
  done
  assert_equal "$(github '.issues[0].state')" open
  assert_equal "$(github '.comments | length')" 3
}

@test "a count that moves by a part of an instruction has not changed again" {
  github_start
  counted() { # CURRENT BUILD
    one f.csv suspected "$1" "$2"
    mlr -I -S --csv put '$metric = "instructions"' f.csv
    report f.csv
  }
  again() { github '[.comments[] | select(.body | contains("Changed again"))] | length'; }
  counted 120 b2
  counted 120.4 b3
  assert_equal "$(again)" 0
  counted 121 b4
  assert_equal "$(again)" 1
}

@test "an issue whose level a marker accepts says so, and not that the old one is back" {
  github_start
  one f.csv suspected 120 b2
  report f.csv
  for build in b3 b4 b5; do
    rm f.csv
    finding f.csv unchanged map/hash/read 120 121 $build
    report f.csv
  done
  assert_equal "$(github '.issues[0] | .state + " " + .state_reason')" 'closed completed'
  assert_contains "$(github '.comments[-1].body')" 'A marker takes this level for the new one, and 3 builds are at it: <code>b3</code>, <code>b4</code>, <code>b5</code>.'
}

@test "an accepted change closes its issue, and becomes a marker that matches just that series" {
  github_start
  finding f.csv suspected 'map/[hash]*/read' 100 120 b2
  report f.csv
  gh api --method PATCH repos/o/r/issues/1 -f 'labels[]=performance-regression' -f 'labels[]=performance-accepted' >/dev/null
  report f.csv
  assert_equal "$(github '.issues[0] | .state + " " + .state_reason')" 'closed completed'
  "$PIPELINES/judge/markers" "$PIPELINES/judge/markers.csv" >markers.csv
  assert_equal "$(mlr --icsv --onidx --ofs '|' cut -o -f host_class,track,suite,test,entry_point,metric,build markers.csv)" \
    'host|main|core|map/\[hash\]\*/read|read|duration_ns|b2'
}

@test "the pages get open and accepted issues, each with its address" {
  github_start
  one f.csv suspected 120 b2
  report f.csv
  finding g.csv suspected map/array/read 100 130 b3
  report g.csv
  issues_of() { "$PIPELINES/judge/markers" --issues "$PIPELINES/judge/markers.csv" | mlr --icsv --onidx --ofs '|' cut -o -f test,build,kind,label,url; }
  assert_equal "$(issues_of)" 'map/hash/read|b2|issue|#1|https://github.com/o/r/issues/1
map/array/read|b3|issue|#2|https://github.com/o/r/issues/2'
  gh api --method PATCH repos/o/r/issues/1 -f state=closed >/dev/null
  gh api --method PATCH repos/o/r/issues/2 -f 'labels[]=performance-regression' -f 'labels[]=performance-accepted' >/dev/null
  assert_equal "$(issues_of)" 'map/array/read|b3|accepted|#2|https://github.com/o/r/issues/2'
  export GH_CONFIG_DIR=$BATS_TEST_TMPDIR/nowhere
  run -2 --separate-stderr "$PIPELINES/judge/markers" --issues "$PIPELINES/judge/markers.csv"
  assert_contains "$stderr" 'markers: listing issues failed'
}

@test "an issue that a person closes is not filed again for the same build" {
  github_start
  one f.csv suspected 120 b2
  report f.csv
  gh api --method PATCH repos/o/r/issues/1 -f state=closed >/dev/null
  report f.csv
  assert_equal "$(github '.issues | length')" 1
}

@test "more than five series of one build are one issue, and it is followed as one" {
  github_start
  for i in 1 2 3 4 5 6; do
    finding f.csv suspected "test/$i" 100 "12$i" b2
  done
  finding f.csv suspected other/track 100 150 b2 other
  report f.csv
  report f.csv
  assert_equal "$(github '.issues | length')" 2
  assert_contains "$(github '.issues[].title')" '6 tests slower, by up to +26 %, in b2 (main)'
  body=$(github '.issues[] | select(.title | contains("6 tests")) | .body')
  assert_equal "$(grep -c '^| <code>test/' <<<"$body")" 6
  for build in b3 b4 b5; do
    rm f.csv
    for i in 1 2 3 4 5 6; do
      finding f.csv unchanged "test/$i" 100 100 $build
    done
    report f.csv
  done
  assert_equal "$(github '.issues[] | .state' | sort | paste -sd' ')" 'closed open'
}

@test "stale data and missing tests are issues, one a suite and track, and end by themselves" {
  github_start
  finding f.csv stale map/hash/read 100 100 b2
  finding f.csv stale map/array/read 100 100 b2
  finding f.csv missing lpm/read 100 100 b2 other
  finding f.csv failed lpm/write 100 100 b2 other
  report f.csv
  report f.csv
  assert_equal "$(github '.issues | length')" 2
  assert_equal "$(github '.issues[].labels[].name' | uniq)" performance-data
  assert_contains "$(github '.issues[].title')" 'No new results of core on main (host)'
  assert_contains "$(github '.issues[].body')" '| <code>lpm/read</code> | <code>read</code> | missing |'
  rm f.csv
  finding f.csv unchanged map/hash/read 100 100 b3
  finding f.csv missing lpm/read 100 100 b3 other
  report f.csv
  assert_equal "$(github '.issues[] | .state' | sort | paste -sd' ')" 'closed open'
  [[ $(github '.issues[] | select(.state == "open") | .body') != *lpm/write* ]]
}

@test "what a person closes about data is not filed again until there is something else to tell" {
  github_start
  finding f.csv stale map/hash/read 100 100 b2
  finding f.csv missing lpm/read 100 100 b2 other
  report f.csv
  for number in 1 2; do
    gh api --method PATCH repos/o/r/issues/$number -f state=closed >/dev/null
  done
  report f.csv
  assert_equal "$(github '.issues | length')" 2
  # Another test is missing; data came, and are stale again.
  finding f.csv missing lpm/write 100 100 b2 other
  report f.csv
  assert_equal "$(github '.issues | length')" 3
  rm f.csv
  finding f.csv stale map/hash/read 100 100 b3
  report f.csv
  assert_equal "$(github '.issues | length')" 4
  # One that ended by itself may come again, as it was.
  rm f.csv
  finding f.csv unchanged map/hash/read 100 100 b3
  report f.csv
  assert_equal "$(github '.issues[3].state')" closed
  rm f.csv
  finding f.csv stale map/hash/read 100 100 b3
  report f.csv
  assert_equal "$(github '.issues | length')" 5
}

@test "what an issue tells of already is not measured again" {
  github_start
  finding f.csv suspected a 100 120 b2
  finding f.csv unchanged c 100 100 b2
  "$PIPELINES/issues/file-issues" --unfiled f.csv | cmp - <(mlr -S --csv filter '$verdict == "suspected"' f.csv)
  report f.csv
  finding f.csv suspected b 100 120 b2
  assert_equal "$("$PIPELINES/issues/file-issues" --unfiled f.csv | mlr --icsv --onidx cut -f test)" b
  report f.csv
  "$PIPELINES/issues/file-issues" --unfiled f.csv >none.csv
  assert_equal "$(cat none.csv)" "$COLUMNS_FOUND"
  assert_equal "$(env -u GITHUB_REPOSITORY "$PIPELINES/issues/file-issues" --unfiled f.csv | mlr --icsv --onidx cut -f test | paste -sd' ')" 'a b'
  assert_equal "$("$PIPELINES/judge/confirm" none.csv)" "$COLUMNS_FOUND,confirmed"
}

@test "confirmations of several machines are one issue" {
  github_start
  one f.csv suspected 120 b2
  confirmed f.csv
  mlr -S --csv put '$confirmed = 0' confirmed.csv >elsewhere.csv
  cp confirmed.csv third.csv
  "$PIPELINES/issues/file-issues" f.csv elsewhere.csv confirmed.csv third.csv
  assert_equal "$(github '.issues | length')" 1
}

# bats test_tags=slow
@test "an API error or the rate limit stops with what is done, and the next run finishes it" {
  github_start
  finding f.csv suspected a 100 120 b2
  finding f.csv suspected b 100 120 b2
  finding f.csv suspected c 100 120 b2
  echo 'POST /issues$ 500 1' >"$GITHUB/faults"
  run -2 --separate-stderr report f.csv
  assert_contains "$stderr" 'filing an issue failed'
  assert_contains "$stderr" 'HTTP 500'
  assert_contains "$stderr" 'stopped: 1 of 3 steps are done, the next run does the rest'
  assert_equal "$(github '.issues | length')" 1
  echo 'POST /issues$ 403' >"$GITHUB/faults"
  run -2 --separate-stderr report f.csv
  assert_contains "$stderr" 'rate limit'
  report f.csv
  assert_equal "$(github '.issues | length')" 3
  # In the middle of closing: the comment is there and the issue still open.
  for build in b3 b4; do
    rm f.csv
    finding f.csv unchanged a 100 100 $build
    report f.csv
  done
  rm f.csv
  finding f.csv unchanged a 100 100 b5
  echo 'PATCH /issues/1$ 500 1' >"$GITHUB/faults"
  run -2 --separate-stderr report f.csv
  assert_equal "$(github '.issues[0].state')" open
  report f.csv
  assert_equal "$(github '.issues[0].state')" closed
  assert_equal "$(github '[.comments[] | select(.issue == 1 and (.body | contains("Back at the old level")))] | length')" 1
  echo 'GET /issues$ 500' >"$GITHUB/faults"
  run -2 --separate-stderr report f.csv
  assert_contains "$stderr" 'listing issues failed'
}

# bats test_tags=slow
@test "two filers at once leave one open issue" {
  github_start
  one f.csv suspected 120 b2
  confirmed f.csv
  "$PIPELINES/issues/file-issues" f.csv confirmed.csv &
  "$PIPELINES/issues/file-issues" f.csv confirmed.csv
  wait $!
  "$PIPELINES/issues/file-issues" f.csv confirmed.csv
  assert_equal "$(github '[.issues[] | select(.state == "open")] | length')" 1
}

@test "a duplicate is closed, and the older issue stays" {
  github_start
  one f.csv suspected 120 b2
  report f.csv
  jq '{title, body, labels: ["performance-regression"]}' <(github '.issues[0]') | gh api --method POST repos/o/r/issues --input - >/dev/null
  report f.csv
  assert_equal "$(github '.issues[] | "\(.number) \(.state) \(.state_reason)"' | paste -sd,)" '1 open null,2 closed not_planned'
}

@test "an issue that only looks like ours is left alone" {
  github_start
  one f.csv suspected 120 b2
  report f.csv
  # Who may not set labels can't forge one.
  jq '{title: "forged", body}' <(github '.issues[0]') | gh api --method POST repos/o/r/issues --input - >/dev/null
  jq -n '{title: "broken", body: "<!-- ebpf-performance key: AAAA -->\n<!-- ebpf-performance state: %%% -->", labels: ["performance-regression"]}' |
    gh api --method POST repos/o/r/issues --input - >/dev/null
  report f.csv
  assert_equal "$(github '.issues[] | .state' | paste -sd' ')" 'open open open'
}

@test "a stranger's issue, a pull request and a broken state mute nothing and end nothing" {
  github_start
  one f.csv suspected 120 b2
  report f.csv
  body=$(github '.issues[0].body')
  gh api --method PATCH repos/o/r/issues/1 -f state=closed -f state_reason=duplicate >/dev/null
  forge() { # JQ: an issue with the label
    jq -n --arg body "$body" '{title: "forged", body: $body, labels: ["performance-regression", "performance-accepted"]} + '"$1" |
      gh api --method POST repos/o/r/issues --input - >/dev/null
  }
  # A maintainer may have labelled what a stranger wrote.
  forge '{user: {login: "x", type: "User"}, author_association: "CONTRIBUTOR"}'
  forge '{pull_request: {url: "x"}}'
  for state in 5 '[1]' '"x"' '{"series":5}' '{"series":[5]}' '{"accept":"x"}' '{"accept":["x"]}' '{"recovered":1}' '{"current_build":{}}' '{"current":[]}' '{' ''; do
    STATE=$state forge '{body: ($body | sub("state: [^ ]*"; "state: " + (env.STATE | @base64)))}'
  done
  run -0 --separate-stderr "$PIPELINES/issues/file-issues" --unfiled f.csv
  assert_equal "$(wc -l <<<"$output")" 2
  assert_equal "$(grep -c 'the hidden state of issue #[0-9]* cannot be read' <<<"$stderr")" 12
  run -0 --separate-stderr "$PIPELINES/judge/markers" --issues "$PIPELINES/judge/markers.csv"
  assert_equal "$(wc -l <<<"$output")" 1
  before=$(changes)
  report f.csv
  # One issue is filed, and nothing is done about the others.
  assert_equal "$(($(changes) - before))" 1
}

@test "hostile names do no harm anywhere" {
  github_start
  name=$(printf '`touch X` $(touch X) $(shell touch X) <script>alert(1)</script> @someone #1 | --> ~~~ \x27; touch X; " ; \\ %%\n## heading\n\001end')
  finding f.csv suspected "$name" 100 120 b2
  # Suites and tracks too may have been imported from anywhere.
  NAME=$name mlr -I -S --csv put '$suite = ENV["NAME"]; $track = ENV["NAME"]; $current_build = ENV["NAME"]' f.csv
  report f.csv
  report f.csv
  assert_equal "$(github '.issues | length')" 1
  body=$(github '.issues[0].body')
  outside=$(awk '/^~~~~+sh$/ { inside = 1 } !inside; /^~~~~+$/ { inside = 0 }' <<<"$body")
  for part in '`touch' '$(touch' '<script>' '@someone' '#1 ' '## heading'; do
    [[ $outside != *"$part"* ]] || {
      echo "in the body: $part"
      false
    }
  done
  # The table's row is still one row with its columns.
  assert_equal "$(grep '^| <code>' <<<"$outside" | head -n 1 | tr -dc '|' | wc -c)" 9
  assert_equal "$(github '.issues[0].title' | wc -l)" 1
  # All commands, as a person would paste them: make and sh see one word, within quotes of a rule too.
  printf 'export TEST\ndeps:\ncompare:\n\t@printf "%%s\\n" '"'%s' '%s'"' "$$TEST" > "$@.out"\nprofile:\n\t@printf "%%s\\n" "$$TEST" > "$@.out"\n' \
    '$(SUITE)' '$(TRACK)' >Makefile
  block=$(awk '/^~~~~+sh$/ { inside = 1; next } /^~~~~+$/ { inside = 0 } inside' <<<"$body")
  gh() { printf '%s\n' "$@" >>gh.out; }
  eval "$block"
  [ ! -e X ]
  assert_contains "$(cat compare.out)" '@someone'
  assert_contains "$(cat profile.out)" '@someone'
  assert_contains "$(cat gh.out)" '@someone'
  assert_equal "$(github '.comments | length')" 1
  "$PIPELINES/judge/markers" "$PIPELINES/judge/markers.csv" >markers.csv
}

@test "the commands of an issue are the project's: targets, variables, inputs of the workflow" {
  github_start
  one f.csv suspected 120 b2
  report f.csv
  block=$(github '.issues[0].body' | awk '/^~~~+sh$/ { inside = 1; next } /^~~~+$/ { inside = 0 } inside')
  make -C "$TOP" --no-print-directory help >help.txt
  for word in $(grep -o '^make .*' <<<"$block" | grep -oE '(^| )[A-Za-z_]+(=| |$)' | tr -d ' =' | grep -vx make | sort -u); do
    grep -qE "^  $word( |,|	)|^  ([A-Z_]+ )+$word( |	)|, $word " help.txt || {
      echo "neither target nor variable: $word"
      false
    }
  done
  inputs=$(grep -oE -- '-f [a-z]+=' <<<"$block" | sed 's/-f //; s/=//')
  assert_equal "$(wc -w <<<"$inputs")" 6
  for input in $inputs; do
    awk '/^  workflow_dispatch:/ { on = 1 } /^  workflow_call:/ { on = 0 } on' "$TOP/.github/workflows/perf.yml" | grep -q "^      $input:\$" ||
      {
        echo "no input of perf.yml: $input"
        false
      }
  done
  # What is judged net of a baseline is measured with it.
  assert_contains "$block" "^map/hash/read\$\$|^(baseline|control)/"
  assert_contains "$block" "SUITE='core' RUNTIME=icount BASE='deb:linux-image-a=1' HEAD='deb:linux-image-a=2'"
  assert_contains "$block" "-f runtime=icount -f kernels='deb:linux-image-a=1 deb:linux-image-a=2'"
  assert_contains "$(github '.issues[0].body')" "a VM's time can't be profiled"
  # Of two builds that differ in their programs, not in their kernel.
  confirmed f.csv
  mlr -I -S --csv put '$runtime = "icount"; $base_kernel = $head_kernel' confirmed.csv
  run -0 env -u GITHUB_REPOSITORY "$PIPELINES/issues/file-issues" f.csv confirmed.csv
  both="KERNEL='deb:linux-image-a=2' BASE=rev:1111111111111111111111111111111111111111 HEAD=rev:2222222222222222222222222222222222222222"
  assert_contains "$output" "make compare $both SUITE='core' RUNTIME='icount'"
  assert_contains "$output" "SUITE='core' RUNTIME=icount $both"
  assert_contains "$output" "-f runtime='icount'"
  mlr -I -S --csv put '$runtime = "host"; $base_kernel = ""; $head_kernel = ""' confirmed.csv
  run -0 env -u GITHUB_REPOSITORY "$PIPELINES/issues/file-issues" f.csv confirmed.csv
  assert_contains "$output" 'git checkout 2222222222222222222222222222222222222222'
  assert_contains "$output" "make compare BASE=rev:1111111111111111111111111111111111111111 SUITE='core'"
}

@test "a title and a body are cut to what GitHub takes" {
  github_start
  finding long.csv suspected "$(printf '%0300d' 1)" 100 120 "$(printf 'b%0300d' 1)"
  report long.csv
  assert_equal "$(github '.issues | length')" 1
  [ "$(github '.issues[0].title | length')" -le 256 ]
  for i in $(seq 400); do
    printf 'host,main,core,%0200d,read,duration_ns,b1,b2,100,120,1.2,,,,,30,3,suspected,,,\n' "$i"
  done >rows
  {
    echo "$COLUMNS_FOUND"
    cat rows
  } >f.csv
  report f.csv
  assert_equal "$(github '.issues | length')" 2
  [ "$(github '.issues[1].body' | wc -m)" -lt 65536 ]
  assert_contains "$(github '.issues[1].body')" 'and more'
}

@test "without GitHub the plan is shown" {
  unset GITHUB_REPOSITORY
  one f.csv suspected 120 b2
  confirmed f.csv
  run -0 "$PIPELINES/issues/file-issues" f.csv confirmed.csv
  assert_contains "$output" 'would create an issue: map/hash/read: +20 %'
}

# bats test_tags=prism,slow
@test "each request is as GitHub's own description wants it" {
  requires node gh
  requires test-packages
  jq -f "$TOP/tests/github/cut-openapi.jq" "$PACKAGES/@octokit/openapi/generated/api.github.com.deref.json" >openapi.json
  port=$((20000 + RANDOM % 20000))
  github_start $port
  "$PACKAGES/.bin/prism" proxy --errors --port $port openapi.json "http://127.0.0.1:$(cat "$GITHUB/port")" 3>&- >prism.log 2>&1 &
  export PRISM=$!
  for i in $(seq 200); do
    ! grep -q 'Prism is listening' prism.log || break
    sleep 0.1
  done
  # The contract bites: an issue without a title is refused before it reaches the stand-in.
  run -1 --separate-stderr gh api --method POST repos/o/r/issues -f body=x
  assert_contains "$stderr" 'HTTP 422'
  one f.csv suspected 120 b2
  report f.csv
  for build in b3 b4 b5; do
    one f.csv unchanged 100 $build
    report f.csv
  done
  finding f.csv stale x 100 100 b5 old
  report f.csv
  assert_equal "$(github '.issues[] | .state' | paste -sd' ')" 'closed open'
  setting_up
  run -1 --separate-stderr gh api --method POST repos/o/r/pages -f build_type=none
  assert_contains "$stderr" 'HTTP 422'
}

# The commands of .github/SETUP.md, word for word.
setting_up() {
  sed -n '/^```sh$/,/^```$/{/^```/!p}' "$TOP/.github/SETUP.md" >setup.sh
  [ "$(grep -c '^gh api' setup.sh)" -eq 3 ]
  REPO=o/r PAGES_URL=https://o.github.io/r BRANCH=main run -0 sh -eu setup.sh
  assert_equal "$(github '[.pages.build_type, .variables.PAGES_URL, (.dispatches[] | .workflow, .ref)] | join(" ")')" \
    'workflow https://o.github.io/r perf.yml main'
}

@test "the page on setting up has commands that work" {
  github_start
  setting_up
}

# --- measuring again ---

@test "what is undecided is measured again by itself, with its control, in the same run" {
  requires bpf
  git init -q repo
  mkdir -p repo/bpf/suites
  cp "$TOP/bpf/suites/"{smoke,controls}.yml repo/bpf/suites
  cp -r "$TOP"/bpf/*.bpf.c "$TOP/bpf/include" repo/bpf
  cd repo
  git add -A
  git -c user.name=n -c user.email=n@n commit -qm one
  # Three rounds decide nothing, whatever the noise.
  SUDO='' "$TOP/pipelines/compare/compare" --rounds 3 rev:HEAD '' bpf/suites/smoke.yml twice -q -t array
  assert_equal "$(mlr --icsv --onidx count-distinct -f round then cut -f round twice/samples.csv | sort -n | xargs)" "1 2 3 4 5 6"
  assert_equal "$(mlr --icsv --onidx count-distinct -f run_id twice/samples.csv | wc -l)" 1
  assert_equal "$(csv_value twice/verdict.csv rounds '$metric == "duration_ns"' | uniq -c | xargs)" "9 6"
  printf 'test,metric,margin_pct\nmap/*,duration_ns,8\n' >settings.csv
  SETTINGS=settings.csv SUDO='' "$TOP/pipelines/compare/compare" --rounds 1 rev:HEAD . bpf/suites/smoke.yml ruled -q -t 'array'
  assert_equal "$(csv_value ruled/verdict.csv margin_pct '$test =~ "^map/" && $metric == "duration_ns"')" 8
}

@test "timed programs of whatever suite are compared beside the controls, whatever tests are chosen" {
  requires bpf
  cp "$TOP/bpf/suites/controls.yml" .
  printf '#include <linux/bpf.h>\n__attribute__((section("xdp"))) int mine(void *c) { return 2; }\n' >mine.bpf.c
  echo 'tests: [{name: "{}", source: mine.bpf.c, entry_point: mine, variants: [mine, other]}]' >own.yml
  { echo 'include: controls.yml' && cat own.yml; } >with.yml
  mkdir tree
  cp ./*.yml ./*.c tree
  controls=$(bpf-compile-check --list controls.yml | csv_value /dev/stdin test | sort)
  for suite in mine.bpf.c own.yml with.yml; do
    SUDO='' "$TOP/pipelines/compare/compare" --rounds 1 dir:tree . "$suite" out -q --samples 1 --sample-ms 0.1 -t '^mine$'
    assert_equal "$suite $(csv_value out/verdict.csv test '$metric == "duration_ns"' | sort)" "$suite $controls"$'\nmine'
    assert_equal "$(csv_value out/plan.csv control '$test =~ "^control/"' | sort | uniq -c | xargs)" "16 1"
    assert_equal "$(mlr --icsv --onidx uniq -n -g suite out/plan.csv)" 1
  done
  run -2 --separate-stderr env SUDO='' "$TOP/pipelines/compare/compare" --rounds 1 dir:tree . own.yml none -t typo
  assert_contains "$stderr" "no test's name matches 'typo'"
  [ ! -e none ]
}

@test "only what was measured and left open is undecided" {
  printf 'suite,test,metric,ratio,margin_pct,verdict\ns,open,duration_ns,1.02,1,inconclusive\ns,fine,duration_ns,1,1,unchanged\n' >v.csv
  printf 's,slower,duration_ns,1.02,1,unchanged\ns,faster,duration_ns,0.98,1,unchanged\ns,little,duration_ns,1.02,3,unchanged\n' >>v.csv
  printf 's,counted,instructions,1,1,inconclusive\ns,absent,duration_ns,,1,inconclusive\n' >>v.csv
  printf 'suite,test,control\ns,open,0\ns,loop,1\n' >plan.csv
  assert_equal "$("$TOP/pipelines/compare/undecided" v.csv plan.csv)" $'suite,test\ns,open\ns,slower\ns,faster\ns,loop'
  # A count is, where it differs by little: whatever the verdict.
  cat >counts.csv <<-'CSV'
	suite,test,metric,baseline,current,ratio,margin_pct,verdict
	s,same,instructions,500,500,1,1,unchanged
	s,rounded,instructions,500,500.4,1.0008,1,unchanged
	s,one,instructions,500,501,1.002,1,regression
	s,seeds,instructions,500,498,0.996,1,unchanged
	s,plain,instructions,500,700,1.4,1,regression
	s,within,instructions,500,503,1.006,1,unstable
	CSV
  assert_equal "$("$TOP/pipelines/compare/undecided" counts.csv plan.csv)" $'suite,test\ns,one\ns,seeds\ns,loop'
  mlr --csv filter '!($test =~ "^(open|slower|faster)$")' v.csv >decided.csv
  assert_equal "$("$TOP/pipelines/compare/undecided" decided.csv plan.csv)" ""
}

@test "a CSV that is cut off ends whatever reads it, and is not taken for nothing to tell" {
  finding whole.csv suspected map/hash/read 100 120 b2
  finding whole.csv suspected map/hash/update 100 120 b2
  confirmed whole.csv
  place=$(make_run results 0)
  cp confirmed.csv whole-confirmed.csv
  cp "results/$place/summary.csv" whole-summary.csv
  echo '[]' >reference.json
  readers=("$PIPELINES/issues/file-issues cut.csv" "$PIPELINES/issues/file-issues --unfiled cut.csv"
    "$PIPELINES/issues/file-issues whole.csv cut-confirmed.csv" "$PIPELINES/judge/confirm cut.csv"
    "$PIPELINES/judge/confirmers $PIPELINES/bench/tracks.csv cut.csv" "$PIPELINES/issues/summary x cut.csv"
    "$PIPELINES/issues/summary --annotations x cut.csv" "$PIPELINES/bench/table cut-summary.csv"
    "$PIPELINES/results/history --directory results" "$PIPELINES/compat/show-reference cut.csv"
    "$PIPELINES/compat/compare-reference cut-summary.csv cut-summary.csv reference.json")
  # In the header, in a row, in the last cell, behind a quote; and all of it.
  for bytes in 0 20 -150 -1; do
    for name in '' -confirmed -summary; do
      head -c "$bytes" "whole$name.csv" >"cut$name.csv"
    done
    cp cut-summary.csv "results/$place/summary.csv"
    for reader in "${readers[@]}"; do
      echo "$bytes: $reader"
      # shellcheck disable=SC2086 # words
      run -2 --separate-stderr $reader
      assert_equal "$output" ""
      assert_equal "${#stderr_lines[@]}" 1
      assert_contains "$stderr" .csv
    done
  done
}

@test "an issue links to the page of its test, by the name that the pages give it" {
  for name in 'core map/hash/read' 'core Map//Hash.READ_2' "my-suite $(printf 'long/%.0s' $(seq 40))" 'core ...' "core a'b<c>"; do
    suite=${name%% *} test=${name#* }
    file=$(LC_ALL=C SUITE=$suite TEST=$test awk -f "$PIPELINES/site/pages/lib/text.awk" -f <(echo 'BEGIN { print slug(ENVIRON["SUITE"] " " ENVIRON["TEST"], ENVIRON["TEST"]) }'))
    link=$(PAGES_URL=https://x.example/p/ RECOVERY_BUILDS=3 jq -nr -L "$PIPELINES/issues" --arg suite "$suite" --arg test "$test" \
      'include "body"; {$suite, $test} | test_page')
    assert_equal "${link##*](}" "https://x.example/p/t/$file.html)"
  done
  # Bytes are not characters: another name is only a name.
  assert_equal "$(RECOVERY_BUILDS=3 jq -n -L "$PIPELINES/issues" 'include "body"; {suite: "s", test: "é"} | test_page')" ""
}

@test "an issue links to the pages of both builds, by the names that the pages give them" {
  github_start
  local row=$'0\thost-a\tdebian 6.1\tcore\t6.1.0-53 (x)\t20261101t01-b\t2026-11-01T01:00:00Z\ticount\tp\t'
  file=$(LC_ALL=C awk -F '\t' -v OFS='\t' -f "$PIPELINES/site/pages/lib/text.awk" -f "$PIPELINES/site/pages/lib/order.awk" <<<"$row" | cut -f 4)
  page=$(jq -nr -L "$PIPELINES/issues" 'include "text"; {host_class: "host-a", track: "debian 6.1", suite: "core", build: "6.1.0-53 (x)", run_id: "20261101t01-b"}
    | [. + {timestamp: "2026-11-01T02:00:00Z"}, . + {timestamp: "2026-11-01T01:00:00Z"}] | run_page')
  assert_equal "$page" "$file"
  one f.csv suspected 120 b2
  confirmed f.csv
  mlr -I --csv put '$base_page = "b1-0000aaaa"; $head_page = "b2-0000bbbb"' confirmed.csv
  export PAGES_URL=https://x.example/p
  "$PIPELINES/issues/file-issues" f.csv confirmed.csv
  body=$(github '.issues[0].body')
  assert_contains "$body" '[this build](https://x.example/p/r/b2-0000bbbb.html)'
  assert_contains "$body" '[both builds](https://x.example/p/compare.html#base=b1-0000aaaa&head=b2-0000bbbb)'
  # What is no such name leads nowhere else.
  mlr -I --csv put '$base_page = "../x"; $head_page = "x)](https://y.example"' confirmed.csv
  mlr -I --csv put '$track = "other"' f.csv
  mlr -I --csv put '$track = "other"' confirmed.csv
  "$PIPELINES/issues/file-issues" f.csv confirmed.csv
  body=$(github '.issues[1].body')
  [[ $body != *y.example* ]]
  assert_contains "$body" '[any two builds](https://x.example/p/compare.html)'
}

@test "a count has no interval and no p, and what is as it was has no sign" {
  github_start
  one f.csv suspected 120 b2
  confirmed f.csv
  mlr -I --csv put '$metric = "instructions"; $ratio_low = $ratio; $ratio_high = $ratio; $p_adjusted = ""' confirmed.csv
  mlr --csv put '$metric = "instructions"' f.csv >i.csv
  "$PIPELINES/issues/file-issues" i.csv confirmed.csv
  assert_equal "$(github '.issues[0].title')" 'map/hash/read: +20 % instructions in b2'
  assert_contains "$(github '.issues[0].body')" '| +20 % | exact | 20 |  |'
  assert_equal "$(jq -nr -L "$PIPELINES/issues" 'include "text"; [.9999, 1, 1.0004, 1.002, .99] | map(percent) | join(" ")')" '0 % 0 % 0 % +0.2 % -1 %'
}

@test "what only the kernel's test run takes longer is on record as accepted, beside what is filed" {
  github_start
  for i in $(seq 7); do finding f.csv suspected "baseline/$i/empty" 100 108 b2; done
  finding f.csv suspected map/hash/read 100 120 b2
  confirmed f.csv
  mlr -I -S --csv put '$metric = "instructions"; $runtime = "icount"; $in_test_run = $test =~ "^baseline/" ? 1 : 0;
    $functions = $in_test_run == "1" ? "bpf_test_timer_continue +8" : "htab_map_hash +20, lookup|<b> -0.5"' confirmed.csv
  mlr -I -S --csv put '$metric = "instructions"' f.csv
  "$PIPELINES/issues/file-issues" f.csv confirmed.csv
  assert_equal "$(github '.issues | map(.state) | join(" ")')" 'open closed'
  assert_equal "$(github '.issues[1].labels | map(.name) | sort | join(" ")')" 'performance-accepted performance-regression'
  assert_contains "$(github '.issues[1].title')" "7 tests slower" "in the kernel's test run only"
  assert_contains "$(github '.issues[1].body')" "All of it lies in the kernel's own test run" '<code>bpf_test_timer_continue +8</code>'
  assert_contains "$(github '.issues[0].body')" 'In instructions an operation of <code>map/hash/read</code>: <code>htab_map_hash +20</code>, <code>lookup&#124;&#60;b&#62; &#45;0.5</code>.'
  # Its series are accepted, and no other of that build.
  "$PIPELINES/judge/markers" "$PIPELINES/judge/markers.csv" >markers.csv
  assert_equal "$(csv_value markers.csv test | sort -u | wc -l)" 7
  assert_equal "$(csv_value markers.csv test,build | sort -u | head -n 1)" 'baseline/1/empty b2'
  # Nothing is filed again.
  before=$(changes)
  "$PIPELINES/issues/file-issues" f.csv confirmed.csv
  assert_equal "$(github '.issues | length')" 2
}
