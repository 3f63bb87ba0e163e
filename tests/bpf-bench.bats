#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bpf-bench: the four tools in one word.
# bats file_tags=alone

load helpers

write_sources() {
  cat >v1.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#ifndef TURNS
#define TURNS 1
#endif
struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 8); } map SEC(".maps");
const volatile __u32 wanted;
volatile __u64 sum;
SEC("xdp") int reader(struct xdp_md *ctx)
{
	__u32 key = wanted;
	for (int i = 0; i < TURNS; i++)
		if (bpf_map_lookup_elem(&map, &key))
			sum++;
		else
			return XDP_PASS;
	return XDP_TX;
}
SEC("xdp") int bad(struct xdp_md *ctx) { return *(int *)0; }
char _license[] SEC("license") = "GPL";
C
  { echo '#define TURNS 40' && cat v1.bpf.c; } >v2.bpf.c
  echo 'key,value
7,1' >map.csv
}

@test "one file: a row a program, what has no number with its reason, and the same in a pipeline" {
  requires bpf
  write_sources
  run -1 --separate-stderr bpf-bench --rounds 3 --set wanted=7 --map map=map.csv --expect XDP_TX v1.bpf.c
  [[ $(grep '^v1/reader\|^reader' <<<"$output") =~ reader\ +xdp\ .*\ XDP_TX\ +[0-9]+\ +[0-9]+\ +[0-9]+\ +[0-9]+ ]]
  assert_contains "$output" "bad: load_failed: "
  [ "$(wc -L <<<"$(sed '/: load_failed: /d; /^  /d' <<<"$output")")" -le 80 ]
  # What it says can be pasted.
  sed -n '/the same in a pipeline/,$p' <<<"$output" | sed 1d >pasted
  sh -e pasted 2>messages
  assert_equal "$(csv_value summary.csv status '$entry_point == "reader"')" ok
  assert_equal "$(csv_value summary.csv returned '$entry_point == "reader"')" 3
  run -0 bpf-bench --rounds 2 --program '^reader$' v1.bpf.c --expect XDP_PASS
  assert_contains "$output" XDP_PASS
  # The name of the one file is no column of its table, which fits a terminal.
  clang -O2 -g -target bpf -I "/usr/include/$(uname -m)-linux-gnu" -c v1.bpf.c -o an_object_of_others.o
  run -0 --separate-stderr bpf-bench --rounds 2 --program '^reader$' an_object_of_others.o
  grep -qE '^reader +xdp ' <<<"$output"
  [ "$(wc -L <<<"${output%the same in a pipeline*}")" -le 80 ]
}

@test "two files are judged side by side, and what the verifier made of them" {
  requires bpf
  write_sources
  run -0 --separate-stderr bpf-bench --rounds 12 --program reader --set wanted=7 --map map=map.csv --expect XDP_TX v1.bpf.c v2.bpf.c
  assert_contains "$output" regression
  assert_contains "$output" verified_insns
  assert_contains "$output" 'regress-detect --baseline v1.bpf.c --table'
  assert_contains "$output" /bpf/suites/controls.yml
  # Of a control nothing is loaded, and nothing is said of that.
  [[ $output != *'no value on either side'* ]]
  mkdir new
  cp v1.bpf.c new
  run -0 --separate-stderr bpf-bench --rounds 2 --program reader --expect XDP_PASS v1.bpf.c new/v1.bpf.c
  assert_contains "$output" 'bpf-compile-check --build new/v1.bpf.c --as v1'
}

@test "of a capture each different frame has a row, and all together the sum of their shares" {
  requires bpf
  load captures
  write_sources
  printf '%032x\n' 1 2 1 1 | frames little >x.pcap
  run -0 --separate-stderr bpf-bench --rounds 3 --program reader --packet x.pcap v1.bpf.c
  assert_equal "$(sed -n 's/^\(reader#[0-9]*\) .*/\1/p' <<<"$output" | xargs)" 'reader#1 reader#2'
  sum=$(sed -n 's/^reader, all 4 frames as in the capture: \(.*\) ns a packet, .*/\1/p' <<<"$output")
  awk -v sum="$sum" '/^reader#1/ { one = $3 } /^reader#2/ { other = $3 } END {
    d = sum - (3 * one + other) / 4; exit !(sum > 0 && d * d < .02) }' <<<"$output"
  assert_contains "$output" "reader, frames by what was returned: XDP_PASS 4"
}

@test "what became of a capture's frames is counted, and a frame that met next to nothing of a program is told" {
  requires bpf
  load captures
  cat >long.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
volatile __u64 sum;
SEC("xdp") int program(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + 14 > end || data[12] == 0x86)
		return XDP_PASS;
#pragma unroll
	for (int i = 0; i < 5000; i++)
		sum += i;
	return XDP_DROP;
}
char _license[] SEC("license") = "GPL";
C
  printf '%s\n' 0200000000010200000000028600 0200000000010200000000020800 0200000000010200000000028600 | frames little >x.pcap
  run -0 --separate-stderr bpf-bench --rounds 3 --packet x.pcap long.bpf.c
  [[ $output == *"program, frames by what was returned: XDP_PASS 2, XDP_DROP 1"* ]]
  assert_equal "$(sed -nE 's/ left early: in [0-9.]+ ns a tenth of its [0-9]{5} .*/ left early/p' <<<"$output")" \
    "warning: program#1 left early"
}

@test "what can't be is one line" {
  write_sources
  assert_trouble "no file named" bpf-bench
  assert_trouble "one file or two are wanted" bpf-bench a b c
  assert_trouble "unknown option: '--no'" bpf-bench --no v1.bpf.c
  assert_trouble "option '--set' needs an argument" bpf-bench v1.bpf.c --set
  assert_trouble "--rounds" bpf-bench --rounds many v1.bpf.c
  assert_trouble "twice the same file: 'v1.bpf.c'" bpf-bench v1.bpf.c v1.bpf.c
  assert_trouble "can't read source: 'none.bpf.c'" bpf-bench none.bpf.c
  assert_trouble "--set is not NAME=VALUE: 'wanted'" bpf-bench --set wanted v1.bpf.c
  assert_trouble "can't read 'none.json'" bpf-bench --map map=none.json v1.bpf.c
  assert_trouble "'none.pcap'" bpf-bench --packet none.pcap v1.bpf.c
  assert_trouble "--expect" bpf-bench --expect XDP_TIX v1.bpf.c
}
