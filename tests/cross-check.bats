#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# make cross-check: a suite of bpf_performance here, against the CSV that its own runner wrote.
# bats file_tags=alone

load helpers

COMPAT=$TOP/pipelines/compat
HEADER='Timestamp,Test,Average Duration (ns),CPU 0 Duration (ns),CPU 1 Duration (ns)'

# reference LINE...: the CSV of the runner, rows without their times
reference() {
  echo "$HEADER"
  printf '2026-11-01T12:00:00Z,%s\n' "$@"
}

# run_of TEST/ENTRY_POINT/CPUS/VALUE...: plan.csv and summary.csv of a run that measured these; without a value it failed
run_of() {
  local row test program cpus value
  echo suite,test,entry_point,cpus,operations >plan.csv
  echo suite,test,entry_point,value_duration_ns,ci_low_duration_ns,ci_high_duration_ns,status,reason >summary.csv
  for row; do
    IFS=/ read -r test program cpus value <<<"$row"
    echo "s,$test,$program,\"$cpus\",1" >>plan.csv
    echo "s,$test,$program,$value,$value,$value,${value:+ok},${value:+}" | sed 's/,,,,,$/,,,,wrong_result,it returned 1/' >>summary.csv
  done
}

# compared REFERENCE.csv: cross-check.csv of it and the run
compared() {
  "$COMPAT/read-reference" "$1" >reference.json
  "$COMPAT/compare-reference" plan.csv summary.csv reference.json >cross-check.csv
}

# rows COLUMN,...: of cross-check.csv
rows() {
  mlr -S --icsv --ocsv --headerless-csv-output cut -o -f "$1" cross-check.csv
}

compile_objects() {
  mkdir objects
  clang -target bpf -g -O2 -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$FIXTURES/bpf_performance/maps.c" -o objects/maps.o
}

@test "make cross-check measures a suite with its objects, and sets both numbers side by side" {
  requires bpf cpus2 clang mlr jq
  compile_objects
  reference 'Hash read,900000,900000,900000' 'Hash update / read,900000,900000,1' 'Unprepared,20,20,20' 'Absent,0,0,0' \
    'Elsewhere,9,9,9' >theirs.csv
  make --no-print-directory -C "$TOP" cross-check OBJECTS="$PWD/objects" SUITE="$FIXTURES/bpf_performance/tests.yml" \
    REFERENCE="$PWD/theirs.csv" ROUNDS=6 RUN_OPTIONS='-q --samples 2 --sample-ms 0.2' CROSS_CHECK="$PWD/out" >table 2>messages
  cp out/cross-check.csv .
  assert_equal "$(head -n 1 cross-check.csv)" "$(header_of cross-check)"
  assert_equal "$(rows suite,test,entry_point,reference_duration_ns,reference_cpus,agreement)" 'tests,Hash read,read,900000,2,beyond
tests,Hash update / read,update,900000,1,beyond
tests,Hash update / read,read,1,1,beyond
tests,Typed,seven,,,only_here
tests,Unprepared,read,20,2,failed_here
tests,Absent,read,,,failed_both
,Elsewhere,,9,2,only_there'
  # Our numbers are those of summary.csv, to the last digit.
  assert_equal "$(csv_value cross-check.csv value_duration_ns '$entry_point == "seven"')" \
    "$(csv_value out/summary.csv value_duration_ns '$entry_point == "seven"')"
  assert_contains "$(csv_value cross-check.csv reason '$test == "Unprepared"')" 'wrong_result here: read returned 1 where 0 was expected'
  assert_contains "$(csv_value cross-check.csv reason '$test == "Absent"')" "; 0 ns there"
  grep -qE '^Hash read +read +[0-9.]+ +[0-9.]+ +[0-9.]+ +900000.00 +0.000 +beyond' table
  grep -q '^3 beyond, 1 only_here, 1 failed_here, 1 failed_both, 1 only_there$' table
}

@test "15 % and a nanosecond are within, more is beyond" {
  run_of a/p/all/124 b/p/all/124.1 c/p/all/84 d/p/all/83.9 e/p/all/2.15 f/p/all/2.16
  reference a,0,107,107 b,0,107,107 c,0,100,100 d,0,100,100 e,0,1,1 f,0,1,1 >theirs.csv
  compared theirs.csv
  assert_equal "$(rows test,agreement | paste -sd ' ')" 'a,within b,beyond c,within d,beyond e,within f,beyond'
  assert_equal "$(rows ratio | sed -n 3p)" 0.84
}

@test "what ran there is averaged, CPU by CPU, not what it calls the average" {
  run_of 'one/p/all/10' 'two/w/0/10' 'two/r/remaining/10' 'list/p/1/10' 'idle/p/all/10' 'none/p/all/10' 'short/p/1/10'
  reference one,5,8,12 two,5,30,7 list,2,0,9 idle,5,10,0 none,0,0,0 short,9,9 >theirs.csv
  compared theirs.csv
  assert_equal "$(rows test,entry_point,reference_duration_ns,reference_cpus,reason)" 'one,p,10,2,
two,w,30,1,
two,r,7,1,
list,p,9,1,
idle,p,10,1,0 ns there on CPU 1
none,p,,,0 ns there
short,p,9,1,'
  # Without columns for CPUs there is the average, which is nothing for two programs.
  printf 'Timestamp,Test,Average Duration (ns)\n2026-11-01T12:00:00Z,one,5\n2026-11-01T12:00:00Z,two,5\n' >theirs.csv
  compared theirs.csv
  assert_equal "$(rows test,reference_duration_ns,agreement,reason | head -n 3)" 'one,5,beyond,"the average there, over all CPUs"
two,,failed_there,an average of 2 programs there
two,,failed_there,an average of 2 programs there'
}

@test "a value is of an operation, and theirs of an invocation" {
  run_of a/p/all/10
  sed -i 's/,1$/,4/' plan.csv
  reference a,40,40,40 >theirs.csv
  compared theirs.csv
  assert_equal "$(rows reference_duration_ns,ratio,agreement)" '10,1,within'
}

@test "the CSV of the first versions is read too, with the messages between its rows" {
  run_of a/p/all/10 b/p/all/10 c/p/all/10 d/p/0/10
  printf '%s\r\n' 'map_state_preparation program prepare returned non-zero 1' 'Test,CPU 0,CPU 1' 'a,9,11' \
    'Program returned non-zero 1 in test b' 'b,9,11' 'what a command, run before each test, says' \
    'Program returned non-zero 4294967274 in test c' 'c,10,0' 'd,9,' >theirs.csv
  compared theirs.csv
  # What the kernel refused to run on a CPU is no failure of the other CPU.
  assert_equal "$(rows test,reference_duration_ns,agreement,reason)" 'a,10,within,
b,,failed_there,returned 1 there
c,10,within,0 ns there on CPU 1
d,9,within,'
}

@test "of several runs in a file the last counts" {
  run_of a/p/all/10
  { reference a,50,50,50 && reference a,10,10,10; } >theirs.csv
  compared theirs.csv
  assert_equal "$(rows reference_duration_ns,agreement,reason)" '10,within,the last of 2 rows there'
}

@test "a test that is on one side only, or failed on one, is a row that says so" {
  run_of here/p/all/10 failed/p/all/ both/p/all/ there/p/all/10
  reference 'failed,9,9,9' 'both,0,0,0' 'there,,,' 'only,9,9,9' >theirs.csv
  compared theirs.csv
  assert_equal "$(rows test,value_duration_ns,reference_duration_ns,ratio,agreement,reason)" 'here,10,,,only_here,no row there
failed,,9,,failed_here,wrong_result here: it returned 1
both,,,,failed_both,wrong_result here: it returned 1; 0 ns there
there,10,,,failed_there,no number there
only,,9,,only_there,not measured here'
}

@test "with --exit-code a difference is 1, and nothing to compare is 3" {
  run_of a/p/all/10 b/p/all/10
  reference a,90,90,90 b,10,10,10 >theirs.csv
  compared theirs.csv
  run -0 "$COMPAT/show-reference" cross-check.csv
  assert_equal "${lines[-1]}" '1 beyond, 1 within'
  run -1 "$COMPAT/show-reference" --exit-code cross-check.csv
  reference a,10,10,10 >theirs.csv
  compared theirs.csv
  run -0 "$COMPAT/show-reference" --exit-code cross-check.csv
  reference c,10,10,10 >theirs.csv
  compared theirs.csv
  run -3 "$COMPAT/show-reference" --exit-code cross-check.csv
}

@test "names are text: no shell, no path, no terminal, no settings of mlr" {
  touch victim
  printf '%s\n' 'ifs=;' 'ofs=;' >.mlrrc
  # shellcheck disable=SC2016 # a name
  name=$'$(rm victim)`rm victim`\e[2J\x01; ../../x {}'
  run_of "a/p/all/10"
  { reference a,10,10,10 && printf '2026-11-01T12:00:00Z,"%s ""q"", x",9,9,9\n' "$name"; } >theirs.csv
  compared theirs.csv
  assert_equal "$(csv-filter json cross-check.csv | jq -r '.[1].test')" "${name//[$'\e\x01']/?} \"q\", x"
  run -0 "$COMPAT/show-reference" cross-check.csv
  [[ $output != *[$'\e\x01']* ]]
  assert_contains "$output" '`rm victim`?[2J?; ../../x {} "q", x'
  [ -e victim ]
  sed -i $'s/victim/\e[2J\xc2\x9b2J/g' cross-check.csv
  run -0 "$COMPAT/show-reference" cross-check.csv
  assert_contains "$output" '`rm ?[2J?2J`'
  # Nor does an error show them as they are.
  printf 'Test,CPU 0\n\e[2J,x\n' >$'bad\e[2J.csv'
  assert_trouble "there is no row ('bad?[2J.csv')" "$COMPAT/read-reference" $'bad\e[2J.csv'
  reference $'a,1,1,\e[2J' >bad.csv
  assert_trouble 'not a number in line 2: ?[2J' "$COMPAT/read-reference" bad.csv
}

@test "a reference that is cut, or no such CSV, is refused in a line" {
  bad() { # PART: what is on standard input says so
    cat >bad.csv
    assert_trouble "$1" "$COMPAT/read-reference" bad.csv
  }
  reference a,42,41,43 | head -c -2 | bad "cut: the last line of 'bad.csv' has no end"
  reference a | bad 'line 2 ends before its numbers'
  reference a,42,41,4x | bad 'not a number in line 2: 4x'
  reference a,42,-41,43 | bad 'not a number in line 2: -41'
  reference a,42,41,43,44 | bad 'line 2 has more cells than the header'
  reference ,42,41,43 | bad 'no test in line 2'
  reference '"a,42,41,43' | bad 'line 2'
  {
    reference a,42,41,43
    echo 'Test,CPU 0'
  } | bad 'another header in line 3'
  printf '%s\n' "$HEADER" | bad 'there is no row'
  printf 'Timestamp,Test,Best (ns)\n2026-11-01T12:00:00Z,a,9\n' | bad 'missing column: CPU 0'
  printf 'suite,test\ns,t\n' | bad 'no CSV of bpf_performance'
  printf 'Test,CPU 0\na\0,1\n' | bad 'not text'
  reference a,1,1,1 | iconv -t UTF-16 | bad 'not text'
  : | bad 'there is no row'
  assert_trouble "can't read 'none.csv'" "$COMPAT/read-reference" none.csv
  assert_trouble "can't read '.'" "$COMPAT/read-reference" .
}

@test "a reference that can't be read, or is not named, is said before anything is measured" {
  echo nothing >bad.csv
  run -2 --separate-stderr make --no-print-directory -s -C "$TOP" cross-check REFERENCE="$PWD/bad.csv" CROSS_CHECK="$PWD/out"
  assert_contains "${stderr_lines[0]}" 'no CSV of bpf_performance'
  [ ! -e out/compiled.csv ]
  run -2 --separate-stderr make --no-print-directory -s -C "$TOP" cross-check
  assert_contains "$stderr" 'REFERENCE=FILE'
  run -2 --separate-stderr make --no-print-directory -s -C "$TOP" cross-check REFERENCE="$PWD/bad.csv" RUNTIME=icount
  assert_contains "$stderr" 'RUNTIME=host'
}
