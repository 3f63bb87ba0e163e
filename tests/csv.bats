#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The CSV reader and writer that all tools share: through csv-filter, which does nothing else, and
# through the tools.

load helpers

SPECTRUM=$FIXTURES/csv-spectrum

# rows [CSV]: standard input or a file as JSON, one row a line
rows() {
  csv-filter json "$@" | jq -c '.[]'
}

# end_last_line CSV: the corpus has files whose last line has no end.
end_last_line() {
  awk 1 "$1"
}

@test "the public corpus csv-spectrum reads as its JSON says" {
  requires jq
  local count=0
  for csv in "$SPECTRUM"/csvs/*.csv; do
    name=$(basename "$csv" .csv)
    [ "$name" != location_coordinates ] || continue # see the corpus's README.md
    end_last_line "$csv" | csv-filter json | jq -S . >actual.json
    jq -S . "$SPECTRUM/json/$name.json" | diff actual.json -
    count=$((count + 1))
  done
  assert_equal "$count" 11
}

@test "what the writer writes of csv-spectrum, the reader and Miller read back unchanged" {
  requires jq mlr
  for csv in "$SPECTRUM"/csvs/*.csv; do
    name=$(basename "$csv" .csv)
    [ "$name" != location_coordinates ] || continue
    end_last_line "$csv" | csv-filter csv >written.csv
    csv-filter json written.csv | jq -S . | diff - <(jq -S . "$SPECTRUM/json/$name.json")
    # Miller ends the lines inside cells with LF.
    mlr --icsv --ojson cat written.csv | jq -S 'map(map_values(tostring))' |
      diff - <(jq -S 'map(map_values(gsub("\r"; "")))' "$SPECTRUM/json/$name.json")
    csv-filter csv written.csv | cmp - written.csv
  done
}

@test "a quote inside a cell that does not begin with one is an error, as RFC 4180 has it" {
  run -2 --separate-stderr csv-filter json "$SPECTRUM/csvs/location_coordinates.csv"
  assert_contains "$stderr" "location_coordinates.csv line 2)"
}

@test "quoted cells hold commas, quotes, LF, CRLF and nothing" {
  printf 'a,b\n"1,2","say ""hi"""\n"x\ny","x\r\ny"\n"",""\n' >t.csv
  assert_equal "$(rows t.csv)" '{"a":"1,2","b":"say \"hi\""}
{"a":"x\ny","b":"x\r\ny"}
{"a":"","b":""}'
}

@test "line ends: CRLF, and mixed" {
  printf 'a,b\r\n1,2\n3,"4"\r\n5,6\n' >t.csv
  assert_equal "$(rows t.csv)" '{"a":"1","b":"2"}
{"a":"3","b":"4"}
{"a":"5","b":"6"}'
  printf 'a,b\r\n1,2\r\n' | csv-filter csv >lf.csv
  assert_equal "$(od -An -c lf.csv | tr -d ' ')" 'a,b\n1,2\n'
  printf 'a,b\n1,"2"\n' | csv-filter csv >quoted.csv
  assert_equal "$(tail -n 1 quoted.csv)" "1,2"
}

@test "a byte order mark belongs to no column, quoted or not" {
  for header in 'a,b' '"a",b'; do
    printf '\xef\xbb\xbf%s\n1,2\n' "$header" >t.csv
    assert_equal "$(rows t.csv)" '{"a":"1","b":"2"}'
  done
}

@test "UTF-8, blanks and odd bytes pass through untouched" {
  printf 'a,b\n ä ʤ 日本 ,\t\x01\x7f\xff\n' >t.csv
  csv-filter csv t.csv | cmp - t.csv
}

@test "empty lines are skipped, but are empty cells where there is one column" {
  printf 'a,b\n\n1,2\n\r\n\n3,4\n\n' >t.csv
  assert_equal "$(rows t.csv | wc -l)" 2
  printf 'a\n1\n\n2\n' >t.csv
  assert_equal "$(rows t.csv)" '{"a":"1"}
{"a":""}
{"a":"2"}'
  csv-filter csv t.csv | csv-filter csv | cmp - t.csv
}

@test "rows longer than any buffer, and rows that straddle its end, are read whole" {
  awk 'BEGIN {
    print "n,text"
    for (i = 0; i < 20; i++) {
      printf "%d,\"", i
      for (j = 0; j < i * 20000; j++) printf "%s", j % 1000 ? "x" : "\"\"\n"
      print "\""
    }
  }' >t.csv
  csv-filter csv t.csv >written.csv
  assert_equal "$(mlr --icsv --onidx stats1 -a count,sum -f n t.csv)" "20 190"
  diff <(mlr --icsv --ojson cat t.csv) <(mlr --icsv --ojson cat written.csv)
  # And byte by byte, as a slow pipe brings it.
  printf 'n,text\n1,"a""\nb"\r\n2,c\n' | while IFS= read -r -N1 c; do
    printf '%s' "$c"
    sleep 0.005
  done |
    csv-filter json | jq -c . >slow.json
  assert_equal "$(cat slow.json)" '[{"n":"1","text":"a\"\nb"},{"n":"2","text":"c"}]'
}

@test "a thousand columns" {
  awk 'BEGIN { for (r = 0; r < 3; r++) for (i = 1; i <= 1000; i++) printf "%s%d%s", r ? "" : "c", i, i < 1000 ? "," : "\n" }' >t.csv
  csv-filter csv t.csv | cmp - t.csv
}

@test "what is no CSV is an error with the file and the line" {
  while IFS='|' read -r bytes line message; do
    printf '%b' "$bytes" >bad.csv
    run -2 --separate-stderr csv-filter json bad.csv
    assert_contains "$stderr" "$message"
    assert_contains "$stderr" "(bad.csv$line)"
    assert_equal "${#stderr_lines[@]}" 1
  done <<'TABLE'
|| empty input
a,b\n1,2\n3\n| line 3|1 cells where the header has 2
a,b\n1,2\n3,4,5\n| line 3|3 cells where the header has 2
a,b\n"x\ny",2\n3\n| line 4|1 cells where the header has 2
a,b\n1,"2\n3,4\n| line 2|a quoted cell has no end
a,b\n1,"2"x\n| line 2|text behind a closing quote
a,b\n1,2"3"\n| line 2|a quote inside a cell
a,b,a\n1,2,3\n| line 1|two columns are named 'a'
a,b\n1,\00002\n||holds a NUL byte
\0000a,b\n||holds a NUL byte
TABLE
  assert_trouble "can't open: No such file or directory (none.csv)" csv-filter json none.csv
  assert_trouble "can't read: Is a directory (.)" csv-filter json .
}

@test "a file cut anywhere is an error, but behind a row" {
  printf 'aa,bb,cc\n11,"2,\n""2",33\n44,"5,\n""5",66\n' >whole.csv
  local size whole=0
  size=$(stat -c %s whole.csv)
  for n in $(seq "$size"); do
    head -c "$n" whole.csv >cut.csv
    if csv-filter json cut.csv >out.json 2>/dev/null; then
      jq -e 'all(.[]; length == 3 and (.cc == "33" or .cc == "66"))' out.json
      whole=$((whole + 1))
    fi
  done
  # The header, and two rows.
  assert_equal "$whole" 3
}

@test "a full disk is an error" {
  printf 'a,b\n1,2\n' >t.csv
  run -2 --separate-stderr bash -c 'csv-filter csv t.csv > /dev/full'
  assert_contains "$stderr" "No space left on device"
}

@test "messages of the longest paths end in the line of the file" {
  local folder
  folder=$(printf 'd%.0s' $(seq 200))
  mkdir -p "$folder"
  printf 'a,b\n%s\n' "$(printf 'x%.0s' $(seq 2000))" >"$folder/t.csv"
  run -2 --separate-stderr csv-filter json "$folder/t.csv"
  assert_contains "$stderr" "t.csv line 2)"
}

@test "every tool names its file when it is no CSV" {
  printf 'suite,test\n"no end\n' >bad.csv
  : >empty.csv
  for tool in 'bpf-compile-check --no-load' 'bpf-run --list' 'stats-reduce' 'regress-detect --baseline a'; do
    # shellcheck disable=SC2086 # a command with its options
    assert_trouble "bad.csv" $tool bad.csv
    # shellcheck disable=SC2086
    assert_trouble "(empty.csv)" $tool empty.csv
    run -2 --separate-stderr bash -c "$tool < /dev/null"
    assert_contains "$stderr" "empty input: a CSV begins with a header (standard input)"
  done
}

@test "columns are found by name: order, CRLF, a byte order mark and unknown columns do not matter" {
  printf 'g,v\na,1\na,3\n' | stats-reduce --by g --value v >plain.csv
  printf '\xef\xbb\xbfx,v,g\r\n"1\n",1,a\r\n"1\n",3,a\r\n' | stats-reduce --by g --value v >odd.csv
  assert_equal "$(csv_value odd.csv average_v)" 2
  diff <(mlr --icsv --ojson cut -x -f x odd.csv) <(mlr --icsv --ojson cat plain.csv)
}

@test "a header that was cut is no table without rows" {
  local text
  for text in 'suite,tes' 'a,"b"' $'\xef\xbb\xbfa'; do
    printf '%s' "$text" >cut.csv
    assert_trouble "the header has no end of line: was the file cut? (cut.csv line 1)" csv-filter json cut.csv
  done
  printf 'a,b\r\n' >whole.csv
  assert_equal "$(csv-filter json whole.csv)" "[]"
}
