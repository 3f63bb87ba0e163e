#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Objects of others, and sources as people have them, as operands of bpf-compile-check.

load helpers

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  head='#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";'
  printf '%s\nSEC("xdp") int one(void *ctx) { return XDP_PASS; }\nSEC("tc") int two(void *ctx) { return 0; }\n' "$head" >good.bpf.c
}

# object NAME [OPTION...] < SOURCE: what clang makes of it
object() {
  clang -target bpf -mcpu=v3 -O2 -g -idirafter "/usr/include/$(uname -m)-linux-gnu" "${@:2}" -c -x c -o "$1" -
}

@test "each program of an object is a test, named after file and program, of the type that its section says" {
  requires bpf
  object good.bpf.o <good.bpf.c
  cp good.bpf.o another.o
  cp good.bpf.o 'no ending'
  bpf-compile-check good.bpf.o another.o 'no ending' >plan.csv
  assert_equal "$(rows plan.csv '.suite, .test, .entry_point, .program_type, .status, .packet, .expected_result')" \
    '["adhoc","good/one","one","xdp","ok","tcp4-64",""]
["adhoc","good/two","two","sched_cls","ok","tcp4-64",""]
["adhoc","another/one","one","xdp","ok","tcp4-64",""]
["adhoc","another/two","two","sched_cls","ok","tcp4-64",""]
["adhoc","no ending/one","one","xdp","ok","tcp4-64",""]
["adhoc","no ending/two","two","sched_cls","ok","tcp4-64",""]'
  # Where they come from may vanish.
  rm ./*.o
  bpf-run -q --rounds 1 --samples 1 -c 4 plan.csv >samples.csv
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
  assert_trouble "can't read object: 'gone.o': No such file or directory" bpf-compile-check good.bpf.c gone.o
}

@test "two versions of an object, each with a label and one name, are two builds of the same tests" {
  requires bpf
  object v1.o <good.bpf.c
  sed 's/XDP_PASS/!ctx/' good.bpf.c | object v2.o
  for v in v1 v2; do bpf-compile-check --build $v --as balancer -o $v.csv $v.o; done
  regress-detect --value insns --baseline v1 v1.csv v2.csv >verdict.csv
  assert_equal "$(csv_value verdict.csv test,verdict | xargs)" 'balancer/one regression balancer/two unchanged'
  assert_trouble "a row twice: suite 'adhoc', test 'balancer/one'" bpf-compile-check --no-load --as balancer v1.o v2.o
  assert_trouble '--as is empty' bpf-compile-check --no-load --as '' v1.o
}

@test "builds that have no test in common are said before anything is measured" {
  requires bpf
  for n in 1 2; do
    printf '#include <linux/bpf.h>\n__attribute__((section("xdp"))) int p%d(void *c) { return XDP_TX; }\n' $n >v$n.bpf.c
    bpf-compile-check --build "b$n" v$n.bpf.c "$TOP/bpf/suites/controls.yml" >$n.csv
  done
  bpf-run --rounds 1 -t '^p|loop' --samples 1 -c 8 1.csv 2.csv 2>said >/dev/null
  assert_contains "$(cat said)" "no test is of two builds: 'p1' is of 'b1' alone, 'p2' of 'b2': there is nothing to compare"
  bpf-run --rounds 1 -t 'loop' --samples 1 -c 8 1.csv 2.csv 2>said >/dev/null
  assert_equal "$(grep -c 'two builds' said)" 0
}

@test "programs of several sources that share a name are told apart by file, then by folder" {
  mkdir there
  cp good.bpf.c there
  grep -v one good.bpf.c >other.c
  printf '%s\nSEC("xdp") int three(void *ctx) { return 0; }\n' "$head" >third.bpf.c
  # A missing file of that name is one too, where two do not compile.
  for file in bad.bpf.c there/bad.bpf.c; do echo '#error never' >$file; done
  bpf-compile-check --no-load good.bpf.c other.c third.bpf.c bad.bpf.c there/bad.bpf.c >plan.csv
  assert_equal "$(csv_value plan.csv test | xargs)" 'one good/two other/two three bad.bpf.c there/bad.bpf.c'
  bpf-compile-check --no-load good.bpf.c there/good.bpf.c >plan.csv
  assert_equal "$(csv_value plan.csv test | xargs)" 'good/one good/two there/good/one there/good/two'
  # Rows of sources say who compiled them, those of objects do not.
  object good.o <good.bpf.c
  assert_equal "$(bpf-compile-check --no-load good.bpf.c good.o | rows /dev/stdin '.test, (.compiler | test("clang"))' | xargs)" \
    '[one,true] [two,true] [good/one,false] [good/two,false]'
}

@test "--program takes some programs of bare sources and objects" {
  object good.o <good.bpf.c
  printf 'tests: [{name: a, source: good.bpf.c, entry_point: one}]\n' >s.yml
  bpf-compile-check --no-load --program '^t(wo|en)$' good.bpf.c good.o s.yml >plan.csv
  assert_equal "$(csv_value plan.csv test | xargs)" 'a two good/two'
  assert_trouble "no program's name matches 'three' (option --program)" bpf-compile-check --no-load --program three good.bpf.c good.o
  assert_trouble "bad regular expression: '('" bpf-compile-check --no-load --program '(' good.bpf.c
}

@test "what is no object that can be read is a row with its reason, and costs no other its rows" {
  requires bpf
  local name
  object good.o <good.bpf.c
  object without-btf.o -g0 <good.bpf.c
  object another-order.o -target bpfeb <good.bpf.c
  { cat good.bpf.c && printf 'struct { int type, key, value, max; } old SEC("maps") = {1, 4, 4, 1};\n'; } | object old-maps.o
  { cat good.bpf.c && printf 'char x[100 << 20] = {1};\n'; } | object hundred-megabytes.o
  printf '%s\nint variable;\n' "$head" >none.bpf.c
  object none.o <none.bpf.c
  head -c 700 good.o >cut.o
  : >empty.o
  mkdir folder.o
  mkfifo fifo.o
  truncate -s 300M large.o
  cp "$(command -v sort)" program
  echo '#error never' >bad.bpf.c
  timeout 60 bpf-compile-check --exit-code ./*.o program ./*.c >plan.csv 2>messages || [ $? = 1 ]
  while IFS='|' read -r name reason; do
    assert_contains "$(csv_value plan.csv reason "\$test == \"$name\" && \$status =~ \"_failed\"")" "$reason"
  done <<'TABLE'
another-order.o|endianness mismatch
bad.bpf.c|never
cut.o|can't open object
empty.o|is not a proper ELF object
fifo.o|can't read object './fifo.o': not a regular file
folder.o|can't read object './folder.o': not a regular file
large.o|object './large.o' is larger than 256 MiB
none.o|there is no program in './none.o'
none.bpf.c|there is no program in './none.bpf.c'
old-maps.o|legacy map definitions
program|is not a valid eBPF object file
TABLE
  assert_equal "$(csv_value plan.csv test '$status == "ok"' | xargs)" \
    'good/one good/two hundred-megabytes/one hundred-megabytes/two without-btf/one without-btf/two one two'
  # A line each, and no row without a status.
  assert_equal "$(wc -l <messages)" "$(csv_value plan.csv test '$status != "ok"' | wc -l)"
  assert_equal "$(csv_value plan.csv test '$status != "ok"' | wc -l)" 11
}

@test "a suite takes an object's types from its sections; only one that says nothing becomes XDP" {
  requires bpf
  { cat good.bpf.c && printf 'SEC("prog") int three(void *ctx) { return 0; }\nSEC("prog") int four(void *ctx) { return 0; }\n'; } | object it.o
  cat >s.yml <<'YAML'
tests:
- {name: "{}", elf_file: it.o, entry_point: "{}", variants: [two, three]}
- {name: typed, elf_file: it.o, entry_point: two, program_type: cgroup_skb}
- {name: typed too, elf_file: it.o, entry_point: three, program_type: tc}
- {name: prepared, elf_file: it.o, entry_point: three, map_state_preparation: {program: two}}
YAML
  bpf-compile-check it.o s.yml >plan.csv 2>messages
  assert_equal "$(rows plan.csv '.suite, .test, .program_type, .status')" \
    '["s","two","sched_cls","ok"]
["s","three","xdp","ok"]
["s","typed","cgroup_skb","ok"]
["s","typed too","sched_cls","ok"]
["s","prepared","xdp","ok"]
["adhoc","it/one","xdp","ok"]
["adhoc","it/two","sched_cls","ok"]
["adhoc","it/three","","unsupported"]
["adhoc","it/four","","unsupported"]'
  assert_contains "$(csv_value plan.csv reason '$test == "it/three"')" "check ELF section name 'prog'"
}

@test "a program that can't be loaded fails no other, unless a prog array is made with it" {
  requires bpf
  local slot
  # shellcheck disable=SC2016
  printf '%s\n%s\n%s\n' "$head" '
SEC("xdp") int rejected(struct xdp_md *ctx) { return *(int *)(long)ctx->data; }
SEC("fentry/no_such_function") int absent(void *ctx) { return 0; }
SEC("xdp") int target(struct xdp_md *ctx) { return XDP_DROP; }
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __uint(key_size, 4);
	__array(values, int (void *));
} jumps SEC(".maps")
#ifdef SLOT
= { .values = { [0] = (void *)&SLOT } }
#endif
;' 'SEC("xdp") int caller(struct xdp_md *ctx) { bpf_tail_call(ctx, &jumps, 0); return XDP_PASS; }' >tails.bpf.c
  for slot in X=none SLOT=target; do
    bpf-compile-check -D $slot -o plan.csv tails.bpf.c 2>messages
    assert_equal "$(csv_value plan.csv test,status | sort | xargs)" 'absent unsupported caller ok rejected load_failed target ok'
  done
  # bpf-run leaves them out, too.
  bpf-run -q --rounds 2 --samples 1 -c 4 -o samples.csv plan.csv 2>messages
  assert_equal "$(csv_value samples.csv test,status | sort -u | xargs)" 'absent unsupported caller ok rejected load_failed target ok'
  bpf-compile-check -D SLOT=rejected -o plan.csv tails.bpf.c 2>messages
  assert_equal "$(csv_value plan.csv status '$test == "caller"')" load_failed
  assert_contains "$(csv_value plan.csv reason '$test == "caller"')" "a prog array holds 'rejected', which can't be loaded: prog 'rejected': "
  bpf-compile-check -D SLOT=absent -o plan.csv tails.bpf.c 2>messages
  assert_equal "$(csv_value plan.csv status '$test == "caller"')" unsupported
}

@test "sources as people have them: glibc's headers, registers of the machine, options for the compiler" {
  requires bpf
  {
    printf '#include <sys/socket.h>\n%s\n#include <bpf/bpf_tracing.h>\n' "$head"
    printf '#ifndef RESULT\n#define RESULT 1\n#endif\nstruct pt_regs;\n'
    printf 'SEC("xdp") int one(struct pt_regs *ctx) { return AF_INET + RESULT + !&PT_REGS_IP(ctx); }\n'
  } >tracing.bpf.c
  sed -i '1i #include <linux/ptrace.h>' tracing.bpf.c
  bpf-compile-check --no-load --exit-code tracing.bpf.c >plan.csv
  echo '#define RESULT 5' >result.h
  # shellcheck disable=SC2016
  bpf-compile-check --no-load --exit-code --cflags ' -mcpu=v2  -include result.h' --cflags '-DX=$(touch,pwned)' -o other.csv tracing.bpf.c
  [ ! -e pwned ]
  llvm-objdump -d --no-show-raw-insn --no-print-imm-hex "$(csv_value other.csv object)" | grep -q 'r0 = 7'
  [[ $(csv_value other.csv compiler) = *"-mcpu=v3 -mcpu=v2 -include result.h -DX=\$(touch,pwned)" ]]
  # make passes them on.
  BPF_CFLAGS='-mcpu=v2 -include result.h' "$PIPELINES/compare/build-programs" . tracing.bpf.c head >made.csv
  assert_equal "$(csv_value made.csv object)" "$(csv_value other.csv object)"
}

@test "each program of the objects of libxdp and xdp-tools gets a row, and loads or says why not" {
  requires bpf libxdp
  local objects=(/usr/lib/*/bpf/xdp*.o) expected
  mkdir carved
  "$PIPELINES/oracle/carve" carved "$(command -v xdp-filter)"
  for object in carved/*.o; do
    llvm-readelf -h "$object" | grep -q 'Machine: *EM_BPF'
  done
  # What libbpf finds is in the object's symbols: global functions of sections that are not .text.
  expected=$(for object in "${objects[@]}" carved/*.o; do
    llvm-objdump -t "$object" | grep -cE '^[0-9a-f]+ g +F (xdp|tc|raw_tp|tp|tp_btf|fentry|fexit|kprobe)[^ ]*[[:space:]]'
  done | paste -sd + | bc)
  bpf-compile-check "${objects[@]}" carved/*.o >plan.csv 2>messages
  assert_equal "$(csv_value plan.csv test | sort -u | wc -l)" "$expected"
  assert_equal "$(csv_value plan.csv test '$status != "ok" && is_empty($reason)')" ''
  # All of xdp-filter's, whatever the kernel lacks.
  assert_equal "$(csv_value plan.csv status '$test =~ "^xdpfilt_"' | sort | uniq -c | xargs)" '10 ok'
  bpf-run -q -t '^xdpfilt_(alw|dny)_all/' --rounds 1 --samples 1 -c 4 plan.csv >samples.csv
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
}

@test "carve takes the objects out of executables, and says which have none or a part of one" {
  object good.o <good.bpf.c
  printf '.section .note.GNU-stack\n.data\n.incbin "good.o"\n.byte 1\n.incbin "good.o"\n' >data.s
  printf 'int main(void) { return 0; }\n' | gcc -x c - -x assembler data.s -o two
  head -c 900 good.o | cat "$(type -P true)" - >part
  "$PIPELINES/oracle/carve" carved two "$(type -P true)" 2>messages
  assert_equal "$(cat messages)" "carve: no BPF object is in '$(type -P true)'"
  assert_equal "$(cd carved && echo *)" 'two-1.bpf.o two-2.bpf.o'
  for object in carved/*; do cmp "$object" good.o; done
  bpf-compile-check --no-load carved/two-2.bpf.o >plan.csv
  assert_equal "$(csv_value plan.csv test | xargs)" 'two-2/one two-2/two'
  run -2 --separate-stderr "$PIPELINES/oracle/carve" carved part
  assert_contains "$stderr" "carve: an object is cut off: 'part', at byte "
  assert_trouble "no such file: 'gone'" "$PIPELINES/oracle/carve" carved gone
  assert_trouble 'FOLDER and EXECUTABLE are wanted' "$PIPELINES/oracle/carve" carved
}

@test "maps that production pins are each test's own, and that is said once" {
  requires bpf
  cat >pins.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define MAP(name) struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, __u32); \
	__uint(max_entries, 1); __uint(pinning, LIBBPF_PIN_BY_NAME); } name SEC(".maps")
MAP(one_of_baseline);
MAP(two_of_baseline);
SEC("xdp") int a(void *c) { __u32 k = 0; return bpf_map_lookup_elem(&one_of_baseline, &k) ? XDP_PASS : XDP_DROP; }
SEC("xdp") int b(void *c) { __u32 k = 0; return bpf_map_lookup_elem(&two_of_baseline, &k) ? XDP_PASS : XDP_DROP; }
char _license[] SEC("license") = "GPL";
C
  bpf-compile-check pins.bpf.c >plan.csv 2>said
  assert_equal "$(csv_value plan.csv status | sort -u)" ok
  assert_equal "$(sed "s/.*pins-[0-9a-f]*.bpf.o': //" said)" "not pinned, a map of each test's own: 'one_of_baseline', 'two_of_baseline'"
  [ ! -e /sys/fs/bpf/one_of_baseline ]
}
