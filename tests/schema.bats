#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# results-schema/ against what the tools write and read: columns, statuses, verdicts.

load helpers

FLOW='plan samples environment rounds summary verdict'

setup_file() {
  cd "$BATS_FILE_TMPDIR" || return 1
  has bpf || return 0
  bpf-compile-check -o plan.csv "$TOP/bpf/suites/smoke.yml"
  bpf-run --rounds 6 --samples 2 --sample-ms 0.2 --environment environment.csv -o samples.csv plan.csv
  stats-reduce -o summary.csv samples.csv
  stats-reduce --per-round -o rounds.csv samples.csv
  regress-detect -o verdict.csv samples.csv samples.csv
}

# columns FILE [FILTER]: its names, one a line
columns() {
  local schema=$1
  [ "$1" != rounds ] || schema=summary
  "$TOP/results-schema/columns" "$schema" | mlr --icsv --onidx filter "${2:-true}" then cut -f name |
    if [ "$1" = rounds ]; then sed '/^rounds$/i round'; else cat; fi
}

@test "every column has a type that we know, a unit or none, and a meaning in words" {
  for schema in "$TOP"/results-schema/*.csv; do
    case $(head -n 1 "$schema") in *,type,*) ;; *) continue ;; esac
    assert_equal "$(head -n 1 "$schema")" name,type,unit,required,meaning
    mlr --icsv --ojsonl filter '
      !($type =~ "^(text|integer|number|metric|enumeration|flag|timestamp)$") || !($required =~ "^(true|false)$")
      || strlen($meaning) < 10 || !($name =~ "^[a-z0-9_]+(_X)?$") || is_empty($unit) && $type == "number"
         && !($name =~ "^(p_|ratio)")' "$schema" >bad.json
    diff /dev/null bad.json
    assert_equal "$(csv_value "$schema" name | sort | uniq -d)" ""
  done
}

@test "plan.csv and samples.csv have the columns that their readers must find" {
  for name in suite test entry_point build object program_type cpus operations iterations prepare \
    prepare_iterations packet consumer check expected_result keep control program_hash status reason log \
    insns jited_bytes verified_insns verifier_states stack_bytes; do
    columns plan '$required == "true"' | grep -qx "$name"
  done
  for name in run_id timestamp host_class runtime track suite test entry_point build program_type program_hash \
    control boot round sample cpu iterations operations duration_ns instructions cycles mark status reason; do
    columns samples '$required == "true"' | grep -qx "$name"
  done
}

@test "what the tools write has these columns in this order" {
  requires bpf mlr
  for file in $FLOW; do
    columns "$file" >wanted
    csv-filter json "$BATS_FILE_TMPDIR/$file.csv" | jq -r '.[0] | keys_unsorted[]' | diff - wanted
  done
}

@test "what the tools write has cells of these types, and an enumeration only known words" {
  requires bpf mlr jq
  for file in $FLOW; do
    csv-filter json "$BATS_FILE_TMPDIR/$file.csv" >rows.json
    "$TOP/results-schema/columns" "${file/rounds/summary}" | mlr --icsv --ojson cat >schema.json
    jq -n --slurpfile rows rows.json --slurpfile schema schema.json '
      {integer: "^[0-9]+$", flag: "^[01]$", number: "^-?[0-9.]+(e[-+]?[0-9]+)?$", metric: "^[0-9.]+$", text: "",
       timestamp: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
       enumeration: "^(host|wait|busy|between|'"$(csv_value "$TOP/results-schema/statuses.csv" name | paste -sd '|')|$(csv_value "$TOP/results-schema/verdicts.csv" name,severity | xargs -n 1 | sort -u | paste -sd '|')"')$"}
        as $pattern
      | $rows[0][] as $row | $schema[0][] as $column | $row[$column.name]
      | select(. != "" and ( test($pattern[$column.type]) | not))
      | {name: $column.name, value: .}' 2>jq.err >bad.json || {
      cat jq.err
      false
    }
    diff /dev/null bad.json
  done
}

@test "a missing column is named, by every reader" {
  requires bpf mlr
  while read -r tool file; do
    for column in $(columns "$file" '$required == "true"'); do
      mlr --csv cut -x -f "$column" "$BATS_FILE_TMPDIR/$file.csv" >"without.csv"
      # shellcheck disable=SC2086 # a command with its options
      assert_trouble "missing column '$column' (without.csv)" ${tool//+/ } without.csv
    done
  done <<'TABLE'
bpf-run+--list plan
bpf-compile-check plan
TABLE
  for column in run_id timestamp host_class runtime track suite test entry_point build program_type program_hash \
    control round cpu duration_ns instructions status reason; do
    mlr --csv cut -x -f "$column" "$BATS_FILE_TMPDIR/samples.csv" >without.csv
    assert_trouble "missing column '$column' (without.csv)" stats-reduce without.csv
  done
  for column in suite test entry_point build; do
    mlr --csv cut -x -f "$column" "$BATS_FILE_TMPDIR/samples.csv" >without.csv
    assert_trouble "'$column'" regress-detect without.csv without.csv
  done
}

@test "the files that people keep have columns of their schema, and regress-detect takes each of those" {
  for file in judge/markers judge/settings bench/tracks; do
    head -n 1 "$PIPELINES/$file.csv" | tr , '\n' | grep -vxF -f <("$TOP/results-schema/columns" "${file#*/}" | cut -d , -f 2) && return 1
  done
  header_of summary >history.csv
  for file in markers settings; do header_of $file >$file.csv; done
  regress-detect --history --markers markers.csv --settings settings.csv history.csv >verdict.csv
  assert_equal "$(cat verdict.csv)" "$(header_of verdict)"
}

@test "the man page says the limits that limits.csv has" {
  eval "$("$TOP/results-schema/limits")"
  grep -q "older than $STALE_DAYS days" "$TOP/tools/regress-detect/regress-detect.1"
  grep -q "exact $CONFIDENCE_PCT % interval" "$TOP/tools/regress-detect/regress-detect.1"
}

# bats test_tags=slow
@test "a column or a status is added in one file: results-schema/ has it, and the tools write and take it" {
  mkdir -p copy/build
  (cd "$TOP" && cp -rp Makefile tools bpf pipelines tests results-schema "$BATS_TEST_TMPDIR/copy" &&
    cp -rp build/bin build/obj build/schema build/flags build/version "$BATS_TEST_TMPDIR/copy/build")
  cd copy
  for file in plan samples summary verdict; do
    echo 'humidity,number,percent,false,of the air around the machine' >>results-schema/$file.csv
  done
  echo 'too_hot,failed,the machine was too hot to measure' >>results-schema/statuses.csv
  # shellcheck disable=SC2086 # a list
  make -s ${TEST_MAKEFLAGS-} build/bin/{bpf-compile-check,bpf-run,stats-reduce,regress-detect}
  PATH=$PWD/build/bin:$PATH

  bpf-compile-check --no-load bpf/suites/smoke.yml >plan.csv
  assert_equal "$(head -n 1 plan.csv)" "$(results-schema/columns --header plan)"
  mlr -I --csv put '$status = "too_hot"; $reason = "40 °C"' plan.csv
  assert_equal "$(bpf-compile-check --no-load plan.csv 2>/dev/null | csv_value /dev/stdin status | sort -u)" too_hot
  if has bpf; then
    run -0 --separate-stderr bpf-run --rounds 1 plan.csv
    assert_equal "${lines[0]}" "$(results-schema/columns --header samples)"
    assert_contains "${lines[1]}" ',too_hot,40 °C,'
  fi
  mlr --csv filter '$test == "map/hash/read"' then put '$sample = 1' then template -f "$(results-schema/columns --header samples)" plan.csv >base.csv
  mlr --csv put '$run_id = "r"; $round = 1; $cpu = 0; $status = "ok"; $reason = ""; $duration_ns = 5; $control = 0' base.csv >base.new
  mlr --csv put '$run_id = "r"; $round = 1; $cpu = 0' base.csv >head.csv
  stats-reduce head.csv >summary.csv
  assert_equal "$(head -n 1 summary.csv)" "$(results-schema/columns --header summary)"
  assert_equal "$(csv_value summary.csv status)" too_hot
  regress-detect base.new head.csv >verdict.csv
  assert_equal "$(head -n 1 verdict.csv)" "$(results-schema/columns --header verdict)"
  assert_equal "$(csv_value verdict.csv verdict,reason)" 'failed too_hot: 40 °C'
}

@test "unknown columns pass from the plan to the samples and to the summary" {
  requires bpf mlr
  mlr --csv head -n 2 then put '$team = "näh, \"x\"\n2"' "$BATS_FILE_TMPDIR/plan.csv" >plan.csv
  (cd "$BATS_FILE_TMPDIR" && bpf-run --rounds 1 --samples 1 --sample-ms 0.1 "$BATS_TEST_TMPDIR/plan.csv") >s.csv
  stats-reduce s.csv >summary.csv
  for file in plan.csv s.csv summary.csv; do
    assert_equal "$(csv-filter json "$file" | jq -r '[.[].team] | unique[]')" 'näh, "x"
2'
  done
}
