#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What kernels make of programs: make oracle.

load helpers
load kernels

KERNEL= # see kernels.bash

# Kernels that are made up, by their specs' last words: what each says of a program is a file of columns, PROGRAM.KERNEL
# or PROGRAM, such as `verified_insns=10 instructions=50`. What says nothing is ok.
fake_vm() {
  mkdir -p pipelines/vm pipelines/oracle said
  cp "$TOP/pipelines/lib.sh" pipelines
  cp "$TOP"/pipelines/oracle/* pipelines/oracle
  cp -r "$TOP/results-schema" .
  ln -s "$TOP/bpf" bpf
  cat >pipelines/vm/get-kernel <<'SH'
#!/bin/sh
case $1 in *none*) echo "get-kernel: no such package: '$1'" >&2; exit 2 ;; esac
name=${1##*:} name=${name%%=*}
mkdir -p "kernel/$name" && printf 'name,value\nkernel_sha256,%s\nkernel_version,%s\n' "$name$name" "$name-1" >"kernel/$name/kernel.csv"
echo "kernel/$name"
SH
  cat >pipelines/vm/run-in-vm <<'SH'
#!/bin/sh
while [ "${2---}" != -- ]; do
  case $1 in --kernel) kernel=${2##*:} ;; --build) build=$2 ;; --plan) plan=$2 ;; --log) log=$2 ;; -o) out=$2 ;; esac
  shift 2
done
[ ! -e said/dies ] || { echo 'run-in-vm: it does not start' >&2; exit 2; }
echo "$kernel" >>booted
echo "$VM_TIMEOUT" >time
echo "console of $kernel" >"$log"
export BUILD="$build" KERNEL="${kernel%%=*}"
mlr --csv put '
  said = is_not_empty($is_empty_program) ? "instructions=60" : system("cat said/" . $entry_point . "." . ENV["KERNEL"] . " said/" . $entry_point . " 2>/dev/null | head -n 1");
  $build = ENV["BUILD"];
  if (!($status =~ "_failed$")) { $status = "ok"; $reason = "" }
  $verified_insns = 10; $jited_bytes = 20; $stack_bytes = 0; $map_bytes = 0; $verification_us = 5;
  $instructions = 100; $run_status = ""; $run_reason = ""; if ($program_type == "") { $program_type = "xdp" }
  for (name, value in splitkvx(said, "=", ";")) { $[name] = value }
  if ($status != "ok") { for (m in ["verified_insns", "jited_bytes", "stack_bytes", "map_bytes", "verification_us", "instructions"]) { $[m] = "" } }
  ' "$1" >"all.$BUILD"
mlr --csv cut -x -f instructions,run_status,run_reason "all.$BUILD" >"$plan"
mlr --csv put '$run_id = "r"; $host_class = "h"; $track = "t"; $runtime = "icount"; $round = 1; $sample = 1; $cpu = 0; $duration_ns = "";
  if (is_not_empty($run_status)) { $status = $run_status; $reason = $run_reason; $instructions = "" }
  if ($status == "compiled") { $status = "not_run"; $reason = $run_reason }
  ' then template -f "$(results-schema/columns --header samples)" "all.$BUILD" >"$out"
SH
  cat >pipelines/vm/list-kernels <<'SH'
#!/bin/sh
echo kernel,version,suite,architecture,size_bytes,cached
for v in 7.3.4-1 7.2.13-1 7.2.12-1 6.12.118-1 6.12.90-2 6.1.192-3; do
  for flavour in '' cloud- rt-; do echo "deb:linux-image-${flavour}amd64=$v@s,$v,s,amd64,1,no"; done
done | sed 's/linux-image-cloud-/linux-image-1-cloud-/; s/linux-image-rt-/linux-image-1-rt-/'
SH
  chmod +x pipelines/vm/*
  printf '%s\n' '#include <linux/bpf.h>' '#include <bpf/bpf_helpers.h>' 'SEC("xdp") int a(void *ctx) { return 2; }' \
    'SEC("xdp") int b(void *ctx) { return 2; }' >two.bpf.c
  export BIN=$TOP/build/bin
}

oracle() {
  pipelines/oracle/oracle "$@"
}

@test "programs by kernels: what each takes, what the verifier did, and one boot a kernel" {
  requires setpriv
  fake_vm
  echo 'verified_insns=21752;instructions=431;map_bytes=4096' >said/a.one
  echo 'verified_insns=21752;instructions=431;map_bytes=8192' >said/a.two
  echo 'run_status=unsupported;run_reason=no test run' >said/b
  oracle --kernels 'file:one file:two' two.bpf.c >table
  assert_equal "$(grep -A 3 '^instructions that' table | tail -n 2 | tr -s ' ')" "a 21752 (2 %) 21752 (2 %)
b 10 10"
  # Two programs, and twelve empty ones of the types.
  assert_equal "$(cat time)" $((600 + 3 * 14))
  # Beyond the empty program.
  assert_equal "$(grep -A 3 '^instructions a packet' table | tail -n 2 | tr -s ' ')" "a 371.0 371.0
b - -"
  assert_equal "$(grep -A 2 '^bytes of maps' table | tail -n 1 | tr -s ' ')" "a 4096 8192"
  assert_contains "$(cat table)" 'nothing is newly refused'
  [[ $(cat table) != *'first tenth'* ]]
  assert_equal "$(sort booted | xargs)" "one two"
  assert_equal "$(cat build/oracle/console.log)" $'console of one\nconsole of two'
  assert_equal "$(sed q build/oracle/oracle.csv)" "$(header_of oracle)"
  assert_equal "$(csv_value build/oracle/oracle.csv kernel,build,verifier_limit_pct '$test == "a"')" $'file:one one-1 2.175\nfile:two two-1 2.175'
  assert_equal "$(csv_value build/oracle/oracle.csv not_counted '$test == "b"' | sort -u)" "unsupported: no test run"
  assert_equal "$(csv_value build/oracle/oracle.csv test | sort -u | xargs)" "a b"
  grep -q '^| `a` | 21752 (2 %) | 21752 (2 %) |$' build/oracle/oracle.md
}

@test "a packet that leaves within the first tenth of a program on every kernel is pointed out" {
  requires setpriv
  fake_vm
  echo 'insns=496;instructions=70' >said/a
  echo 'insns=496;instructions=300' >said/b.one
  echo 'insns=496;instructions=70' >said/b.two
  oracle --kernels 'file:one file:two' two.bpf.c >table
  assert_equal "$(grep -A 3 '^a packet leaves within the first tenth' table | tail -n +2 | tr -s ' ' | sed '/^$/q' | sed '$d')" "program instructions of
a 10.0 496"
  grep -q '^| `a` | 10.0 | 496 |$' build/oracle/oracle.md
}

@test "a new refusal, growth beyond a limit or a slower packet is status 1; what a kernel lacks is not" {
  requires setpriv
  fake_vm
  # what one says of a | what two says | what three says | options | status | what is printed
  local one two three options status printed
  while IFS='|' read -r one two three options status printed; do
    echo "$one" >said/a.one
    echo "$two" >said/a.two
    echo "$three" >said/a.three
    # shellcheck disable=SC2086
    run "-$status" --separate-stderr oracle $options --kernels 'file:one file:two file:three' two.bpf.c
    assert_contains "$(tr -s ' ' <<<"$output")" "$printed"
  done <<'TABLE'
|||--verbose|0|nothing is newly refused, and nothing grew beyond its limit
status=load_failed;reason=a: no|status=load_failed;reason=a: no|status=load_failed;reason=a: no||0|load_failed a one, two, three a: no
||status=load_failed;reason=a: R1 is bad||1|refused a - two three - - a: R1 is bad
|status=unsupported;reason=no BTF of nfs|||0|lost a - one two - - no BTF of nfs
|status=unsupported;reason=no BTF|status=load_failed;reason=a: no||1|refused a - one three - - a: no
status=load_failed;reason=a: no|status=ok|||0|nothing is newly refused
|verified_insns=12|verified_insns=14||0|nothing is newly refused
|verified_insns=12|verified_insns=15||1|grew a verified_insns two three 12 15 +25.0 %, limit 20 %
|verified_insns=12|verified_insns=15|--limit verified_insns=25%|0|nothing is newly refused
||map_bytes=4096||0|nothing is newly refused
map_bytes=1024|map_bytes=1024|map_bytes=4096|--limit jited_bytes=1% --limit map_bytes=10%|1|grew a map_bytes two three 1024 4096 +300.0 %, limit 10 %
instructions=160|instructions=164|instructions=169||0|nothing is newly refused
instructions=160|instructions=164|instructions=170||1|grew a instructions two three 104 110 +5.8 %, limit 5 %
instructions=61|instructions=61.4|instructions=61.8||0|nothing is newly refused
TABLE
}

@test "a range of kernels is the newest package of each series between, oldest first" {
  requires setpriv
  fake_vm
  oracle --kernels '6.12..7.2 deb:linux-image-amd64=6.12.118-1@s' two.bpf.c >table
  assert_equal "$(csv_value build/oracle/oracle.csv kernel '$test == "a"')" "deb:linux-image-amd64=6.12.118-1@s"
  assert_equal "$(wc -l <booted)" 1
  cat >pipelines/vm/get-kernel <<'SH'
#!/bin/sh
name=${1#*=} name=${name%@*}
mkdir -p "kernel/$name" && printf 'name,value\nkernel_sha256,%s\nkernel_version,%s\n' "$name$name" "$name" >"kernel/$name/kernel.csv"
echo "kernel/$name"
SH
  oracle --kernels '6.1..7.2 file:x=9@y' two.bpf.c >table
  assert_equal "$(csv_value build/oracle/oracle.csv build '$test == "a"' | xargs)" "6.1.192-3 6.12.118-1 7.2.13-1 9"
  assert_equal "$(sed -n 2p table | xargs)" "program 6.1.192 6.12.118 7.2.13 9"
}

@test "a kernel that gives no answer is trouble, and the others' answers are there" {
  requires setpriv
  fake_vm
  echo 'status=compiled;run_reason=in boot: Kernel panic' >said/a.two
  echo 'status=compiled;run_reason=in boot: Kernel panic' >said/b.two
  run -2 --separate-stderr oracle --kernels 'file:one file:two' two.bpf.c
  assert_contains "$stderr" "no full answer from: two-1"
  assert_contains "$(tr -s ' ' <<<"$output")" $'a 10 not_run\n'
  assert_contains "$(csv_value build/oracle/oracle.csv status,reason '$build == "two-1"' | sed q)" "not_run in boot: Kernel panic"
}

@test "what is no object, or not to be compiled, is a row with its reason, and costs the others nothing" {
  requires setpriv
  fake_vm
  echo 'int x(' >bad.bpf.c
  head -c 300 "$TOP/build/bin/bpf-run" >cut.o
  echo 'verified_insns=21752;instructions=431' >said/a
  oracle --kernels 'file:one file:two' two.bpf.c bad.bpf.c cut.o >table 2>messages
  assert_contains "$(tr -s ' ' <table)" $'\na 21752 (2 %) 21752 (2 %)\n'
  assert_equal "$(csv_value build/oracle/oracle.csv status '$test =~ "bad|cut"' | sort | uniq -c | xargs)" '2 compile_failed 2 ok'
  for name in cut.o bad.bpf.c; do
    grep -q "^| .$name. |" build/oracle/oracle.md
    grep -q "^$name " table
  done
}

@test "names from outside are text, on the terminal and in markdown" {
  requires setpriv
  fake_vm
  printf 'tests:\n- {name: "x\\e[31m|`<b>@you", source: two.bpf.c, entry_point: a}\n' >s.yml
  printf 'status=load_failed;reason=no `</code> \033[31m|\n' >said/a
  oracle --kernels file:one s.yml >table
  LC_ALL=C run -1 grep -P '\x1b' table build/oracle/oracle.md
  assert_contains "$(cat build/oracle/oracle.md)" '| `x?[31m\|?<b>@you` | refused |'
  assert_contains "$(cat build/oracle/oracle.md)" '`no ?</code> ?[31m\|` |'
}

@test "what cannot be asked is one clear line, and costs no boot" {
  requires setpriv
  fake_vm
  while IFS='|' read -r arguments message; do
    # shellcheck disable=SC2086
    assert_trouble "$message" oracle $arguments
  done <<'TABLE'
--kernels file:one|which programs?
two.bpf.c|which kernels?
--kernels one two.bpf.c|not a kernel: 'one'
--kernels 8.1..8.9 two.bpf.c|no package of a kernel from 8.1 to 8.9
--kernels 6.. two.bpf.c|not a series of kernels: '6'
--kernels deb:none two.bpf.c|no such package: 'deb:none'
--kernels file:one none.bpf.c|none.bpf.c
--kernels file:one --limit speed=1% two.bpf.c|no metric has that name: 'speed'
--kernels file:one --limit jited_bytes two.bpf.c|not a number: 'jited_bytes'
--kernels file:one --frob two.bpf.c|unknown option: '--frob'
TABLE
  [ ! -e booted ]
  [ ! -e build/oracle ]
  touch said/dies
  assert_trouble "it does not start" oracle --kernels file:one two.bpf.c
}

@test "make oracle hands on objects by pattern, a suite besides, kernels and limits, and no list where a folder is meant" {
  touch x1.o x2.o
  run -0 make -n -C "$TOP" oracle OBJECTS="$PWD/x*.o $PWD/none.o" KERNELS='6.1..7.2 file:x' LIMITS='verified_insns=5% map_bytes=1%' SUITE=smoke
  assert_contains "$(grep -A 1 '^unset' <<<"$output" | xargs)" "unset OBJECTS KERNELS;"
  assert_contains "$output" "oracle/oracle --kernels '6.1..7.2 file:x' --limit 'verified_insns=5%' --limit 'map_bytes=1%' '$PWD/x1.o' '$PWD/x2.o' '$PWD/none.o' 'bpf/suites/smoke.yml'"
  KERNELS=cache run -0 make -n -C "$TOP" oracle OBJECTS="$PWD/x1.o"
  assert_contains "$output" "oracle/oracle --kernels ''  '$PWD/x1.o'"
}

@test "another repository asks with the composite action's steps" {
  requires setpriv
  fake_vm
  cp two.bpf.c three.bpf.c
  echo 'map_bytes=1000' >said/a.one
  echo 'map_bytes=1020' >said/a.two
  export PROGRAMS='two.bpf.c t*ee.bpf.c' ASKED='file:one file:two' GITHUB_STEP_SUMMARY=$PWD/summary.md
  pipelines/oracle/action
  assert_equal "$(sed q summary.md)" '## eBPF programs by kernels'
  assert_equal "$(csv_value build/oracle/oracle.csv test | sort -u | xargs)" 'three/a three/b two/a two/b'
  LIMITS='jited_bytes=1% map_bytes=1%' run -1 pipelines/oracle/action
  assert_contains "$(cat summary.md)" '| grew | `two/a` | map_bytes | one | two | 1000 | 1020 |'
  LIMITS='map_bytes=1%' FAIL=false pipelines/oracle/action
  # What was asked before is no answer to this.
  rm summary.md
  ASKED=file:none FAIL=false run -2 pipelines/oracle/action
  [ ! -s summary.md ]
  # It has the inputs that the script takes.
  action=$TOP/.github/actions/oracle/action.yml
  for name in PROGRAMS ASKED LIMITS FAIL; do grep -q "^        $name: " "$action"; done
}

@test "a real kernel is asked of one program that loads, one that does not, and one of a module" {
  needs_kernel
  printf '%s\n' '#include <linux/bpf.h>' '#include <bpf/bpf_helpers.h>' \
    'SEC("xdp") int good(void *ctx) { return bpf_get_prandom_u32() & 1; }' \
    'SEC("xdp") int bad(struct xdp_md *ctx) { return *(int *)(long)ctx->data; }' \
    'SEC("fentry/nfs_file_open") int of_module(void *ctx) { return 0; }' \
    'char _license[] SEC("license") = "GPL";' >mine.bpf.c
  bpf-compile-check --no-load -o plan.csv mine.bpf.c
  cp "$(csv_value plan.csv object | sed q)" mine.bpf.o
  "$PIPELINES/oracle/oracle" --kernels "$KERNEL" mine.bpf.o >table
  cells() { csv_value build/oracle/oracle.csv "$1" '$test =~ "'"$2"'"'; }
  assert_equal "$(cells status,reason '^mine/bad$')" "load_failed bad: R1 offset is outside of the packet"
  assert_equal "$(cells status '^mine/of_module$')" unsupported
  assert_equal "$(cells status,map_bytes '^mine/good$')" "ok 0"
  for column in instructions verified_insns jited_bytes; do
    [[ $(cells "$column" '^mine/good$') -gt 1 ]]
  done
  assert_equal "$(cells kernel '^mine/good$')" "$KERNEL"
}
