#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The pages: what is written, from what input, and what a browser makes of it.

load helpers

NOW=2024-02-10T06:00:00Z
SITE_CODE=pipelines/site/pages

# How often a detector was wrong.
rates() { # RUNTIME
  printf '%s\n' runtime,planted_pct,judged,suspected,reported,wrong,wrong_pct,at_most_pct \
    "$1,0,1380,14,1,1,0.072,0.343" "$1,5,60,49,46,14,23.333,34.048" "$1,100,60,60,60,0,0.000,4.870" icount,0,150,0,0,0,0.000,1.977 icount,0.1,30,30,30,0,0.000,9.503
}

# Two sites for all tests of this file: one of plain names, one of names that try to break out.
setup_file() {
  command -v mlr gnuplot >/dev/null || return 0
  local top="$BATS_TEST_DIRNAME/.."
  for kind in plain hostile; do
    awk -v schema="$top/results-schema" -v out="$BATS_FILE_TMPDIR/$kind.tree" -v hostile="$([ $kind = plain ] && echo 0 || echo 1)" -f "$top/tests/fixtures/site/tree.awk"
    rates "$([ $kind = plain ] && echo host || echo '<img src=x>')" >"$BATS_FILE_TMPDIR/$kind.rates.csv"
    "$top/pipelines/site/pages/site" -o "$BATS_FILE_TMPDIR/$kind" --changes "$BATS_FILE_TMPDIR/$kind.tree/changes.csv" \
      --rates "$BATS_FILE_TMPDIR/$kind.rates.csv" --now "$NOW" "$BATS_FILE_TMPDIR/$kind.tree" 2>"$BATS_FILE_TMPDIR/$kind.err"
  done
  if command -v node npm >/dev/null && ! make -s -C "$top" browser-tests >"$BATS_FILE_TMPDIR/npm.log" 2>&1; then
    echo "npm cannot install what the browser's tests need: $(tail -n 1 "$BATS_FILE_TMPDIR/npm.log")" >"$BATS_FILE_TMPDIR/no-browser"
  fi
}

site() { "$TOP/$SITE_CODE/site" "$@"; }
plot() { "$TOP/$SITE_CODE/plot" "$@"; }
tree() { awk -v schema="$TOP/results-schema" -v out="$1" -v tests=22 -v builds="$2" -v first="${3:-0}" -f "$FIXTURES/site/tree.awk"; }

# in_browser KIND CHECK: of tests/browser/check.mjs
in_browser() {
  requires mlr gnuplot node npm chromium
  if [ -e "$BATS_FILE_TMPDIR/no-browser" ]; then
    cat "$BATS_FILE_TMPDIR/no-browser" >&2
    case " ${CAPABILITIES-} " in *" npm "* | *" all-commands "*) return 1 ;; esac
    skip "$(cat "$BATS_FILE_TMPDIR/no-browser")"
  fi
  check() { node "$TOP/tests/browser/check.mjs" "$TOP/build/browser" "$BATS_FILE_TMPDIR/$1" "$2"; }
  # The first of the plain ones runs all that are not slow, in one browser.
  if [ "$1" = plain ] && [ ! -e "$BATS_FILE_TMPDIR/checked" ]; then
    check plain "$(awk '/^# bats test_tags=.*slow/ { slow = NR } NR != slow + 1 && /^@test .* in_browser plain / { sub(/;.*/, ""); print $NF }' \
      "$BATS_TEST_FILENAME" | paste -sd ,)" >"$BATS_FILE_TMPDIR/checked" 2>&1 || :
  fi
  if [ "$1" = plain ] && grep -qE "^$2: " "$BATS_FILE_TMPDIR/checked"; then
    sed -n "/^$2: /,/^ok /p" "$BATS_FILE_TMPDIR/checked" >&2
    return 1
  fi
  if [ "$1" != plain ] || ! grep -qx "ok $2" "$BATS_FILE_TMPDIR/checked"; then
    check "$1" "$2"
  fi
}

@test "the overview shows what got worse first, and since when" { in_browser plain overview_worst_first; }
@test "the overview filters by text, group, track, host class, runtime and verdict" { in_browser plain overview_filters; }
@test "the overview sorts and groups" { in_browser plain overview_sorts; }
@test "hover shows the values of the CSV, where gnuplot drew them" { in_browser plain hover_equals_csv; }
@test "a chart zooms, and turns logarithmic" { in_browser plain zoom_and_log; }
@test "a chart shows some days, and another series over its own" { in_browser plain days_and_another_series; }
@test "everything can be done by keyboard" { in_browser plain keyboard; }
@test "any two builds can be compared, and the numbers are right" { in_browser plain compare; }
@test "a build's page has its results, beside those of the build before" { in_browser plain build_results; }
@test "a server's strict policy breaks nothing, and nothing leaves the machine" { in_browser plain policy_from_server; }
@test "light, dark, narrow and printed pages fit" { in_browser plain light_dark_narrow_print; }
@test "rows with long names fit a desktop's screen, sparkline and all" { in_browser plain wide_rows_fit; }
@test "pages can be read without JavaScript" { in_browser plain readable_without_script; }
# bats test_tags=slow
@test "axe finds no serious violation, light, dark and narrow" { in_browser plain accessible; }
# bats test_tags=slow
@test "no page logs an error, and every link leads somewhere" { in_browser plain all_pages_quiet; }
# bats test_tags=slow
@test "hostile names are text in every page" { in_browser hostile hostile_text_is_text; }

@test "what a person or a tree has set for Miller and gnuplot changes no page" {
  requires mlr gnuplot
  tree tree 4
  site -o plain tree
  mkdir home
  printf 'ofs=;\n' | tee .mlrrc >home/.mlrrc
  printf 'exit\n' | tee .gnuplot >home/.gnuplot
  HOME=$PWD/home site -o other tree
  # But for the minute in which it was made.
  diff -r -I '^<footer><p>Made ' plain other
}

@test "a site is made without a word" {
  requires mlr gnuplot
  assert_equal "$(cat "$BATS_FILE_TMPDIR/plain.err" "$BATS_FILE_TMPDIR/hostile.err")" ""
}

@test "hostile names run nothing, stay in their folder, and leave every SVG well-formed" {
  requires mlr gnuplot xmllint
  [ -z "$(find "$BATS_FILE_TMPDIR" -name owned)" ]
  [ -z "$(find "$BATS_FILE_TMPDIR" -name '*escape*' -not -path "$BATS_FILE_TMPDIR/hostile/t/*")" ]
  [ "$(find "$BATS_FILE_TMPDIR/hostile" -name '*.svg' | wc -l)" -gt 50 ]
  find "$BATS_FILE_TMPDIR/hostile" -name '*.svg' -exec xmllint --noout {} +
  # Drawn as they are, not as gnuplot's language or markup.
  run xmllint --xpath "string(//*[local-name()='text'][contains(., 'system')][1])" "$BATS_FILE_TMPDIR"/hostile/t/system-touch-*-1.svg
  [[ $output == *"touch"* ]]
  grep -q '{x_1^2}' "$BATS_FILE_TMPDIR"/hostile/t/*x-1-2*-1.svg
}

@test "the CSV of a test holds just what was stored, whatever its name" {
  requires mlr gnuplot
  find "$BATS_FILE_TMPDIR/hostile.tree" -name summary.csv -exec mlr --icsv --ojson filter '$track == "main"' then cut -o -f test,build,value_duration_ns,ci_low_duration_ns,status,reason \
    then rename value_duration_ns,value,ci_low_duration_ns,ci_low {} + | mlr --ijson --ocsv sort -f test,build then unsparsify >stored.csv
  mlr --icsv --ocsv filter '$track == "main"' then cut -o -f test,build,value,ci_low,status,reason then sort -f test,build "$BATS_FILE_TMPDIR"/hostile/t/*.csv >shown.csv
  [ "$(wc -l <shown.csv)" -gt 1000 ]
  diff stored.csv shown.csv
}

@test "the overview says how often reports are wrong, where that was measured" {
  requires mlr gnuplot
  diff - <(sed -n 's/^<p class="say"><strong>//p' "$BATS_FILE_TMPDIR/plain/index.html") <<'HTML'
host</strong>: false alarms 1 of 1380 series (at most 0.343 %, with 95 % confidence); planted slowdowns found 106 of 120.</p>
icount</strong>: false alarms 0 of 150 series (at most 1.977 %, with 95 % confidence); planted slowdowns found 30 of 30.</p>
HTML
  assert_contains "$(cat "$BATS_FILE_TMPDIR/plain/index.html")" '<tr><th scope="row">host</th><td>5 %</td><td class="n">60</td><td class="n">49</td><td class="n">46</td><td class="n">14</td><td class="n">23.333 %</td><td class="n">34.048 %</td></tr>'
  assert_contains "$(cat "$BATS_FILE_TMPDIR/hostile/index.html")" '<strong>&lt;img src=x&gt;</strong>: false alarms 1'
  tree tree 2
  site -o out tree
  [[ $(cat out/index.html) != *'Are the reports right?'* ]]
  run -2 --separate-stderr site -o out --rates none.csv tree
  assert_equal "$stderr" "site: cannot read: 'none.csv'"
}

@test "a run's page links to its files, where the tree is to be seen" {
  requires mlr gnuplot
  tree tree 2
  local link='<a rel="nofollow" href="https://x.example/o/n/tree/results/'
  site -o out --tree-url https://x.example/o/n/tree/results tree
  # Of each run another folder, which is there.
  assert_equal "$(grep -ohF "$link" out/r/*.html | wc -l)" "$(find out/r -name '*.html' | wc -l)"
  assert_equal "$(sed -n "s|.*$link\([^\"]*\)\">CSV files of this run.*|\1|p" out/r/*.html | sort)" \
    "$(find tree -name summary.csv -printf '%P\n' | sed 's|/summary.csv$||' | sort)"
  for nowhere in 'javascript:alert(1)' 'https://x.example/"onclick="' ''; do
    site -o out --tree-url "$nowhere" tree
    run -1 grep -l 'CSV files of this run' out/r/*.html
  done
  site -o out --tree-url https://x.example/o tree/*/*/*/*/*/*/summary.csv
  run -1 grep -l 'CSV files of this run' out/r/*.html
}

@test "a failed row shows its reason and never a number" {
  requires mlr gnuplot
  printf 'run_id,timestamp,build,test,entry_point,value_v_ns,status,reason\n1,2024-01-01T00:00:00Z,a,t,e,5,ok,\n2,2024-01-02T00:00:00Z,b,t,e,777,run_failed,it <broke>\n' >in.csv
  site -o out --now "$NOW" in.csv
  run cat out/t/*.html out/t/*.csv out/r/*.js out/index.html
  [[ $output != *777* ]]
  assert_contains "$output" 'run_failed: it &lt;broke&gt;'
  assert_contains "$(cat out/index.html)" 'class="v failed"'
}

@test "table, history, verdict and pages show one number of a run, its value, though the median of its samples is another" {
  requires mlr gnuplot
  load runs
  for i in 0 1 2; do place=$(make_run results $i); done
  [ "$(mlr --icsv --onidx filter '$test == "map/hash/read" && $median_duration_ns < 21.9 && $value_duration_ns > 22.8' then count "results/$place/summary.csv")" = 1 ]
  of='$test == "map/hash/read"'
  assert_equal "$("$PIPELINES/bench/table" "results/$place/summary.csv" | sed -n 's/^map.hash.read *read *\([0-9.]*\) .*/\1/p')" 22.813
  "$PIPELINES/results/history" --directory results >history.csv
  assert_equal "$(csv_value history.csv value_duration_ns "$of" | uniq)" 22.813
  regress-detect --history history.csv >history-verdict.csv
  mlr --csv put '$build = "b"' "results/$place/rounds.csv" >head.csv
  regress-detect --baseline 6.1.2 "results/$place/rounds.csv" head.csv >verdict.csv
  for file in history-verdict verdict; do
    assert_equal "$(mlr --icsv --onidx --ofmt %.3f filter "$of" then put '$x = $baseline * 1; $y = $current * 1' then cut -o -f x,y $file.csv)" '22.813 22.813'
  done
  site -o out --now 2026-11-01T06:00:00Z results
  assert_equal "$(csv_value "$(ls out/t/map-hash-read-*.csv)" value | uniq)" 22.813
  assert_contains "$(cat out/t/map-hash-read-*.html)" 'Now <strong>22.813'
  assert_contains "$(cat out/t/map-hash-read-*.html)" 'Interval in that run'
  assert_contains "$(cat out/t/map-hash-read-*.html)" 'Band: its interval, which holds for that run only.'
  assert_contains "$(cat out/index.html)" 'data-s="22.813"'
  run grep -rl '21\.877' out
  assert_equal "$output" ''
}

@test "runs of schema version 1 stand beside later ones with the value of their rounds, and are named" {
  requires mlr gnuplot
  load runs
  for i in 0 1 2; do make_run results $i >place.$i; done
  site -o wanted --now 2026-11-01T06:00:00Z results
  make_old "results/$(cat place.0)" "results/$(cat place.1)"
  run -0 --separate-stderr site -o out --now 2026-11-01T06:00:00Z results
  assert_equal "$stderr" "site: runs without value columns (schema version 1): 2, from build 6.1.0 to 6.1.1; a value of theirs is the median over their rounds"
  numbers() { cat "$1"/t/*.csv | mlr --icsv --ocsv --ofmt %.3f put '$value *= 1' then filter '$metric == "duration_ns"'; }
  numbers out | diff <(numbers wanted) -
  assert_equal "$(grep -l 'schema version 1' out/r/*.html | sed 's/-.*//' | xargs)" 'out/r/6.1.0 out/r/6.1.1'
  assert_equal "$(grep -o 'ok, schema version 1' out/t/map-hash-read-*.html | wc -l)" 2
  # Nothing new: what was read is known.
  run -0 --separate-stderr site -o out --now 2026-11-01T06:00:00Z results
  assert_contains "$stderr" ': 2, from build 6.1.0 to 6.1.1;'
  # A number of another kind is no point of a series.
  rm "results/$(cat place.1)/rounds.csv"
  run -2 --separate-stderr site -o out2 results
  assert_equal "$stderr" "site: no value_duration_ns, and no rounds.csv of schema version 1 to take it from: test 'baseline/xdp/empty' ('$(cat place.1)/summary.csv' row 1)"
  # A project that never had values has medians.
  printf 'run_id,timestamp,build,test,median_v_ns\n1,2024-01-01T00:00:00Z,a,t,5\n' >median.csv
  site -o median --now "$NOW" median.csv
  assert_equal "$(csv_value "$(ls median/t/t-*.csv)" value)" 5
}

@test "make site judges and shows runs of both schema versions" {
  requires mlr gnuplot git cc
  load runs
  for i in 0 1 2; do make_run results $i >place.$i; done
  make_old "results/$(cat place.0)"
  (cd "$TOP" && pipelines/site/verdicts "$BATS_TEST_TMPDIR/results" "$BATS_TEST_TMPDIR/v" 2>"$BATS_TEST_TMPDIR/said")
  assert_contains "$(cat said)" "runs of schema version 1: 1, from '$(cat place.0)'"
  assert_equal "$(csv_value v/newest.csv verdict | sort -u)" inconclusive
  assert_equal "$(mlr --icsv --onidx --ofmt %.3f filter '$test == "map/hash/read"' then put '$x = $current * 1' then cut -f x v/newest.csv)" 22.813
}

@test "a series of two heaps is marked and explained, and each status that is not ok is a failure with its reason" {
  requires mlr gnuplot
  {
    echo run_id,timestamp,build,test,value_v_ns,low_heap_v_ns,high_heap_v_ns,high_heap_share_v_ns,status,reason
    echo '1,2024-01-01T00:00:00Z,a,heaps,1573.5,41.2,2270.1,0.38,ok,'
    echo '1,2024-01-01T00:00:00Z,a,one,5,,,,ok,'
    for status in compile_failed load_failed run_failed wrong_result dropped missed changed_packet below_noise; do
      echo "1,2024-01-01T00:00:00Z,a,$status,77.77,,,,$status,because of $status"
    done
  } >in.csv
  site -o out --now 2024-01-01T06:00:00Z in.csv
  assert_contains "$(sed 's/\xc2\xa0/ /g' out/t/heaps-*.html)" 'Two heaps</span> of samples within rounds: 62 % near 41.200 ns, 38 % near 2270.1 ns. The value is where their mixture falls.'
  assert_contains "$(cat out/t/heaps-*.html)" '<td>ok, two heaps</td>'
  assert_equal "$(grep -c 'two heaps' out/index.html)" 1
  assert_contains "$(grep 'two heaps' out/index.html)" 't/heaps-'
  run grep -il heaps out/t/one-*.html
  assert_equal "$output" ''
  assert_contains "$(cat out/index.html)" '<span class="alarm">8 failed</span>'
  for status in compile_failed load_failed run_failed wrong_result dropped missed changed_packet below_noise; do
    grep -q "In the newest build: $status: because of $status" out/t/*.html
  done
  run grep -rl '77\.77' out
  assert_equal "$output" ''
}

@test "a build that is alone is compared with nothing" {
  requires mlr gnuplot
  printf 'run_id,timestamp,build,test,entry_point,value_v_ns,status,reason\n1,2024-01-01T00:00:00Z,a,t,e,5,ok,\n' >one.csv
  printf '2,2024-01-02T00:00:00Z,b,t,e,6,ok,\n' | cat one.csv - >two.csv
  for n in one two; do
    site -o $n --now "$NOW" $n.csv
  done
  cat one/t/*.html >page.html
  [[ $(cat page.html) != *"+0.00"* && $(cat page.html) != *"against the"* && $(cat page.html) != *"Dotted"* ]]
  assert_contains "$(cat page.html)" 'data-base="0"'
  [[ $(cat one/t/*.svg) != *'%<'* ]]
  # With another build there is all that.
  cat two/t/*.html >page.html
  assert_contains "$(cat page.html)" '+20.0 %</strong> against the previous build'
  assert_contains "$(cat page.html)" 'Dotted: previous build.'
  assert_contains "$(cat two/t/*.svg)" '%<'
}

@test "a failure takes the place of the number that was there, since it began, and is in the comparison" {
  requires mlr gnuplot
  {
    echo run_id,timestamp,build,test,entry_point,value_v_ns,status,reason
    for day in 1 2 3 4; do
      echo "$day,2024-01-0${day}T00:00:00Z,b$day,good,e,10,ok,"
      [ $day -lt 3 ] && echo "$day,2024-01-0${day}T00:00:00Z,b$day,bad,e,4242,ok," ||
        echo "$day,2024-01-0${day}T00:00:00Z,b$day,bad,e,,load_failed,no"
      echo "$day,2024-01-0${day}T00:00:00Z,b$day,never,e,,unsupported,one CPU only"
    done
  } >in.csv
  site -o out --now 2024-01-04T06:00:00Z in.csv
  assert_contains "$(cat out/index.html)" '<span class="alarm">1 failed</span>'
  run grep -o '<tr class="failed".*' out/index.html
  [[ $output != *4242* ]]
  assert_contains "$output" '>b3</a>'
  run grep -o '<tr class="failed".*' out/c/1.html
  assert_contains "$output" 'load_failed: no'
  assert_contains "$(cat out/t/bad-*.html)" 'load_failed: no, since build'
  # What a machine cannot do is told calmly, and has a page.
  assert_contains "$(cat out/index.html)" '<tr class="unsupported"'
  assert_contains "$(cat out/t/never-*.html)" 'This cannot be measured here: one CPU only.'
  [[ $(cat out/c/1.html) != *never* ]]
}

@test "a change of a tenth of a per cent that was judged real is seen in the chart, on both axes" {
  requires mlr gnuplot
  echo run_id,timestamp,build,test,value_count >in.csv
  for day in 1 2 3 4; do echo "$day,2024-01-0${day}T00:00:00Z,b$day,t,$((day < 3 ? 2259 : 2262))" >>in.csv; done
  printf 'host_class,track,suite,test,entry_point,metric,baseline_build,current_build,baseline,current,ratio,verdict,first_bad_build\n,,,t,,count,b2,b4,2259,2262,1.001328,suspected,b3\n' >verdicts.csv
  plot --test t --verdicts verdicts.csv -o p.svg in.csv
  for label in 2260 2262 '+0 %' '+0.1 %' '+0.13 %  b3'; do grep -q "> *$label<" p.svg; done
}

# bats test_tags=slow
@test "where more is better, the build that carries less is worse in the browser's comparison too" {
  requires mlr gnuplot
  # The pages judge nothing themselves.
  site -o "$BATS_FILE_TMPDIR/loose" --value throughput_mbps --higher-is-better throughput_mbps --now "$NOW" "$FIXTURES/site/network.csv"
  grep -q '>3 series, not judged' "$BATS_FILE_TMPDIR"/loose/c/1.svg
  in_browser loose compare_without_intervals
  mlr --csv put '$ci_low_throughput_mbps = 0.99 * $throughput_mbps; $ci_high_throughput_mbps = 1.01 * $throughput_mbps' "$FIXTURES/site/network.csv" |
    site -o "$BATS_FILE_TMPDIR/network" --value throughput_mbps --higher-is-better throughput_mbps --now "$NOW"
  in_browser network compare_more_is_better
}

@test "an entry point that ran on several CPUs is drawn CPU by CPU" {
  requires mlr gnuplot
  local page
  page=$(echo "$BATS_FILE_TMPDIR"/plain/t/map-array-read-*.html)
  assert_contains "$(cat "$page")" 'CPUs of the newest build and of 029b669'
  assert_contains "$(cat "$page")" 'alt="Value on each of 4 CPUs of build 029d558, from 38 on CPU 0 to 41.800 ns on CPU 3."'
  for cpu in 0 1 2 3; do grep -q ">CPU $cpu<" "${page%.html}-1c.svg"; done
  # Only there: in the series their median counts, and no CPU is a series.
  assert_equal "$(find "$BATS_FILE_TMPDIR/plain/t" -name '*c.svg' | wc -l)" 1
  [[ $(cat "$BATS_FILE_TMPDIR/plain/index.html") != *'cpu 3'* ]]
}

@test "change points, levels and markers are drawn in" {
  requires mlr gnuplot
  grep -q '>+12.0 %  028fccf<' "$BATS_FILE_TMPDIR"/plain/t/map-hash-update-*-*.svg
  printf 'build,kind,label,url\n0280557,release,v2 <final>,https://example.org/v2\n0282446,accepted,meant so,javascript:alert(1)\n' >events.csv
  plot --test map/hash/update --track main --events events.csv -o p.svg "$BATS_FILE_TMPDIR/plain.tree"
  grep -q '>v2 &lt;final' p.svg
  grep -q '>meant so<' p.svg
  site -o out --events events.csv --now "$NOW" "$BATS_FILE_TMPDIR/plain.tree"
  run cat out/t/map-hash-update-*.html
  assert_contains "$output" '<a rel="nofollow" href="https://example.org/v2">v2 &lt;final&gt;</a>'
  [[ $output != *javascript:* ]]
  # Labels that would run into one another stand in rows; a part of the history shows them too.
  cat >events.csv <<'CSV'
build,kind,label,url
028dde0,release,"v2-""><b>'$(touch owned)",
028fccf,accepted,meant so,
0251eef,release,v1,
CSV
  site -o "$BATS_FILE_TMPDIR/events" --changes "$BATS_FILE_TMPDIR/plain.tree/changes.csv" --events events.csv --now "$NOW" "$BATS_FILE_TMPDIR/plain.tree"
  in_browser events occasions
}

@test "make site shows the results branch as it was fetched, with accepted changes, releases, and no run that is gone from it" {
  requires mlr gnuplot git cc
  load runs
  unset GITHUB_REPOSITORY
  git init -q --bare remote.git
  for i in 0 1 2; do place=$(make_run results $i); done
  for hour in 06 07; do
    mkdir -p results/self-test/test-host/2026/20261101t${hour}0000z-host
    printf '%s\n' "$(header_of self-test)" "2026-11-01T$hour:00:00Z,v1,host,test-host,0,1000,9,0" \
      >results/self-test/test-host/2026/20261101t${hour}0000z-host/self-test.csv
  done
  (cd "$TOP" && pipelines/results/store --remote "$BATS_TEST_TMPDIR/remote.git" "$BATS_TEST_TMPDIR/results" >/dev/null)
  make_clone
  mkdir -p clone/build/site-input/gone
  echo old >clone/build/site-input/gone/summary.csv
  # As one that was killed leaves it.
  mkdir -p "clone/build/site-input/$place"
  head -n 2 "results/$place/summary.csv" >"clone/build/site-input/$place/summary.csv"
  printf 'build,kind,label,url\n6.1.2,release,v2,https://example.org/v2\n' >events.csv
  printf 'host_class,track,suite,test,entry_point,metric,build,comment\n,,,map/*,,,6.1.1,meant so\n' >markers.csv
  make -s -C clone site MARKERS="$PWD/markers.csv" EVENTS="$PWD/events.csv"
  assert_contains "$(cat clone/build/site/index.html)" '>6.1.2</a>'
  assert_contains "$(cat clone/build/site/index.html)" 'false alarms 0 of 2000 series (at most 0.150 %'
  [ ! -e clone/build/site-input/gone/summary.csv ]
  cmp "results/$place/summary.csv" "clone/build/site-input/$place/summary.csv"
  run grep -ho '[a-z]* at build.*' clone/build/site/t/map-hash-read-*.html
  assert_contains "$output" 'accepted at build'
  assert_contains "$output" 'meant so'
  assert_contains "$output" '<a rel="nofollow" href="https://example.org/v2">v2</a>'
  [[ $(cat clone/build/site/t/tail-call-*.html) != *"meant so"* ]]
  make -s -C clone plot TEST=map/hash/read METRIC=duration_ns PLOT="$PWD/p.svg" MARKERS="$PWD/markers.csv"
  grep -q 'map/hash/read' p.svg
  grep -q 'meant so' p.svg
}

@test "a pattern of an event matches as the shell's does" {
  for program in mawk 'gawk --posix' 'busybox awk'; do
    command -v "${program%% *}" >/dev/null || continue
    # shellcheck disable=SC2086 # a program and its argument
    LC_ALL=C run $program -f "$TOP/$SITE_CODE/lib/decimals.awk" -f "$TOP/$SITE_CODE/lib/text.awk" -f "$TOP/$SITE_CODE/lib/template.awk" \
      -f "$TOP/$SITE_CODE/lib/model.awk" -f "$FIXTURES/site/patterns.awk"
    assert_equal "$output" "21 cases"
  done
}

@test "links to commits are made of the repository, and only to https" {
  requires mlr gnuplot
  tree t 6
  repository_is() { find t -name environment.csv -exec sed -i "s|^repository,.*|repository,$1|" {} +; }
  repository_is https://example.org/a/b.git
  site -o out --now "$NOW" t
  assert_contains "$(grep -ho 'href="https://[^"]*"' out/r/*.html)" 'href="https://example.org/a/b/commit/'
  for address in javascript:alert 'https://example.org/a?b'; do
    repository_is "$address"
    site -o out2 --now "$NOW" t
    [[ $(grep -rho 'href="[^"]*"' out2/r) != *commit* ]]
  done
}

# bats test_tags=slow
@test "one run more gives the same bytes as all anew" {
  requires mlr gnuplot
  tree t 10
  site -o grown --now "$NOW" t
  tree t 11 10
  site -o grown --now "$NOW" t
  site -o anew --now "$NOW" t
  diff -r grown anew
  # A test that is gone takes its pages with it.
  grep -v ,csum/diff, "$(find t -name summary.csv | head -n 1)" >one.csv
  find t -name summary.csv -exec sh -c 'grep -v ,csum/diff, "$1" > x; mv x "$1"' sh {} \;
  site -o grown --now "$NOW" t
  site -o anew2 --now "$NOW" t
  diff -r grown anew2
  [ -z "$(find grown -name '*csum*')" ]
}

# bats test_tags=slow
@test "a site that was killed in the middle is whole after the next time" {
  requires mlr gnuplot
  tree t 12
  site -o anew --now "$NOW" t
  for after in .2 .5 1; do
    rm -rf killed killed.state
    timeout -s KILL "$after" "$TOP/$SITE_CODE/site" -o killed --now "$NOW" t || :
    site -o killed --now "$NOW" t
    diff -r killed anew
  done
}

@test "two at once do not mix: the second says so" {
  requires mlr gnuplot
  tree t 6
  mkdir out.state
  run -2 --separate-stderr flock out.state/lock "$TOP/$SITE_CODE/site" -o out t
  assert_contains "$stderr" "another one works on this"
}

@test "bad input is one line and exit status 2" {
  requires mlr gnuplot
  printf 'name,value_v\nx,1\n' >no-test.csv
  printf 'test,build,n\nx,b,1\n' >no-value.csv
  printf 'test,build,value_v\nx,b,12abc\n' >no-number.csv
  printf 'test,build,value_v\nx,b\n' >short.csv
  printf 'test,build,value_v\n,b,1\n' >no-name.csv
  printf 'test,build,value_v,median_v\nx,b,1,2\nx,c,,2\n' >mixed.csv
  : >empty.csv
  mkdir empty-tree
  while IFS='|' read -r arguments expected; do
    # shellcheck disable=SC2086 # several words are meant
    run -2 --separate-stderr site -o out $arguments
    assert_contains "$stderr" "$expected"
    [ "${#stderr_lines[@]}" = 1 ] || [[ $arguments == short.csv ]] # Miller has its say there
    rm -rf out out.state
  done <<'CASES'
no-such|no such file or directory: 'no-such'
no-test.csv|no column 'test'
no-value.csv|no value column
no-number.csv|site: not a number: '12abc' in test 'x' ('no-number.csv' row 1)
short.csv|Miller cannot read
mixed.csv|site: no value_v, and no rounds.csv of schema version 1 to take it from: test 'x' ('mixed.csv' row 2)
no-name.csv|site: a row without a test ('no-name.csv' row 1)
empty-tree|no summary.csv below: empty-tree
--frobnicate|no such option: '--frobnicate'
--verdicts none.csv no-value.csv|cannot read: 'none.csv'
-o|option needs a value: '-o'
CASES
}

@test "data of another domain come as a stream, and more may be better" {
  requires mlr gnuplot
  mlr --icsv --ocsv cat "$FIXTURES/site/network.csv" | site -o out --title 'Network' --value throughput_mbps --higher-is-better throughput_mbps --now "$NOW" -
  assert_contains "$(cat out/index.html)" '>tcp/bulk/<'
  # The build that carries less stands at the top of the comparison, as worse.
  run grep -o 'scope="row"><a href="../t/[a-z-]*' out/c/1.html
  assert_contains "${lines[0]}" "tcp-bulk-one-stream"
}

@test "runs that are not complete, and comparisons, are no history" {
  requires mlr gnuplot
  tree t 6
  mkdir t/incomplete t/a..b
  cp -r t/example-cpu-kvm t/incomplete/
  cp -r t/example-cpu-kvm t/a..b/
  site -o out --now "$NOW" t
  [ "$(find out/r -name '*.html' | wc -l)" = "$(find t/example-cpu-kvm t/icount-qemu-7.2 -name summary.csv | wc -l)" ]
}

@test "plot draws SVG, PNG and text, and asks which series is meant" {
  requires mlr gnuplot
  local t=$BATS_FILE_TMPDIR/plain.tree
  plot --test map/hash/update --track main -o p.png "$t"
  assert_equal "$(head -c 4 p.png | tail -c 3)" PNG
  run plot --test map/hash/update "$t"
  assert_contains "$output" "map/hash/update"
  assert_contains "$output" "+12.0 %"
  [[ $output == *o*o*o* && $output != *'****'* ]] # points, and no grid, which would look like lines
  run -2 --separate-stderr plot --test map/hash/update -o p.svg "$t"
  assert_contains "$stderr" "2 series of test 'map/hash/update': choose one"
  run -2 --separate-stderr plot --test none -o p.svg "$t"
  assert_contains "$stderr" "no such test: 'none'"
  run -2 --separate-stderr plot --test map/hash/update -o p.gif "$t"
  assert_contains "$stderr" "ends in .svg or .png"
  plot --verdict "$(find "$t" -path '*main*' -name verdict.csv)" -o v.svg
  grep -q '>+12.0 %<' v.svg
  plot --test "'; system('touch owned'); #" --track none "$t" 2>/dev/null || :
  [ ! -e owned ]
}

@test "regress-detect's verdicts of a history reach the pages" {
  requires mlr gnuplot
  regress-detect --help | grep -q -e --history || skip "this regress-detect has no --history"
  cd "$TOP"
  local dir=$BATS_TEST_TMPDIR
  awk -v out="$dir/t" -f tests/fixtures/site/tree.awk
  find "$dir/t" -name verdict.csv -delete
  pipelines/site/verdicts "$dir/t" "$dir/v"
  pipelines/site/pages/site -o "$dir/out" --verdicts "$dir/v/newest.csv" --changes "$dir/v/changes.csv" --now "$NOW" "$dir/t"
  run grep -o 'Worst: .*' "$dir/out/index.html"
  assert_contains "$output" "map/hash/update"
  run grep -o '<tr class="suspected".*update.*028fccf' "$dir/out/index.html"
  [ "${#lines[@]}" -ge 1 ]
  grep -q '>+1[12]\.[0-9] %  028fccf<' "$dir"/out/t/map-hash-update-*.svg
}

@test "a kernel's call of programs that became dearer is one finding on the pages too" {
  requires mlr
  for i in 1 2 3; do
    grown=$((i == 3 ? 1 : 0))
    for host in icount host; do
      place=t/$host/main/s/2026/01/2026010${i}t000000z-b$i-r$i
      mkdir -p "$place"
      echo run_id,timestamp,host_class,runtime,track,suite,test,entry_point,build,program_type,control,value_duration_ns,value_instructions,status,reason >"$place/summary.csv"
      for test in baseline/xdp/empty:59 map:200; do
        echo "r$i,2026-01-0${i}T00:00:00Z,$host,$host,main,s,${test%:*},e,b$i,xdp,0,,$((${test#*:} + grown)),ok,"
      done >>"$place/summary.csv"
    done
  done
  (cd "$TOP" && pipelines/site/verdicts "$BATS_TEST_TMPDIR/t" "$BATS_TEST_TMPDIR/v")
  assert_equal "$(mlr --icsv --onidx --ofs : filter '$host_class == "icount"' then cut -o -f test,baseline,current,verdict,first_bad_build v/newest.csv | xargs)" \
    'baseline/xdp/empty:59:60:suspected:b3 map:200:201:unchanged:'
  assert_equal "$(csv_value v/newest.csv test '$host_class == "host"' | xargs)" 'baseline/xdp/empty map'
  assert_equal "$(head -n 1 v/newest.csv)" "$(head -n 1 v/changes.csv)"
}

# bats test_tags=slow
@test "the site can be split off and used by another project as a submodule" {
  requires mlr gnuplot git
  git -C "$TOP" rev-parse --verify --quiet HEAD:pipelines/site/pages/site || skip "not in a repository"
  git clone --quiet "$TOP" clone
  make -s -C clone site-split SITE_BRANCH=site
  # Nothing of it knows where it came from.
  [ -z "$(git -C clone grep -il 'ebpf\|\bbpf' site --)" ]
  git init --quiet other
  cd other
  git -c protocol.file.allow=always submodule --quiet add -b site ../clone pages
  [ -e pages/README.md ]
  cp "$FIXTURES/site/network.csv" .
  pages/site -o out --value throughput_mbps --higher-is-better throughput_mbps --now "$NOW" network.csv
  assert_contains "$(cat out/index.html)" '>tcp/bulk/<'
  pages/plot --test tcp/bulk/one-stream --value throughput_mbps -o p.svg network.csv
  grep -q '>throughput (mbps)<\|throughput mbps' p.svg
}

@test "another awk gives the same pages" {
  requires mlr gnuplot gawk
  mkdir bin
  printf '#!/bin/sh\nexec gawk --posix "$@"\n' >bin/awk
  chmod +x bin/awk
  tree t 6
  site -o one --now "$NOW" t
  PATH=$PWD/bin:$PATH site -o two --now "$NOW" t
  diff -r one two
}

@test "site-serve shows the site on this machine only" {
  requires busybox curl
  mkdir www
  echo hello >www/index.html
  make -s -C "$TOP" site-serve SITE="$PWD/www" SITE_PORT=8765 >/dev/null 3>&- &
  local server=$! ok=
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    ok=$(curl -s http://127.0.0.1:8765/ || :)
    [ -z "$ok" ] || break
    sleep .3
  done
  kill "$(cat /proc/$server/task/$server/children | cut -d ' ' -f 1)" "$server" 2>/dev/null || :
  assert_equal "$ok" hello
}

# bats test_tags=slow
@test "500 tests make an overview of less than a MiB" {
  requires mlr gnuplot
  awk -v schema="$TOP/results-schema" -v out=t -v tests=500 -v builds=100 -v lines=1 -v rounds_runs=0 -f "$FIXTURES/site/tree.awk"
  site -o out --now "$NOW" t
  [ "$(grep -c '<tr class="[a-z]*" data-g' out/index.html)" -ge 500 ]
  [ "$(wc -c <out/index.html)" -lt 1048576 ]
}

@test "each hole of a template is filled, and each template is used" {
  cd "$TOP/$SITE_CODE"
  for hole in $(grep -oh '{{[&#^]*[a-z_]*}}' templates/*.html | tr -d '{}&#^' | sort -u); do
    grep -qF "[\"$hole\"]" lib/*.awk || {
      echo "nothing fills '$hole'"
      return 1
    }
  done
  while read -r name; do
    grep -qF "\"$name\"" lib/*.awk || grep -qF "{{>$name}}" templates/*.html || {
      echo "nothing uses '$name'"
      return 1
    }
  done < <(sed -n 's/^<!-- template \(.*\) -->$/\1/p' templates/*.html)
}

@test "a hole escapes its text unless it says otherwise, and a condition takes what is in it" {
  printf '%s\n' '<!-- template a -->' '<b title="{{x}}">{{x}}' '	{{&y}}</b>{{#z}} z{{/z}}{{^z}} no z{{/z}}' '<i>{{>b}}</i>' '<!-- template b -->' '{{x}}' >page.html
  echo 'BEGIN { load_templates(); v["x"] = "<\"&>"; v["y"] = "<u>"; print fill("a", v) }' >fill.awk
  for program in mawk 'gawk --posix' 'busybox awk'; do
    command -v "${program%% *}" >/dev/null || continue
    # shellcheck disable=SC2086 # a program and its argument
    templates=page.html LC_ALL=C run $program -f "$TOP/$SITE_CODE/lib/decimals.awk" -f "$TOP/$SITE_CODE/lib/text.awk" \
      -f "$TOP/$SITE_CODE/lib/template.awk" -f fill.awk
    assert_equal "$output" '<b title="&lt;&quot;&amp;&gt;">&lt;&quot;&amp;&gt;<u></b> no z
<i>&lt;&quot;&amp;&gt;</i>'
  done
}

@test "the shell of the site is clean" {
  requires shellcheck
  shellcheck "$TOP/$SITE_CODE/site" "$TOP/$SITE_CODE/plot" "$TOP/$SITE_CODE"/lib/*.sh
}
