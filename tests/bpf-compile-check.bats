#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bpf-compile-check as a black box.

load helpers

# Sources that the tests compile: each is one thing that can happen to a program.
setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  local head='#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#ifndef RESULT
#define RESULT 0
#endif
char _license[] SEC("license") = "GPL";'
  printf '%s\nSEC("xdp") int one(void *ctx) { return RESULT; }\n' "$head" >good.bpf.c
  printf '%s\nint one(void *ctx) { return no_such_thing; }\nint two(void *ctx) { return nor_this; }\n' "$head" >broken.bpf.c
  printf '%s\nSEC("xdp") int one(struct xdp_md *ctx) { return *(int *)(long)ctx->data; }\n' "$head" >rejected.bpf.c
  printf '%s\nSEC("lsm/file_open") int one(void *ctx) { return 0; }\n' "$head" >lsm.bpf.c
}

# suite [LINE...]: s.yml with a test a line, in YAML's flow style
suite() {
  printf 'tests:\n' >s.yml
  [ $# -eq 0 ] || printf -- '- {%s}\n' "$@" >>s.yml
}

# instructions OBJECT [PROGRAM]: what the object holds, one instruction a line
instructions() {
  llvm-objdump -d --no-show-raw-insn --no-print-imm-hex "$1" | sed -n 's/^ *[0-9]*:[[:space:]]*//p'
}

# translate OBJECT TYPE: the program as the kernel holds it, with opcodes; nothing stays pinned
translate() {
  local pin=/sys/fs/bpf/baseline-test-$$ failed=0
  bpftool prog load "$1" "$pin" type "$2" && bpftool prog dump xlated pinned "$pin" opcodes || failed=1
  rm -f "$pin"
  return "$failed"
}

@test "--help and --version say what they should on standard output" {
  run -0 --separate-stderr bpf-compile-check --help
  assert_contains "$output" "Usage: bpf-compile-check [OPTION...] SUITE.yml|FILE.bpf.c|FILE.o|PLAN.csv..."
  assert_contains "$output" "--no-load"
  assert_equal "$stderr" ""
  run -0 --separate-stderr bpf-compile-check -V
  [[ $output =~ ^bpf-compile-check\ .*\ [^\ ]+$ ]]
}

@test "wrong command lines end with status 2 and a hint" {
  assert_usage_error "unrecognized option '--no-such'" bpf-compile-check --no-such
  assert_usage_error "requires an argument" bpf-compile-check --objdir
  for option in --build --objdir --objects --output -I; do
    assert_trouble "$option is empty" bpf-compile-check "$option" '' --no-load good.bpf.c
  done
  for macro in '' 'A B' 1A =1 A-B 'A B=1'; do
    assert_trouble "-D is not NAME[=VALUE]: '$macro'" bpf-compile-check -D "$macro" --no-load good.bpf.c
  done
  bpf-compile-check -D A -D _b2= -D 'F(x)=(x)' --no-load good.bpf.c >/dev/null
  assert_trouble "can't write the output: No space left on device" bash -c 'bpf-compile-check --help > /dev/full'
  for rounds in 0 -1 x 1x 1.5 '' 99999999999999999999; do
    assert_trouble "--rounds" bpf-run "--rounds=$rounds" /dev/null
  done
}

@test "a suite becomes a plan: a row a test and entry point, in the suite's order" {
  suite 'name: a, source: good.bpf.c, entry_point: one' \
    'name: b, source: good.bpf.c, program_cpu_assignment: {one: all}, operations: 7, iteration_count: 11, keep: 4, visits: 3' \
    'name: "c/{}", source: good.bpf.c, entry_point: one, variants: {x: {RESULT: 1}, y: {RESULT: 2}}, expected_result: -1' \
    'name: "d/{}", source: good.bpf.c, entry_point: one, program_type: [xdp, tc], expected_result: 0xFFffffff' \
    'name: e, program_type: user, entry_point: loop, control: true'
  bpf-compile-check --no-load --build v1 s.yml >plan.csv
  assert_equal "$(rows plan.csv '.suite, .test, .build, .program_type, .cpus, .operations, .iterations, .keep, .visits, .control, .expected_result, .status')" \
    '["s","a","v1","","any","1","","","","0","0","compiled"]
["s","b","v1","","all","7","11","4","3","0","0","compiled"]
["s","c/x","v1","","any","1","","","","0","4294967295","compiled"]
["s","c/y","v1","","any","1","","","","0","4294967295","compiled"]
["s","d/xdp","v1","xdp","any","1","","","","0","4294967295","compiled"]
["s","d/tc","v1","sched_cls","any","1","","","","0","4294967295","compiled"]
["s","e","v1","user","any","1","","","","1","0","compiled"]'
}

@test "a suite of the bpf_performance runner is read as it is" {
  bpf-compile-check --no-load --objdir objects good.bpf.c >/dev/null
  mkdir bpf
  mv objects/good-*.bpf.o bpf/one.o
  cat >s.yml <<'YAML'
tests:
  - name: Baseline
    description: Simple baseline test.
    elf_file: one.o
    iteration_count: 10000000
    program_cpu_assignment:
      one: all
  - name: Only there
    elf_file: two.o
    platform: Windows
    program_cpu_assignment: {one: 0}
  - name: Typed
    platform: Linux
    elf_file: one.o
    iteration_count: 1
    map_state_preparation:
      program: one
      iteration_count: 3
    program_type: tc
    batch_size: 64
    pass_data: true
    pass_context: false
    expected_result: 5
    program_cpu_assignment: {one: [0, 1]}
YAML
  bpf-compile-check --no-load --objects bpf s.yml >plan.csv
  assert_equal "$(rows plan.csv '.test, .object, .program_type, .packet, .cpus, .iterations, .prepare, .prepare_iterations, .expected_result' | sed 's/[0-9a-f]\{16\}/HASH/')" \
    '["Baseline","build/bpf/one-HASH.bpf.o","","zeros-1024","all","10000000","","","0"]
["Typed","build/bpf/one-HASH.bpf.o","sched_cls","zeros-1024","0,1","1","one","3","5"]'
}

@test "an object that libbpf crashes on is a row that says so" {
  # libbpf 1.1 follows its type information out of memory; another version may refuse it.
  base64 -d <<'EOT' | gzip -d >it.o
H4sIAAAAAAACA+3cv0rDQBzA8Utao4WkKgXxEZw6ODj6p9CCUESlu42YQbAaTKEVB1/DzRfxAXwQN3ddTZtEr0k0F5og2O8HSn69u9xdLk36L5
eHdreja5qIaOJDpHnsJdNWhSYAAAAAAACARfb0ponNMH4xgkfV+srWK99F4z+mVX6oMl5OV1gnVxk/qCps2orI3/dcbSyFZQ6lBo4m6a7tqY7/
RbCor812Upc6bqUMsCkVtH6pPr7dZkH1KtdDfrn5Re0n1XpUy2Ucf/WCn2ce3yMzuZ6hdh7JqzbnOSiR/pzSd8VzYCVneq5xr03+YvHtSml7Ur
wvxQdS3JLirhQfS/GJFJ9K8bs5Hchpu+vJF8E0vV3GG+XwznXEwB6fOdfD20vH8+Moa2C7fJAAAAAA8Cc80fS/kngMBAAAAAAAAPBPnIvJ9RDL
DAQAAAAAAAAAYKEEV8TejFTLM6cvyblqtnqdmSmbmEPaJNyNcLLrvc74lGk7I3+r5PbHmki9O22/ESxfG+yjLGmHSH8nXBrBMj7G0b1OPgF248
bDWFgAAA==
EOT
  suite 'name: a, elf_file: it.o, entry_point: one' 'name: b, source: good.bpf.c, entry_point: one'
  run -0 --separate-stderr bpf-compile-check s.yml
  printf '%s\n' "$output" >plan.csv
  assert_equal "$(csv_value plan.csv test,status)" 'a load_failed
b ok'
  assert_contains "$(csv_value plan.csv reason '$test == "a"')" "object 'build/bpf/it-"
  # Somebody may have written into a plan what makes it look like one that was opened, and loaded.
  mlr --csv put '$program_hash = "0123456789abcdef"; $status = "ok"; $reason = ""' plan.csv >forged.csv
  for tool in bpf-compile-check 'bpf-run -q --rounds 2 --samples 1 -c 4'; do
    $tool forged.csv >out.csv
    assert_equal "$(csv_value out.csv test,status '$test == "a"')" 'a load_failed'
    assert_contains "$(csv_value out.csv reason '$test == "a"')" "object 'build/bpf/it-"
  done
}

@test "what an elf_file was when the plan was made is what the plan measures, or the row says that it is not" {
  requires bpf
  local result
  suite 'name: a, elf_file: it.o, entry_point: one, expected_result: 2'
  for result in 1 2; do
    bpf-compile-check --no-load --objdir "objects-$result" -D "RESULT=$result" good.bpf.c >/dev/null
    cp "objects-$result"/good-*.bpf.o it.o
    bpf-compile-check --no-load --build "v$result" -o "v$result.csv" s.yml
  done
  [ "$(csv_value v1.csv object)" != "$(csv_value v2.csv object)" ]
  assert_contains "$(csv_value v2.csv object)" build/bpf/it-
  [ "$(csv_value v1.csv program_hash)" != "$(csv_value v2.csv program_hash)" ]
  run -0 --separate-stderr bpf-run -q --rounds 1 --samples 1 -c 4 -o samples.csv v1.csv v2.csv
  assert_equal "$(csv_value samples.csv build,status | sort | xargs)" "v1 wrong_result v2 ok"
  # Another object under the name that a plan has.
  cp it.o "$(csv_value v1.csv object)"
  run -0 --separate-stderr bpf-run -q --rounds 1 --samples 1 -c 4 -o samples.csv v1.csv
  assert_equal "$(csv_value samples.csv status)" load_failed
  assert_contains "$(csv_value samples.csv reason)" "is not the one that the plan was made of"
  run -1 --separate-stderr bpf-compile-check --exit-code v1.csv
  assert_contains "$stderr" "is not the one that the plan was made of"
  # Nor is a FIFO waited for.
  mkfifo fifo.o
  suite 'name: a, elf_file: fifo.o, entry_point: one'
  run -1 --separate-stderr timeout 20 bpf-compile-check --exit-code s.yml
  assert_equal "$stderr" "bpf-compile-check: load_failed: 'a': can't read object './fifo.o': not a regular file"
}

@test "objects of a folder elsewhere make a plan below the working directory, where a VM takes them from" {
  local plan
  bpf-compile-check --no-load good.bpf.c >/dev/null
  mkdir elsewhere
  mv build/bpf/good-*.bpf.o elsewhere/it.o
  suite 'name: a, elf_file: it.o, entry_point: one' 'name: b, elf_file: none.o, entry_point: one'
  plan=$("$TOP/pipelines/compare/build-programs" "dir:$PWD/elsewhere" s.yml head 2>/dev/null)
  assert_equal "$(csv_value /dev/stdin object,status <<<"$plan" | sed 's/[0-9a-f]\{16\}/HASH/' | xargs)" "build/bpf/it-HASH.bpf.o compiled load_failed"
  suite 'name: a, source: good.bpf.c, entry_point: one'
  run -2 --separate-stderr "$TOP/pipelines/compare/build-programs" dir:elsewhere s.yml head
  assert_contains "$stderr" "takes none of its programs from 'elsewhere'"
}

@test "errors of a suite name its file and line" {
  local ok='source: good.bpf.c, entry_point: one'
  while IFS='|' read -r test message; do
    suite "name: first, $ok" "${test//OK/$ok}"
    assert_trouble "$message" bpf-compile-check --no-load s.yml
    assert_contains "$stderr" "(s.yml line 3)"
  done <<'TABLE'
name: a, source: good.bpf.c, entry_pont: one|unknown field 'entry_pont'
OK|a test needs a 'name'
name: "", OK|a test needs a 'name'
name: {a: b}, OK|'name' must be a single value
name: [a], OK|'name' must be a single value
name: a, name: b, OK|field 'name' twice
name: a, source: none.bpf.c, entry_point: one|can't read source './none.bpf.c': No such file or directory
name: a, source: ., entry_point: one|a source ends in .c
name: a, source: "", entry_point: one|a source ends in .c
name: a, entry_point: one|one of 'source' and 'elf_file'
name: a, OK, elf_file: x.o|one of 'source' and 'elf_file'
name: a, source: good.bpf.c|one of 'entry_point' and 'program_cpu_assignment'
name: a, OK, program_cpu_assignment: {one: all}|one of 'entry_point' and 'program_cpu_assignment'
name: a, source: good.bpf.c, entry_point: ""|entry point needs a name
name: a, OK, defines: {A B: 1}|not the name of a macro: 'A B'
name: a, OK, defines: {"": 1}|not the name of a macro: ''
name: a, OK, defines: {"A=B": 1}|not the name of a macro: 'A=B'
name: "a/{}", OK, variants: {x: {1A: 1}}|not the name of a macro: '1A'
name: first, OK|test 'first' with entry point 'one' twice
name: a, source: good.bpf.c, program_cpu_assignment: {one: 0, one: 1}|entry point 'one' twice
name: a, source: good.bpf.c, program_cpu_assignment: {one: all, two: all}|two entry points want all CPUs
name: a, source: good.bpf.c, program_cpu_assignment: {}|'program_cpu_assignment' is empty
name: a, source: good.bpf.c, program_cpu_assignment: all|must be a mapping
name: a, source: good.bpf.c, program_cpu_assignment: {one: some}|CPUs must be all, remaining, any, a number or a list: 'some'
name: a, source: good.bpf.c, program_cpu_assignment: {one: -1}|CPUs must be
name: a, source: good.bpf.c, program_cpu_assignment: {one: []}|CPUs must be
name: a, source: good.bpf.c, program_cpu_assignment: {one: [0, all]}|CPUs must be all, remaining, any, a number or a list: '0,all'
name: a, source: good.bpf.c, program_cpu_assignment: {one: {two: 3}}|CPUs must be
name: a, OK, operations: 0|'operations' is too small: '0'
name: a, OK, operations: -1|'operations' is not a whole number: '-1'
name: a, OK, operations: 1e3|'operations' is not a whole number: '1e3'
name: a, OK, operations: 4294967296|'operations' is too large: '4294967296'
name: a, OK, iteration_count: 99999999999999999999|'iteration_count' is too large
name: a, OK, iteration_count: [1]|'iteration_count' must be a single value
name: a, OK, expected_result: 1.5|'expected_result' is not a whole number: '1.5'
name: a, OK, expected_result: 0xg|'expected_result' is not a whole number: '0xg'
name: a, OK, expected_result: 0x|'expected_result' is not a whole number: '0x'
name: a, OK, expected_result: 0x100000000|'expected_result' is too large: '0x100000000'
name: a, OK, expected_result: 4294967296|'expected_result' is too large: '4294967296'
name: a, OK, expected_result: ""|'expected_result' is not a whole number: ''
name: a, OK, keep: true|'keep' is not a whole number: 'true'
name: a, OK, visits: 1001|'visits' is too large: '1001'
name: a, OK, control: 1|'control' must be true or false: '1'
name: a, OK, program_type: xpd|no program type is named 'xpd'
name: a, OK, program_type: user|no operation of type user is named 'one'
name: a, program_type: user_call, entry_point: loop|no operation of type user_call is named 'loop'
name: a, program_type: user_call, entry_point: read|one of 'source' and 'elf_file'
name: a, OK, program_type: []|'program_type' is empty
name: a, OK, program_type: [xdp, tc]|needs a {} in its name
name: a, OK, packet: ipx|no packet is named 'ipx'
name: a, OK, variants: {x: {A: 1}}|needs a {} in its name
name: "{}", OK, variants: {}|'variants' is empty
name: "{}", OK, variants: x|'variants' must be a mapping or a list
name: "{}", OK, variants: {x: 1}|'variant' must be a mapping
name: "{}", OK, variants: {x: {name: y}}|a variant can't set 'name'
name: "{}", OK, variants: [[x], [y]]|needs a {} in its name for each axis
name: "{}{}{}", OK, variants: [[x], [y]]|no axis of variants for the '{}' in '{}{}{}'
name: a, OK, defines: [A]|'defines' must be a mapping
name: a, elf_file: x.o, entry_point: one, defines: {A: 1}|need a 'source'
name: a, OK, map_state_preparation: {}|'map_state_preparation' needs
name: a, OK, map_state_preparation: {programm: x}|unknown field 'programm'
name: a, OK, map_state_preparation: fill|'map_state_preparation' must be a mapping
TABLE
}

@test "what is no suite is an error with file and line" {
  while IFS='|' read -r bytes line message; do
    printf '%b' "$bytes" >s.yml
    assert_trouble "$message" bpf-compile-check --no-load s.yml
    assert_contains "$stderr" "s.yml$line"
  done <<'TABLE'
||empty suite: 's.yml'
# only a comment\n||empty suite: 's.yml'
[]| line 1|put 'tests:' before its list
- name: a\n| line 1|put 'tests:' before its list
word| line 1|'suite' must be a mapping
tests:| line 1|a suite needs 'tests', a list
tests: {a: b}| line 1|a suite needs 'tests', a list
test: []| line 1|unknown field 'test'
tests: [a, b]| line 1|'test' must be a mapping
tests:\n\t- name: a\n| line 2|not YAML
tests:\n- name: [a\n  b: c\n| line 3|not YAML
tests: []\n---\ntests: []\n| line 3|one YAML document
tests: [{name: "a\\0b", program_type: user, entry_point: x}]| line 1|NUL byte
\0377\0376\001| line 1|not YAML
%YAML 9.9\n---\ntests: []\n| line 1|not YAML
TABLE
  assert_trouble "can't read suite: 'none.yml': No such file or directory" bpf-compile-check --no-load none.yml
  assert_trouble "can't read source: 'none.bpf.c'" bpf-compile-check --no-load none.bpf.c
  assert_trouble "(none.csv)" bpf-compile-check --no-load none.csv
}

@test "a suite without tests is a plan without rows" {
  printf 'tests: []\n' >s.yml
  bpf-compile-check --no-load s.yml >plan.csv
  assert_equal "$(wc -l <plan.csv)" 1
  bpf-compile-check --no-load plan.csv | cmp - plan.csv
}

@test "a program that does not compile is a row with clang's first error, and a log with all of them" {
  suite 'name: good, source: good.bpf.c, entry_point: one' 'name: bad, source: broken.bpf.c, entry_point: one'
  run -0 --separate-stderr bpf-compile-check --no-load -o plan.csv s.yml
  assert_equal "$stderr" "bpf-compile-check: compile_failed: 'bad': ./broken.bpf.c:7:29: error: use of undeclared identifier 'no_such_thing'"
  assert_equal "$(rows plan.csv '.test, .status, .reason, .object, .program_hash, .insns')" \
    "$(rows plan.csv '"good", "compiled", "", .object, .program_hash, ""' | head -n 1)
[\"bad\",\"compile_failed\",\"./broken.bpf.c:7:29: error: use of undeclared identifier 'no_such_thing'\",\"\",\"\",\"\"]"
  log=$(csv_value plan.csv log '$test == "bad"')
  grep -q nor_this "$log"
  # No log of what succeeded, nothing half-made.
  assert_equal "$(find build -type f | wc -l)" 2
}

@test "--exit-code: 1 when a program failed, 0 when none did; without it always 0" {
  suite 'name: bad, source: broken.bpf.c, entry_point: one'
  run -1 --separate-stderr bpf-compile-check --no-load --exit-code -o plan.csv s.yml
  assert_equal "$(csv_value plan.csv status)" compile_failed
  bpf-compile-check --no-load -o plan.csv s.yml
  bpf-compile-check --no-load --exit-code -o plan.csv good.bpf.c
}

@test "a compiler that is missing, or that dies, is told apart" {
  CLANG=/no/such/clang assert_trouble "can't run the compiler: '/no/such/clang'" bpf-compile-check --no-load good.bpf.c
  printf '#!/bin/sh\nkill -9 $$\n' >dying
  chmod +x dying
  CLANG=$PWD/dying bpf-compile-check --no-load good.bpf.c >plan.csv
  assert_equal "$(csv_value plan.csv status)" compile_failed
  assert_contains "$(csv_value plan.csv reason)" "ended by signal 9"
}

@test "each distinct source and defines is compiled once, with the pinned instruction set" {
  printf '#!/bin/sh\necho "$*" >> "%s/calls"\nexec clang "$@"\n' "$PWD" >counting
  chmod +x counting
  suite 'name: a, source: good.bpf.c, entry_point: one' \
    'name: b, source: good.bpf.c, entry_point: one' \
    'name: "c/{}", source: good.bpf.c, entry_point: one, variants: {x: {RESULT: 1, OTHER: 2}, y: {OTHER: 2, RESULT: 1}}' \
    'name: d, source: good.bpf.c, entry_point: one, defines: {OTHER: 2, RESULT: 1}'
  CLANG=$PWD/counting bpf-compile-check --no-load s.yml >plan.csv
  grep -v -- --version calls >compiled
  assert_equal "$(wc -l <compiled)" 2
  assert_equal "$(grep -c -- '-target bpf -mcpu=v3 -g -O2' compiled)" 2
  assert_equal "$(csv_value plan.csv object | sort | uniq -c | awk '{print $1}' | sort | xargs)" "2 3"
  [[ $(csv_value plan.csv compiler | sort -u) =~ clang\ version\ .*-mcpu=v3$ ]]
}

@test "a variant's defines override those of its test" {
  suite 'name: "{}", source: good.bpf.c, entry_point: one, defines: {RESULT: 9}, variants: {two: {RESULT: 2}, nine: {OTHER: 1}}'
  bpf-compile-check --no-load s.yml >plan.csv
  assert_equal "$(instructions "$(csv_value plan.csv object '$test == "two"')" | head -n 1)" "w0 = 2"
  assert_equal "$(instructions "$(csv_value plan.csv object '$test == "nine"')" | head -n 1)" "w0 = 9"
}

@test "two sources of one base name, and two builds of one source, never collide" {
  mkdir x y
  sed 's/RESULT 0/RESULT 11/' good.bpf.c >x/same.bpf.c
  sed 's/RESULT 0/RESULT 12/' good.bpf.c >y/same.bpf.c
  suite 'name: x, source: x/same.bpf.c, entry_point: one' 'name: y, source: y/same.bpf.c, entry_point: one'
  bpf-compile-check --no-load s.yml >plan.csv
  assert_equal "$(csv_value plan.csv object | sort -u | wc -l)" 2
  assert_equal "$(instructions "$(csv_value plan.csv object '$test == "x"')" | head -n 1)" "w0 = 11"
  assert_equal "$(instructions "$(csv_value plan.csv object '$test == "y"')" | head -n 1)" "w0 = 12"
  before=$(csv_value plan.csv object '$test == "x"')
  sed 's/RESULT 0/RESULT 13/' good.bpf.c >x/same.bpf.c
  bpf-compile-check --no-load s.yml >later.csv
  [ "$before" != "$(csv_value later.csv object '$test == "x"')" ]
  assert_equal "$(instructions "$before" | head -n 1)" "w0 = 11"
}

@test "two checkouts give the same objects; the hash is the program's, not that of its path or lines" {
  mkdir -p there/deep
  cp good.bpf.c there/
  bpf-compile-check --no-load good.bpf.c >a.csv
  (cd there && bpf-compile-check --no-load ./good.bpf.c) >b.csv
  cmp "$(csv_value a.csv object)" "there/$(csv_value b.csv object)"
  printf '/* a comment\nmoves the lines */\n' | cat - good.bpf.c >there/deep/other.bpf.c
  bpf-compile-check --no-load there/deep/other.bpf.c >c.csv
  assert_equal "$(csv_value a.csv program_hash)" "$(csv_value c.csv program_hash)"
  bpf-compile-check --no-load -D RESULT=1 good.bpf.c >d.csv
  [ "$(csv_value a.csv program_hash)" != "$(csv_value d.csv program_hash)" ]
}

@test "a bare source is suite adhoc, its programs the tests" {
  printf 'SEC("tc") int two(void *ctx) { return 0; }\n' >>good.bpf.c
  bpf-compile-check --no-load good.bpf.c >plan.csv
  assert_equal "$(rows plan.csv '.suite, .test, .entry_point')" '["adhoc","one","one"]
["adhoc","two","two"]'
  run -0 --separate-stderr bpf-compile-check --no-load broken.bpf.c
  assert_contains "$output" "adhoc,broken.bpf.c,,"
  assert_contains "$output" ",compile_failed,"
}

@test "rows of one name from two operands are refused: one's result would be taken for the other's" {
  mkdir other
  cp broken.bpf.c other/good.bpf.c
  suite 'name: a, source: good.bpf.c, entry_point: one'
  cp s.yml other
  bpf-compile-check --no-load --build v1 -o v1.csv s.yml
  bpf-compile-check --no-load --build v2 -o v2.csv s.yml
  local operands
  for operands in 's.yml other/s.yml' 'v1.csv v1.csv' '--list s.yml other/s.yml' '--build x v1.csv v2.csv'; do
    # shellcheck disable=SC2086 # words
    assert_trouble 'a row twice: suite' bpf-compile-check --no-load $operands
    assert_contains "$stderr" "(of '$(xargs -n 1 <<<"$operands" | tail -n 2 | head -n 1)' and '${operands##* }')"
  done
  run -0 --separate-stderr bpf-compile-check --no-load -o both.csv v1.csv v2.csv
  assert_equal "$(csv_value both.csv build | xargs)" "v1 v2"
}

@test "--list names the tests of suites and sources, and compiles no suite" {
  suite 'name: a, source: broken.bpf.c, entry_point: one' 'name: "b,\"{}\"", source: broken.bpf.c, entry_point: one, variants: {x: {A: 1}, y: {A: 2}}'
  bpf-compile-check --list s.yml good.bpf.c >list.csv
  assert_equal "$(rows list.csv '.suite, .test, .entry_point')" '["s","a","one"]
["s","b,\"x\"","one"]
["s","b,\"y\"","one"]
["adhoc","one","one"]'
  rm -r build
  bpf-compile-check --list s.yml >/dev/null
  [ ! -e build ]
}

@test "--no-load needs no privilege; loading without any is exit 2 with advice" {
  requires root setpriv
  suite 'name: a, source: good.bpf.c, entry_point: one'
  chmod 777 .
  # Out of this folder, which others may not enter.
  unprivileged() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"; }
  mkdir -m 777 "/tmp/bats-unprivileged-$$"
  cp s.yml good.bpf.c "/tmp/bats-unprivileged-$$"
  cd "/tmp/bats-unprivileged-$$"
  cp "$(command -v bpf-compile-check)" . # the tree may be closed to others too
  unprivileged ./bpf-compile-check --no-load s.yml >plan.csv
  assert_equal "$(csv_value plan.csv status)" compiled
  run -2 --separate-stderr unprivileged ./bpf-compile-check s.yml
  assert_contains "$stderr" "no privilege to load programs: run as root"
  assert_contains "$stderr" "--no-load"
  assert_equal "$output" ""
  rm -r "/tmp/bats-unprivileged-$$"
}

@test "-o that is an input, or cannot be written, is refused and the input stays" {
  suite 'name: a, source: good.bpf.c, entry_point: one'
  cp s.yml kept.yml
  assert_trouble "output is also an input: 's.yml'" bpf-compile-check --no-load -o s.yml s.yml
  ln s.yml link.yml
  assert_trouble "output is also an input" bpf-compile-check --no-load -o link.yml s.yml
  cmp s.yml kept.yml
  assert_trouble "can't write: 'no/such/folder'" bpf-compile-check --no-load -o no/such/folder s.yml
}

@test "-o that anything is read from, also by way of a suite or as standard input, is refused and it stays" {
  local input
  bpf-compile-check --no-load good.bpf.c >plan.csv
  cp "$(csv_value plan.csv object)" it.o
  printf 'tests:\n- {name: b, elf_file: it.o, entry_point: one}\n' >more.yml
  printf 'include: more.yml\ntests:\n- {name: a, source: good.bpf.c, entry_point: one}\n' >s.yml
  for input in more.yml good.bpf.c it.o; do
    cp "$input" kept
    assert_trouble "output is also an input: '$input'" bpf-compile-check --no-load -o "$input" s.yml
    cmp "$input" kept
  done
  input=$(csv_value plan.csv object)
  assert_trouble "output is also an input: '$input'" bpf-compile-check --no-load -o "$input" plan.csv
  cp plan.csv kept
  for tool in 'bpf-compile-check --no-load' 'bpf-run --quiet' 'bpf-run --list' 'regress-detect --baseline a' stats-reduce; do
    # shellcheck disable=SC2086,SC2094 # words; that is what is tested
    assert_trouble "output is also an input: 'plan.csv'" $tool -o plan.csv <plan.csv
    cmp plan.csv kept
  done
}

@test "a full disk is exit 2" {
  suite 'name: a, source: good.bpf.c, entry_point: one'
  run -2 --separate-stderr bpf-compile-check --no-load -o /dev/full s.yml
  assert_contains "$stderr" "can't write the output: No space left on device"
}

@test "hostile names are data: quoted in the CSV, harmless in paths and messages" {
  suite 'name: "two\nlines, \"q\" $(touch pwned) `touch pwned` ../../../x \e[31m", source: good.bpf.c, entry_point: one' \
    'name: "bad\n\e[31m; touch pwned", source: broken.bpf.c, entry_point: one' \
    "name: \"$(printf 'n%.0s' $(seq 3000))\", source: good.bpf.c, entry_point: two"
  mkdir -- '-x y $(touch pwned)'
  cp good.bpf.c "./-x y \$(touch pwned)/it's \"1\".bpf.c"
  cp good.bpf.c ./--version.c
  cat >>s.yml <<'YAML'
- {name: odd path, source: "-x y $(touch pwned)/it's \"1\".bpf.c", entry_point: one}
YAML
  run -0 --separate-stderr bpf-compile-check --no-load -o plan.csv s.yml
  bpf-compile-check --no-load -- --version.c | grep -q ,compiled,
  assert_equal "${#stderr_lines[@]}" 1
  assert_contains "$stderr" "compile_failed: 'bad??[31m; touch pwned': ./broken.bpf.c"
  assert_equal "$(rows plan.csv '.test, .status' | head -n 1)" \
    '["two\nlines, \"q\" $(touch pwned) `touch pwned` ../../../x \u001b[31m","compiled"]'
  assert_equal "$(csv_value plan.csv status '$test == "odd path"')" compiled
  [ -z "$(find . -name pwned)" ]
  bpf-compile-check --no-load plan.csv | cmp - plan.csv
}

@test "a suite of 500 tests" {
  for i in $(seq 500); do
    echo "name: t/$i, source: good.bpf.c, entry_point: one, defines: {RESULT: $((i % 3))}"
  done >lines
  mapfile -t lines <lines
  suite "${lines[@]}"
  bpf-compile-check --no-load s.yml >plan.csv
  assert_equal "$(csv_value plan.csv status | uniq -c | xargs)" "500 compiled"
  assert_equal "$(csv_value plan.csv object | sort -u | wc -l)" 3
}

@test "loading fills the kernel's metrics" {
  requires bpf
  bpf-compile-check --build v1 good.bpf.c >plan.csv
  assert_equal "$(rows plan.csv '.status, .insns, .verified_insns, .stack_bytes, .program_type')" '["ok","2","2","0","xdp"]'
  [ "$(csv_value plan.csv jited_bytes)" -gt 0 ]
}

@test "insns counts what the verifier was given, xlated_insns what it left" {
  requires bpf bpftool
  local own=dead$((RANDOM % 90000 + 10000)) i
  # A constant that the verifier knows and the compiler does not.
  {
    grep -v '^SEC("xdp")' good.bpf.c
    printf 'const volatile int on = 0;\nint volatile sink;\nSEC("xdp") int %s(void *ctx)\n{\n\tif (on) {\n' "$own"
    for i in $(seq 50); do printf '\t\tsink += %d;\n' "$i"; done
    printf '\t}\n\treturn 0;\n}\n'
  } >dead.bpf.c
  bpf-compile-check dead.bpf.c >plan.csv
  assert_equal "$(csv_value plan.csv status)" ok
  [ "$(csv_value plan.csv insns)" -gt 150 ]
  [ "$(csv_value plan.csv xlated_insns)" -lt 10 ]
  # It is what bpftool shows of the program: a number for each, two for a constant of 64 bits.
  bpftool prog load "$(csv_value plan.csv object)" "/sys/fs/bpf/$own"
  bpftool prog dump xlated pinned "/sys/fs/bpf/$own" >dump.txt
  rm "/sys/fs/bpf/$own"
  assert_equal "$(csv_value plan.csv xlated_insns)" "$(($(sed -n 's/^ *\([0-9]*\): (.*/\1/p' dump.txt | tail -n 1) + 1))"
  # A difference is a change, as of the others.
  run -1 --separate-stderr regress-detect --exit-code --value xlated_insns -o v.csv plan.csv <(mlr --csv put '$build = "b"; $xlated_insns += 1' plan.csv)
  assert_equal "$(csv_value v.csv verdict)" regression
}

@test "map_bytes is what the kernel says that the object's maps take, and a difference is a change" {
  requires bpf bpftool
  local own=own$((RANDOM % 90000 + 10000)) type total=0
  {
    printf '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n'
    for type in ARRAY HASH; do
      printf 'struct { __uint(type, BPF_MAP_TYPE_%s); __uint(max_entries, MAX); __type(key, int); __type(value, long); } %s SEC(".maps");\n' \
        "$type" "${type,,}_map"
    done
    printf 'SEC("xdp") int one(void *ctx) { int key = 0; return bpf_map_lookup_elem(&array_map, &key) != 0; }\n'
  } >maps.bpf.c
  bpf-compile-check -D MAX=1000 -o plan.csv maps.bpf.c
  for type in array hash; do
    bpftool map create "/sys/fs/bpf/$own" type "$type" key 4 value 8 entries 1000 name "$own"
    total=$((total + $(bpftool -j map show pinned "/sys/fs/bpf/$own" | jq .bytes_memlock)))
    rm "/sys/fs/bpf/$own"
  done
  assert_equal "$(csv_value plan.csv map_bytes)" "$total"
  [ "$(csv_value plan.csv verification_us)" -ge 0 ]
  # One without maps has none.
  assert_equal "$(bpf-compile-check good.bpf.c | csv_value /dev/stdin map_bytes)" 0
  bpf-compile-check -D MAX=2000 --build large -o large.csv maps.bpf.c
  run -1 --separate-stderr regress-detect --exit-code -o v.csv plan.csv large.csv
  assert_equal "$(csv_value v.csv verdict '$metric == "map_bytes"')" regression
  # A plan of an earlier version has no such column: the others are judged.
  mlr --csv cut -x -f map_bytes,verification_us plan.csv >old.csv
  for plans in 'old.csv large.csv' 'large.csv old.csv'; do
    # shellcheck disable=SC2086 # two names
    run -0 --separate-stderr regress-detect --exit-code --value jited_bytes $plans
    # shellcheck disable=SC2086
    regress-detect -o v.csv $plans
    assert_contains "$(csv_value v.csv metric,verdict)" 'verified_insns unchanged'
  done
}

@test "the verifier's summary is read as each kernel writes it, and is no reason" {
  # log | instructions, states, stack, microseconds and reason
  while IFS='|' read -r log expected; do
    assert_equal "$(printf '%b' "$log" | verifier-summary)" "$expected"
  done <<'TABLE'
verification time 91 usec\nstack depth 0+16\nprocessed 15 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 1\n|15 1 16 91 Permission denied
verification time 556 usec\nstack depth 0+16 max 16\ninsns processed 15+9\nprocessed 24 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0\n|24 1 16 556 Permission denied
verification time 5 usec\nstack depth max 40\nsubprog 0 (one) main insns_self 3 insns_total 15 stack 24\nsubprog 1 (sub) static insns_self 12 insns_total 12 stack 16\nprocessed 15 insns (limit 1000000) max_states_per_insn 0 total_states 2 peak_states 1 mark_read 0\n|15 2 40 5 Permission denied
0: R1=ctx()\ninvalid access, processed 3\nsubprog 0 (one) main insns_self 3 insns_total 15 stack 0\ninsns processed 15\n|-1 -1 0 -1 program: invalid access, processed 3
|-1 -1 -1 -1 Permission denied
TABLE
}

@test "a program that the verifier rejects is a row with its last word, and its trace in a file" {
  requires bpf
  suite 'name: good, source: good.bpf.c, entry_point: one' 'name: bad, source: rejected.bpf.c, entry_point: one' \
    'name: none, source: good.bpf.c, entry_point: two'
  run -1 --separate-stderr bpf-compile-check --exit-code -o plan.csv s.yml
  assert_equal "$(rows plan.csv '.test, .status, .insns, .reason' | sed 's/[0-9a-f]\{16\}/HASH/')" '["good","ok","2",""]
["bad","load_failed","","one: R1 offset is outside of the packet"]
["none","load_failed","","no program is named '"'two' in 'build/bpf/good-HASH.bpf.o'"'"]'
  log=$(csv_value plan.csv log '$test == "bad"')
  grep -q 'invalid access to packet' "$log"
  assert_contains "$stderr" "load_failed: 'bad': one: R1 offset is outside of the packet"
  # The trace shows the lines of the source, wherever it lies.
  mkdir deep
  cp rejected.bpf.c deep/elsewhere.bpf.c
  run -0 --separate-stderr bpf-compile-check -o plan.csv deep/elsewhere.bpf.c
  grep -q 'return \*(int \*)(long)ctx->data' "$(csv_value plan.csv log)"
}

@test "the verifier's reason is what was wrong, not the state that it shows after it" {
  requires bpf
  printf '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n%s\n%s\n' \
    'SEC("xdp") int forever(void *ctx) { for (;;) asm volatile("" ::: "memory"); return 0; }' \
    'SEC("xdp") int null(void *ctx) { return *(volatile int *)0; }' >reasons.bpf.c
  bpf-compile-check reasons.bpf.c >plan.csv 2>/dev/null
  assert_contains "$(csv_value plan.csv reason '$test == "forever"')" 'forever: infinite loop detected at insn '
  assert_contains "$(csv_value plan.csv reason '$test == "null"')" 'null: R1 invalid mem access '
}

@test "a map that cannot be made is the reason, and not that libbpf did without BTF" {
  requires bpf
  printf '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n%s\n%s\n' \
    'struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, MAX); __type(key, int); __type(value, long); } m SEC(".maps");' \
    'SEC("xdp") int one(void *ctx) { int key = 0; return bpf_map_lookup_elem(&m, &key) != 0; }' >map.bpf.c
  run -1 --separate-stderr bpf-compile-check --exit-code -D MAX=1073741824 -o plan.csv map.bpf.c
  assert_contains "$(csv_value plan.csv reason)" "map 'm': failed to create: "
  grep -q "map 'm': failed to create: " "$(csv_value plan.csv log)"
}

@test "trouble of the machine is exit 2, and no word on a program" {
  requires bpf
  bpf-compile-check -o plan.csv good.bpf.c
  assert_trouble "can't load 'one': Too many open files" bash -c 'exec 3>&- 4>&-; ulimit -n 4; exec bpf-compile-check plan.csv'
  assert_trouble "can't load 'one': Too many open files" bash -c 'exec 3>&- 4>&- > samples.csv; ulimit -n 4; exec bpf-run -q plan.csv'
  assert_trouble "Too many open files" bash -c 'exec 3>&- 4>&-; ulimit -n 4; exec bpf-compile-check --no-load good.bpf.c'
}

@test "a full disk under the folder of objects is exit 2, and no word on a program" {
  requires root unshare
  mkdir full
  {
    cat good.bpf.c
    echo 'char big[20000] = {1};'
  } >big.bpf.c
  assert_trouble "can't compile into 'full': No space left on device" unshare --mount sh -c '
    mount -t tmpfs -o size=16k none full && head -c 16384 /dev/zero > full/x && exec bpf-compile-check --no-load --objdir full big.bpf.c'
  assert_trouble "can't compile into 'full': No space left on device" unshare --mount sh -c '
    mount -t tmpfs -o size=16k none full && exec bpf-compile-check --no-load --objdir full big.bpf.c'
  # An object of others is copied.
  bpf-compile-check --no-load --objdir objects -o /dev/null big.bpf.c
  mv objects/big-*.o big.bpf.o
  printf 'tests:\n- {name: a, elf_file: big.bpf.o, entry_point: one}\n' >theirs.yml
  assert_trouble "can't write object: 'full/" unshare --mount sh -c '
    mount -t tmpfs -o size=16k none full && exec bpf-compile-check --no-load --objdir full theirs.yml'
}

@test "a row that failed carries no metric" {
  requires bpf
  suite 'name: a, source: rejected.bpf.c, entry_point: one' 'name: b, source: broken.bpf.c, entry_point: one' \
    'name: c, elf_file: none.o, entry_point: one' 'name: d, elf_file: s.yml, entry_point: one' \
    'name: e, source: lsm.bpf.c, entry_point: one'
  run -0 --separate-stderr bpf-compile-check -o plan.csv s.yml
  assert_equal "$(rows plan.csv '.insns, .jited_bytes, .verified_insns, .verifier_states, .stack_bytes, .map_bytes, .verification_us' '.status != "ok"' | sort -u)" '["","","","","","",""]'
  assert_equal "$(csv_value plan.csv reason '$status != "ok" && is_empty($reason)')" ""
  assert_contains "$(csv_value plan.csv reason '$test == "c"')" "can't read object './none.o'"
  assert_equal "$(csv_value plan.csv status '$test == "d"')" load_failed
}

@test "a program of a section that names a function is no program of another type, and the tool lives on" {
  requires bpf
  local section sections=(fentry/bpf_fentry_test1 lsm/file_open tp_btf/sys_enter iter/task freplace/x)
  head -n 6 good.bpf.c >btf.bpf.c
  for section in "${sections[@]}"; do
    printf 'SEC("%s") int %s(void *ctx) { return 0; }\n' "$section" "${section%%/*}"
  done >>btf.bpf.c
  bpf-compile-check --no-load -o btf.csv btf.bpf.c
  cp "$(csv_value btf.csv object 'NR == 1')" btf.o
  suite 'name: "{}", elf_file: btf.o, program_type: xdp, entry_point: "{}", variants: [fentry, lsm, tp_btf, iter, freplace]' \
    'name: "source/{}", source: btf.bpf.c, program_type: syscall, entry_point: "{}", variants: [fentry, lsm, tp_btf, iter, freplace]'
  run -0 --separate-stderr bpf-compile-check -o plan.csv s.yml
  assert_equal "$(csv_value plan.csv status | sort | uniq -c | xargs)" "10 load_failed"
  assert_equal "$(csv_value plan.csv reason 'NR == 1')" "fentry: a program of section 'fentry/bpf_fentry_test1' can't be of type xdp"
  # bpf-run, too, of a plan that nobody has loaded.
  bpf-compile-check --no-load -o plan.csv s.yml
  run -0 --separate-stderr bpf-run -q --rounds 1 -o samples.csv plan.csv
  assert_equal "$(csv_value samples.csv status | sort | uniq -c | xargs)" "10 load_failed"
}

@test "a program type that this kernel refuses is unsupported, with the reason, and no failure" {
  requires bpf
  ! has kprobes || skip "this kernel takes all program types"
  suite 'name: a, source: lsm.bpf.c, entry_point: one'
  run -0 --separate-stderr bpf-compile-check --exit-code -o plan.csv s.yml
  assert_equal "$(rows plan.csv '.status, .insns')" '["unsupported",""]'
  assert_equal "$(csv_value plan.csv reason)" "prog 'one': BPF program load failed: Operation not permitted"
}

@test "a plan as operand is loaded and its metrics filled anew; its other columns stay" {
  requires bpf
  suite 'name: a, source: good.bpf.c, entry_point: one' 'name: b, source: broken.bpf.c, entry_point: one'
  bpf-compile-check --no-load --build old s.yml >compiled.csv
  mlr --csv put '$insns = 77; $team = "x,y"' compiled.csv >in.csv
  bpf-compile-check in.csv >out.csv
  assert_equal "$(rows out.csv '.test, .build, .status, .team')" '["a","old","ok","x,y"]
["b","old","compile_failed","x,y"]'
  assert_equal "$(csv_value out.csv insns '$test == "a"')" 2
  bpf-compile-check --build new <in.csv >relabelled.csv
  assert_equal "$(csv_value relabelled.csv build | sort -u)" new
}

@test "a plan with impossible cells is refused with the line" {
  bpf-compile-check --no-load good.bpf.c >plan.csv
  while IFS='|' read -r change message; do
    mlr --csv put "$change" plan.csv >bad.csv
    assert_trouble "$message" bpf-compile-check --no-load bad.csv
    assert_contains "$stderr" "(bad.csv line 2)"
  done <<'TABLE'
$operations = 0|operations is too small: '0'
$operations = "many"|operations is not a whole number: 'many'
$iterations = "99999999999999999999999"|iterations is too large
$control = 2|control is too large: '2'
$keep = "yes"|keep is not a whole number: 'yes'
$visits = 0|visits is too small: '0'
$status = "fine"|status is not a status: 'fine'
$expected_result = 0.5|expected_result is not a whole number: '0.5'
$insns = -1|insns is not a whole number: '-1'
TABLE
}

@test "net_of names tests of the suite; one that is not there is refused, but a plan may be a part of one" {
  suite 'name: draw, source: good.bpf.c, entry_point: one' \
    'name: "read/{}", source: good.bpf.c, entry_point: one, variants: [x, y]' \
    'name: a, source: good.bpf.c, entry_point: one, net_of: "2*draw read/x"' \
    'name: "b/{}", source: good.bpf.c, entry_point: one, variants: [x, y], net_of: "  read/{}   12*draw "'
  bpf-compile-check --no-load -o plan.csv s.yml
  assert_equal "$(csv_value plan.csv net_of '$test == "a"')" '2*draw read/x'
  # What is left of a plan still names it: some tests are measured, in a VM too, and nobody asks for the others.
  mlr --csv filter '$test == "a"' plan.csv >some.csv
  assert_equal "$(bpf-compile-check --no-load some.csv | mlr --icsv --onidx cut -f net_of)" '2*draw read/x'
  assert_equal "$(bpf-run --list -t '^a$' plan.csv | mlr --icsv --onidx cut -f test)" a
  assert_equal "$(bpf-run --list some.csv | mlr --icsv --onidx cut -f test)" a
  while IFS='|' read -r net_of message; do
    suite 'name: draw, source: good.bpf.c, entry_point: one' "name: a, source: good.bpf.c, entry_point: one, net_of: '$net_of'"
    assert_trouble "$message (s.yml)" bpf-compile-check --no-load s.yml
    assert_trouble "$message (s.yml)" bpf-compile-check --list s.yml
    # A plan says so of itself.
    mlr --csv filter '$test == "draw" || $test == "a"' then put '$net_of = $test == "a" ? "'"$net_of"'" : ""' plan.csv >bad.csv
    [[ $message = *"not there"* ]] || assert_trouble "$message (bad.csv)" bpf-compile-check --no-load bad.csv </dev/null
  done <<'TABLE'
gone|net_of of test 'a' names a test that is not there: 'gone'
draw 2*gone|net_of of test 'a' names a test that is not there: 'gone'
twice draw|net_of of test 'a' names a test that is not there: 'twice'
0*draw|net_of of test 'a' has '0*draw', which is not N*TEST
x*draw|net_of of test 'a' has 'x*draw', which is not N*TEST
2*|net_of of test 'a' names a test that is not there: ''
a|net_of of test 'a' names the test itself
TABLE
}

@test "the baseline is exactly two instructions, mov32 %r0, 0; exit, in the object and in the kernel" {
  requires bpf llvm-objdump bpftool
  part_of core baseline/
  bpf-compile-check part.yml >baselines.csv
  [ "$(csv_value baselines.csv test | wc -l)" -ge 4 ]
  for object in $(csv_value baselines.csv object | sort -u); do
    assert_equal "$(instructions "$object")" 'w0 = 0
exit'
  done
  assert_equal "$(csv_value baselines.csv insns | sort -u)" 2
  assert_equal "$(csv_value baselines.csv verified_insns | sort -u)" 2
  mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf
  for type in xdp classifier socket cgroup_skb/ingress; do
    translated=$(translate "$object" "$type")
    assert_equal "$(sed -n 's/^ *[0-9]*: //p' <<<"$translated")" '(b4) w0 = 0
(95) exit'
    assert_equal "$(sed -n 's/^ *\(\([0-9a-f][0-9a-f] *\)\{8\}\) *$/\1/p' <<<"$translated" | tr -d ' ')" 'b400000000000000
9500000000000000'
  done
}

# bats test_tags=slow
@test "every program of every suite here loads, or is unsupported with a reason" {
  requires bpf
  for suite in "$TOP"/bpf/suites/*.yml; do
    # That one has objects of packages: tests/macro.bats.
    [ "$suite" != "$TOP/bpf/suites/macro.yml" ] || continue
    bpf-compile-check "$suite" >plan.csv
    mlr --icsv --ojsonl filter '$status != "ok" && !($status == "unsupported" && $reason != "")' then \
      cut -f test,status,reason plan.csv | diff /dev/null -
  done
}

@test "--packet and --fresh-packet are for bare sources; a suite says its own; a packet of another name is not there" {
  printf '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("xdp") int one(void *ctx) { return 0; }\nchar l[] SEC("license") = "GPL";\n' >one.bpf.c
  cat >s.yml <<'YAML'
tests:
- {name: a, source: one.bpf.c, entry_point: one}
- {name: b, source: one.bpf.c, entry_point: one, packet: udp6-64, fresh_packet: true}
YAML
  bpf-compile-check --no-load one.bpf.c s.yml >plan.csv
  assert_equal "$(csv_value plan.csv test,packet,fresh_packet | xargs)" 'a tcp4-64 0 b udp6-64 1 one tcp4-64 0'
  bpf-compile-check --no-load --packet udp4-512 --fresh-packet one.bpf.c s.yml >plan.csv
  assert_equal "$(csv_value plan.csv test,packet,fresh_packet | xargs)" 'a tcp4-64 0 b udp6-64 1 one udp4-512 1'
  assert_trouble "no packet is named 'tcp5', and it is no capture" bpf-compile-check --no-load --packet tcp5 one.bpf.c
  assert_trouble "no packet is named ''" bpf-compile-check --no-load --packet '' one.bpf.c
  sed -i 's/fresh_packet: true/fresh_packet: maybe/' s.yml
  assert_trouble "fresh_packet" bpf-compile-check --no-load s.yml
}

@test "of a socket filter in a bare source it says once where the test run starts it, and which packet helps" {
  printf '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("socket") int one(void *ctx) { return 0; }\nSEC("socket") int two(void *ctx) { return 0; }\nSEC("xdp") int three(void *ctx) { return 0; }\nchar l[] SEC("license") = "GPL";\n' >one.bpf.c
  run -0 --separate-stderr bpf-compile-check --no-load --packet udp6-64 one.bpf.c
  assert_equal "$stderr" "bpf-compile-check: 'one': the kernel's test run starts a socket filter at the network header: for one that parses Ethernet, --packet ethernet-udp6-64"
  run -0 --separate-stderr bpf-compile-check --no-load --packet ethernet-udp6-64 one.bpf.c
  assert_equal "$stderr" ""
  # A suite says which packet it wants.
  printf 'tests: [{name: a, source: one.bpf.c, entry_point: one}]\n' >s.yml
  run -0 --separate-stderr bpf-compile-check --no-load s.yml
  assert_equal "$stderr" ""
  assert_trouble "no packet is named 'ethernet-'" bpf-compile-check --no-load --packet ethernet- one.bpf.c
  assert_trouble "no packet is named 'ethernet-ethernet-tcp4-64'" bpf-compile-check --no-load --packet ethernet-ethernet-tcp4-64 one.bpf.c
}

@test "a consumer's mode goes into the plan, and another word is refused in suite and plan" {
  printf '%s\n' '#include <linux/bpf.h>' '#include <bpf/bpf_helpers.h>' \
    'SEC("xdp") int one(void *ctx) { return 0; }' 'char _license[] SEC("license") = "GPL";' >one.bpf.c
  stanza() { printf 'tests: [{name: a, source: one.bpf.c, entry_point: one%s}]\n' "$1" >s.yml; }
  for mode in wait busy between; do
    stanza ", consumer: ring, consumer_mode: $mode"
    bpf-compile-check --no-load s.yml >plan.csv
    assert_equal "$(csv_value plan.csv consumer_mode)" "$mode"
  done
  stanza ', consumer: ring'
  assert_equal "$(bpf-compile-check --no-load s.yml | mlr --icsv --onidx cut -f consumer_mode)" wait
  stanza ''
  assert_equal "$(bpf-compile-check --no-load s.yml | mlr --icsv --ojsonl cut -f consumer_mode)" '{"consumer_mode": ""}'
  stanza ', consumer: ring, consumer_mode: often'
  assert_trouble "'consumer_mode' is not wait, busy or between: 'often'" bpf-compile-check --no-load s.yml
  mlr -I --csv put '$consumer_mode = "often"' plan.csv
  assert_trouble "consumer_mode is not wait, busy or between: 'often' (plan.csv line 2)" bpf-run --list plan.csv
}

# ---- what is hostile

@test "what only root may read stays so, and no link is followed" {
  printf 'root:no secret of anybody\n' >secret
  chmod 600 secret
  printf '#include "secret"\n' >shows.bpf.c
  suite 'name: object, elf_file: secret, entry_point: one' 'name: source, source: shows.bpf.c, entry_point: one'
  bpf-compile-check --no-load --objdir own s.yml >plan.csv 2>messages
  assert_equal "$(csv_value plan.csv status | xargs)" 'compiled compile_failed'
  assert_equal "$(grep -rl 'secret of' own | wc -l)" 2
  assert_equal "$(grep -rl 'secret of' own | xargs stat -c %a | sort -u)" 600
  # A link that lies where a log or a copy will be is not followed.
  log=$(csv_value plan.csv log '$test == "source"')
  echo theirs >victim
  ln -sf "$PWD/victim" "$log"
  bpf-compile-check --no-load --objdir own s.yml >plan.csv 2>messages
  assert_equal "$(cat victim)" theirs
  grep -q 'secret of' "$log"
}

@test "what root writes into another's folder is theirs" {
  requires root bpf
  mkdir -p theirs/log
  chown -R nobody theirs
  bpf-compile-check --no-load --objdir theirs rejected.bpf.c >plan.csv
  # A source can take a file of root's into it, by .incbin.
  assert_equal "$(stat -c '%U %a' "$(csv_value plan.csv object)")" 'nobody 600'
  chown -R nobody theirs
  bpf-compile-check --objdir theirs plan.csv >loaded.csv 2>messages
  assert_equal "$(csv_value loaded.csv status)" load_failed
  assert_equal "$(stat -c '%U %a' "$(csv_value loaded.csv log)")" 'nobody 600'
}

@test "what has no end or is too large is refused in a line, at once" {
  # 10^12 rows in some 500 bytes.
  {
    printf 'tests:\n- name: "{}-{}-{}-{}-{}-{}"\n  source: good.bpf.c\n  entry_point: one\n  variants:\n'
    for _ in 1 2 3 4 5 6; do
      printf '  - [%s]\n' "$(seq -s, 100)"
    done
  } >many.yml
  assert_trouble 'there are more than 20000 tests (many.yml line 2)' timeout 60 bpf-compile-check --no-load many.yml
  printf 'tests:\n- {name: "%s{}", source: good.bpf.c, entry_point: one, variants: [a, b]}\n' "$(printf '%0200000d' 1)" >name.yml
  timeout 60 bpf-compile-check --no-load name.yml >plan.csv
  assert_equal "$(csv_value plan.csv status | xargs)" 'compiled compiled'
  truncate -s 100M large.yml
  assert_trouble "suite is larger than 1048576 bytes: 'large.yml'" timeout 60 bpf-compile-check --no-load large.yml
  for bracket in '[' '{' '- '; do
    printf '%0500000d' 0 | sed "s/0/$bracket/g" >nested.yml
    assert_trouble 'lists and mappings lie more than 64 deep (nested.yml line 1)' timeout 60 bpf-compile-check --no-load nested.yml
  done
  mkfifo fifo.yml fifo.bpf.c
  assert_trouble "can't read suite: 'fifo.yml': not a regular file" timeout 60 bpf-compile-check --no-load fifo.yml
  suite 'name: x, source: fifo.bpf.c, entry_point: one'
  timeout 60 bpf-compile-check --no-load s.yml >plan.csv 2>messages
  assert_equal "$(csv_value plan.csv status,reason)" "compile_failed can't read source './fifo.bpf.c': not a regular file"
  suite 'name: x, source: good.bpf.c, entry_point: one, iteration_count: 4000000000'
  assert_trouble "'iteration_count' is too large: '4000000000'" bpf-compile-check --no-load s.yml
  suite 'name: x, source: good.bpf.c, entry_point: one, map_state_preparation: {program: one, iteration_count: 4000000000}'
  assert_trouble "'iteration_count' is too large: '4000000000'" bpf-compile-check --no-load s.yml
  suite "name: x, source: good.bpf.c, entry_point: one, defines: {A: '$(printf '%0150000d' 1)'}"
  assert_trouble "a define is longer than 4096 bytes: 'A'" bpf-compile-check --no-load s.yml
  seq -s , 80000 | cat - <(echo) >columns.csv
  for tool in bpf-compile-check bpf-run stats-reduce 'regress-detect --history'; do
    # shellcheck disable=SC2086
    assert_trouble 'more than 4096 columns' timeout 60 $tool columns.csv
  done
}

@test "a compiler that waits or never ends is ended, and the others go on" {
  mkfifo fifo
  echo '#include "/dev/stdin"' >stdin.bpf.c
  echo '#include "fifo"' >waits.bpf.c
  # Both are empty: to clang a device has no size.
  echo '#include "/dev/zero"' >zero.bpf.c
  suite 'name: stdin, source: stdin.bpf.c, entry_point: one' 'name: waits, source: waits.bpf.c, entry_point: one' \
    'name: zero, source: zero.bpf.c, entry_point: one' 'name: good, source: good.bpf.c, entry_point: one'
  COMPILE_TIMEOUT=10 timeout 60 bpf-compile-check --no-load s.yml <>fifo >plan.csv 2>messages
  assert_equal "$(csv_value plan.csv status | xargs)" 'compiled compile_failed compiled compiled'
  assert_equal "$(csv_value plan.csv reason '$test == "waits"')" 'the compiler was still at work after 10 s (COMPILE_TIMEOUT)'
  assert_trouble "COMPILE_TIMEOUT is too small: '0' (seconds, from 1 to 86400)" env COMPILE_TIMEOUT=0 bpf-compile-check --no-load good.bpf.c
}

@test "an object has an end" {
  printf 'char x[300 << 20] = {1};\n' >large.bpf.c
  suite 'name: large, source: large.bpf.c, entry_point: one' 'name: good, source: good.bpf.c, entry_point: one'
  bpf-compile-check --no-load s.yml >plan.csv 2>messages
  assert_equal "$(csv_value plan.csv status | xargs)" 'compile_failed compiled'
  assert_equal "$(csv_value plan.csv reason '$test == "large"')" 'the compiler wrote more than 256 MiB'
}

@test "what a source says of a full disk is not believed" {
  printf '#error No space left on device\n' >says.bpf.c
  suite 'name: says, source: says.bpf.c, entry_point: one' 'name: good, source: good.bpf.c, entry_point: one'
  bpf-compile-check --no-load s.yml >plan.csv 2>messages
  assert_equal "$(csv_value plan.csv status | xargs)" 'compile_failed compiled'
}

@test "a source whose object libbpf does not open is a row that says why, and ends no suite" {
  requires bpf
  { cat good.bpf.c && printf 'struct { int type, key, value, max; } old SEC("maps") = {1, 4, 4, 1};\n'; } >old.bpf.c
  suite 'name: old, source: old.bpf.c, entry_point: one' 'name: good, source: good.bpf.c, entry_point: one'
  for operand in s.yml old.bpf.c; do
    bpf-compile-check --no-load "$operand" >compiled.csv
    assert_equal "$(csv_value compiled.csv status | sort -u)" compiled
    bpf-compile-check compiled.csv >plan.csv 2>messages
    assert_equal "$(csv_value plan.csv status 'NR == 1')" load_failed
    assert_contains "$(csv_value plan.csv reason 'NR == 1')" "legacy map definitions in 'maps' section"
  done
  assert_equal "$(csv_value plan.csv test)" old.bpf.c
  bpf-compile-check s.yml >plan.csv 2>messages
  assert_equal "$(csv_value plan.csv status | xargs)" 'load_failed ok'
}

@test "a plan that names no entry point is a row that says so" {
  requires bpf
  bpf-compile-check good.bpf.c | mlr --csv head -n 1 then put '$entry_point = ""' >plan.csv
  for prepare in '' one; do
    mlr -I --csv put "\$prepare = \"$prepare\"" plan.csv
    for tool in bpf-compile-check 'bpf-run --rounds 1'; do
      $tool plan.csv >out.csv 2>messages
      assert_equal "$(csv_value out.csv status | sort -u)" load_failed
      assert_contains "$(csv_value out.csv reason)" 'the plan names no entry point of object'
    done
  done
}

@test "no text from outside begins a line of a message, moves the cursor, or turns the direction of text" {
  local forged=$'x\n::error::forged\x1b[31m\u202e\u061c\u2066##[error]'
  suite "name: x, source: good.bpf.c, entry_point: one, \"$(printf '%s' "$forged" | sed ':a; N; $!ba; s/\n/\\n/g; s/\x1b/\\e/g')\": 1"
  assert_trouble "'x?::error::forged?[31m?????" bpf-compile-check --no-load s.yml
  printf '"%s",b,"%s"\n1,2,3\n' "$forged" "$forged" >twice.csv
  for tool in bpf-compile-check bpf-run stats-reduce 'regress-detect --history'; do
    # shellcheck disable=SC2086
    assert_trouble "x?::error::forged?[31m???" $tool "$forged"
    # shellcheck disable=SC2086
    assert_trouble "x?::error::forged?[31m???" $tool twice.csv
  done
  bpf-compile-check --no-load --build "$forged" good.bpf.c >plan.csv
  assert_trouble 'x?::error::forged?[31m?????????#[error]' bpf-compile-check --no-load plan.csv plan.csv
}
