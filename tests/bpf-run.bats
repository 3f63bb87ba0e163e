#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bpf-run as a black box: options, input, output, errors, hooks and signals. What a number of it means is in
# measurement.bats, why a program does not load or attach in reasons.bats, operations in user space in user-space.bats.
# bats file_tags=alone

load helpers
load bpf-run

setup_file() {
  cd "$BATS_FILE_TMPDIR" || return 1
  printf '%s\nSEC("xdp") int one(void *ctx) { return RESULT; }\n' "$HEAD" >good.bpf.c
  printf '%s\nint one(void *ctx) { return no_such_thing; }\n' "$HEAD" >broken.bpf.c
  printf '%s\nSEC("xdp") int one(struct xdp_md *ctx) { return *(int *)(long)ctx->data; }\n' "$HEAD" >rejected.bpf.c
  printf '%s\nSEC("lsm/file_open") int one(void *ctx) { return 0; }\n' "$HEAD" >lsm.bpf.c
  cat >s.yml <<'YAML'
tests:
- {name: a, source: good.bpf.c, entry_point: one}
- {name: b/1, source: good.bpf.c, entry_point: one, defines: {RESULT: 2}, expected_result: 2}
- {name: b/2, source: good.bpf.c, program_type: tc, entry_point: one}
YAML
  cat >bad.yml <<'YAML'
tests:
- {name: good, source: good.bpf.c, entry_point: one}
- {name: broken, source: broken.bpf.c, entry_point: one}
- {name: rejected, source: rejected.bpf.c, entry_point: one}
- {name: wrong, source: good.bpf.c, entry_point: one, defines: {RESULT: 7}}
- {name: no program, source: good.bpf.c, entry_point: two}
- {name: no object, elf_file: none.o, entry_point: one}
- {name: "prepare \"fails\"\nhere", source: good.bpf.c, entry_point: one, defines: {RESULT: 3}, expected_result: 3, map_state_preparation: {program: one}}
- {name: check fails, source: good.bpf.c, entry_point: one, defines: {RESULT: 4}, expected_result: 4, check: one}
- {name: lsm, source: lsm.bpf.c, entry_point: one}
YAML
  # Absolute objects: the tests run elsewhere.
  bpf-compile-check --no-load --objdir "$PWD/objects" --build x -o plan.csv s.yml
  bpf-compile-check --no-load --objdir "$PWD/objects" --build x -o bad.csv bad.yml 2>/dev/null
  mlr --csv put '$build = "y"' plan.csv >y.csv
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  cp "$BATS_FILE_TMPDIR"/*.csv .
}

# quick ARGUMENT...: as few and short samples as there can be
quick() {
  bpf-run --quiet --rounds 1 --samples 1 --sample-ms 0.05 "$@"
}

# own_plan: own.csv, of a test with variables, in XDP and TC, that in_kernel "$own" finds
own_plan() {
  own=own$((RANDOM % 90000 + 10000))
  printf '%s\nstatic long n;\nSEC("xdp") int one(void *ctx) { n++; return RESULT; }\n' "$HEAD" >"$own.bpf.c"
  printf 'tests:\n- {name: "{}", source: %s.bpf.c, program_type: [xdp, tc], entry_point: one}\n' "$own" >own.yml
  bpf-compile-check --objdir objects -o own.csv own.yml
}

# ---- the command line, and what comes in

@test "--help, --version and wrong command lines" {
  run -0 --separate-stderr bpf-run -h
  assert_contains "$output" "Usage: bpf-run [OPTION...] [PLAN.csv...]"
  # On one screen.
  bpf-run -h | awk 'length > 80 { exit 1 } END { exit NR > 24 }'
  run -0 --separate-stderr bpf-run --version
  [[ $output =~ ^bpf-run\ .*\ [^\ ]+$ ]]
  assert_usage_error "unrecognized option '--no-such'" bpf-run --no-such
  assert_usage_error "invalid option" bpf-run -Z
  assert_trouble "can't write the output: No space left on device" bash -c 'bpf-run --help > /dev/full'
}

@test "what becomes a key or a file is not empty" {
  for option in --track --identity --only; do
    assert_trouble "$option is empty" bpf-run "$option" '' plan.csv
  done
  assert_trouble "--environment needs a file: standard output is samples.csv's" bpf-run --environment - plan.csv
}

@test "impossible numbers are refused with the option's name and bounds" {
  while read -r option value message; do
    assert_trouble "$option $message: '${value//EMPTY/}'" bpf-run "$option=${value//EMPTY/}" plan.csv
  done <<'TABLE'
--rounds 0 is too small
--rounds -1 is not a whole number
--rounds 1e3 is not a whole number
--rounds EMPTY is not a whole number
--rounds 99999999999999999999999 is too large
--samples 0 is too small
--samples 0x10 is not a whole number
--sample-ms 0 is too small
--sample-ms nan is not a number
--sample-ms 1e999 is too large
--sample-ms 10ms is not a number
--iterations 1 is too small
--iterations 4294967296 is too large
--seed -1 is not a whole number
--seed 18446744073709551616 is too large
--first-round 1.5 is not a whole number
--first-round 0 is too small
TABLE
}

@test "empty input, a header only, and a missing object" {
  requires bpf
  assert_trouble "empty input: a CSV begins with a header (standard input)" bpf-run - </dev/null
  head -n 1 plan.csv >header.csv
  quick header.csv >out.csv
  assert_equal "$(wc -l <out.csv)" 1
  run -3 --separate-stderr quick --exit-code header.csv
  mlr --csv head -n 1 then put '$object = "gone.o"' plan.csv >gone.csv
  run -1 --separate-stderr quick --exit-code -o out.csv gone.csv
  assert_equal "$(rows out.csv '.status, .duration_ns')" '["load_failed",""]'
  assert_contains "$stderr" "load_failed: 'a': can't read object 'gone.o': No such file or directory"
  assert_trouble "can't open: No such file or directory (none.csv)" bpf-run none.csv
}

@test "impossible cells of a plan are refused with the line" {
  while IFS='|' read -r change message; do
    mlr --csv put "$change" plan.csv >odd.csv
    assert_trouble "$message" bpf-run odd.csv
  done <<'TABLE'
$operations = 0|operations is too small: '0' (odd.csv line 2)
$prepare_iterations = "x"|prepare_iterations is not a whole number: 'x' (odd.csv line 2)
$status = "maybe"|status is not a status: 'maybe' (odd.csv line 2)
TABLE
  # What a machine may lack is a row.
  requires bpf
  mlr --csv head -n 1 then put '$cpus = "0-99999"' plan.csv >cpus.csv
  quick cpus.csv >out.csv 2>/dev/null
  assert_equal "$(rows out.csv '.status, .duration_ns')" '["unsupported",""]'
  mlr --csv head -n 1 then put '$packet = "none"' plan.csv >packet.csv
  quick packet.csv >out.csv 2>/dev/null
  assert_equal "$(csv_value out.csv duration_ns '$status == "ok"')" ""
}

@test "a plan of 500 tests with hostile names" {
  requires bpf
  mlr --csv head -n 1 then put -q 'for (i = 1; i <= 500; i += 1) { m = $*; m["test"] = "t\n\"" . i . "\", $(id) \x1b[31m"; emit m }' plan.csv >many.csv
  bpf-run --quiet --rounds 1 --samples 1 -c 16 many.csv >out.csv
  assert_equal "$(csv-filter json out.csv | jq '[.[] | select(.status == "ok") | .test] | unique | length')" 500
}

@test "a row twice is refused, with advice" {
  assert_trouble "a row twice: test 'a', entry point 'one', build 'x' (give each build a label" bpf-run plan.csv plan.csv
  assert_trouble "a row twice" bpf-run --list plan.csv plan.csv
}

@test "two plans are measured side by side: same rounds, samples and invocations" {
  requires bpf
  bpf-run --quiet --rounds 3 --samples 4 --sample-ms 0.1 plan.csv y.csv >out.csv
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,round,build then cut -f count out.csv | sort | uniq -c | xargs)" "18 4"
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,iterations then count out.csv)" 3
  # Within a test and round, the rows of one build and then the other: never another test between.
  assert_equal "$(mlr --icsv --onidx cut -o -f round,test out.csv | uniq | wc -l)" 9
}

@test "--seed gives the same order; rounds are shuffled and numbered on from --first-round" {
  requires bpf
  order() { bpf-run --quiet --rounds 6 --samples 1 --sample-ms 0.05 --first-round 41 --seed "$1" plan.csv | mlr --icsv --onidx cut -o -f round,test; }
  order 7 >one
  order 7 | cmp - one
  assert_equal "$(awk '{print $1}' one | uniq | xargs)" "41 42 43 44 45 46"
  [ "$(awk '{r[$1] = r[$1] $2 " "} END {for (i in r) print r[i]}' one | sort -u | wc -l)" -gt 1 ]
}

@test "-t chooses by regular expression, --only by a CSV of suites and tests" {
  list() { bpf-run --list "$@" | mlr --icsv --onidx cut -f test | xargs; }
  assert_equal "$(list plan.csv)" "a b/1 b/2"
  assert_equal "$(list -t '^b/' plan.csv)" "b/1 b/2"
  printf 'verdict,test,x,suite\nregression,b/1,,s\nregression,a,,other\n' >only.csv
  assert_equal "$(list --only only.csv plan.csv)" "b/1"
  assert_equal "$(list --only only.csv -t 1 <plan.csv)" "b/1"
  run -0 --separate-stderr bpf-run --list --only only.csv plan.csv
  assert_equal "$stderr" "bpf-run: 1 of 2 tests of 'only.csv' are not in the plan, such as 'a' of suite 'other'"
  assert_trouble "no test is selected (--list shows what there is)" bpf-run -t nothing plan.csv
  assert_trouble "no test is selected" bpf-run --only only.csv -t a plan.csv
  assert_trouble "bad regular expression: '['" bpf-run -t '[' plan.csv
  printf 'suite,name\ns,a\n' >wrong.csv
  assert_trouble "missing column 'test' (wrong.csv)" bpf-run --only wrong.csv plan.csv
}

@test "--list is what --only takes" {
  bpf-run --list -t b plan.csv >list.csv
  assert_equal "$(rows list.csv '.suite, .test, .entry_point')" '["s","b/1","one"]
["s","b/2","one"]'
  run -0 --separate-stderr bpf-run --list --only list.csv -o again.csv plan.csv
  assert_equal "$stderr" ""
  cmp again.csv list.csv
}

@test "the list of the self-test is what it would check, and runs nothing" {
  bpf-run --self-test --list >list.csv
  [ "$(head -n 1 list.csv)" = check,subject ]
  if has bpf; then
    bpf-run --self-test >self.csv
    mlr --csv cut -f check,subject self.csv | cmp - list.csv
  fi
}

# ---- what goes out

@test "no output is emptied when another one cannot be written, and two are never one file" {
  requires bpf
  echo kept >old.csv
  assert_trouble "can't write: 'none/e.csv'" bpf-run --quiet -o old.csv --environment none/e.csv plan.csv
  assert_equal "$(cat old.csv)" kept
  assert_trouble "two outputs are one file: 'new.csv'" bpf-run --quiet --environment new.csv --profile ./new.csv --rounds 1 -t '^a$' plan.csv
  assert_trouble "two outputs are one file: 'e.csv'" bpf-run --quiet --environment e.csv -o ./e.csv plan.csv
  run -2 --separate-stderr sh -c 'exec bpf-run --quiet --environment e.csv plan.csv > e.csv'
  assert_equal "$stderr" "bpf-run: two outputs are one file: 'e.csv'"
}

@test "-o that is an input is refused, and the input stays; a full disk is exit 2" {
  requires bpf
  cp plan.csv kept.csv
  assert_trouble "output is also an input: 'plan.csv'" bpf-run --quiet -o plan.csv plan.csv
  cmp plan.csv kept.csv
  bpf-run --list plan.csv >only.csv
  cp only.csv kept.csv
  for option in -o --environment '--rounds 1 -t ^a$ --profile'; do
    # shellcheck disable=SC2086 # words
    assert_trouble "output is also an input: 'only.csv'" bpf-run --quiet --only only.csv $option only.csv plan.csv
    cmp only.csv kept.csv
  done
  run -2 --separate-stderr quick -o /dev/full plan.csv
  assert_contains "$stderr" "No space left on device"
  run -2 --separate-stderr quick --environment /dev/full plan.csv
  assert_contains "$stderr" "can't write: '/dev/full'"
}

@test "what is read is never overwritten" {
  requires bpf
  plan >plan.csv
  cp plan.csv before.csv
  run -2 --separate-stderr bpf-run -q --rounds 1 --environment plan.csv plan.csv
  assert_contains "$stderr" "output is also an input: 'plan.csv'"
  cmp plan.csv before.csv
}

@test "standard error is silent when it is no terminal, and shows progress when it is one" {
  requires bpf script
  run -0 --separate-stderr bpf-run --rounds 1 --samples 1 --sample-ms 0.05 -o out.csv plan.csv
  [[ $stderr != *"round 1"* ]]
  script -qec "bpf-run --rounds 1 --samples 1 --sample-ms 0.05 -o out.csv plan.csv" /dev/null >terminal
  grep -q 'round 1 of 1' terminal
}

@test "--verbose ends with a table of where the time went, whose columns add up" {
  requires bpf
  cat >s.yml <<YAML
tests:
- {name: filled, source: $TOP/bpf/map.bpf.c, entry_point: read, map_state_preparation: {program: fill, iteration_count: 200},
   defines: {MAP_TYPE: BPF_MAP_TYPE_HASH}, check: check_read}
- {name: empty, source: $TOP/bpf/baseline.bpf.c, entry_point: empty}
YAML
  bpf-compile-check s.yml >plan.csv
  begin=$(date +%s.%N)
  bpf-run -q --verbose --rounds 2 --samples 4 plan.csv 2>log >samples.csv
  end=$(date +%s.%N)
  sed -n '/^ *seconds /,$p' log >table
  assert_equal "$(wc -l <table)" 4
  assert_equal "$(head -n 1 table | xargs)" "seconds other load prepare validate calibrate sample check unload test"
  # Each cell is rounded to a hundredth.
  awk -v wall="$(awk "BEGIN { print $end - $begin }")" 'NR == 1 { next }
    { sum = 0; for (i = 2; i <= 9; i++) sum += $i; if (sum - $1 > .041 || $1 - sum > .041) bad = 1 }
    $NF == "tests" { all = $1 } $NF != "tests" { parts += $1 } $NF == "filled" { prepared = $4 } $NF == "empty" { none = $4 }
    END { exit !(!bad && all <= wall + .01 && all - parts < .03 && prepared > 0 && none == 0) }' table || {
    cat table
    false
  }
}

@test "advice about the host says what to do, on standard error, and can be turned off" {
  requires bpf
  plan >plan.csv
  set_sysctl net.core.bpf_jit_harden 2
  bpf-run --rounds 1 --samples 1 -c 10 -t '^chain$' plan.csv >/dev/null 2>advice.txt
  bpf-run -q --rounds 1 --samples 1 -c 10 -t '^chain$' plan.csv >/dev/null 2>quiet.txt
  assert_contains "$(cat advice.txt)" 'sysctl net.core.bpf_jit_harden=0'
  assert_equal "$(cat quiet.txt)" ''
}

# ---- who ran, and where

# identity NAME VALUE...: identity.csv, for --identity
identity() {
  printf '%s,%s\n' name value "$@" >identity.csv
}

@test "the run's identity is what --identity and --track say, and one of its own without" {
  requires bpf
  identity run_id '"my ""run"",1"' track t/1 host_class hc boot 3 runtime host other thing
  quick --identity identity.csv --first-round 9 -t '^a$' plan.csv >out.csv
  assert_equal "$(rows out.csv '.run_id, .track, .host_class, .boot, .round, .build, .runtime')" \
    '["my \"run\",1","t/1","hc","3","9","x","host"]'
  quick --identity identity.csv --track t/2 -t '^a$' plan.csv >out.csv
  assert_equal "$(rows out.csv '.run_id, .track')" '["my \"run\",1","t/2"]'
  quick plan.csv >one.csv
  quick plan.csv >two.csv
  assert_equal "$(csv_value one.csv run_id | sort -u | wc -l)" 1
  [ "$(csv_value one.csv run_id | head -n 1)" != "$(csv_value two.csv run_id | head -n 1)" ]
  [[ $(csv_value one.csv host_class | head -n 1) =~ ^[a-z0-9][a-z0-9._-]*-host$ ]]
  [[ $(csv_value one.csv timestamp | head -n 1) =~ ^20..-..-..T..:..:..Z$ ]]
}

@test "an impossible identity is refused with its file and line" {
  while read -r name value message; do
    identity run_id r "$name" "$value"
    assert_trouble "$message" bpf-run --identity identity.csv plan.csv
  done <<'TABLE'
boot x boot is not a whole number: 'x' (identity.csv line 3)
boot 0 boot is too small: '0' (identity.csv line 3)
runtime xen runtime is not host, kvm or icount: 'xen' (identity.csv line 3)
runtime kvm runtime kvm is for a VM that pipelines/vm boots (make bench RUNTIME=kvm)
TABLE
  identity track ''
  assert_trouble "track is empty (identity.csv line 2)" bpf-run --identity identity.csv plan.csv
  assert_trouble "missing column 'name' (plan.csv)" bpf-run --identity plan.csv plan.csv
  identity track t
  cp identity.csv kept.csv
  assert_trouble "output is also an input: 'identity.csv'" bpf-run --quiet --identity identity.csv -o identity.csv plan.csv
  cmp identity.csv kept.csv
}

@test "a run goes on under the identity that its environment.csv has" {
  requires bpf
  quick --environment environment.csv --track t/1 plan.csv >one.csv
  quick --identity environment.csv --first-round 2 plan.csv >two.csv
  same=run_id,host_class,runtime,track,boot
  assert_equal "$(csv_value two.csv "$same" | sort -u)" "$(csv_value one.csv "$same" | sort -u)"
}

@test "the host class names the hypervisor as lscpu does; an unknown signature is a part of a path all the same" {
  requires bpf lscpu
  assert_equal "$(hypervisor-name 'KVMKVMKVM' 'Linux KVM Hv' 'Microsoft Hv' VMwareVMware XenVMMXenVMM TCGTCGTCGTCG 'bhyve bhyve' \
    linux,kvm xen,xen-4.17 VBoxVBoxVBox none 'New/One' | xargs)" \
    'kvm kvm microsoft vmware xen qemu bhyve kvm xen oracle none New/One'
  quick --environment env.csv -t '^a$' plan.csv >out.csv
  name=$(csv_value env.csv value '$name == "virtualisation"')
  slug=${name,,}
  [[ $(csv_value out.csv host_class | head -n 1) == *-"${slug//[^a-z0-9._]/-}"-host ]]
  vendor=$(LC_ALL=C lscpu | sed -n 's/^Hypervisor vendor: *//p')
  if [ -n "$vendor" ]; then
    assert_equal "$name" "${vendor,,}"
  elif ! grep -qw hypervisor /proc/cpuinfo; then
    assert_equal "$name" none
  fi
}

@test "settings that change what all programs cost are in the host class, the usual ones are not" {
  requires bpf
  usual=$(quick -t '^a$' plan.csv | mlr --icsv --onidx cut -f host_class)
  while read -r knob value suffix; do
    set_sysctl "$knob" "$value"
    quick -t '^a$' plan.csv >out.csv
    restore_sysctls
    assert_equal "$(csv_value out.csv host_class)" "$usual$suffix"
  done <<'TABLE'
net.core.bpf_jit_harden 2 -harden2
net.core.bpf_jit_harden 1
kernel.bpf_stats_enabled 1 -stats
TABLE
  # A kernel without an interpreter can't be without the JIT.
  set_sysctl net.core.bpf_jit_enable 0 2>/dev/null || return 0
  quick -t '^a$' plan.csv >out.csv
  assert_equal "$(csv_value out.csv host_class)" "$usual-nojit"
}

@test "--environment describes the machine, the builds and the tools" {
  requires bpf
  quick --environment env.csv plan.csv y.csv >out.csv
  value() { csv_value env.csv value '$name == "'"$1"'"'; }
  assert_equal "$(value run_id)" "$(csv_value out.csv run_id | head -n 1)"
  assert_equal "$(value host_class)" "$(csv_value out.csv host_class | head -n 1)"
  assert_equal "$(value kernel)" "$(uname -r)"
  assert_equal "$(value build | xargs)" "x y"
  assert_contains "$(value compiler)" "-mcpu=v3"
  for name in schema_version libbpf cpu_model virtualisation mitigations bpf_jit_enable; do
    [ -n "$(value "$name")" ]
  done
  assert_equal "bpf-run (eBPF performance benchmark suite) $(value tools_version)" "$(bpf-run --version)"
  # Over the run: what this kernel counts has a share of the time, the rest is an empty cell.
  for resource in cpu memory io; do
    [ ! -e "/proc/pressure/$resource" ] || [[ $(value "${resource}_pressure_pct") =~ ^[0-9]+\.[0-9]{2}$ ]]
  done
  [[ $(value seconds) =~ ^[0-9]+\.[0-9]$ && $(value steal_pct) =~ ^[0-9]+\.[0-9]{2}$ && -n $(value load_average) ]]
  csv_value env.csv name | grep -qx cpu_mhz
  run -1 grep ' $' env.csv
  for name in governor smt repository commit; do
    csv_value env.csv name | grep -qx "$name"
  done
  assert_trouble "can't write: 'no/such/env.csv'" bpf-run --quiet --environment no/such/env.csv plan.csv
}

# ---- what fails

@test "what fails is a row with a status, a reason and no number; the others are measured" {
  requires bpf
  run -1 --separate-stderr quick --exit-code -o out.csv bad.csv
  assert_equal "$(rows out.csv '.test, .status' | sort)" '["broken","compile_failed"]
["check fails","wrong_result"]
["good","ok"]
["lsm","unsupported"]
["no object","load_failed"]
["no program","load_failed"]
["prepare \"fails\"\nhere","wrong_result"]
["rejected","load_failed"]
["wrong","wrong_result"]'
  assert_equal "$(rows out.csv '.sample, .cpu, .iterations, .duration_ns, .kernel_ns, .instructions, .cycles' '.status != "ok"' | sort -u)" \
    '["","","","","","",""]'
  assert_equal "$(rows out.csv .test '.status != "ok" and .reason == ""')" ""
  assert_contains "$(csv_value out.csv reason '$test == "wrong"')" "one returned 7 where 0 was expected"
  assert_contains "$(csv_value out.csv reason '$test == "rejected"')" "R1 offset is outside of the packet"
  assert_contains "$(csv_value out.csv reason '$test == "broken"')" "use of undeclared identifier"
  assert_equal "${#stderr_lines[@]}" 8
}

@test "a failure is said once, not every round" {
  requires bpf
  bpf-run --quiet --rounds 3 --samples 1 --sample-ms 0.05 bad.csv >out.csv 2>/dev/null
  assert_equal "$(mlr --icsv --onidx count-distinct -f status,round then filter '$status == "ok"' then cut -f count out.csv | xargs)" "1 1 1"
  assert_equal "$(mlr --icsv --onidx filter '$status != "ok"' then count out.csv)" 8
}

@test "one reason is said once, with how many tests it is about" {
  requires bpf
  for build in plan y; do
    mlr --csv put '$cpus = "1023"' $build.csv >$build-none.csv
  done
  quick --rounds 2 plan-none.csv y-none.csv 2>said.txt >out.csv
  assert_equal "$(wc -l <said.txt)" 1
  [[ $(cat said.txt) =~ ^"bpf-run: unsupported: 3 tests, such as '"(a|b/1|b/2)"': CPU 1023 is not there, not online or not allowed"$ ]]
}

@test "--no-attach leaves out what runs only where it is attached, and attaches nothing" {
  requires bpf
  printf '%s\nSEC("xdp") int runs(void *ctx) { return 2; }\nSEC("sockops") int attached(void *ctx) { return 1; }\n' \
    "$(head -n 2 "$BATS_FILE_TMPDIR/good.bpf.c")" >two.bpf.c
  bpf-compile-check -o two.csv two.bpf.c
  quick two.csv 2>/dev/null >with.csv
  assert_contains "$(csv_value with.csv status '$test == "attached"')" ok
  quick --no-attach two.csv 2>/dev/null >without.csv
  assert_equal "$(csv_value without.csv status '$test == "runs"')" "$(csv_value with.csv status '$test == "runs"')"
  assert_equal "$(csv_value without.csv status,reason '$test == "attached"')" \
    "unsupported it runs only where it is attached, and --no-attach is given"
}

@test "--ignore-results times a program whose result is wrong" {
  requires bpf
  quick -r -t '^wrong$' bad.csv >out.csv
  assert_equal "$(csv_value out.csv status)" ok
}

@test "--exit-code: unsupported alone is no failure, but nothing was measured" {
  requires bpf
  ! has kprobes || skip "this kernel takes all program types"
  run -3 --separate-stderr quick --exit-code -t lsm bad.csv
  quick -t lsm bad.csv >out.csv 2>/dev/null
  assert_equal "$(csv_value out.csv status)" unsupported
  assert_equal "$(csv_value out.csv reason)" "prog 'one': BPF program load failed: Operation not permitted"
}

@test "without privilege it says how to get it, lists anyway, and times loops in user space" {
  requires root setpriv
  folder=$(mktemp -d)
  chmod 755 "$folder"
  cp "$(command -v bpf-run)" plan.csv "$folder" # the tree may be closed to others
  printf 'tests: [{name: loop, program_type: user, entry_point: loop}]\n' >u.yml
  bpf-compile-check --no-load -o "$folder/user.csv" u.yml
  unprivileged() { (cd "$folder" && setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all ./bpf-run "$@"); }
  run -2 --separate-stderr unprivileged plan.csv
  assert_contains "$stderr" "no privilege to load programs: run as root"
  assert_equal "$output" ""
  run -0 --separate-stderr unprivileged --list plan.csv
  assert_equal "${#lines[@]}" 4
  run -0 --separate-stderr unprivileged --quiet --rounds 1 --samples 1 --sample-ms 0.05 user.csv
  assert_contains "$output" ",ok,"
  rm -r "$folder"
}

# ---- hooks

@test "hooks know the test by their environment, and a name is never part of a command" {
  requires bpf
  sed 's/name: chain,/name: "$(touch pwned) `touch pwned`; '"'"'\\"x",/' "$SUITE" >hostile.yml
  cp "$FIXTURES/measurement/programs.bpf.c" .
  bpf-compile-check -I "$TOP/bpf/include" hostile.yml 2>/dev/null >plan.csv
  bpf-run -q --rounds 1 --samples 1 -c 10 -t pwned --pre 'printf "%s\n" "$BPF_RUN_TEST" > pre' \
    --post 'echo "$BPF_RUN_ROUND $BPF_RUN_SUITE"; printf "%s\n" "$BPF_RUN_TEST" > post' plan.csv >samples.csv
  assert_equal "$(cat pre)" '$(touch pwned) `touch pwned`; '"'"'"x'
  cmp pre post
  [ ! -e pwned ]
  run -1 grep -x '1 hostile' samples.csv
  run -2 --separate-stderr bpf-run -q --rounds 1 -t pwned --pre 'exit 3' plan.csv
  assert_contains "$stderr" 'the command of --pre failed with status 3'
  run -2 --separate-stderr bpf-run -q --rounds 1 -t pwned --pre 'kill -9 $$' plan.csv
  assert_contains "$stderr" 'the command of --pre was ended by signal 9'
}

@test "hooks do not run for a test that has been left out" {
  requires bpf
  measure '^cpu/wrong' --rounds 3 --pre 'echo once >> pre.txt'
  assert_equal "$(cat pre.txt)" once
  # Nor for one whose plan says that it can't be.
  plan | mlr --csv filter '$test =~ "^cpu/"' then put '$test == "cpu/0" {$status = "compile_failed"}' >plan.csv
  bpf-run -q --rounds 2 --samples 1 -c 10 -t '^cpu/[01]' --pre 'echo "$BPF_RUN_TEST" >> names.txt' --post 'echo "$BPF_RUN_TEST" >> names.txt' plan.csv >samples.csv
  assert_equal "$(sort names.txt | uniq -c | xargs)" "4 cpu/1"
  assert_equal "$(csv_value samples.csv status '$test == "cpu/0"')" compile_failed
}

# ---- signals, and what a run leaves behind

@test "a reader that leaves early ends it without a word from the kernel left behind" {
  requires bpf bpftool
  own_plan
  bpf-run --quiet --rounds 50 --samples 1 --sample-ms 0.05 own.csv | head -n 2 >two.csv || true
  assert_equal "$(wc -l <two.csv)" 2
  nothing_in_kernel "$own"
}

@test "SIGTERM, SIGINT and SIGHUP: whole rows, a message, status 2" {
  requires bpf
  for signal in TERM INT HUP; do
    : >out.csv
    # Where the tests run under nohup it would ignore SIGHUP.
    env --default-signal bpf-run --quiet --rounds 100000 --samples 2 --sample-ms 1 -o out.csv plan.csv 2>err &
    pid=$!
    while [ "$(wc -l <out.csv)" -lt 20 ]; do sleep 0.05; done
    kill -s "$signal" "$pid"
    # Not by `run`, whose subshell is not the parent of that process.
    code=0
    wait "$pid" || code=$?
    assert_equal "$code" 2
    grep -q 'interrupted: [0-9]* of 100000 rounds are whole' err
    csv-filter json out.csv >out.json # every row has all its cells
    [ "$(tail -c 1 out.csv | od -An -c | tr -d ' ')" = '\n' ]
    assert_equal "$(jq -r '[.[].status] | unique - ["ok", "interrupted"] | length' out.json)" 0
    jq -e 'all(.[]; .status == "ok" or .duration_ns == "")' out.json
  done
}

# bpf-run in the background, its calls lasting minutes; then a signal. Writes the seconds until it ended.
interrupt() { # SIGNAL REGEX
  local pid
  env --default-signal bpf-run -q --rounds 1 --samples 1 -c 2147483647 -t "$2" plan.csv >samples.csv 2>said.txt &
  pid=$!
  sleep 1
  kill -0 $pid
  SECONDS=0
  kill -s "$1" $pid
  wait $pid && return 1
  [ "$SECONDS" -le 5 ] || {
    echo "$2: $SECONDS s"
    return 1
  }
}

@test "a signal ends the call that is being timed, whatever its kind, and its test is interrupted" {
  requires bpf
  plan >plan.csv
  for kind in chain:TERM cpu/all:INT loop:HUP raw_tracepoint:TERM trigger/tracepoint:TERM trigger/cgroup:INT; do
    interrupt "${kind#*:}" "^${kind%:*}\$"
    assert_equal "$(mlr --icsv --onidx count-distinct -f test,status,duration_ns,reason samples.csv | cut -d ' ' -f 1,2)" \
      "${kind%:*} interrupted"
    grep -x 'bpf-run: interrupted: 0 of 1 rounds are whole' said.txt
  done
}

@test "nothing stays in the kernel, not even after kill -9" {
  requires bpf bpftool
  own_plan
  quick own.csv >out.csv
  nothing_in_kernel "$own"
  bpf-run --quiet --rounds 100000 --samples 2 --sample-ms 1 -o out.csv own.csv &
  pid=$!
  # It would be seen if it stayed.
  for _ in $(seq 100); do
    [ -z "$(in_kernel "$own")" ] || break
    sleep 0.05
  done
  [ -n "$(in_kernel "$own")" ]
  kill -9 "$pid"
  wait "$pid" || true
  nothing_in_kernel "$own"
}

# Folders in the kernel's file systems of runs that are no more; a run that is going on has its own. They are
# named bpf-run-NAMESPACE-PID.
orphans() {
  local folder
  find /sys/fs/cgroup /sys/kernel/tracing/instances -maxdepth 2 -name 'bpf-run-*' 2>/dev/null |
    while read -r folder; do
      [ -d "/proc/${folder##*-}" ] || echo "$folder"
    done
}

# no_orphans: within the seconds that a watcher may take
no_orphans() {
  for _ in $(seq 100); do
    [ -n "$(orphans)" ] || return 0
    sleep 0.1
  done
  orphans
  return 1
}

# bats test_tags=slow
@test "killed at a hundred random moments, it leaves nothing behind and whole rows only" {
  requires bpf tracefs
  local rows folders=0 own=own$((RANDOM % 90000 + 10000))
  cp "$FIXTURES/measurement/programs.bpf.c" "$own.bpf.c"
  sed "s/programs.bpf.c/$own.bpf.c/" "$SUITE" >own.yml
  bpf-compile-check -I "$TOP/bpf/include" own.yml >plan.csv 2>/dev/null
  for _ in $(seq 100); do
    bpf-run -q --rounds 1000 --samples 2 --sample-ms 0.2 -t '^(chain|ring/drained|cpu/[01]|trigger|print/unread)' plan.csv >killed.csv 2>/dev/null &
    pid=$!
    sleep "0.$(printf %03d $((RANDOM % 250)))"
    # Some have not made them by then.
    ! compgen -G "/sys/kernel/tracing/instances/bpf-run-*-$pid" >/dev/null || folders=$((folders + 1))
    kill -9 $pid
    wait $pid 2>/dev/null || :
    [ -s killed.csv ] || continue
    assert_equal "$(tail -c 1 killed.csv | od -An -c | tr -d ' ')" '\n'
    stats-reduce killed.csv >/dev/null
    rows=$((${rows:-0} + $(wc -l <killed.csv) - 1))
  done
  [ "$rows" -gt 100 ]
  nothing_in_kernel "$own"
  # Namespaces and links end with the process; nothing is pinned.
  assert_equal "$(find /sys/fs/bpf -name "*$own*")" ''
  [ "$folders" -gt 0 ]
  no_orphans
}

# made FOLDER...: whether a run has made its folder below each
made() {
  local folder
  for folder; do
    compgen -G "$folder/bpf-run-*-$pid" >/dev/null || return 1
  done
}

@test "the cgroup and the trace instance of a killed process go without another run, and its output ends" {
  requires bpf tracefs
  local cgroups pid
  cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  plan >plan.csv
  # What its watchers kept open the reader of its output would wait for.
  {
    bpf-run -q --rounds 100000 --samples 2 -c 10 -t '^(trigger/cgroup|print/unread)' plan.csv 2>/dev/null &
    pid=$!
    for _ in $(seq 100); do
      ! made "$cgroups" /sys/kernel/tracing/instances || break
      sleep 0.1
    done
    made "$cgroups" /sys/kernel/tracing/instances && echo made >made.txt
    kill -9 "$pid"
    wait "$pid" || :
  } | timeout 20 cat >samples.csv
  assert_equal "$(cat made.txt)" made
  no_orphans
}

@test "every run removes what killed ones left, of its own namespace of processes only" {
  requires bpf tracefs unshare
  local cgroups space gone=4194305 # above the largest number of a process
  cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  space=$(stat -L -c %i /proc/self/ns/pid)
  plan >plan.csv
  for folder in "$cgroups" /sys/kernel/tracing/instances; do
    mkdir "$folder/bpf-run-$space-$gone" "$folder/bpf-run-$space-$$" "$folder/bpf-run-1-$gone"
  done
  # In another namespace nothing is known of them.
  unshare -pf bpf-run -q --rounds 1 --samples 1 -c 10 -t '^print/unread' plan.csv >samples.csv
  for folder in "$cgroups" /sys/kernel/tracing/instances; do
    rmdir "$folder/bpf-run-$space-$gone"
    mkdir "$folder/bpf-run-$space-$gone"
  done
  bpf-run -q --rounds 1 --samples 1 -c 10 -t '^chain$' plan.csv >samples.csv
  for folder in "$cgroups" /sys/kernel/tracing/instances; do
    [ ! -e "$folder/bpf-run-$space-$gone" ]
    rmdir "$folder/bpf-run-$space-$$" "$folder/bpf-run-1-$gone"
  done
}

@test "a cgroup in which there is a process of somebody else goes when that one has gone" {
  requires bpf
  local cgroups
  cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  plan >plan.csv
  run -0 --separate-stderr bpf-run -q --rounds 1 --samples 1 -c 10 -t '^trigger/cgroup$' -o samples.csv \
    --post "sleep 1 </dev/null >/dev/null 2>&1 & echo \$! | tee '$cgroups'/bpf-run-*-\$PPID/cgroup.procs >/dev/null" plan.csv
  [[ $stderr =~ ^"bpf-run: can't remove '"($cgroups/bpf-run-[0-9]+-[0-9]+)"': Device or resource busy"$ ]]
  [ ! -e "${BASH_REMATCH[1]}" ]
}

@test "a map that is pinned by name is each load's own, and nothing stays behind" {
  requires bpf bpftool
  mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf
  local name=own$((RANDOM % 90000 + 10000))
  cat >pin.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, 1); /* by name */
} NAME SEC(".maps");
SEC("xdp") int pin(void *ctx)
{
	__u32 i = 0, *value = bpf_map_lookup_elem(&NAME, &i);
	if (value)
		*value = 1;
	return 0;
}
char _license[] SEC("license") = "GPL";
C
  # Such as what is in production.
  bpftool map create "/sys/fs/bpf/$name" type array key 4 value 4 entries 1 name "$name"
  bpf-compile-check -D NAME="$name" --build a pin.bpf.c >a.csv
  bpf-compile-check -D NAME="$name" --build b pin.bpf.c >b.csv
  bpf-run -q --rounds 2 --samples 1 -c 10 a.csv b.csv >samples.csv
  assert_equal "$(csv_value samples.csv build,status | sort -u)" 'a ok
b ok'
  assert_equal "$(bpftool -j map dump pinned "/sys/fs/bpf/$name" | jq -c '[.[].formatted.value // .[].value]')" '[["0x00","0x00","0x00","0x00"]]'
  rm "/sys/fs/bpf/$name"
  bpf-compile-check -D NAME="$name" pin.bpf.c >a.csv
  bpf-run -q --rounds 1 --samples 1 -c 10 a.csv >samples.csv
  [ ! -e "/sys/fs/bpf/$name" ]
}

# with_capabilities LIST COMMAND...: as an ordinary user who has them, such as +bpf,+perfmon
with_capabilities() {
  setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps="-all,$1" --ambient-caps="-all,$1" --bounding-set="-all,$1" "${@:2}"
}

@test "three capabilities do for root, but for what tracefs is needed for" {
  requires root bpf cpus2 setpriv
  local folder all=+bpf,+perfmon,+net_admin
  folder=$(mktemp -d)
  cp -r "$TOP/bpf" "$folder"
  chmod -R a+rwX "$folder"
  cd "$folder"
  printf '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n%s\n%s\n' \
    'SEC("tp/syscalls/sys_enter_getppid") int tp(void *ctx) { return 0; }' 'char l[] SEC("license") = "GPL";' >hooks.bpf.c
  part_of core '(control|baseline|generator|tail_call|ringbuf|lru|helper|xdp|trace_printk)/'
  sed -i "s|$TOP/bpf/|bpf/|" part.yml # where the user may read
  with_capabilities $all bpf-compile-check part.yml >plan.csv
  assert_equal "$(csv_value plan.csv status | sort -u)" ok
  with_capabilities $all bpf-run -q --rounds 1 --samples 1 -c 10 plan.csv >samples.csv 2>messages
  assert_equal "$(csv_value samples.csv test '$status != "ok"' | sort -u | xargs)" 'trace_printk/read trace_printk/unread'
  assert_contains "$(csv_value samples.csv reason '$status != "ok"' | sort -u)" 'is not open to this user: Permission denied'
  with_capabilities $all bpf-compile-check hooks.bpf.c 2>messages | with_capabilities $all bpf-run -q --rounds 1 --samples 1 -c 10 >samples.csv 2>messages
  assert_equal "$(csv_value samples.csv status | sort -u)" unsupported
  assert_contains "$(csv_value samples.csv reason)" 'is not open to this user: Permission denied'
  # Without one of them, what needs it says so, or nothing can be loaded at all.
  for lacks in +bpf,+perfmon +perfmon,+net_admin; do
    assert_trouble 'no privilege to load programs: run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON' \
      with_capabilities $lacks bpf-compile-check bpf/suites/smoke.yml
  done
  with_capabilities +bpf,+net_admin bpf-compile-check hooks.bpf.c >plan.csv 2>messages
  assert_contains "$(csv_value plan.csv reason)" '(it needs CAP_PERFMON)'
  # The others need nothing.
  with_capabilities -all stats-reduce samples.csv >summary.csv
  cd "$BATS_TEST_TMPDIR"
  rm -r "$folder"
}

@test "of the kernel's command line only what changes its speed is told" {
  requires bpf unshare
  printf 'BOOT_IMAGE=/vmlinuz root=UUID=secret ip=10.0.0.1 mitigations=off isolcpus=2-3 token=secret nohz_full=2 quiet\n' >cmdline
  bpf-compile-check --no-load "$TOP/bpf/suites/smoke.yml" >plan.csv
  unshare --mount sh -c 'mount --bind cmdline /proc/cmdline && exec bpf-run -q --rounds 1 --samples 1 -c 10 --environment environment.csv plan.csv' >samples.csv
  assert_equal "$(csv_value environment.csv value '$name == "command_line"')" 'mitigations=off isolcpus=2-3 nohz_full=2'
  run ! grep -r secret environment.csv samples.csv
}

@test "tracefs that is not mounted is mounted for the run alone" {
  requires bpf unshare
  cat >tp.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tp/syscalls/sys_enter_getppid") int tp(void *ctx) { return 0; }
char _license[] SEC("license") = "GPL";
C
  part_of core trace_printk/
  cat >run.sh <<'SH'
set -e
cat /proc/self/mountinfo > before
bpf-compile-check -o trace.csv part.yml
bpf-compile-check -o tp.csv tp.bpf.c
bpf-run -q --rounds 2 --samples 1 -c 10 --post 'readlink /proc/self/ns/mnt > namespace' \
  -o samples.csv trace.csv tp.csv
cat /proc/self/mountinfo > after
readlink /proc/self/ns/mnt > own
SH
  bare bash run.sh
  cmp before after
  run -1 cmp own namespace
  assert_equal "$(csv_value tp.csv status)" ok
  assert_equal "$(csv_value samples.csv test,status | sort -u)" 'tp ok
trace_printk/read ok
trace_printk/unread ok'
  # Where it is, nothing is mounted.
  bare bash -c 'mount -t tracefs none /sys/kernel/tracing && bash run.sh'
  cmp before after
  cmp own namespace
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
}

@test "bpf_trace_printk fills nobody else's trace, and its event is as it was" {
  requires bpf tracefs
  # Others on this machine may print too.
  local text="text $RANDOM$RANDOM" SUITE=$PWD/own.yml
  cp "$FIXTURES/measurement/programs.yml" own.yml
  sed "s/bpf-run test/$text/" "$FIXTURES/measurement/programs.bpf.c" >programs.bpf.c
  for state in 0 1; do
    echo "$state" >"$EVENT"
    measure '^print/' --rounds 2
    assert_equal "$(csv_value samples.csv status | sort -u)" ok
    assert_equal "$(cat "$EVENT")" "$state"
  done
  echo 0 >"$EVENT"
  : >/sys/kernel/tracing/trace
  measure '^print/' --rounds 2
  run -1 grep "$text" /sys/kernel/tracing/trace
  assert_equal "$(csv_value samples.csv dropped '$test == "print/read"' | sort -u)" 0
  assert_equal "$(orphans)" ''
}

# bats test_tags=slow
@test "memory does not grow over a thousand rounds" {
  requires bpf cpus2 tracefs
  plan >plan.csv
  # Of each kind that is set up and taken down in a way of its own: five tests a round.
  bpf-run -q --rounds 1000 --samples 1 -c 4 -t '^(chain|cpu/all|ring/drained|print/read|trigger/cgroup)$' \
    --post 'grep VmRSS "/proc/$PPID/status" >> rss.txt' plan.csv >samples.csv
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
  assert_equal "$(wc -l <rss.txt)" 5000
  early=$(sed -n 1000p rss.txt | tr -dc 0-9)
  late=$(tail -n 1 rss.txt | tr -dc 0-9)
  echo "VmRSS after 200 rounds $early kB, after 1000 $late kB"
  [ "$late" -le $((early + 128)) ]
}
