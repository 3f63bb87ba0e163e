#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats-reduce as a black box.

load helpers

HEADER=run_id,timestamp,host_class,runtime,track,suite,test,entry_point,build,program_type,program_hash,control
HEADER=$HEADER,boot,round,sample,cpu,iterations,operations,duration_ns,instructions,cycles,mark,status,reason

# rows TEST TYPE CONTROL BUILD VALUE...: a sample a round of each value
rows() {
  local test=$1 type=$2 control=$3 build=$4 round=0 value
  shift 4
  for value; do
    round=$((round + 1))
    echo "r1,2026-01-01T00:00:0$((round % 10))Z,h,host,t,s,$test,main,$build,$type,x,$control,1,$round,1,0,9,1,$value,,,,ok,"
  done
}

samples() {
  echo "$HEADER"
  rows "$@"
}

@test "numbers near the ends of what a double holds have statistics, and can be compared" {
  local e
  for e in 308 200 -200 -300; do
    samples t xdp 0 a "1.5e$e" "1.6e$e" "1.7e$e" "1.6e$e" "1.5e$e" "1.7e$e" "1.6e$e" "1.6e$e" >s.csv
    stats-reduce s.csv >out.csv
    assert_equal "$(mlr --icsv --onidx --ofmt %.4le put '$r = $stddev_duration_ns / $average_duration_ns' then cut -f r out.csv)" 4.7246e-02
    regress-detect s.csv s.csv >v.csv
  done
  # of both signs: further apart than a double can be large
  printf 'test,round,v\n%b' 't,1,-1.7e308\nt,1,1.7e308\n' | stats-reduce --by test --value v >out.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f value_v,median_v,mad_v out.csv)" "0 0 1.7e+308"
}

@test "average, median, spread, quantiles and extremes are those of R" {
  # R: x <- c(3, 1, 4, 1, 5, 9, 2, 6); mean(x) median(x) sd(x) mad(x, constant = 1) quantile(x, .95)
  samples t xdp 0 a 3 1 4 1 5 9 2 6 | stats-reduce >out.csv
  assert_equal "$(mlr --icsv --onidx --ofmt %.6lf cut -o -f \
    average_duration_ns,median_duration_ns,stddev_duration_ns,mad_duration_ns,p95_duration_ns out.csv)" \
    "3.875000 3.500000 2.748376 2 7.950000"
  assert_equal "$(mlr --icsv --onidx cut -o -f min_duration_ns,max_duration_ns,rounds,samples,marked,status out.csv)" \
    "1 9 8 8 0 ok"
}

@test "the standard deviation keeps its digits far from zero" {
  samples t xdp 0 a 1000000004 1000000007 1000000013 1000000016 | stats-reduce >out.csv
  assert_equal "$(mlr --icsv --onidx --ofmt %.9lf cut -f stddev_duration_ns out.csv)" 5.477225575
}

@test "the interval is over rounds, and there is none below six" {
  samples t xdp 0 a 5 1 4 2 3 | stats-reduce >five.csv
  samples t xdp 0 a 5 1 4 2 3 6 | stats-reduce >six.csv
  # 10 rounds: ranks 2 and 9; R: qbinom(.025, 10, .5) = 2
  samples t xdp 0 a 10 9 8 7 6 5 4 3 2 1 | stats-reduce >ten.csv
  assert_equal "$(csv_value five.csv ci_low_duration_ns)" ""
  assert_equal "$(mlr --icsv --onidx cut -f ci_low_duration_ns,ci_high_duration_ns six.csv)" "1 6"
  assert_equal "$(mlr --icsv --onidx cut -f ci_low_duration_ns,ci_high_duration_ns ten.csv)" "2 9"
}

# outside FILE COLUMN: rows whose interval does not hold the number of the column
outside() {
  csv_value "$1" "$2" 'is_not_empty($ci_low_'"${2#*_}"') && !($'"$2"' >= $ci_low_'"${2#*_}"' && $'"$2"' <= $ci_high_'"${2#*_}"')'
}

@test "for any input the interval holds the value, whatever is grouped, subtracted or reduced" {
  for seed in 1 2 3 4; do
    awk -v seed=$seed -v tests=120 -f "$TOP/tests/statistics/any-input.awk" >s.csv
    stats-reduce s.csv >plain.csv
    stats-reduce --net s.csv >net.csv
    stats-reduce --by program_type,build,cpu --value duration_ns,instructions s.csv >by.csv
    stats-reduce --by test,build --value duration_ns --per-round s.csv >rounds.csv
    mlr --csv cut -f test,build,duration_ns s.csv | stats-reduce --by test,build --value duration_ns >single.csv
    for file in plain net by rounds single; do
      assert_equal "$(outside $file.csv value_duration_ns)" ''
    done
    for file in plain net by; do
      assert_equal "$(outside $file.csv value_instructions)" ''
    done
    # The test can fail: of the median of all samples it is not true.
    [ "$(outside plain.csv median_duration_ns | wc -l)" -gt 5 ]
    # A value is there wherever there is a number, and an interval from 6 rounds on.
    assert_equal "$(csv_value plain.csv test 'is_empty($value_duration_ns) != is_empty($average_duration_ns) ||
      is_empty($ci_low_duration_ns) != ($rounds < 6 || is_empty($value_duration_ns))')" ''
  done
}

@test "a comparison judges the value of the summary, from samples and from rounds, whole and net, timed and counted" {
  # judged FILE METRIC [OPTION]: both numbers of every series
  judged() {
    regress-detect --baseline a --value "$2" ${3:+"$3"} "$1" | mlr --icsv --ocsv cut -o -f test,baseline,current then sort -f test
  }
  # told METRIC [OPTION]
  told() {
    stats-reduce ${2:+"$2"} s.csv | mlr --icsv --ocsv cut -o -f "test,build,value_$1" then reshape -s "build,value_$1" \
      then rename a,baseline,b,current then sort -f test
  }
  for seed in 1 2; do
    awk -v seed=$seed -v tests=60 -f "$TOP/tests/statistics/any-input.awk" |
      mlr --csv put 'is_string($runtime) && $runtime == "icount" {$test = $test . " counted"}' >s.csv
    stats-reduce --per-round s.csv >rounds.csv
    for metric in duration_ns instructions; do
      told $metric >told.csv
      judged s.csv $metric | diff told.csv -
      judged rounds.csv $metric | diff told.csv -
    done
    mlr -I --csv put '$test = sub($test, " counted", "")' then filter '$runtime == "host"' s.csv
    told duration_ns --net >told.csv
    judged s.csv duration_ns --net | diff told.csv -
  done
}

@test "more samples in a round do not make the interval narrower" {
  samples t xdp 0 a 10 9 8 7 6 5 4 3 2 1 >one.csv
  mlr --csv put -q 'for (i = 1; i <= 3; i += 1) { row = $*; row["sample"] = i; emit row }' one.csv >three.csv
  stats-reduce three.csv >out.csv
  assert_equal "$(mlr --icsv --onidx cut -f ci_low_duration_ns,ci_high_duration_ns,rounds,samples out.csv)" "10 30 2 9"
}

@test "the value of a round is the average of the middle half of its samples" {
  # R: mean(x, trim = .25) where a quarter is whole; of three the median
  value() {
    local sample=0 v
    {
      echo "$HEADER"
      for v; do
        sample=$((sample + 1))
        rows t xdp 0 a "$v" | sed "s/,1,1,0,9,/,1,$sample,0,9,/"
      done
    } |
      stats-reduce --per-round | mlr --icsv --onidx cut -f value_duration_ns
  }
  assert_equal "$(value 3 1 4 1 5 9 2 6)" 3.5
  assert_equal "$(value 1 2 30 4 0 7 8 9)" 5.25
  assert_equal "$(value 5 100 4)" 5
  assert_equal "$(value 5 4)" 4.5
  assert_equal "$(value 0.1 0.1 0.1 0.1 0.1 0.1 9)" 0.1
}

@test "a round of several CPUs is the average of their values" {
  {
    samples t xdp 0 a 1
    rows t xdp 0 a 2 | sed 's/,1,1,0,9,/,1,2,0,9,/'
    rows t xdp 0 a 9 | sed 's/,1,1,0,9,/,1,3,0,9,/'
    rows t xdp 0 a 10 | sed 's/,1,1,0,9,/,1,1,1,9,/'
  } |
    stats-reduce --per-round >out.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f round,value_duration_ns,samples out.csv)" "1 6 4"
}

@test "rounds.csv has a row a round, in order of their numbers" {
  samples t xdp 0 a 5 1 4 2 3 6 7 8 9 10 11 | stats-reduce --per-round >out.csv
  assert_equal "$(csv_value out.csv round | xargs)" "1 2 3 4 5 6 7 8 9 10 11"
  assert_equal "$(csv_value out.csv value_duration_ns | xargs)" "5 1 4 2 3 6 7 8 9 10 11"
}

@test "a row that is not ok is a status, never a number" {
  {
    samples t xdp 0 a 5 1 4
    rows t xdp 0 a 7 | sed 's/,ok,$/,wrong_result,"returned 3, not 2"/'
  } | stats-reduce >out.csv
  assert_equal "$(csv_value out.csv status)" wrong_result
  assert_equal "$(csv_value out.csv reason)" "returned 3, not 2"
  assert_equal "$(csv_value out.csv value_duration_ns)" ""
  assert_equal "$(csv_value out.csv average_duration_ns)" ""
}

@test "an interrupted run keeps the numbers of its rounds, and says so" {
  {
    samples t xdp 0 a 5 1 4
    rows t xdp 0 a x | sed 's/,x,,,,ok,$/,,,,,interrupted,/; s/,1,1,1,0,/,1,4,1,0,/'
  } | stats-reduce >out.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f value_duration_ns,rounds,status out.csv)" "4 3 interrupted"
}

@test "a test whose rows end before the last round that was asked for is interrupted, unless it failed" {
  {
    samples cut xdp 0 a 5 1 4
    rows whole xdp 0 a 5 1 4 2
    # What a second look continues was asked for twice.
    rows continued xdp 0 a 5 1
    rows failed xdp 0 a 5 1 | sed '$s/,ok,$/,wrong_result,"returned 3, not 2"/'
  } | mlr --csv put '$last_round = $test == "continued" ? $round : 4' >s.csv
  stats-reduce s.csv >out.csv
  assert_equal "$(csv-filter json out.csv | jq -c '.[] | [.test, .status, .reason, .value_duration_ns]')" '["continued","ok","","3"]
["cut","interrupted","its rows end with round 3 of 4","4"]
["failed","wrong_result","returned 3, not 2",""]
["whole","ok","","3"]'
  stats-reduce --per-round s.csv >rounds.csv
  assert_equal "$(csv_value rounds.csv status | sort | uniq -c | xargs)" "10 ok 1 wrong_result"
}

@test "a cost that is not above zero is below noise, and no number" {
  {
    samples zero xdp 0 a 1 -1 0
    rows minus xdp 0 a -2.5 -2 1
    rows plus xdp 0 a 3 -1 2
  } >s.csv
  stats-reduce s.csv >out.csv
  assert_equal "$(mlr --icsv --onidx --ofs : cut -o -f test,status,value_duration_ns,average_duration_ns,rounds out.csv)" "minus:below_noise:::3
plus:ok:2:1.3333333333333333:3
zero:below_noise:::3"
  assert_equal "$(csv_value out.csv reason '$test != "plus"' | uniq)" \
    "its cost is not above zero: it can't be told from the noise of what is subtracted"
  # All rounds of a series are one answer; a single one may lie below where the series does not.
  stats-reduce --per-round s.csv >rounds.csv
  assert_equal "$(mlr --icsv --onidx --ofs : cut -o -f test,status,value_duration_ns rounds.csv | sort | uniq -c | xargs)" \
    "3 minus:below_noise: 1 plus:ok:-1 1 plus:ok:2 1 plus:ok:3 3 zero:below_noise:"
  # Counted instructions too; an interrupted run is no excuse; what failed has failed.
  mlr --csv put '$instructions = $duration_ns; $duration_ns = ""' s.csv | stats-reduce >counted.csv
  assert_equal "$(csv_value counted.csv status | xargs)" "below_noise ok below_noise"
  {
    cat s.csv
    rows minus xdp 0 a x | sed 's/,x,,,,ok,$/,,,,,interrupted,/; s/,1,1,1,0,/,1,9,1,0,/'
    rows zero xdp 0 a x | sed 's/,x,,,,ok,$/,,,,,run_failed,why/; s/,1,1,1,0,/,1,9,1,0,/'
  } | stats-reduce >out.csv
  assert_equal "$(csv_value out.csv status | xargs)" "below_noise ok run_failed"
  # Net of a baseline it may be anything, and so may any other column.
  {
    samples baseline/xdp/empty xdp 0 a 5 5 5
    rows t xdp 0 a 4 4 4
  } | stats-reduce --net >out.csv
  assert_equal "$(mlr --icsv --onidx filter '$test == "t"' then cut -o -f value_duration_ns,status out.csv)" "-1 ok"
  printf 'g,v\na,-1\n' | stats-reduce --by g --value v >out.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f value_v,status out.csv)" "-1 ok"
}

@test "how often a program ran is the smallest of its rows, what it returned is counted over them" {
  samples t xdp 0 a 1 2 3 4 | mlr --csv put '$runs = [1, 0.25, 1, ""][$round]; $returned = ["2", "2:3 0:1", "2", ""][$round]' >s.csv
  stats-reduce s.csv >out.csv
  assert_equal "$(mlr --icsv --onidx --ofs , cut -o -f runs,returned out.csv)" "0.25,2:5 0:1"
  assert_equal "$(stats-reduce --per-round s.csv | mlr --icsv --ocsv --headerless-csv-output cut -o -f runs,returned | xargs)" "1,2 0.25,2:3 0:1 1,2 ,"
  # A row without a number says it too; equal values are one; the rarest of many are others.
  mlr --csv put '$round == 2 {$status = "missed"; $duration_ns = ""}' s.csv | stats-reduce >out.csv
  assert_equal "$(mlr --icsv --onidx --ofs , cut -o -f runs,returned,status out.csv)" "0.25,2:5 0:1,missed"
  mlr --csv put '$returned = "-1"' s.csv | stats-reduce >out.csv
  assert_equal "$(csv_value out.csv returned)" -1
  # shellcheck disable=SC2046 # a word a value
  samples t xdp 0 a $(seq 40) | mlr --csv put '$runs = 1; $returned = $round % 20 < 2 ? 7 : $round' | stats-reduce >out.csv
  assert_contains "$(csv_value out.csv returned)" "7:5 2:1 3:1"
  assert_contains "$(csv_value out.csv returned)" " others:"
  # In groups of one's own where both columns are; else a column of that name is like any other.
  assert_equal "$(stats-reduce --by test --value duration_ns s.csv | mlr --icsv --onidx --ofs , cut -o -f runs,returned)" "0.25,2:5 0:1"
  printf 'g,v,runs\na,1,many\na,2,many\n' | stats-reduce --by g --value v >out.csv
  assert_equal "$(csv_value out.csv runs)" many
  mlr --csv put '$runs = "x"' s.csv >bad.csv
  assert_trouble "runs is not a number: 'x' (bad.csv line 2)" stats-reduce bad.csv
}

# mixture ROUNDS SHARE [VISITS]: a test of which a share of the samples is 2300, the others 40
mixture() {
  awk -v rounds="$1" -v share="$2" -v visits="${3:-1}" -v header="$HEADER,visit" 'BEGIN {
    srand(4)
    print header
    for (r = 1; r <= rounds; r++)
      for (s = 1; s <= 10 * visits; s++) {
        visit = int((s - 1) / 10) + 1
        # Of two visits one is of the other level: each has one heap.
        high = visits > 1 ? visit == 1 : rand() < share
        printf "r1,2026-01-01T00:00:00Z,h,host,t,s,t,main,a,xdp,x,0,1,%d,%d,0,9,1,%.3f,,,,ok,,%d\n", r, s,
          (high ? 2300 : 40) * (1 + .1 * (rand() - .5)), visit
      }
  }'
}

@test "samples that fall into two heaps within rounds are shown as such, with both centres and the share" {
  for rounds in 6 20; do
    for share in 0.3 0.5 0.7; do
      mixture $rounds $share | stats-reduce >out.csv
      assert_equal "$(mlr --icsv --onidx put -q 'print fmtnum($low_heap_duration_ns, "%.0f") . " " .
        (abs($high_heap_duration_ns - 2300) < 40 ? "high" : $high_heap_duration_ns) . " " .
        (abs($high_heap_share_duration_ns - '$share') < 0.1 ? "share" : $high_heap_share_duration_ns)' out.csv)" "40 high share"
    done
  done
  # Net of a baseline it is the same distance.
  {
    mixture 20 0.5
    samples baseline/xdp/empty xdp 0 a 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 | sed '1d; s/$/,1/'
  } | stats-reduce --net >net.csv
  assert_equal "$(mlr --icsv --onidx --ofmt %.0lf filter '$test == "t"' then cut -f low_heap_duration_ns net.csv)" 30
}

@test "one heap is none of two: of any width, in rounds or visits of different levels, or with too few samples" {
  # Only the level of rounds differs.
  mixture 20 0 | mlr --csv put '$duration_ns *= $round % 2 == 0 ? 57 : 1' | stats-reduce >out.csv
  assert_equal "$(csv_value out.csv low_heap_duration_ns)$(csv_value out.csv high_heap_share_duration_ns)" ''
  # Visits load the program anew: that its loads differ is seen from visit to visit.
  mixture 20 0 2 >visits.csv
  assert_equal "$(stats-reduce visits.csv | csv_value /dev/stdin low_heap_duration_ns)" ''
  mlr --csv cut -x -f visit visits.csv | stats-reduce >out.csv
  assert_equal "$(mlr --icsv --onidx --ofmt %.0lf cut -f low_heap_duration_ns,high_heap_share_duration_ns out.csv)" "40 0"
  # Without rounds every sample is one.
  mixture 20 0.5 | stats-reduce --by test --value duration_ns >rounds.csv
  mixture 20 0.5 | mlr --csv cut -f test,duration_ns | stats-reduce --by test --value duration_ns >single.csv
  assert_equal "$(csv_value rounds.csv high_heap_duration_ns | grep -c .)$(csv_value single.csv high_heap_duration_ns | grep -c .)" 10
}

@test "marked samples are counted, and stay" {
  {
    samples t xdp 0 a 5 1
    rows t xdp 0 a 4 | sed 's/,1,1,0,9,/,1,2,0,9,/; s/,,ok,$/,preempted,ok,/'
  } | stats-reduce >out.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f samples,marked,max_duration_ns out.csv)" "3 1 5"
}

@test "an empty value column gives empty cells" {
  samples t xdp 0 a 5 1 4 | stats-reduce >out.csv
  assert_equal "$(csv_value out.csv value_instructions)$(csv_value out.csv max_instructions)" ""
}

@test "net values are less the baseline of the program type, round by round; baseline and control stay" {
  {
    samples baseline/xdp/empty xdp 0 a 5 7 6
    rows map/read xdp 0 a 25 37 46
    rows control/user/loop user 1 a 9 9 9
  } >s.csv
  stats-reduce --net s.csv >out.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f test,value_duration_ns,min_duration_ns,max_duration_ns out.csv)" \
    "baseline/xdp/empty 6 5 7
control/user/loop 9 9 9
map/read 30 20 40"
}

@test "of a test with several operations an invocation the baseline's share is subtracted" {
  {
    samples baseline/xdp/empty xdp 0 a 6 6
    rows map/read xdp 0 a 5 5
  } |
    mlr --csv put '$operations = $test == "map/read" ? 2 : 1' >s.csv
  stats-reduce --net s.csv >out.csv
  assert_equal "$(csv_value out.csv value_duration_ns '$test == "map/read"')" 2
  # Rounds, which is what is stored, know it too.
  stats-reduce --per-round s.csv >rounds.csv
  assert_equal "$(csv_value rounds.csv operations '$test == "map/read"' | uniq)" 2
}

@test "a test whose program type has no baseline has no net value, and says why" {
  {
    samples baseline/tc/empty tc 0 a 5 7
    rows map/read xdp 0 a 25 37
  } | stats-reduce --net >out.csv
  assert_equal "$(csv_value out.csv value_duration_ns '$test == "map/read"')" ""
  assert_contains "$(csv_value out.csv reason '$test == "map/read"')" "no empty program"
  {
    samples baseline/xdp/empty xdp 0 a 5 7
    rows map/read xdp 0 a 25 37 40 41
  } | stats-reduce --net >out.csv
  assert_equal "$(csv_value out.csv reason '$test == "map/read"')" "2 of 4 rounds lack the empty program of its type"
}

@test "two empty programs of one type are an error with --net" {
  {
    samples baseline/xdp/empty xdp 0 a 5
    rows baseline/xdp/other xdp 0 a 5
  } >s.csv
  assert_trouble "two empty programs of one type: 'baseline/xdp/empty' and 'baseline/xdp/other' (s.csv line 3)" \
    stats-reduce --net s.csv
}

@test "runs come as they were met, tests in order, numbers in names as numbers" {
  {
    samples chain/10 xdp 0 b 1
    rows chain/2 xdp 0 b 1
    rows chain/2 xdp 0 a 1
    rows a xdp 0 a 1 | sed 's/^r1/r0/'
  } |
    stats-reduce >out.csv
  assert_equal "$(mlr --icsv --onidx cut -f run_id,test,build out.csv)" "r1 chain/2 a
r1 chain/2 b
r1 chain/10 b
r0 a a"
}

@test "the order of rows and columns, CRLF and a missing last newline do not matter" {
  local i
  for i in 1 2 3 4 5; do
    awk -v seed="$i" 'BEGIN { srand(seed); for (i = 0; i < 12; i++) printf "%.6f ", 50 + 10 * rand() }' >values
    # shellcheck disable=SC2046 # a word a value
    {
      samples t xdp 0 a $(cat values)
      rows u xdp 0 a $(rev values | tr -d ' .' | fold -w 4)
    } >s.csv
    stats-reduce s.csv >wanted.csv
    mlr --csv --seed "$i" shuffle then reorder -f duration_ns,round,suite s.csv | sed 's/$/\r/' >other.csv
    stats-reduce other.csv | cmp - wanted.csv
  done
}

@test "any CSV: key and value columns by name, other columns kept where they are constant" {
  cat >times.csv <<'CSV'
tool,size,seconds,machine,when,status
grep,10,1.5,m1,mon,200
grep,10,2.5,m1,tue,404
sed,10,4,m2,mon,200
CSV
  run -0 --separate-stderr stats-reduce --by tool,size --value seconds times.csv
  assert_contains "$stderr" "left out a column that differs within a group: 'when'"
  [ "${#stderr_lines[@]}" = 1 ]
}

@test "a status column that groups are made by is the user's own" {
  printf 'status,v\n200,1\n404,2\n200,3\n' | stats-reduce --by status --value v >out.csv
  assert_equal "$(mlr --icsv --onidx cut -f status,average_v out.csv)" "200 2
404 2"
}

@test "several files are one input" {
  samples t xdp 0 a 1 2 3 >one.csv
  samples u xdp 0 a 4 5 6 >two.csv
  stats-reduce one.csv - <two.csv >out.csv
  assert_equal "$(csv_value out.csv test | xargs)" "t u"
}

@test "a header alone gives a header" {
  run -0 --separate-stderr stats-reduce - <<<"$HEADER"
  assert_equal "${#lines[@]}" 1
  assert_contains "$output" value_duration_ns
}

@test "bad input is an error with its line" {
  assert_trouble "empty input" stats-reduce /dev/null
  assert_trouble "can't open" stats-reduce not-there.csv
  samples t xdp 0 a 1 12abc >bad.csv
  assert_trouble "duration_ns is not a number: '12abc' (bad.csv line 3)" stats-reduce bad.csv
  samples t xdp 0 a 1 | sed '2s/,1,1,1,0,/,1,one,1,0,/' >bad.csv
  assert_trouble "round is not a whole number: 'one' (bad.csv line 2)" stats-reduce bad.csv
  samples t xdp 0 a 1 | sed '2s/,ok,$/,,/' >bad.csv
  assert_trouble "status is empty (bad.csv line 2)" stats-reduce bad.csv
  samples t xdp 0 a 1 2 | sed '2s/,1,1,1,0,9.*//' >bad.csv
  assert_trouble "cells where the header has 24 (bad.csv line 2)" stats-reduce bad.csv
}

@test "a wrong command line is an error" {
  assert_usage_error "unrecognized option '--nonsense'" stats-reduce --nonsense
  assert_trouble "--by has an empty column name: 'a,,b'" stats-reduce --by a,,b
  assert_trouble "--value names a column twice: 'x'" stats-reduce --value x,x
  samples t xdp 0 a 1 >s.csv
  assert_trouble "missing column 'nope'" stats-reduce --value nope s.csv
  assert_trouble "output is also an input: 's.csv'" stats-reduce -o s.csv s.csv
  [ -s s.csv ]
}

@test "a file that is given twice, or a copy of it, is refused; so is a row twice among many samples" {
  samples t xdp 0 a 1 2 3 >s.csv
  cp s.csv copy.csv
  assert_trouble "a sample that is there already: is a file given twice? (copy.csv line 2)" stats-reduce s.csv copy.csv
  assert_trouble "(s.csv line 2)" stats-reduce --per-round s.csv s.csv
  assert_trouble "(s.csv line 2)" regress-detect --baseline a s.csv s.csv
  mlr --csv head -n 1 then put -q 'for (i = 100; i > 0; i -= 1) { row = $*; row["sample"] = i; emit row }' s.csv >many.csv
  assert_equal "$(stats-reduce many.csv | mlr --icsv --onidx cut -f samples)" 100
  sed '$p' many.csv >last.csv
  assert_trouble "(last.csv line 102)" stats-reduce last.csv
  sed '3p' many.csv >third.csv
  assert_trouble "(third.csv line 4)" stats-reduce third.csv
  # Another run, or groups of the user's own: that is no repetition.
  sed 's/^r1/r2/' s.csv >other.csv
  assert_equal "$(stats-reduce s.csv other.csv | wc -l)" 3
  assert_equal "$(stats-reduce --by suite --value duration_ns s.csv copy.csv | mlr --icsv --onidx cut -f samples)" 6
}

@test "a full disk is an error" {
  samples t xdp 0 a 1 >s.csv
  assert_trouble "can't write" stats-reduce -o /dev/full s.csv
}

@test "the same numbers as datamash, over random groups" {
  requires datamash
  awk 'BEGIN { srand(3); print "g,v"; for (i = 0; i < 3000; i++) printf "%d,%.9f\n", 7 * rand(), 100 * rand() ^ 3 }' >x.csv
  stats-reduce --by g --value v x.csv |
    mlr --icsv --otsv --headerless-csv-output --ofmt %.6lf cut -o -f g,average_v,median_v,stddev_v,mad_v,p95_v,min_v,max_v >ours
  datamash -t, -s -H -g1 mean 2 median 2 sstdev 2 madraw 2 perc:95 2 min 2 max 2 <x.csv |
    mlr --icsv --otsv --headerless-csv-output --ofmt %.6lf cat >theirs
  [ "$(wc -l <ours)" = 7 ]
  diff ours theirs
}

@test "-v says what was read and what has no number" {
  {
    samples t xdp 0 a 1 2 3
    rows u xdp 0 a 1 | sed 's/,1,,,,ok,$/,,,,,run_failed,why/'
  } >s.csv
  run -0 --separate-stderr stats-reduce -v s.csv
  assert_equal "$stderr" "stats-reduce: s.csv: 4 rows, of them without numbers: 1; groups so far: 2"
  run -0 --separate-stderr stats-reduce s.csv
  assert_equal "$stderr" ""
}

@test "help and version" {
  assert_trouble "can't write the output: No space left on device" bash -c 'stats-reduce --help > /dev/full'
  run -0 stats-reduce --help
  assert_contains "$output" "--per-round"
  run -0 stats-reduce --version
  assert_contains "$output" stats-reduce
}

@test "what it writes it can read again, and a column is never there twice" {
  printf 'test,round,samples,v\na,1,3,5\na,2,3,6\n' >x.csv
  stats-reduce --by test --value v x.csv >once.csv
  assert_equal "$(head -n 1 once.csv | tr , '\n' | sort | uniq -d)" ''
  stats-reduce --by test --value value_v once.csv >twice.csv
  assert_equal "$(csv_value twice.csv value_value_v)" 5.5
  run -2 --separate-stderr stats-reduce --by samples --value v x.csv
  assert_contains "$stderr" "a column of --by is one that is computed: 'samples'"
}
