#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# regress-detect as a black box.

load helpers

# samples ROUNDS SEED RUN: builds a and b of four tests, three samples a round, noise of one percent
samples() {
  awk -v rounds="$1" -v seed="$2" -v run="$3" 'BEGIN {
    srand(seed)
    print "run_id,timestamp,host_class,runtime,track,suite,test,entry_point,build,program_type," \
      "program_hash,control,boot,round,sample,cpu,iterations,operations,duration_ns," \
      "instructions,cycles,mark,status,reason"
    split("baseline/xdp/empty control/user/loop map/hash/read map/hash/write", test, " ")
    for (r = 1; r <= rounds; r++)
      for (t = 1; t <= 4; t++) {
        moment = 1 + .03 * rand()
        for (s = 1; s <= 3; s++)
          for (b = 0; b < 2; b++)
            printf "%s,2026-01-01T00:00:00Z,h,host,local,smoke,%s,main,%s,%s,," \
              "%d,1,%d,%d,0,1000,1,%.6f,,,,ok,\n", run, test[t],
              b ? "b" : "a", t == 2 ? "user" : "xdp", t == 2, r, s,
              20 * t * moment * (1 + .02 * (rand() - .5))
      }
  }'
}

# counts FILE: how many rows there are of each verdict
counts() {
  mlr --icsv --onidx count-distinct -f verdict then sort -f verdict "$1" | xargs
}

# slower FACTOR TEST: the current build's samples of a test take longer
slower() {
  mlr --csv put '$build == "b" && $test == "'"$2"'" {$duration_ns *= '"$1"'}'
}

# numbers COLUMNS FILE: the columns of a file by test, to nine digits
numbers() {
  mlr --icsv --onidx --ofmt %.9lf sort -f test then cut -o -f "test,$1" "$2"
}

# history VALUE...: summary rows of one test, a build b1, b2, … each
history() {
  local i=0 value
  echo run_id,timestamp,host_class,runtime,track,suite,test,entry_point,build,control,value_duration_ns,value_instructions,status,reason
  for value; do
    i=$((i + 1))
    printf 'r%d,2026-%02d-%02dT00:00:00Z,h,host,t,s,x,main,b%d,0,%s,,ok,\n' $i $((i / 28 + 1)) $((i % 28 + 1)) $i "$value"
  done
}

LEVEL=(100 101 99 100.5 99.5 100.2 99.8 101 99 100)

# --- two builds ---

@test "a test made twice as slow is the only regression, and the exit status is 1" {
  samples 20 1 r1 >s.csv
  mlr --csv put '$test == "map/hash/read" {$duration_ns *= 2}' s.csv >slower.csv
  run -1 --separate-stderr regress-detect --exit-code -o v.csv s.csv slower.csv
  assert_equal "$(csv_value v.csv test '$verdict == "regression"' | xargs)" "map/hash/read map/hash/read"
  assert_equal "$(counts v.csv)" "regression 2 unchanged 6"
}

@test "without --exit-code a regression is no failure" {
  samples 20 1 r1 | slower 2 map/hash/read >s.csv
  run -0 --separate-stderr regress-detect --baseline a s.csv
  assert_contains "$output" ,regression,
}

@test "equal builds of one stream are unchanged or inconclusive" {
  samples 20 2 r1 >s.csv
  run -0 --separate-stderr regress-detect --exit-code --baseline a -o v.csv s.csv
  assert_equal "$(csv_value v.csv test '$verdict != "unchanged" && $verdict != "inconclusive"')" ""
}

@test "a slowdown inside the margin is none, and --margin 0 finds it" {
  samples 20 2 r1 | mlr --csv --seed 1 put '$duration_ns = 100 + 0.1 * urand() + ($build == "b" ? 0.5 : 0)' >s.csv
  regress-detect --baseline a s.csv >v.csv
  assert_equal "$(counts v.csv)" "unchanged 4"
  mlr --csv filter '$control == 0' s.csv | regress-detect --margin 0 --baseline a >v.csv
  assert_equal "$(counts v.csv)" "regression 3"
}

@test "with --higher-is-better a larger value is an improvement" {
  samples 20 1 r1 | slower 2 map/hash/read >s.csv
  regress-detect --higher-is-better --baseline a s.csv >v.csv
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/read"')" improvement
  regress-detect --higher-is-better --baseline b s.csv >v.csv
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/read"')" regression
}

@test "p-value, ratio and interval are those of R over the log ratios of the rounds" {
  requires Rscript
  export TOP
  samples 20 6 r1 | slower 1.02 map/hash/read >s.csv
  regress-detect --baseline a s.csv >v.csv
  stats-reduce --per-round s.csv | mlr --csv filter '$test == "map/hash/read"' then cut -o -f build,value_duration_ns >r.csv
  Rscript -e 'd <- read.csv("r.csv"); x <- log(d$value[d$build == "b"] / d$value[d$build == "a"])
    source(file.path(Sys.getenv("TOP"), "tests/statistics/signed.R"))
    cat(sprintf("%.9f", c(exp(signed_location(x, .01)), signed(x, log(1.01))["greater"])))' >r.txt
  assert_equal "$(numbers ratio,ratio_low,ratio_high,p_value v.csv | sed -n 's/map.hash.read //p')" "$(cat r.txt)"
}

@test "two runs: p-value, ratio and interval are those of R's rank-sum test" {
  requires Rscript
  samples 20 6 r1 | mlr --csv filter '$build == "a"' >one.csv
  samples 20 7 r2 | slower 1.02 map/hash/read | mlr --csv filter '$build == "b"' >two.csv
  regress-detect one.csv two.csv >v.csv
  stats-reduce --per-round one.csv two.csv | mlr --csv filter '$test == "map/hash/read"' then cut -o -f build,value_duration_ns >r.csv
  mlr --icsv --onidx filter '$test == "map/hash/read"' then put -q 'print 1 + $margin_pct / 100' v.csv >margin
  Rscript -e 'd <- read.csv("r.csv"); a <- log(d$value[d$build == "a"]); b <- log(d$value[d$build == "b"])
    m <- log(scan("margin", quiet = TRUE)); w <- wilcox.test(b, a, conf.int = TRUE, conf.level = .99)
    p <- if (w$estimate > 0) wilcox.test(b, a, mu = m, alternative = "greater") else wilcox.test(b, a, mu = -m, alternative = "less")
    cat(sprintf("%.9f %.9f %.9f %.9f", exp(w$estimate), exp(w$conf.int[1]), exp(w$conf.int[2]), p$p.value))' >r.txt
  assert_equal "$(numbers ratio,ratio_low,ratio_high,p_value v.csv | sed -n 's/map.hash.read //p')" "$(cat r.txt)"
}

@test "p-values are adjusted for their number as Holm does" {
  requires Rscript
  samples 20 8 r1 | slower 1.015 map/hash/read | slower 1.02 map/hash/write | mlr --csv filter '$control == 0' >s.csv
  regress-detect --baseline a s.csv >v.csv
  Rscript -e 'd <- read.csv("v.csv"); cat(sprintf("%s %.9f\n", d$test, p.adjust(d$p_value, "holm")), sep = "")' | sort >r.txt
  numbers p_adjusted v.csv | diff - r.txt
}

@test "five rounds are never a regression" {
  samples 5 3 r1 >s.csv
  mlr --csv put '$duration_ns *= 2' s.csv >slower.csv
  run -3 --separate-stderr regress-detect --exit-code -o v.csv s.csv slower.csv
  assert_equal "$(counts v.csv)" "inconclusive 8"
  assert_contains "$(csv_value v.csv reason | head -n 1)" "at least 6 rounds are needed, not 5"
}

@test "what is inconclusive says which change could have been seen" {
  samples 20 1 r1 | mlr --csv --seed 3 put '$duration_ns *= 1 + 0.15 * (urand() - 0.5)' >s.csv
  regress-detect --baseline a s.csv >v.csv
  csv_value v.csv reason '$verdict == "inconclusive"' | grep -qE '^in 20 rounds a regression of [0-9.]+ % or more would have been seen$'
}

@test "rounds that scatter are unstable" {
  samples 20 1 r1 | mlr --csv --seed 3 put '$test == "map/hash/read" {$duration_ns *= 1 + urand()}' >s.csv
  regress-detect --baseline a s.csv >v.csv
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/read"')" unstable
}

@test "rounds whose ratios follow one another are fewer than they seem" {
  samples 20 1 r1 | mlr --csv put '$test == "map/hash/read" && $build == "b" {$duration_ns *= $round <= 10 ? 1.02 : 1.06}' >s.csv
  regress-detect --baseline a s.csv >v.csv
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/read"')" inconclusive
  csv_value v.csv reason '$test == "map/hash/read"' | grep -qE '^[0-9in ]+ rounds, which follow one another \(correlation 0\.9[0-9]\), '
  # The same values in another order are evidence.
  mlr --csv put '$round = $round <= 10 ? 2 * $round - 1 : 2 * ($round - 10)' s.csv >mixed.csv
  regress-detect --baseline a mixed.csv >v.csv
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/read"')" regression
}

@test "a program that takes twice as long is found though its rounds follow one another" {
  # By ranks alone 20 rounds of one sign and this correlation (.83) have p = .08, however large the change.
  samples 20 1 r1 | mlr --csv put '$test == "map/hash/read" && $build == "b" {
    $duration_ns *= 2 * (1 + 0.02 * sin(0.7 * $round))}' >s.csv
  regress-detect --baseline a s.csv >v.csv
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/read"')" regression
  # What is inconclusive says what would have been seen; and it is, of the same rounds.
  mlr --csv put '$test == "map/hash/read" && $build == "b" {$duration_ns /= 2}' s.csv >equal.csv
  regress-detect --baseline a equal.csv >v.csv
  local seen
  seen=$(csv_value v.csv reason '$test == "map/hash/read"' | sed -nE 's/.*follow one another .* a regression of ([0-9.]+) % or more would.*/\1/p')
  [ -n "$seen" ]
  mlr --csv put '$test == "map/hash/read" && $build == "b" {$duration_ns *= 1 + '"$seen"' / 100}' equal.csv >slower.csv
  regress-detect --baseline a slower.csv >v.csv
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/read"')" regression
}

@test "in one run a control that moved contaminates what was timed, not what was counted" {
  samples 20 1 r1 | slower 1.1 control/user/loop | slower 1.2 map/hash/read |
    mlr --csv put '$verified_insns = $build == "b" ? 11 : 10' >s.csv
  regress-detect --baseline a --value duration_ns,verified_insns s.csv >v.csv
  assert_equal "$(csv_value v.csv verdict '$metric == "duration_ns"' | sort | uniq -c | xargs)" "4 contaminated"
  assert_equal "$(csv_value v.csv verdict '$metric == "verified_insns"' | sort | uniq -c | xargs)" "4 regression"
}

@test "a control that moved explains what goes the same way, and not more than three times as far" {
  # of one run, and of two
  for run in '"r1"' '$build'; do
    for change in 1.21:1.33:contaminated 1.21:0.8:improvement 1.03:1.4:regression 0.9:1.2:regression; do
      IFS=: read -r control test verdict <<<"$change"
      samples 20 1 r1 | slower "$control" control/user/loop | slower "$test" map/hash/read | mlr --csv put "\$run_id = $run" >s.csv
      regress-detect --baseline a s.csv >v.csv
      assert_equal "$change $(csv_value v.csv verdict '$test == "map/hash/read"')" "$change $verdict"
      assert_equal "$(csv_value v.csv verdict '$test == "control/user/loop"')" contaminated
    done
  done
}

@test "of several controls a comparison names one that moved, and the one that moved furthest" {
  # Of two runs: the first control leaves much open, the others moved.
  samples 20 1 r1 | slower 1.2 map/hash/read | mlr --csv put '$run_id = $build' >s.csv
  control() { mlr --csv filter '$control == 1' then put '$test = "control/'"$1"'"; $duration_ns *= '"$2" s.csv; }
  mlr --csv filter '$control != 1' s.csv >tests.csv
  control first '1 + .08 * ($round % 4)' >open.csv
  control near '$build == "b" ? 1.1 : 1' >near.csv
  control nearer '$build == "b" ? 1.15 : 1' >nearer.csv
  regress-detect --baseline a tests.csv open.csv near.csv nearer.csv >v.csv
  assert_equal "$(csv_value v.csv reason '$test == "map/hash/read"' | sed 's/+1[45]\.[0-9]* %/N %/')" "control 'control/nearer' moved (N %)"
  # What one leaves open is an interval.
  regress-detect --baseline a tests.csv open.csv >v.csv
  csv_value v.csv reason '$test == "map/hash/read"' |
    grep -qxE "control 'control/first' is not shown to agree \(-[0-9.]+ to \+[0-9.]+ %\)"
}

@test "a change of any size is told whole" {
  samples 20 1 r1 | slower 1e30 map/hash/read | regress-detect --baseline a >v.csv
  csv_value v.csv reason '$test == "map/hash/read"' |
    grep -qE '^slower by [0-9]+\.[0-9] % \([0-9]+\.[0-9] to [0-9]+\.[0-9]\), in 20 rounds; controls within [0-9.]+ %$'
}

@test "two separate runs without a control say nothing" {
  samples 20 4 r1 | mlr --csv filter '$control == 0' >one.csv
  samples 20 5 r2 | mlr --csv filter '$control == 0' then put '$duration_ns *= 2' >two.csv
  run -3 --separate-stderr regress-detect --exit-code -o v.csv one.csv two.csv
  assert_equal "$(counts v.csv)" "inconclusive 6"
}

@test "two separate runs whose control moved are contaminated" {
  samples 20 4 r1 >one.csv
  samples 20 5 r2 | mlr --csv put '$duration_ns *= 2' >two.csv
  run -3 --separate-stderr regress-detect --exit-code -o v.csv one.csv two.csv
  assert_equal "$(counts v.csv)" "contaminated 8"
}

@test "two separate runs with a control that agrees find what became slower" {
  samples 20 4 r1 >one.csv
  samples 20 5 r2 | mlr --csv put '$test == "map/hash/read" {$duration_ns *= 2}' >two.csv
  run -1 --separate-stderr regress-detect --exit-code -o v.csv one.csv two.csv
  assert_equal "$(csv_value v.csv test '$verdict == "regression"' | uniq)" map/hash/read
}

@test "one cause is one finding: net of a baseline that became slower the tests are unchanged" {
  samples 20 1 r1 | mlr --csv put '$build == "b" && $program_type == "xdp" {$duration_ns += 10}' >s.csv
  regress-detect --net --baseline a s.csv >v.csv
  assert_equal "$(csv_value v.csv test '$verdict == "regression"')" baseline/xdp/empty
  regress-detect --baseline a s.csv >v.csv
  assert_equal "$(csv_value v.csv test '$verdict == "regression"' | wc -l | xargs)" 3
}

@test "settings give a series rules of its own" {
  samples 20 1 r1 | slower 1.04 map/hash/read | slower 1.04 map/hash/write >s.csv
  printf 'test,margin_pct,alert_pct,comment\nmap/hash/*,10,20,noisy\n*/write,0.5,,\n' >settings.csv
  regress-detect --settings settings.csv --baseline a s.csv >v.csv
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/read"')" unchanged
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/write"')" regression
  regress-detect --settings "$TOP/pipelines/judge/settings.csv" --baseline a s.csv >own.csv
  assert_equal "$(wc -l <own.csv)" "$(wc -l <v.csv)"
  printf 'test,margin\nx,1\n' >settings.csv
  assert_trouble "unknown column 'margin' in the settings (settings.csv)" \
    regress-detect --settings settings.csv --baseline a s.csv
}

@test "whole numbers have a margin of two steps" {
  samples 20 1 r1 | mlr --csv put '$duration_ns = $build == "b" ? 21 : 20' >s.csv
  regress-detect --baseline a s.csv >v.csv
  assert_equal "$(csv_value v.csv margin_pct | uniq)" 10
  # Neither is it shown that nothing changed: 20.4 may have become 21.4.
  assert_equal "$(counts v.csv)" "inconclusive 4"
  mlr --csv put '$test == "map/hash/read" && $build == "b" {$duration_ns = 40}' s.csv | regress-detect --baseline a >v.csv
  assert_equal "$(csv_value v.csv test '$verdict == "regression"')" map/hash/read
}

@test "rounds are pairs only in one run, and one run of two blocks is two moments" {
  samples 20 1 r1 | slower 1.06 map/hash/read | mlr --csv filter '$control != 1' >s.csv
  mlr --csv cut -x -f run_id s.csv >unnamed.csv
  mlr --csv put '$run_id = $build' s.csv >two.csv
  mlr --csv put '$build == "b" {$round += 20}' s.csv >blocks.csv
  for file in unnamed two blocks; do
    regress-detect --baseline a $file.csv >v.csv
    assert_equal "$(counts v.csv)" "inconclusive 3"
    assert_contains "$(csv_value v.csv reason)" "two separate runs without a control"
  done
  # Boots of two kernels in turn are rounds of their own.
  mlr --csv put '$round = 2 * $round + ($build == "b" ? 1 : 0)' s.csv >turns.csv
  regress-detect --baseline a turns.csv >v.csv
  assert_equal "$(csv_value v.csv test '$verdict == "regression"')" map/hash/read
}

@test "a control that agrees is no conclusion, one that moved is no success" {
  samples 20 1 r1 | mlr --csv filter '$test =~ "control|hash/read"' then put '$test =~ "hash" && $round > 5 {$status = "not_run"; $duration_ns = ""}' >s.csv
  run -3 --separate-stderr regress-detect --exit-code --baseline a -o v.csv s.csv
  assert_equal "$(counts v.csv)" "inconclusive 1 unchanged 1"
  samples 20 1 r1 | slower 0.9 control/user/loop >s.csv
  run -3 --separate-stderr regress-detect --exit-code --baseline a s.csv
}

@test "what the user's own margin swallows is unchanged" {
  samples 20 1 r1 | slower 1.14 map/hash/read >s.csv
  regress-detect --margin 20 --baseline a s.csv >v.csv
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/read"')" unchanged
}

@test "files that options read are not written over" {
  samples 20 1 r1 >s.csv
  printf 'test,margin_pct\nx,3\n' >settings.csv
  cp settings.csv kept.csv
  assert_trouble "output is also an input: 'settings.csv'" \
    regress-detect --settings settings.csv -o settings.csv --baseline a s.csv
  cmp settings.csv kept.csv
}

@test "why there is no value is said" {
  samples 7 1 r1 >s.csv
  mlr --csv filter '$test != "baseline/xdp/empty"' s.csv | regress-detect --net --baseline a >v.csv
  assert_contains "$(csv_value v.csv reason '$test == "map/hash/read"')" "baseline is not there"
  mlr --csv put '$build == "b" {$status = "interrupted"; $reason = "ended by a signal"; $duration_ns = ""}' s.csv |
    regress-detect --baseline a >v.csv
  assert_equal "$(csv_value v.csv reason | uniq)" "no value on the current side: interrupted: ended by a signal"
  assert_trouble "status is empty (standard input line 2)" regress-detect --baseline a - < <(mlr --csv put '$status = ""' s.csv)
}

# --- exact metrics ---

@test "plan.csv against plan.csv is a gate: any count that is worse is a regression" {
  cat >old.csv <<'CSV'
suite,test,entry_point,build,status,reason,insns,jited_bytes,verified_insns,verifier_states
s,x,main,a,ok,,10,90,100,0
s,y,main,a,ok,,10,90,100,5
CSV
  sed 's/,a,/,b,/; 3s/,100,5/,101,4/' old.csv >new.csv
  run -1 --separate-stderr regress-detect --exit-code old.csv new.csv -o v.csv
  assert_equal "$(mlr --icsv --onidx filter '$verdict != "unchanged"' then cut -f test,metric,verdict v.csv)" \
    "y verified_insns regression
y verifier_states improvement"
  assert_equal "$(csv_value v.csv verdict | wc -l)" 8
  run -0 --separate-stderr regress-detect --exit-code --value insns old.csv new.csv
}

@test "a program that is larger when it is loaded grew: in words, below what is slower, and as far as a margin allows" {
  samples 20 1 r1 | slower 4 map/hash/read | mlr --csv put '$verified_insns = $build == "b" && $test == "map/hash/write" ? 37 : 36;
    $map_bytes = $build == "b" && $test == "map/hash/read" ? 1000 : 2000' >s.csv
  count=duration_ns,verified_insns,map_bytes
  regress-detect --baseline a --value $count s.csv >v.csv
  assert_equal "$(csv_value v.csv verdict,reason '$metric == "verified_insns" && $verdict != "unchanged"')" \
    'regression 1 more instruction verified (36 to 37)'
  assert_equal "$(csv_value v.csv reason '$metric == "map_bytes" && $verdict != "unchanged"')" '1000 fewer bytes of maps (2000 to 1000)'
  # The table has what is slower first, however little that is, and no word of slowness for the rest.
  regress-detect --verdicts --table v.csv >table
  assert_equal "$(awk 'NR > 1 { print $1, $3 }' table | sed -n '1,3p;$p' | xargs)" \
    'regression duration_ns grew verified_insns shrank map_bytes 1 3'
  assert_equal "$(tail -n 1 table)" '1 regression, 3 unchanged, 1 grew, 1 shrank, 6 unchanged'
  regress-detect --verdicts --markdown v.csv >md
  assert_contains "$(cat md)" '**1 regression** in 4 series.' 'Of the programs as they were loaded, 8 counts: 1 grew, 1 shrank.'
  assert_equal "$(sed '/<details>/q' md | grep -c '^| .*verified')" 0
  mlr --csv filter '$metric != "duration_ns"' v.csv | regress-detect --verdicts --markdown >md
  run ! grep -qi 'regression\|slower' md
  # A margin of settings, or of the command line, allows it.
  printf 'metric,margin_pct\nverified_insns,3\n' >settings.csv
  for rule in '--settings settings.csv' '--margin 3'; do
    # shellcheck disable=SC2086 # words
    regress-detect --baseline a --value $count $rule s.csv >v.csv
    assert_equal "$(csv_value v.csv verdict,margin_pct '$metric == "verified_insns"' | sort -u)" '3 unchanged'
    assert_equal "$(csv_value v.csv verdict '$metric == "duration_ns" && $test == "map/hash/read"')" regression
  done
  printf 'metric,margin_pct\nverified_insns,2\n' >settings.csv
  run -1 --separate-stderr regress-detect --exit-code --baseline a --value verified_insns --settings settings.csv s.csv
  # In a history too.
  printf 'test,build,verified_insns\nx,1,36\nx,2,36\nx,3,37\nx,4,37\n' >h.csv
  assert_equal "$(regress-detect --history --key test --value verified_insns h.csv | mlr --icsv --onidx cut -f verdict)" suspected
  assert_equal "$(regress-detect --history --key test --value verified_insns --margin 3 h.csv | mlr --icsv --onidx cut -f verdict)" unchanged
}

@test "counted instructions: half of one is rounding, the spread over rounds is the resolution" {
  samples 6 1 r1 | mlr --csv put '$duration_ns = ""; $runtime = "icount";
    $instructions = $test == "map/hash/read" ? 1000 + $round : 60;
    $build == "b" {$instructions += $test == "map/hash/write" ? 1 : 0.4};
    $build == "b" && $test == "map/hash/read" {$instructions += 3}' >s.csv
  regress-detect --baseline a s.csv >v.csv
  assert_equal "$(csv_value v.csv test '$verdict == "regression"')" map/hash/write
  assert_equal "$(counts v.csv)" "regression 1 unchanged 3"
  assert_equal "$(csv_value v.csv metric | uniq)" instructions
}

@test "counted instructions that differ by more than the alert limit show nothing" {
  samples 6 1 r1 | mlr --csv put '$duration_ns = ""; $runtime = "icount";
    $instructions = 291 + 40 * ($round % 3); $build == "b" {$instructions += 30}' >s.csv
  regress-detect --baseline a s.csv >v.csv
  assert_equal "$(counts v.csv)" "inconclusive 4"
  assert_equal "$(csv_value v.csv reason | uniq)" \
    "seeds explain a difference of up to 118; a larger one would have been seen"
  regress-detect --baseline a --alert 60 s.csv >v.csv
  assert_equal "$(counts v.csv)" "unchanged 4"
}

@test "counted instructions: three seeds that happen to lie apart are no change" {
  # Of two equal kernels, one pair in sixteen has its medians further apart than the seeds' range.
  seeds() { # BASELINE CURRENT: three values each
    samples 3 1 r1 | VALUES="$1 $2" mlr --csv put '$duration_ns = ""; $runtime = "icount";
      $instructions = splitax(ENV["VALUES"], " ")[$round + ($build == "b" ? 3 : 0)]' >s.csv
    regress-detect --baseline a s.csv | csv_value /dev/stdin verdict | sort -u
  }
  assert_equal "$(seeds '844.06 843.86 844.30' '843.40 843.75 843.38')" unchanged
  assert_equal "$(seeds '844.06 843.86 844.30' '847.40 847.75 847.38')" regression
  # Seeds that agree leave half an instruction.
  assert_equal "$(seeds '60 60 60' '61 61 61')" regression
  assert_equal "$(seeds '60 60 60' '60.4 60.4 60.4')" unchanged
}

@test "counted instructions that differ within one boot are unstable" {
  samples 3 1 r1 | mlr --csv put '$duration_ns = ""; $runtime = "icount";
    $instructions = $sample == 3 && $build == "b" ? 400 : 100' >s.csv
  regress-detect --baseline a s.csv >v.csv
  assert_equal "$(counts v.csv)" "unstable 4"
}

@test "a count that differs within one build is unstable" {
  samples 6 1 r1 | mlr --csv put '$verified_insns = $build == "b" ? 11 : 10 + $round % 2' >s.csv
  regress-detect --baseline a --value verified_insns s.csv >v.csv
  assert_equal "$(counts v.csv)" "unstable 4"
}

# --- what is there on one side only, or failed ---

@test "missing, new and failed series are seen, and the exit status is 3" {
  samples 20 1 r1 >s.csv
  mlr --csv filter '$build == "a" && $test != "map/hash/write"' s.csv >one.csv
  mlr --csv filter '$build == "b" && $test != "map/hash/read"' then put \
    '$test == "baseline/xdp/empty" {$status = "run_failed"; $reason = "EPERM"; $duration_ns = ""}' s.csv >two.csv
  run -3 --separate-stderr regress-detect --exit-code -o v.csv one.csv two.csv
  assert_equal "$(mlr --icsv --onidx sort -f test then cut -o -f test,verdict v.csv)" \
    "baseline/xdp/empty failed
control/user/loop unchanged
map/hash/read missing
map/hash/write new"
  assert_equal "$(csv_value v.csv reason '$verdict == "failed"')" "run_failed: EPERM"
  assert_equal "$(csv_value v.csv ratio '$verdict == "failed"')" ""
}

@test "host classes are never pooled; two kernels of two tracks are compared" {
  samples 20 1 r1 | mlr --csv put '$track = $build; $build == "b" && $test == "map/hash/read" {$host_class = "other"}' >s.csv
  regress-detect --baseline a s.csv >v.csv
  assert_equal "$(counts v.csv)" "missing 1 new 1 unchanged 3"
}

@test "one file a side is compared whatever the labels, several builds by equal label" {
  samples 20 1 r1 >s.csv
  mlr --csv filter '$build == "a"' s.csv >a.csv
  mlr --csv filter '$build == "b"' s.csv >b.csv
  regress-detect a.csv b.csv >v.csv
  assert_equal "$(mlr --icsv --onidx count-distinct -f baseline_build,current_build v.csv)" "a b 4"
  regress-detect s.csv b.csv >v.csv
  assert_equal "$(mlr --icsv --onidx count-distinct -f current_build,verdict then sort -f verdict v.csv)" " missing 4
b unchanged 4"
}

@test "a value that is not above zero has no ratio" {
  samples 20 1 r1 | mlr --csv put '$round == 3 && $test == "map/hash/read" {$duration_ns = -1}' | regress-detect --baseline a >v.csv
  assert_equal "$(csv_value v.csv verdict '$test == "map/hash/read"')" inconclusive
  assert_contains "$(csv_value v.csv reason '$test == "map/hash/read"')" "2 of 40 round values are not above zero"
}

# --- what must not matter ---

@test "swapping the sides inverts ratios and keeps p-values" {
  for seed in 1 2 3 4 5; do
    samples 20 $seed r1 | slower 1.02 map/hash/read >s.csv
    regress-detect --baseline a s.csv >ab.csv
    regress-detect --baseline b s.csv >ba.csv
    numbers p_value,p_adjusted ab.csv >wanted
    numbers p_value,p_adjusted ba.csv | diff - wanted
    mlr --csv put '$ratio = 1 / $ratio; $low = 1 / $ratio_high; $ratio_high = 1 / $ratio_low; $ratio_low = $low' ba.csv >inverse.csv
    numbers ratio,ratio_low,ratio_high ab.csv >wanted
    numbers ratio,ratio_low,ratio_high inverse.csv | diff - wanted
  done
}

@test "order of rows and columns, CRLF and rounds instead of samples do not matter" {
  for seed in 1 2 3; do
    samples 20 $seed r1 | slower 1.02 map/hash/read >s.csv
    regress-detect --baseline a s.csv >wanted.csv
    mlr --csv --seed $seed shuffle then reorder -f status,duration_ns,build s.csv | sed 's/$/\r/' >other.csv
    regress-detect --baseline a other.csv | cmp - wanted.csv
    stats-reduce --per-round s.csv | regress-detect --baseline a | cmp - wanted.csv
  done
}

@test "the unit's scale does not matter" {
  samples 20 1 r1 | slower 1.02 map/hash/read >s.csv
  regress-detect --baseline a s.csv >wanted.csv
  mlr --csv --ofmt %.12lf put '$duration_ns *= 0.001' s.csv | regress-detect --baseline a >v.csv
  numbers ratio,ratio_low,ratio_high,p_value,p_adjusted v.csv >scaled
  numbers ratio,ratio_low,ratio_high,p_value,p_adjusted wanted.csv | diff - scaled
  assert_equal "$(counts v.csv)" "$(counts wanted.csv)"
}

# --- histories ---

@test "a step is suspected at its first build, and the first bad build stays named" {
  history "${LEVEL[@]}" 110 >h.csv
  run -1 --separate-stderr regress-detect --exit-code --history -o v.csv h.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f verdict,first_bad_build,baseline_build,current_build v.csv)" "suspected b11 b10 b11"
  history "${LEVEL[@]}" 110 111 109 110 110 111 109 110 110 111 109 110 110 111 109 110 110 111 109 110 110 111 109 110 110 111 \
    109 110 110 111 109 110 110 111 109 110 110 111 109 110 >h.csv
  regress-detect --history h.csv >v.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f verdict,first_bad_build v.csv)" "suspected b11"
}

@test "an outlier that does not last is no step" {
  history "${LEVEL[@]}" 150 100 >h.csv
  regress-detect --history h.csv >v.csv
  assert_equal "$(csv_value v.csv verdict)" unchanged
}

@test "three builds back at the level are a recovery, one is not" {
  history "${LEVEL[@]}" 110 110 111 100 >h.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin verdict)" inconclusive
  history "${LEVEL[@]}" 110 110 111 100 99 100 >h.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin verdict)" unchanged
}

@test "a long step that is over is over: neither a step nor a creep is left of it" {
  for length in 3 5 8 13; do
    # shellcheck disable=SC2046 # a word a value
    history "${LEVEL[@]}" "${LEVEL[@]}" "${LEVEL[@]}" $(yes 115 | head -n "$length") 100 99 100 >h.csv
    assert_equal "$length $(regress-detect --history h.csv | csv_value /dev/stdin verdict)" "$length unchanged"
    echo "r99,2026-03-12T00:00:00Z,h,host,t,s,x,main,bx,0,100,,ok," >>h.csv
    assert_equal "$length $(regress-detect --history h.csv | csv_value /dev/stdin verdict)" "$length unchanged"
  done
}

@test "a slow creep is suspected" {
  # shellcheck disable=SC2046 # a word a value
  history "${LEVEL[@]}" $(seq 100.1 0.15 106) >h.csv
  regress-detect --history h.csv >v.csv
  assert_equal "$(csv_value v.csv verdict)" suspected
  # One without a step in it: half a percent a build.
  history 99.87 100.66 101.14 101.62 101.53 102.48 102.88 103.35 103.99 104.40 105.19 105.70 105.96 106.88 107.03 107.35 107.94 \
    108.61 108.97 109.52 109.97 110.49 110.88 111.57 111.73 >h.csv
  regress-detect --history h.csv >v.csv
  assert_contains "$(csv_value v.csv verdict,reason)" 'suspected creeps: the last 10 values'
}

@test "a better level becomes the level by itself, and what leaves it is suspected" {
  history "${LEVEL[@]}" 80 81 79 80 80 81 79 >h.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin verdict)" unchanged
  history "${LEVEL[@]}" 80 81 79 80 80 81 79 100 >h.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin first_bad_build)" b18
}

@test "a marker accepts a change" {
  history "${LEVEL[@]}" 110 111 109 110 110 111 109 110 >h.csv
  printf 'build,test,comment\nb11,x,"a new check, wanted"\n' >markers.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin verdict)" suspected
  assert_equal "$(regress-detect --history --markers markers.csv h.csv | csv_value /dev/stdin verdict)" unchanged
  printf 'build,test\nb11,another\n' >markers.csv
  assert_equal "$(regress-detect --history --markers markers.csv h.csv | csv_value /dev/stdin verdict)" suspected
}

@test "a marker holds on every machine, whenever each comes to its build" {
  history "${LEVEL[@]}" 110 111 109 110 110 111 109 110 >one.csv
  {
    cat one.csv
    sed '1d; s/,h,host,/,other,host,/' one.csv
  } >h.csv
  printf 'build,test\nb11,x\n' >markers.csv
  regress-detect --history --markers markers.csv h.csv >v.csv
  assert_equal "$(counts v.csv)" "unchanged 2"
  regress-detect --history --all --markers markers.csv one.csv >v.csv
  assert_equal "$(csv_value v.csv reason)" "accepted: lasts for 8 builds"
  printf 'build,tset\nb11,x\n' >markers.csv
  assert_trouble "unknown column 'tset' in the markers (markers.csv)" regress-detect --history --markers markers.csv h.csv
}

@test "counts in a history: the spread over seeds is the resolution, not the spread over builds" {
  # counted MIN_TO_MAX VALUE...
  counted() {
    local range=$1
    shift
    history "$@" | mlr --csv put '$runtime = "icount"; $instructions = $value_duration_ns; $value_duration_ns = "";
      $min_instructions = $instructions; $max_instructions = $instructions + '"$range"
  }
  counted 0 100 100 100 120 100 100 110 >h.csv
  regress-detect --history h.csv >v.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f metric,verdict v.csv)" "instructions suspected"
  counted 4 100 100 100 100 100 103 >h.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin verdict)" unchanged
  mlr --csv cut -x -f value_duration_ns h.csv >only.csv
  assert_equal "$(regress-detect --history only.csv | csv_value /dev/stdin verdict)" unchanged
}

@test "in a history judged net a baseline that grew is one finding, and not one of every test" {
  # rows TEST CONTROL OPERATIONS VALUE...
  rows() {
    local test=$1 control=$2 operations=$3
    shift 3
    history "$@" | mlr --csv put '$test = "'"$test"'"; $control = '"$control"'; $operations = '"$operations"'; $program_type = "xdp";
      $runtime = "icount"; $value_instructions = $value_duration_ns; $value_duration_ns = ""'
  }
  # The suite's order is not that of the baseline first.
  rows same 0 1 491 491 491 492 >1.csv
  rows halves 0 2 130.5 130.5 130.5 131 >2.csv
  rows baseline/xdp/empty 0 1 59 59 59 60 >3.csv
  rows grew 0 1 300 300 300 311 >4.csv
  rows hidden 0 1 59 59 59 60 >5.csv
  rows loop 1 1 10 10 10 10 >6.csv
  mlr --csv sort -f timestamp ./?.csv >h.csv
  verdicts() { mlr --icsv --onidx --ofs : filter '$verdict != "unchanged"' then cut -o -f test,baseline,current "$@"; }
  regress-detect --history h.csv >gross.csv
  assert_equal "$(verdicts gross.csv | xargs)" 'baseline/xdp/empty:59:60 grew:300:311 hidden:59:60 same:491:492'
  regress-detect --history --net h.csv >net.csv
  assert_equal "$(verdicts net.csv | xargs)" 'baseline/xdp/empty:59:60 grew:241:251'
  # Whole numbers beside such a verdict: their change is another one.
  regress-detect --history --net --whole h.csv >whole.csv
  assert_equal "$(csv_value whole.csv test,baseline,current,verdict,reason '$test == "same" || $test == "grew"' | sort | paste -sd,)" \
    'grew 300 311 suspected beyond the level; +4.1 % net of the empty program,same 491 492 unchanged no change net of the empty program'
  # It grew by as much as the baseline shrank.
  mlr --csv put '$test == "hidden" && $build == "b4" {$value_instructions = 60.5}' then put '$test == "baseline/xdp/empty" && $build == "b4" {$value_instructions = 58}' \
    h.csv | regress-detect --history --net >net.csv
  assert_equal "$(verdicts net.csv | xargs)" 'baseline/xdp/empty:59:58 grew:241:253 halves:101:102 hidden:0:2.5 same:432:434'
  # Without a baseline there is nothing to subtract; two are one too many.
  mlr --csv filter '$test !=~ "^baseline"' h.csv | regress-detect --history --net >net.csv
  assert_equal "$(verdicts net.csv | xargs)" 'grew:300:311 hidden:59:60 same:491:492'
  mlr --csv put '$test == "grew" {$test = "baseline/xdp/other"}' h.csv >two.csv
  assert_trouble 'two empty programs of one type' regress-detect --history --net two.csv
  assert_trouble "missing column 'program_type'" regress-detect --history --net <(history 1 2 3)
  # Times: one that is not above its baseline in each build is judged whole.
  timed() { history "${@:2}" | mlr --csv put '$test = "'"$1"'"; $program_type = "xdp"'; }
  {
    timed baseline/xdp/empty "${LEVEL[@]}" 110
    timed above "${LEVEL[@]}" 110 | sed 1d | mlr --csv --implicit-csv-header --headerless-csv-output put '$11 += 100'
    timed below "${LEVEL[@]}" 110 | sed 1d
  } | mlr --csv sort -f timestamp >t.csv
  regress-detect --history --net t.csv >net.csv
  assert_equal "$(verdicts net.csv | cut -d: -f 1 | xargs)" 'baseline/xdp/empty below'
}

@test "a control contaminates what moved with it, and nothing later" {
  with_control() {
    history "${LEVEL[@]}" "${LEVEL[@]}" "$@" >x.csv
    {
      cat x.csv
      history "${LEVEL[@]}" "${MOVED[@]}" | sed '1d; s/,x,main,/,control,main,/; s/,0,\([0-9]*\),,ok/,1,\1,,ok/'
    } >h.csv
  }
  MOVED=(130 131 129 130 130 131 129 130 130 131 130 131)
  with_control 200 201
  regress-detect --history h.csv >v.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f test,verdict v.csv)" "control contaminated
x suspected"
  MOVED=("${LEVEL[@]}" 130 131)
  with_control 200 201
  run -3 --separate-stderr regress-detect --exit-code --history -o v.csv h.csv
  assert_equal "$(counts v.csv)" "contaminated 2"
  # What went further than three times as far did so by itself.
  with_control 400 401
  regress-detect --history h.csv >v.csv
  assert_equal "$(csv_value v.csv verdict,reason '$test == "x"')" "suspected control 'control' moved as well (+31.0 %), which explains less; 2 values in a row are beyond the level"
  # 2 % would be no suspicion of a test.
  LEVEL=(100 100.1 100 100.1 100 100.1 100 100.1 100 100.1)
  MOVED=("${LEVEL[@]}" 102 102)
  with_control 105 105
  regress-detect --history h.csv >v.csv
  assert_equal "$(counts v.csv)" "contaminated 2"
}

@test "of several controls that moved with a suspicion the one that moved furthest is named" {
  # with CONTROL:NEWEST...: a test that doubled, beside controls whose newest value is given
  with() {
    local control
    history "${LEVEL[@]}" 200
    for control; do
      history "${LEVEL[@]}" "${control#*:}" | sed "1d; s/,x,main,/,${control%:*},main,/; s/,0,\([0-9]*\),,ok/,1,\1,,ok/"
    done
  }
  reason_beside() {
    with "$@" | regress-detect --history >v.csv
    csv_value v.csv verdict,reason '$test == "x"'
  }
  assert_equal "$(reason_beside c1:110 c2:121 c3:90)" \
    "suspected control 'c2' moved as well (+21.0 %; furthest of 3 controls), which explains less; beyond the level"
  assert_equal "$(counts v.csv)" "contaminated 3 suspected 1"
  assert_equal "$(reason_beside c1:110 c3:80)" \
    "suspected control 'c3' moved the other way (-20.0 %; furthest of 2 controls); beyond the level"
  # One that explains it goes before one that moved further, the other way.
  assert_equal "$(reason_beside c1:140 c2:150 c3:20)" "contaminated control 'c2' moved as well (+50.0 %)"
  # From a level of zero nothing moves by a number of percent.
  with c1:5 | mlr --csv put '$test == "c1" && $value_duration_ns > 5 {$value_duration_ns = 0}' | regress-detect --history >v.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f test,verdict,reason v.csv)" "c1 contaminated control 'c1' moved
x suspected beyond the level"
}

@test "rows out of time order are told, and a build without a label is its time or row" {
  history "${LEVEL[@]}" 110 111 110 >h.csv
  {
    head -n 1 h.csv
    sed 1d h.csv | tac
  } >reversed.csv
  run -0 --separate-stderr regress-detect --history -o v.csv reversed.csv
  assert_contains "$stderr" "rows are not in time order"
  mlr --csv cut -f test,timestamp,value_duration_ns h.csv >times.csv
  assert_equal "$(regress-detect --history --key test --value duration_ns times.csv | csv_value /dev/stdin first_bad_build)" \
    "$(csv_value h.csv timestamp '$build == "b11"')"
  mlr --csv cut -x -f timestamp times.csv | regress-detect --history --key test --value duration_ns >v.csv
  assert_equal "$(csv_value v.csv first_bad_build)" "row 11"
}

@test "a series that is not in the newest run is missing, until a marker says that it was taken out" {
  {
    history "${LEVEL[@]}"
    history "${LEVEL[@]}" 100 | sed 1d | sed 's/,x,main/,y,main/'
  } >h.csv
  regress-detect --history h.csv >v.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f test,verdict v.csv)" "x missing
y unchanged"
  printf 'build,test\nb11,x\n' >markers.csv
  regress-detect --history --markers markers.csv h.csv >v.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f test,verdict v.csv)" "y unchanged"
}

@test "a test that its runtime never could run has not failed" {
  {
    history
    for i in 1 2 3; do echo "r$i,2026-01-0${i}T00:00:00Z,h,icount,t,s,x,main,b$i,0,,,unsupported,several CPUs"; done
  } >h.csv
  regress-detect --history h.csv >v.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f verdict,reason v.csv)" "unsupported unsupported: several CPUs"
  {
    history "${LEVEL[@]}"
    echo "r99,2026-01-12T00:00:00Z,h,host,t,s,x,main,b11,0,,,unsupported,no kfunc"
  } >h.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin verdict)" failed
}

@test "a newest row that failed is failed, data older than three days are stale" {
  {
    history "${LEVEL[@]}"
    echo "r99,2026-01-12T00:00:00Z,h,host,t,s,x,main,b11,0,,,load_failed,bad insn"
  } >h.csv
  assert_equal "$(regress-detect --history h.csv | mlr --icsv --onidx cut -o -f verdict,reason)" "failed load_failed: bad insn"
  history "${LEVEL[@]}" >h.csv
  assert_equal "$(regress-detect --history --now 2026-01-13T00:00:00Z h.csv | csv_value /dev/stdin verdict)" unchanged
  assert_equal "$(regress-detect --history --now 2026-01-15T00:00:00Z h.csv | csv_value /dev/stdin verdict)" stale
  assert_trouble "--now is not a time" regress-detect --history --now yesterday h.csv
}

@test "tracks and host classes are never mixed" {
  for i in 1 2 3 4 5 6 7 8 9 10; do
    echo "r$i,2026-01-0$((i % 9 + 1))T00:00:00Z,h,host,6.1,s,x,main,b$i,0,60,,ok,"
    echo "r$i,2026-01-0$((i % 9 + 1))T00:00:00Z,h,host,6.12,s,x,main,b$i,0,91,,ok,"
    echo "r$i,2026-01-0$((i % 9 + 1))T00:00:00Z,k,host,6.1,s,x,main,b$i,0,30,,ok,"
  done >rows
  {
    history
    cat rows
  } >h.csv
  regress-detect --history h.csv >v.csv
  assert_equal "$(counts v.csv)" "unchanged 3"
}

@test "of a count any change is suspected, at once" {
  printf 'test,build,verified_insns\nx,1,10\nx,2,10\nx,3,11\n' >h.csv
  regress-detect --history --key test --value verified_insns h.csv >v.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f verdict,first_bad_build v.csv)" "suspected 3"
}

@test "--all lists every lasting change of level of any CSV in time order" {
  awk 'BEGIN { srand(2); print "test,n,x"
    for (i = 1; i <= 300; i++)
      printf "t,%d,%.4f\n", i, (i < 100 ? 100 : i < 200 ? 106 : 95) * (1 + .02 * (rand() + rand() - 1)) }' >h.csv
  mlr --csv rename n,build h.csv | regress-detect --history --all --key test --value x >v.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f verdict,current_build v.csv)" "suspected 100
improvement 200"
}

@test "--all names the build with which a level begins, however many builds follow" {
  for behind in 5 8 12 18 25 60; do
    awk -v n=$((40 + behind)) 'BEGIN { print "test,build,x"
      for (i = 1; i <= n; i++)
        printf "t,%d,%.1f\n", i, (i <= 40 ? 100 : 110) + 4 / 19 * (i * i % 19 - 9) }' >h.csv
    regress-detect --history --all --key test --value x h.csv >v.csv
    assert_equal "$behind $(mlr --icsv --onidx cut -o -f verdict,current_build v.csv)" "$behind suspected 41"
  done
}

@test "the first bad build is named though its value hid in the noise, and none of a step that is over" {
  first_bad() {
    history "${LEVEL[@]}" "$@" >h.csv
    regress-detect --history h.csv | csv_value /dev/stdin first_bad_build
  }
  assert_equal "$(first_bad 102.6 105)" b11
  assert_equal "$(first_bad 102.4 105)" b12
  assert_equal "$(first_bad 110 110 111 110 110 110 100 101 99 110)" b20
}

@test "whole numbers: a step of two is seen among equal ones, one of one is not, and its interval holds what they stand for" {
  # shellcheck disable=SC2046 # a word a value
  history $(yes 23 | head -n 40) 25 25 25 25 >h.csv
  regress-detect --history h.csv >v.csv
  assert_equal "$(mlr --icsv --onidx --ofs : cut -o -f verdict,first_bad_build,baseline,ratio_low v.csv)" "suspected:b41:23:1.0638297872340425"
  # shellcheck disable=SC2046 # a word a value
  history $(yes '23 23 24 23 22' | head -n 10) 24 >h.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin verdict)" unchanged
  awk 'BEGIN { print "test,build,x"
    for (i = 1; i <= 300; i++) printf "t,%d,%d\n", i, 22.5 + .3 * (i * i % 19 - 9) / 9 + .5 }' >h.csv
  regress-detect --history --all --key test --value x h.csv >v.csv
  assert_equal "$(csv_value v.csv verdict)" ""
}

@test "a small step that lasts is suspected in the end, unless the margin accepts it" {
  small() { # BUILDS VALUE: so many builds about it, after 40 about 100
    awk -v n="$((40 + $1))" -v to="$2" 'BEGIN { print "test,build,x"
      for (i = 1; i <= n; i++) printf "t,%d,%.2f\n", i, (i <= 40 ? 100 : to) + i * i % 19 / 6 - 1.5 }' >h.csv
    regress-detect --history --key test --value x "${@:3}" h.csv | mlr --icsv --onidx cut -o -f verdict,first_bad_build | xargs
  }
  assert_equal "$(small 1 102)" unchanged
  assert_equal "$(small 12 102)" "suspected 41"
  assert_equal "$(small 60 102)" "suspected 41"
  assert_equal "$(small 60 102 --margin 3)" unchanged
  assert_equal "$(small 60 100.5)" unchanged
}

@test "a history at two levels in turn is called so, and what leaves both is suspected" {
  # shellcheck disable=SC2046 # a word a value
  history $(awk 'BEGIN { for (i = 1; i <= 30; i++) print (i * i % 19 < 9 ? 100 : 110) + i * 7 % 5 / 5 }') >h.csv
  regress-detect --history h.csv >v.csv
  assert_equal "$(csv_value v.csv verdict)" unstable
  assert_contains "$(csv_value v.csv reason)" "two levels in turn, "
  echo "r99,2026-03-12T00:00:00Z,h,host,t,s,x,main,bx,0,117,,ok," >>h.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin verdict)" suspected
  # A step is no second level, and neither are a few outliers.
  history "${LEVEL[@]}" "${LEVEL[@]}" 120 121 119 120 120 121 119 >h.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin verdict)" suspected
  history "${LEVEL[@]}" 120 "${LEVEL[@]}" 121 100 >h.csv
  assert_equal "$(regress-detect --history h.csv | csv_value /dev/stdin verdict)" unchanged
}

@test "two levels in turn are expected behind a marker too: the other one is no step, what leaves both is" {
  # 30 values at two levels, a marker, eight more that happen to lie at the lower one, and one at the other.
  # shellcheck disable=SC2046 # a word a value
  history $(awk 'BEGIN { for (i = 1; i <= 30; i++) print (i * i % 19 < 9 ? 100 : 110) + i * 7 % 5 / 5
    for (i = 1; i <= 8; i++) print 200 + i * 7 % 5 / 5 }') 220.4 >h.csv
  printf 'build,test\nb31,x\n' >markers.csv
  regress-detect --history --markers markers.csv h.csv >v.csv
  assert_equal "$(csv_value v.csv verdict)" unstable
  assert_contains "$(csv_value v.csv reason)" "two levels in turn before the last change, 9."
  sed 's/,220.4,/,240,/' h.csv >worse.csv
  assert_equal "$(regress-detect --history --markers markers.csv worse.csv | csv_value /dev/stdin verdict)" suspected
  # Of a series that had one level, the same values are a step.
  sed -E 's/,11([0-9.]+),/,10\1,/' h.csv >one.csv
  assert_equal "$(regress-detect --history --markers markers.csv one.csv | csv_value /dev/stdin verdict)" suspected
}

@test "the results of bpf_performance, as its runner writes them, are a history" {
  awk 'BEGIN { srand(1); print "Timestamp,Test,Average Duration (ns),CPU 0 Duration (ns)"
    for (i = 1; i <= 30; i++) printf "2026-01-%02d,Read array,%d,%d\n", i, 100 + 5 * rand() + (i == 30) * 50, 100 }' >b.csv
  regress-detect --history --key Test --value "Average Duration (ns)" b.csv >v.csv
  assert_equal "$(csv_value v.csv verdict)" suspected
}

@test "the line of the man page makes a CSV of hyperfine's JSON" {
  echo '{"results":[{"command":"a b, c","times":[1,2,3]},{"command":"d","times":[4.5,5]}]}' >hyperfine.json
  sed -n '/jq -r/,/stats-reduce --by/p' "$TOP/tools/regress-detect/regress-detect.1" | sed 's/^\$ //; s/\\e$/\\/' >example.sh
  bash -euo pipefail example.sh >out.csv
  assert_equal "$(mlr --icsv --ojsonl cut -o -f tool,average_seconds out.csv | xargs)" \
    "{tool: a b, c, average_seconds: 2} {tool: d, average_seconds: 4.75}"
}

@test "what is undecided can be measured again, and the rounds of both looks count" {
  samples 20 1 r1 | slower 1.03 map/hash/read | mlr --csv --seed 3 put '$duration_ns *= 1 + 0.2 * (urand() - 0.5)' >s.csv
  mlr --csv put '$round += 20' s.csv >more.csv
  regress-detect --alpha 0.005 --baseline a s.csv more.csv >v.csv
  assert_equal "$(csv_value v.csv rounds | uniq)" 40
}

@test "a cost that is not above zero is no number to judge: from samples, from rounds, counted and in a history" {
  samples 20 1 r1 | mlr --csv put '$test == "map/hash/read" && $build == "b" {$duration_ns -= 200}' >s.csv
  stats-reduce --per-round s.csv >rounds.csv
  mlr --csv put '$instructions = $duration_ns; $duration_ns = ""; $runtime = "icount"' s.csv >counted.csv
  why="inconclusive::no value on the current side: below_noise: its cost is not above zero: it can't be told from the noise of what is subtracted"
  for file in s rounds counted; do
    regress-detect --baseline a $file.csv >v.csv
    assert_equal "$(mlr --icsv --onidx --ofs : filter '$test == "map/hash/read"' then cut -o -f verdict,current,reason v.csv)" "$why"
  done
  mlr --csv put '$test == "map/hash/read" {$duration_ns = -1}' s.csv | regress-detect --baseline a >v.csv
  assert_contains "$(csv_value v.csv reason '$test == "map/hash/read"')" "no value on either side: below_noise"
  for newest in '-3,,ok,' ',,below_noise,why'; do
    {
      history "${LEVEL[@]}"
      echo "r99,2026-01-12T00:00:00Z,h,host,t,s,x,main,b11,0,$newest"
    } >h.csv
    regress-detect --history h.csv >v.csv
    assert_equal "$(csv_value v.csv verdict)" inconclusive
    assert_contains "$(csv_value v.csv reason)" below_noise:
  done
}

# --- results of schema version 1 ---

# version_1: summary.csv or rounds.csv as version 1 had it, where median_ of rounds.csv was the value of a round
version_1() {
  if [ "$1" = rounds ]; then
    mlr --csv put '$median_duration_ns = $value_duration_ns'
  else
    cat
  fi | mlr --csv cut -x -r -f '^value_|heap|^runs$|^returned$'
}

@test "rounds of schema version 1 are read beside later ones, and it is said which they are" {
  samples 20 1 r1 >s.csv
  stats-reduce --per-round s.csv >rounds.csv
  version_1 rounds <rounds.csv >old.csv
  mlr --csv filter '$build == "a"' old.csv >base.csv
  mlr --csv filter '$build == "b"' rounds.csv >head.csv
  regress-detect --baseline a s.csv >wanted.csv
  run -0 --separate-stderr regress-detect -o v.csv base.csv head.csv
  assert_equal "$stderr" "regress-detect: results of schema version 1: median_duration_ns is the value of a round, and taken for value_duration_ns (base.csv)"
  diff wanted.csv v.csv
  # So they are where both are rows of one file.
  mlr --csv unsparsify base.csv head.csv | regress-detect --baseline a 2>said.txt | diff wanted.csv -
  assert_equal "$(wc -l <said.txt)" 1
  run -0 --separate-stderr regress-detect --baseline a s.csv
  assert_equal "$stderr" ''
}

@test "a summary of schema version 1 is read alone, and refused beside values" {
  history "${LEVEL[@]}" 110 111 110 >new.csv
  mlr --csv rename -r '^value_,median_' then put '$timestamp = sub($timestamp, "2026", "2025")' new.csv >old.csv
  run -0 --separate-stderr regress-detect --history -o v.csv old.csv
  assert_equal "$stderr" "regress-detect: results of schema version 1: median_duration_ns is of all samples, another number than value_duration_ns (old.csv)"
  assert_equal "$(csv_value v.csv verdict)" suspected
  local two="the summary of schema version 1 'old.csv' has median_duration_ns, another number than the value_duration_ns of 'new.csv': take its rounds.csv instead"
  assert_trouble "$two (new.csv line 2)" regress-detect --history old.csv new.csv
  assert_trouble "$two (old.csv line 2)" regress-detect new.csv old.csv
  assert_trouble "$two (new.csv line 2)" regress-detect old.csv new.csv
  mlr --csv unsparsify old.csv new.csv >both.csv
  assert_trouble "take its rounds.csv instead (both.csv line 15)" regress-detect --history both.csv
}

@test "a file without a column of values is refused, by name" {
  history "${LEVEL[@]}" | mlr --csv cut -x -r -f '^value_' >none.csv
  assert_trouble "missing column 'duration_ns' or 'value_duration_ns' (none.csv)" regress-detect --history none.csv
  assert_trouble "missing column 'duration_ns' or 'value_duration_ns' (none.csv)" regress-detect none.csv none.csv
}

# --- for people ---

@test "the table is aligned, worst first, and without colour when it is not a terminal" {
  samples 20 1 r1 | slower 2 map/hash/write >s.csv
  run -0 --separate-stderr regress-detect --table --baseline a s.csv
  assert_contains "${lines[0]}" "verdict"
  assert_contains "${lines[0]}" "interval in these runs"
  [[ ${lines[1]} == "regression  map/hash/write "* ]]
  assert_equal "${lines[2]}" "1 regression, 3 unchanged"
  [[ $output != *$'\033'* ]]
  run -0 --separate-stderr regress-detect --table -v --baseline a s.csv
  assert_equal "${lines[5]}" "1 regression, 3 unchanged"
  assert_equal "$(printf '%s\n' "${lines[@]:2:3}" | cut -d' ' -f 1 | uniq -c | xargs)" "3 unchanged"
}

@test "a table names a row by what tells it apart: a plan's counts have no machine, and an entry point often no second" {
  cat >v.csv <<'CSV'
host_class,track,suite,test,entry_point,metric,verdict
,,core,t,p,insns,unchanged
h,main,core,t,p,duration_ns,regression
,,core,u,p,insns,unchanged
h,main,core,u,q,duration_ns,unchanged
CSV
  header=$(header_of verdict)
  mlr --csv unsparsify -f "$header" then reorder -f "$header" v.csv >stored.csv
  run -0 --separate-stderr regress-detect --verdicts --table -v stored.csv
  assert_equal "$(printf '%s\n' "${lines[@]:1:4}" | awk '{ print $2, $3, $4 }' | sort | xargs)" "t p duration_ns t p insns u p insns u q duration_ns"
}

@test "colours on a terminal only, and not with NO_COLOR" {
  samples 20 1 r1 >s.csv
  script -qec "regress-detect --table -v --baseline a s.csv" /dev/null >tty.txt
  grep -q $'\033\\[' tty.txt
  NO_COLOR=1 script -qec "regress-detect --table -v --baseline a s.csv" /dev/null >tty.txt
  run ! grep -q $'\033\\[' tty.txt
}

@test "text of the input is text: no control characters in a table, no markup in markdown" {
  samples 20 1 r1 | mlr --csv put '$test == "map/hash/read" {$test = "a|b <script> @me `x` $(y)\n**z** \u001b[31m"}' >s.csv
  regress-detect --table --baseline a s.csv >table.txt
  run ! grep -q $'\033' table.txt
  regress-detect --markdown --baseline a s.csv >table.md
  run ! grep -qE '<script>|@me|`x`|\$\(y\)|\*\*z' table.md
  assert_equal "$(grep -c '^|' table.md)" 6
  # A summary has room for so much of a name.
  mlr --csv put '$test == "map/hash/write" {$test = "'"$(printf 'a%.0s' {1..201})"'"}' s.csv | regress-detect --markdown --baseline a >table.md
  assert_equal "$(grep -oE 'a{150,}[^|]*' table.md)" "$(printf 'a%.0s' {1..200})&#8230;</code> "
}

@test "a stored verdict is shown, decided on and written again as it was" {
  samples 20 1 r1 | slower 2 map/hash/write | mlr --csv put '$test == "map/hash/read" && $build == "b" {$status = "run_failed"; $reason = "E,\"x\""; $duration_ns = ""}' >s.csv
  regress-detect --baseline a s.csv >v.csv
  regress-detect --verdicts v.csv | diff v.csv -
  for how in --table --markdown; do
    regress-detect --baseline a $how s.csv >wanted
    regress-detect --verdicts $how v.csv | diff wanted -
  done
  run -1 --separate-stderr regress-detect --verdicts --exit-code v.csv
  run -3 --separate-stderr regress-detect --verdicts --exit-code <(grep -v regression v.csv)
  run -0 --separate-stderr regress-detect --verdicts --exit-code <(grep -v 'regression\|run_failed' v.csv)
  # One of a history, and one of before there was a severity.
  history "${LEVEL[@]}" 110 | regress-detect --history >h.csv
  regress-detect --verdicts h.csv | diff h.csv -
  assert_contains "$(regress-detect --verdicts --table h.csv)" 'since b11: beyond the level'
  mlr --csv cut -x -f severity v.csv | regress-detect --verdicts | diff v.csv -
  mlr --csv put '$verdict = "good"' v.csv >bad.csv
  assert_trouble "no verdict: 'good' (bad.csv line 2)" regress-detect --verdicts bad.csv
  mlr --csv put '$rounds = "1e30"' v.csv >bad.csv
  run -2 --separate-stderr regress-detect --verdicts bad.csv
  assert_equal "$stderr" "regress-detect: rounds is too large: '1e30' (bad.csv line 2)"
  mlr --csv cut -x -f verdict v.csv >without.csv
  assert_trouble "missing column 'verdict' (without.csv)" regress-detect --verdicts without.csv
}

# --- command line ---

@test "bad input and a wrong command line are errors" {
  samples 20 1 r1 >s.csv
  assert_trouble "expected two files" regress-detect s.csv
  assert_trouble "--current needs --baseline" regress-detect --current b s.csv s.csv
  assert_trouble "no row of the baseline: 'c'" regress-detect --baseline c s.csv
  assert_trouble "no row to compare with the baseline: 'c'" regress-detect --baseline a --current c s.csv
  assert_trouble "--margin is not a number: 'x'" regress-detect --margin x s.csv s.csv
  assert_trouble "--all, --markers, --now, --net-in-vm and --whole need --history" regress-detect --all s.csv s.csv
  assert_trouble "missing column 'nope'" regress-detect --value nope s.csv s.csv
  assert_usage_error "unrecognized option" regress-detect --nonsense
  sed '5s/,ok,/x,ok,/; 6s/[0-9.]*,,,,ok,$/abc,,,,ok,/' s.csv >bad.csv
  assert_trouble "duration_ns is not a number: 'abc' (bad.csv line 6)" regress-detect s.csv bad.csv
  assert_trouble "can't write" regress-detect -o /dev/full s.csv s.csv
  assert_trouble "empty input" regress-detect s.csv /dev/null
}

@test "-v says what was read, what was left out, and what came of it" {
  samples 20 1 r1 >s.csv
  sed 's/,b,/,c,/' s.csv | mlr --csv filter '$build == "c"' >c.csv
  run -0 --separate-stderr regress-detect -v --baseline a --current b s.csv c.csv
  assert_contains "$stderr" "regress-detect: s.csv: $(($(wc -l <s.csv) - 1)) rows, of them left out: 0 of other builds"
  assert_contains "$stderr" "regress-detect: c.csv: $(($(wc -l <c.csv) - 1)) rows, of them left out: $(($(wc -l <c.csv) - 1)) of other builds"
  assert_contains "$stderr" "regress-detect: $((${#lines[@]} - 1)) series"
  run -0 --separate-stderr regress-detect --baseline a s.csv
  assert_equal "$stderr" ""
}

@test "an alert limit below the margin is refused" {
  samples 20 1 r1 >s.csv
  assert_trouble "--alert is below --margin: 2 % and 10 %" regress-detect --margin 10 --alert 2 --baseline a s.csv
  assert_trouble "--alert is below --margin: 0.5 % and 1 %" regress-detect --alert 0.5 --baseline a s.csv
  regress-detect --margin 10 --baseline a s.csv >/dev/null
}

@test "help and version" {
  assert_trouble "can't write the output: No space left on device" bash -c 'regress-detect --help > /dev/full'
  run -0 regress-detect --help
  assert_contains "$output" --history
  run -0 regress-detect --version
  assert_contains "$output" regress-detect
}

# --- error rates ---

# bats test_tags=timing,slow
@test "at the hosted noise at most one series in 200 is called a regression or an improvement" {
  "$TOP/build/tests/power" 2000 alarms >alarms.csv
  assert_equal "$(csv_value alarms.csv noise '$noise == "hosted"' | wc -l)" 3
  assert_equal "$(csv_value alarms.csv false_alarms_pct '$noise == "hosted" && $false_alarms_pct > 0.5')" ""
  # Rounds that follow one another are seen for sure where all series of a suite have them.
  assert_equal "$(csv_value alarms.csv two_looks_runs_with_an_alarm_pct '$noise == "wandering" && $series_in_a_run == 84')" 0.0
}

# bats test_tags=slow
@test "one slow series of 84 is found: by 3 % at noise of .5 %, 4 % at 1 %, 6 % at 2 %" {
  "$TOP/build/tests/power" 150 slowdowns >slowdowns.csv
  # found CV: the smallest slowdown that two looks find, in nine runs of ten
  found() { csv_value slowdowns.csv two_looks_found_pct '$series_in_a_run == 84 && $sample_cv_pct == '"$1"; }
  awk -v a="$(found 0.5)" -v b="$(found 1.0)" -v c="$(found 2.0)" 'BEGIN { exit !(a && a <= 3 && b && b <= 4 && c && c <= 6) }'
}

# bats test_tags=slow
@test "a slowdown of 10 % is found though 15 % of the rounds are disturbed, one of 100 % though they follow one another" {
  "$TOP/build/tests/power" 1000 disturbed >disturbed.csv
  assert_equal "$(csv_value disturbed.csv series_in_a_run '$noise == "disturbed" && $two_looks_found_10_pct >= ($series_in_a_run == 84 ? 75 : 90)' | xargs)" "1 10 84"
  assert_equal "$(csv_value disturbed.csv series_in_a_run '$noise == "disturbed" && $stated_found_pct < 90')" ""
  assert_equal "$(csv_value disturbed.csv series_in_a_run '$noise == "autocorrelated" && $two_looks_found_100_pct >= 90' | xargs)" "1 10 84"
}

@test "a history nominates a step of 10 percent at noise of 2.66 percent: 7 of 10 at once, nearly all within 12 builds" {
  "$TOP/build/tests/past" 300 latency >latency.csv
  assert_equal "$(csv_value latency.csv rule '$rule == "this project" && $noise == "hosted" && $at_first_build_pct >= 70 && $within_3_pct >= 90 && $within_12_pct >= 97')" \
    "this project"
}

# --- the real kernel ---

# bats test_tags=timing
@test "a program twice as long is a regression in the running kernel, and equal programs are none" {
  requires bpf
  "$TOP/pipelines/evaluate/aa" "$PWD/aa.csv" 1 12 none 0.5
  assert_equal "$(csv_value aa.csv verdict '$kind == "planted" && $test == "chain/plus_100_percent"')" regression
  assert_equal "$(csv_value aa.csv test '$kind == "A/A" && $verdict == "regression"')" ""
  assert_equal "$(csv_value aa.csv verdict '$kind == "A/A" && !($test =~ "^control/")' | wc -l)" 9
}

# bats test_tags=timing
@test "beside a neighbour that comes and goes a program twice as long is a regression, and equal programs are none" {
  requires bpf stress-ng
  "$TOP/pipelines/evaluate/aa" "$PWD/aa.csv" 1 12 cpu 0.5 >table
  assert_equal "$(csv_value aa.csv verdict '$kind == "planted" && $test == "chain/plus_100_percent"')" regression
  assert_equal "$(csv_value aa.csv test '$kind == "A/A" && $verdict == "regression"')" ""
  grep -q '^control/user/wide ' table
  run -2 --separate-stderr "$TOP/pipelines/evaluate/aa" "$PWD/bb.csv" 1 12 noise 0.5
  assert_equal "$stderr" "neighbour: no such stress: 'noise': cpu, memory, disk or interrupts"
}

@test "make gate fails on a stored regression, and without a verdict" {
  samples 20 1 r1 | slower 2 map/hash/read >s.csv
  regress-detect --baseline a s.csv >bad.csv
  regress-detect --baseline a --margin 200 s.csv >good.csv
  gate() { make -s -C "$TOP" --no-print-directory gate VERDICT="$1"; }
  run -0 gate "$PWD/good.csv"
  run -2 gate "$PWD/bad.csv"
  assert_contains "$output" map/hash/read
  mlr -I --csv put '$verdict = $verdict == "regression" ? "inconclusive" : $verdict' bad.csv
  run -0 gate "$PWD/bad.csv"
  run -2 gate "$PWD/none.csv"
}

@test "of counted instructions seeds explain what they differ by, and hide no more than a few times that" {
  "$TOP/build/tests/power" 2000 counted >counted.csv
  assert_equal "$(mlr --icsv --onidx filter '$seeds == 3 && ($places == "" || $looks == 2) && $false_regressions_pct > 0.15' counted.csv)" ""
  assert_equal "$(mlr --icsv --onidx filter '$standard_deviation == 0' then cut -f false_regressions_pct,smallest_found then uniq -a counted.csv)" "0.000 0.625"
  assert_equal "$(mlr --icsv --onidx filter '$seeds == 3 && $smallest_found > 20 * $standard_deviation + 0.625' counted.csv)" ""
}

@test "the published error rates are those that the simulation writes" {
  local n
  n=$(sed -n 's/.*make power SIMULATED=\([0-9]*\).*/\1/p' "$TOP/tools/regress-detect/error-rates.md")
  grep -q "series_in_a_run" "$TOP/tools/regress-detect/error-rates.md"
  [ "$n" -ge 1000 ]
  "$TOP/build/tests/past" $((n / 10)) latency >latency.csv
  mlr --icsv --omd cut -x -f steps latency.csv | tail -n +3 |
    while IFS= read -r row; do grep -qF -- "$row" "$TOP/tools/regress-detect/error-rates.md"; done
}
