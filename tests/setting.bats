#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a test sets besides its object: global data, maps, packets, context. And that the program has met them.

load helpers
load kernels
load captures

teardown() {
  rm -f "/sys/fs/bpf/setting-$$"
  restore_sysctls
}

# A program that returns XDP_TX when it meets all that the suite below sets, else the number of what is missing.
write_program() {
  cat >program.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define MAP(name, kind, k, v, n) \
	struct { \
		__uint(type, kind); \
		__type(key, k); \
		__type(value, v); \
		__uint(max_entries, n); \
	} name SEC(".maps")
struct vip { __u32 address; __u16 port; __u16 flags : 3, rest : 13; };
struct real { __u8 mac[6]; __s8 weight; _Bool up; union { __u64 id; struct { __u32 low, high; }; }; };
struct route { __u32 prefixlen; __u8 address[4]; };
enum mode { OFF, ON, DEEP = 70000 };
MAP(vips, BPF_MAP_TYPE_HASH, struct vip, struct real, 1);
MAP(hits, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, __u64, 4);
MAP(programs, BPF_MAP_TYPE_PROG_ARRAY, __u32, __u32, 2);
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct route);
	__type(value, enum mode);
	__uint(max_entries, 4);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} routes SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __type(value, __u32); __uint(max_entries, 4); } waiting SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); } records SEC(".maps");
struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(key_size, 4); __uint(value_size, 8); __uint(max_entries, 1); };
struct inner first SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __type(key, __u32); __uint(max_entries, 1); __array(values, struct inner); }
	maps SEC(".maps");
const volatile __u16 port = 1;
volatile enum mode mode = ON;
volatile long long wide;
char name[8];
struct { int a; struct { char b[3]; }; } pair = {1};

SEC("xdp") int last(struct xdp_md *ctx) { return XDP_TX; }

SEC("xdp") int program(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct vip vip = {.address = 0x0102a8c0, .port = 443, .flags = 5};
	struct route route = {.prefixlen = 32, .address = {10, 1, 2, 3}};
	__u32 zero = 0, three = 3, taken = 0;
	struct real *real = bpf_map_lookup_elem(&vips, &vip);
	enum mode *to = bpf_map_lookup_elem(&routes, &route);
	__u64 *hit = bpf_map_lookup_elem(&hits, &three), *deep;
	void *inner = bpf_map_lookup_elem(&maps, &zero);

	if (port != 8080 || mode != DEEP || wide != -5 || name[0] != 'e' || name[3] || pair.a || pair.b[2] != 9)
		return 10;
	if (!real || real->mac[5] != 9 || real->weight != -3 || !real->up || real->low != 7 || real->high != 1)
		return 11;
	if (!hit || *hit != 77)
		return 12;
	if (!to || *to != DEEP)
		return 13;
	deep = inner ? bpf_map_lookup_elem(inner, &zero) : 0;
	if (!deep || *deep != 0x0807060504030201)
		return 14;
	if (bpf_map_peek_elem(&waiting, &taken) || taken != 5)
		return 15;
	if (bpf_ringbuf_query(&records, BPF_RB_RING_SIZE) != 4096)
		return 16;
	if (data + 60 > end || data + 61 <= end || data[59] != 0xab)
		return 17;
	if (ctx->ingress_ifindex != 1)
		return 18;
	bpf_tail_call(ctx, &programs, 1);
	return 19;
}

SEC("tc") int marked(struct __sk_buff *skb) { return skb->mark == 4 && skb->cb[1] == 2 ? 0 : 20; }

SEC("xdp") int rewrite(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + 14 > end)
		return XDP_ABORTED;
	data[0] ^= 0xff;
	return data[1] ? XDP_PASS : XDP_DROP;
}
char _license[] SEC("license") = "GPL";
C
}

# Compiled once: the suites below name the object.
write_object() {
  write_program
  clang -O2 -g -mcpu=v3 --target=bpf "-I/usr/include/$(uname -m)-linux-gnu" -c program.bpf.c -o program.o
}

write_suite() {
  cat >vips.json <<'J'
[{"key": {"address": "0x0102a8c0", "port": 443, "flags": 5},
  "value": {"mac": [2, 0, 0, 0, 0, 9], "weight": -3, "up": true, "low": 7, "high": 1}}]
J
  printf 'key.prefixlen,key.address,value\n8,0x0a000000,ON\n24,0x0a010200,DEEP\n' >routes.csv
  hex "$(printf '%0118dab' 0)" | frames little >in.pcap
  cat >suite.yml <<'Y'
defaults: {elf_file: program.o, program_type: xdp, maps: {records: {max_entries: 4096}}}
tests:
  - name: all
    entry_point: program
    globals: {port: 8080, mode: DEEP, wide: -5, name: eth, pair: {b: [0, 0, 9]}}
    maps:
      vips: vips.json
      routes: routes.csv
      hits: [{key: 3, value: 77}]
      waiting: [{value: 5}]
      first: [{key: "0x00000000", value: "0x0102030405060708"}]
      maps: [{key: 0, value: first}]
      records: {max_entries: 4096}
      programs: {elements: [{key: 1, value: last}]}
    packet: in.pcap#1
    context: {ingress_ifindex: 1}
    expected_result: XDP_TX
  - name: skb
    entry_point: marked
    program_type: sched_cls
    context: {mark: 4, cb: [1, 2]}
    expected_result: TC_ACT_OK
Y
}

measure() { # SUITE
  bpf-compile-check "$1" >plan.csv 2>messages
  bpf-run -q --rounds 1 --samples 2 -c 8 plan.csv >samples.csv 2>>messages
}

outcome() { # TEST
  mlr --icsv --onidx --ofs ': ' filter '$test == "'"$1"'"' then head -n 1 then cut -o -f status,reason samples.csv
}

@test "globals, maps of each kind, the packet and the context are what the suite sets, by their types" {
  requires bpf
  write_object
  write_suite
  measure suite.yml
  assert_equal "$(outcome all)" 'ok: '
  assert_equal "$(outcome skb)" 'ok: '
  assert_equal "$(csv_value plan.csv packet '$test == "all"')" in.pcap#1
  # Without any one of them the program says what it misses.
  while IFS='|' read -r without returned; do
    sed "/$without/d" suite.yml >less.yml
    measure less.yml
    assert_equal "$(outcome all)" "wrong_result: program returned $returned where 3 was expected"
  done <<'T'
^    globals|10
vips:|11
hits:|12
routes:|13
 maps: \[|14
waiting:|15
 packet:|17
programs:|19
T
  # The kernel's own test run begins with the same interface, and no mark.
  sed '/mark: 4/d' suite.yml >less.yml
  measure less.yml
  assert_equal "$(outcome skb)" 'wrong_result: marked returned 20 where 0 was expected'
  sed '/^      records:/d' suite.yml >less.yml
  measure less.yml
  assert_equal "$(outcome all)" 'wrong_result: program returned 16 where 3 was expected'
}

@test "what is set is part of what is measured: another value has another program_hash, and a changed file is refused" {
  requires bpf
  write_object
  write_suite
  measure suite.yml
  cp plan.csv before.csv
  sed -i 's/"low": 7/"low": 8/' vips.json
  measure suite.yml
  assert_equal "$(csv_value plan.csv program_hash '$test == "skb"')" "$(csv_value before.csv program_hash '$test == "skb"')"
  [ "$(csv_value plan.csv program_hash '$test == "all"')" != "$(csv_value before.csv program_hash '$test == "all"')" ]
  assert_equal "$(outcome all)" 'wrong_result: program returned 11 where 3 was expected'
  # The plan made before still has what it was made with.
  bpf-run -q --rounds 1 --samples 2 -c 8 before.csv >samples.csv
  assert_equal "$(outcome all)" 'ok: '
  echo '{}' >"$(csv_value before.csv setup '$test == "all"')"
  bpf-run -q --rounds 1 --samples 2 -c 8 before.csv >samples.csv
  assert_contains "$(outcome all)" 'is not the one that the plan was made of'
}

@test "elements as bpftool dumps them go back into a map, with a value a CPU too" {
  requires bpf bpftool
  write_object
  bpftool map create /sys/fs/bpf/setting-$$ type percpu_array key 4 value 8 entries 4 name setting
  bpftool map update pinned /sys/fs/bpf/setting-$$ key 3 0 0 0 value 77 0 0 0 0 0 0 0
  bpftool -j map dump pinned /sys/fs/bpf/setting-$$ >hits.json
  assert_contains "$(cat hits.json)" '"cpu":0'
  write_suite
  sed -i 's/hits: .*/hits: hits.json/' suite.yml
  measure suite.yml
  assert_equal "$(outcome all)" 'ok: '
}

@test "nameless members, which bpftool calls by an empty name, several of a structure too, are found" {
  requires bpf
  write_object
  write_suite
  cat >vips.json <<'J'
[{"key": {"address": "0x0102a8c0", "port": 443, "flags": 5},
  "value": {"": {}, "mac": [2, 0, 0, 0, 0, 9], "weight": -3, "up": true, "" : {"id": 4294967303, "": {"low": 7, "high": 1}}}}]
J
  measure suite.yml
  assert_equal "$(outcome all)" 'ok: '
  sed -i 's/"low"/"lwo"/' vips.json
  measure suite.yml
  assert_equal "$(outcome all)" "load_failed: map 'vips': element 1: its 'value': there is no member 'lwo'"
}

@test "a frame that is skipped may be longer than a packet, and a folder's name may have the mark of a number" {
  write_object
  mkdir 'a#b'
  printf '%0140000d\n%018000d\n' 0 0 | frames little >'a#b/x.pcap'
  bpf-compile-check --no-load --packet 'a#b/x.pcap#2' --program last program.o >plan.csv
  assert_equal "$(jq -r '.packet | length' "$(csv_value plan.csv setup)")" 18002
  assert_trouble "frame 1 has 70000 bytes, not 1 to 9216" bpf-compile-check --no-load --packet 'a#b/x.pcap' program.o
}

@test "a block of pcapng that holds no frame, such as keys or names, may be of any length" {
  write_object
  n=$((3 << 20))
  for order in little big; do
    {
      blocks $order </dev/null
      number $order 4 10
      number $order 4 $((12 + n))
      head -c $n /dev/zero
      number $order 4 $((12 + n))
    } >long
    hex 00110000000000000000000000000000 | blocks $order | cat long - >x.pcapng
    bpf-compile-check --no-load --packet x.pcapng#1 --program last program.o >plan.csv
    assert_equal "$(jq -r .packet "$(csv_value plan.csv setup)")" 0x00110000000000000000000000000000
    head -c 2000000 long >cut.pcapng
    assert_trouble "is cut off behind frame 0" bpf-compile-check --no-load --packet cut.pcapng program.o
  done
}

@test "each frame of a capture is a test, equal ones once, whatever the capture's format" {
  requires bpf
  write_object
  cat >suite.yml <<'Y'
tests: [{name: all, elf_file: program.o, entry_point: rewrite, packet: x.pcap, fresh_packet: true, expected_result: any,
  maps: {records: {max_entries: 4096}}}]
Y
  hex 00110000000000000000000000000000 00000000000000000000000000000000ff 00110000000000000000000000000000 >lines
  for format in 'frames little' 'frames big' 'frames little a1b23c4d' 'blocks little' 'blocks big'; do
    $format <lines >x.pcap
    measure suite.yml
    assert_equal "$(csv_value plan.csv test,packet,frames)" "all#1 x.pcap#1 2
all#2 x.pcap#2 1"
    assert_equal "$(outcome 'all#1')" 'ok: '
    assert_equal "$(mlr --icsv --onidx head -n 1 -g test then sort -f test then cut -f returned samples.csv | xargs)" '2 1'
    assert_equal "$(jq -r .packet "$(csv_value plan.csv setup '$test == "all#2"')")" 0x00000000000000000000000000000000ff
  done
  # The packet that comes out, of the same frame.
  sed 's/^00/ff/' lines | frames little >out.pcap
  sed -i 's/fresh_packet/expected_packet: out.pcap, fresh_packet/' suite.yml
  measure suite.yml
  assert_equal "$(outcome 'all#1') $(outcome 'all#2')" 'ok:  ok: '
  sed -i 's/out.pcap/out.pcap#2/' suite.yml
  measure suite.yml
  assert_equal "$(outcome 'all#1')" 'wrong_result: rewrite: its packet has 16 bytes where 17 were expected'
  sed -i 's/out.pcap#2/"0xff110000000000000000000000000001"/' suite.yml
  measure suite.yml
  assert_equal "$(outcome 'all#1')" 'wrong_result: rewrite: its packet has 00 at byte 15 where 01 was expected'
}

@test "a setting that does not fit is the row's reason, and names what it is of; other tests go on" {
  requires bpf
  write_object
  write_suite
  while IFS='|' read -r change reason; do
    sed "$change" suite.yml >bad.yml
    measure bad.yml
    assert_equal "$(outcome all)" "load_failed: $reason"
    assert_equal "$(outcome skb)" 'ok: '
  done <<'T'
s/port: 8080/prot: 8080/|global 'prot': the object has no such variable
s/port: 8080/port: 65536/|global 'port': does not fit into its type: '65536'
s/port: 8080/port: -1/|global 'port': does not fit into its type: '-1'
s/port: 8080/port: eighty/|global 'port': is not a whole number: 'eighty'
s/mode: DEEP/mode: DEPE/|global 'mode': none of its names: is not a whole number: 'DEPE'
s/name: eth/name: 'nine bytes'/|global 'name': does not fit into its type: 'nine bytes'
s/b: .0, 0, 9./b: [0, 0, 9, 9]/|global 'pair': b: a list of 4 where there is room for 3
s/b: .0, 0, 9./c: 1/|global 'pair': there is no member 'c'
s/vips: vips.json/vpis: vips.json/|map 'vpis': the object has no such map
s/key: 3, value: 77/key: 4, value: 77/|map 'hits': element 1: the kernel refuses it: Argument list too long (max_entries 4)
s/key: 3, value: 77/key: 3, values: 77/|map 'hits': element 1: its 'value': 'values' is no list
s/key: 3, value: 77/key: 3, values: [{cpu: 0, value: 1}, {cpu: 0, value: 2}]/|map 'hits': element 1: its 'value': values: CPU 0 twice
s/key: 3, value: 77/key: [3], value: 77/|map 'hits': element 1: its 'key': these are not 4 bytes in hexadecimal
s/"0x0102030405060708"/"0x01"/|map 'first': element 1: its 'value': these are not 8 bytes in hexadecimal
s/value: last/value: lats/|map 'programs': element 1: 'lats' is no program of the object
s/value: first/value: program/|map 'maps': element 1: its 'value': 'program' is no map of the object
s/waiting: .*/waiting: [{key: 1}]/|map 'waiting': element 1: its 'value': it has no 'value'
s/4096}$/0}/|map 'records': max_entries is too small
s/ingress_ifindex: 1/ingress: 1/|the 'context': there is no member 'ingress'
T
  sed -i 's/-3/200/' vips.json
  measure suite.yml
  assert_equal "$(outcome all)" "load_failed: map 'vips': element 1: its 'value': weight: does not fit into its type: '200'"
  sed -i 's/200/3/; s/true/2/' vips.json
  measure suite.yml
  assert_equal "$(outcome all)" "load_failed: map 'vips': element 1: its 'value': up: does not fit into its type: '2'"
}

@test "a program that can't be loaded, and that the suite puts into a map, is the row's reason" {
  requires bpf
  cat >program.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 2); __uint(key_size, 4); __uint(value_size, 4); } jumps SEC(".maps");
SEC("xdp") int bad(struct xdp_md *ctx) { return *(volatile int *)(long)(ctx->data + 100); }
SEC("xdp") int good(struct xdp_md *ctx) { bpf_tail_call(ctx, &jumps, 0); return XDP_PASS; }
C
  echo 'tests: [{name: jumps, source: program.bpf.c, entry_point: good, maps: {jumps: [{key: 0, value: bad}]}}]' >jumps.yml
  run -0 timeout 60 bpf-compile-check -o plan.csv jumps.yml
  assert_equal "$(mlr --icsv --onidx cut -o -f status,reason plan.csv)" "load_failed prog 'bad': BPF program load failed: Permission denied"
}

@test "a file that can't be taken is one line, and nothing is left behind" {
  write_program
  mkdir folder.pcap
  mkfifo fifo.pcap fifo.json
  hex 00110000000000000000000000000000 | tee line | frames little >good.pcap
  frames little a1b2c3d4 113 <line >cooked.pcap
  frames little a1b2c3d4 1 40 <line >short.pcap
  frames little <<<"$(for i in $(seq 65); do printf '%032x\n' "$i"; done)" >many.pcap
  frames little </dev/null >none.pcap
  head -c 50 good.pcap >cut.pcap
  blocks little <line | head -c 90 >cut.pcapng
  : >empty.pcap
  echo 'no capture at all, but text' >text.pcap
  number little 4 $((16#0a0d0d0a)) >block.pcapng
  echo '{"key": 1' >cut.json
  echo '{}' >object.json
  printf 'key,value\n"1' >cut.csv
  printf 'key,key.a,value\n1,2,3\n' >both.csv
  printf 'key%s,value\n1,2\n' "$(printf '.%.0sa' {1..20000})" >deep.csv
  while IFS='|' read -r field reason; do
    echo "tests: [{name: x, source: program.bpf.c, entry_point: program, $field}]" >bad.yml
    assert_trouble "$reason" bpf-compile-check --no-load bad.yml
    assert_equal "$(ls build 2>/dev/null)" ''
  done <<'T'
packet: folder.pcap|capture './folder.pcap' is no regular file (bad.yml line 1)
packet: fifo.pcap|capture './fifo.pcap' is no regular file
packet: not-there.pcap|capture './not-there.pcap' can't be read: No such file or directory
packet: good.pcap#2|capture './good.pcap' has only 1 frames
packet: cooked.pcap|frame 1 is of link type 113, only Ethernet (1) is known
packet: short.pcap|frame 1 has only 16 of its 56 bytes: capture whole frames
packet: many.pcap|has more than 64 different frames: name one (#65)
packet: none.pcap|has no frames
packet: cut.pcap|is cut off behind frame 0
packet: cut.pcapng|is cut off behind frame 0
packet: empty.pcap|is empty
packet: text.pcap|is neither pcap nor pcapng
packet: block.pcapng|is cut off behind frame 0
packet: "0x0"|no packet is named '0x0', and it is no capture
packet: tcp5|no packet is named 'tcp5'
expected_packet: tcp4-64|'expected_packet' is no capture (.pcap, .pcapng) or bytes (0x…): 'tcp4-64'
maps: {vips: not-there.json}|can't read './not-there.json': No such file or directory
maps: {vips: fifo.json}|can't read './fifo.json': not a regular file
maps: {vips: cut.json}|is no JSON
maps: {vips: object.json}|is no list of elements
maps: {vips: cut.csv}|cut.csv
maps: {vips: both.csv}|column 'key.a' of './both.csv' is no UTF-8, names what another column names, or lies too deep
maps: {vips: deep.csv}|or lies too deep
maps: {vips: [], vips: []}|'maps' has 'vips' twice
maps: [vips]|'maps' must be a mapping
maps: {vips: {entries: 1}}|unknown field 'entries'
globals: 1|'globals' must be a mapping
globals: &a {x: *a}|has more than
expected_result: XDP_TIX|is not a number
T
  assert_trouble "--map vips: max_entries is too small: '0'" bpf-compile-check --map vips=0 program.bpf.c
  for option in --set=port=1 --program=x --as=x --packet=udp4-64 --expect=0 --fresh-packet; do
    assert_trouble "are for bare sources and objects" bpf-compile-check "$option" "$TOP/bpf/suites/smoke.yml"
  done
  echo 'tests: [{name: x, program_type: user, entry_point: loop, globals: {a: 1}}]' >bad.yml
  assert_trouble "--set pair is neither JSON" bpf-compile-check --no-load --set 'pair={"a": 1, "a": 2}' program.bpf.c
  assert_trouble "'globals' needs a 'source' or 'elf_file'" bpf-compile-check --no-load bad.yml
}

@test "the command line sets the same for bare objects" {
  requires bpf
  write_object
  bpf-compile-check --program '^rewrite$' --map records=4096 --set 'pair={"a": 1, "b": [1, 2, 3]}' --set name=x --fresh-packet \
    --packet 0x00110000000000000000000000000000 --expect XDP_PASS program.o >plan.csv
  assert_equal "$(jq -c '[.globals, .maps.records.max_entries, .packet]' "$(csv_value plan.csv setup)")" \
    '[{"name":"x","pair":{"a":1,"b":[1,2,3]}},4096,"0x00110000000000000000000000000000"]'
  bpf-run -q --rounds 1 --samples 2 -c 8 plan.csv >samples.csv
  assert_equal "$(csv_value samples.csv returned,status | sort -u)" '2 ok'
  hex 00110000000000000000000000000000 00000000000000000000000000000000ff | frames little >x.pcap
  bpf-compile-check --program '^rewrite$' --map records=4096 --packet x.pcap#2 --expect any program.o >plan.csv
  assert_equal "$(csv_value plan.csv test,packet,expected_result,frames)" "program/rewrite x.pcap#2  "
  while IFS='|' read -r option value reason; do
    assert_trouble "$reason" bpf-compile-check "$option" "$value" program.o
  done <<'T'
--set|=1|--set is not NAME=VALUE: '=1'
--set|pair={"a": 1, "a": 2}|--set pair is neither JSON nor text in UTF-8
--map|records|--map is not NAME=VALUE: 'records'
--map|records=|can't read ''
--packet|x.pcap#3|capture 'x.pcap' has only 2 frames
--packet|0x0|no packet is named '0x0'
--expect|5000000000|--expect
T
}

# bats test_tags=slow
@test "what is set goes along into a VM" {
  needs_kernel
  write_object
  write_suite
  bpf-compile-check --no-load suite.yml >plan.csv
  "$PIPELINES/vm/run-in-vm" -k "$KERNEL" plan.csv >samples.csv
  assert_equal "$(outcome skb)" 'ok: '
  assert_equal "$(outcome all)" 'ok: '
}
