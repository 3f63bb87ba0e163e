#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that are attached: what a test says of their trigger, of what they are attached to, and of those beside them.
# bats file_tags=alone

load helpers
load kernels

write_program() {
  cat >program.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
long entered, left;
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 64); __type(key, __u32); __type(value, __u64); } work SEC(".maps");
static int busy(void)
{
#pragma unroll
	for (__u32 i = 0; i < 64; i++) {
		__u32 key = i;
		__u64 *value = bpf_map_lookup_elem(&work, &key);
		if (value)
			*value += i;
	}
	return 0;
}
SEC("tracepoint") int enter(void *ctx) { __sync_fetch_and_add(&entered, 1); return busy(); }
SEC("tp/syscalls/sys_exit_openat") int leave(void *ctx) { __sync_fetch_and_add(&left, 1); return busy(); }
SEC("raw_tp") int switched(void *ctx) { return busy(); }
SEC("fentry") int function(void *ctx) { return 0; }
SEC("tc") int packet(struct __sk_buff *ctx) { return 0; }
SEC("fentry/packet") int before(void *ctx) { return busy(); }
SEC("fexit/packet") int after(void *ctx) { return busy(); }
/* Whether both have run, or the first alone. */
SEC("tc") int both(struct __sk_buff *ctx) { return !(entered > 100 && left > 100); }
SEC("tc") int only(struct __sk_buff *ctx) { return !(entered > 100 && !left); }
C
}

# measure SUITE OPTION...: summary.csv, with few rounds
measure() {
  local suite=$1
  shift
  bpf-compile-check -o plan.csv "$suite" 2>/dev/null
  bpf-run -q --rounds 2 --samples 3 "$@" -o samples.csv plan.csv 2>errors || :
  stats-reduce -o summary.csv samples.csv
}

cells() { # TEST COLUMN...
  mlr --icsv --onidx filter '$test == "'"$1"'"' then cut -o -f "$2" summary.csv
}

@test "a test names its trigger, its program's target, and what is attached with it" {
  requires bpf tracefs
  local own=own$((RANDOM % 90000 + 10000))
  write_program
  mv program.bpf.c "$own.bpf.c"
  cat >suite.yml <<YAML
defaults: {source: $own.bpf.c, expected_result: any}
tests:
  - {name: open/alone/x, entry_point: enter, attach: syscalls/sys_enter_openat, trigger: open, check: only}
  - {name: open/list/x, entry_point: enter, attach: {enter: syscalls/sys_enter_openat}, trigger: open, with: [leave], check: both}
  - {name: open/all/x, entry_point: enter, trigger: open, with: all, check: both,
     attach: {enter: syscalls/sys_enter_openat, switched: sched_switch, function: bpf_fentry_test1}}
  - {name: switch/raw/x, entry_point: switched, attach: sched_switch, trigger: switch}
  - {name: command/text/x, entry_point: leave, trigger: cat /etc/hostname}
  - {name: command/list/x, entry_point: leave, trigger: [sh, -c, "exec true"]}
YAML
  measure suite.yml --commands
  for test in open/alone/x open/list/x open/all/x switch/raw/x command/text/x command/list/x; do
    assert_contains "ok below_noise" "$(cells "$test" status)"
    # What the trigger takes by itself, which a switch to a thread and back never does in less.
    [ "$(cells "$test" trigger_cost | cut -d . -f 1)" -gt 100 ]
  done
  assert_equal "$(cells open/alone/x returned)" ""
  # A process takes more than a system call. (That more programs take more is counted in a VM, below.)
  mlr --icsv --ojson filter '$sample > 0' then stats1 -a p50 -f duration_ns,trigger_cost -g test then put '$t = $test' samples.csv |
    jq -e 'map({(.t): .}) | add | (.["open/alone/x"].trigger_cost_p50 * 5 < .["command/text/x"].trigger_cost_p50)'
  nothing_in_kernel "$own"
}

@test "a command of a plan runs only where it is allowed, and a failed one is the row's reason" {
  requires bpf tracefs
  write_program
  cat >suite.yml <<'YAML'
defaults: {source: program.bpf.c, expected_result: any, entry_point: leave}
tests:
  - {name: command/touch/x, trigger: touch mark}
  - {name: command/status/x, trigger: [sh, -c, "exit 3"]}
  - {name: command/signal/x, trigger: [sh, -c, "kill -9 $$"]}
  - {name: command/none/x, trigger: /no/such/command}
YAML
  measure suite.yml
  assert_equal "$(cells command/touch/x status,reason)" \
    "unsupported its trigger is the command 'touch mark', which --commands allows"
  [ ! -e mark ]
  measure suite.yml --commands
  assert_contains "ok below_noise" "$(cells command/touch/x status)"
  [ -e mark ]
  assert_equal "$(for test in status signal none; do cells "command/$test/x" status,reason; done)" \
    "run_failed leave: its trigger 'sh -c exit 3' failed with status 3
run_failed leave: its trigger 'sh -c kill -9 \$\$' was ended by signal 9
run_failed leave: its trigger '/no/such/command' can't be started: No such file or directory"
}

@test "a command that does not end is ended, and so is one of a run that is interrupted" {
  requires bpf tracefs
  write_program
  echo 'tests: [{name: command/sleep/x, source: program.bpf.c, entry_point: leave, trigger: [sh, -c, "sleep 61.5; true"]}]' >suite.yml
  bpf-compile-check -o plan.csv suite.yml
  bpf-run -q --commands --rounds 1 plan.csv >samples.csv 2>errors &
  pid=$!
  for _ in {1..50}; do
    pgrep -x -f 'sleep 61.5' >/dev/null && break
    sleep .1
  done
  pgrep -x -f 'sleep 61.5'
  kill -TERM "$pid"
  wait "$pid" || :
  run ! pgrep -x -f 'sleep 61.5'
  bpf-run -q --commands --rounds 1 -o samples.csv plan.csv 2>errors || :
  assert_equal "$(mlr --icsv --onidx cut -o -f status,reason samples.csv)" \
    "run_failed leave: its trigger 'sh -c sleep 61.5; true' took more than 10 s"
  run ! pgrep -x -f 'sleep 61.5'
}

@test "a trigger or target that can't be is one line of the suite, or the row's reason" {
  requires bpf tracefs
  write_program
  local head='{name: a/b/c, source: program.bpf.c, entry_point: enter'
  local many="{name: a/b/c, source: program.bpf.c, program_cpu_assignment: {enter: 0, leave: 1}"
  while IFS='|' read -r fields message; do
    echo "tests: [$fields}]" >suite.yml
    assert_trouble "$message" bpf-compile-check suite.yml
  done <<EOF
$head, trigger: opne|'trigger' is none that bpf-run(1) lists, and no command: that has several words, or a '/' (suite.yml line 1)
$head, trigger: ""|'trigger' is none that bpf-run(1) lists, and no command: that has several words, or a '/' (suite.yml line 1)
$head, trigger: []|'trigger' is none that bpf-run(1) lists, and no command: that has several words, or a '/' (suite.yml line 1)
$head, with: leave|'with' is neither a list of programs nor all (suite.yml line 1)
$many, attach: x/y|'attach' of several entry points is a mapping (suite.yml line 1)
{name: a/b/c, program_type: user, entry_point: loop, trigger: open|'trigger' needs a 'source' or 'elf_file' (suite.yml line 1)
EOF
  cat >suite.yml <<'YAML'
defaults: {source: program.bpf.c, expected_result: any}
tests:
  - {name: program/none/x, entry_point: enter, attach: {entre: x}}
  - {name: with/none/x, entry_point: enter, with: [leaf]}
  - {name: with/packet/x, entry_point: leave, with: [packet]}
  - {name: with/all/x, entry_point: leave, with: all, trigger: open}
  - {name: with/open/x, entry_point: leave, with: [enter], trigger: open}
  - {name: target/none/x, entry_point: enter, attach: syscalls/no_such_call}
  - {name: target/form/x, entry_point: enter, attach: syscalls}
  - {name: target/open/x, entry_point: enter}
  - {name: target/function/x, entry_point: function, attach: no_such_function}
  - {name: type/packet/x, entry_point: packet, trigger: open}
  - {name: traced/none/x, entry_point: before, attach: program:no_such}
  - {name: traced/timer/x, entry_point: before, attach: program:perf_event}
  - {name: traced/type/x, entry_point: leave, attach: program:tc}
  - {name: traced/two/x, entry_point: before, attach: {before: "program:tc", after: "program:packet"}, with: [after]}
  - {name: traced/trigger/x, entry_point: before, attach: program:tc, trigger: open}
YAML
  measure suite.yml
  local packets='it is neither a program of the object nor a type of those that get packets, such as xdp or tc'
  assert_equal "$(for test in program/none with/none with/packet type/packet target/function traced/{none,timer,type,two,trigger}; do cells "$test/x" status,reason; done)" \
    "load_failed attach: the object has no program 'entre'
load_failed with: the object has no program 'leaf'
load_failed with: 'packet' is of no type that is attached
load_failed trigger, attach, with: programs of this type are run by the kernel's test run
load_failed attach: function: no 'no_such_function' in the kernel's BTF
load_failed attach: program 'no_such': $packets
load_failed attach: program 'perf_event': $packets
load_failed attach: leave: only fentry and fexit programs are attached to a program
load_failed attach: program 'tc': a test attaches to one program, and 'packet' is another
load_failed attach: before: its trigger is the test run of 'tc'"
  for test in none form open; do
    assert_contains "$(cells "target/$test/x" status,reason)" "enter can't be attached here"
  done
  # A program beside is named as well: this one's section is open, and so it is none of all.
  assert_contains "$(cells with/open/x reason)" "enter can't be attached here"
  assert_contains "ok below_noise" "$(cells with/all/x status)"
}

@test "a map of sockets has the test's own, programs that judge what they send are attached to it, and a lookup finds them" {
  requires bpf
  cat >program.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_SOCKMAP); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } peers SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_SOCKHASH); __uint(max_entries, 4); __type(key, __u64); __type(value, int); } hashed SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, __u32); __type(value, __u32); } other SEC(".maps");
long passed, failed, messages, streams;
static int judge(int verdict) { __sync_fetch_and_add(verdict == SK_PASS ? &passed : &failed, 1); return verdict; }
SEC("sk_msg") int past(struct sk_msg_md *msg) { return judge(bpf_msg_redirect_map(msg, &peers, 1, BPF_F_INGRESS)); }
SEC("sk_msg") int past_hash(struct sk_msg_md *msg)
{
	__u64 key = 9;
	return judge(bpf_msg_redirect_hash(msg, &hashed, &key, BPF_F_INGRESS));
}
SEC("sk_msg") int pass(struct sk_msg_md *msg) { __sync_fetch_and_add(&messages, 1); return judge(SK_PASS); }
SEC("sk_skb/stream_verdict") int received(struct __sk_buff *skb) { __sync_fetch_and_add(&streams, 1); return judge(SK_PASS); }
SEC("sk_skb/stream_parser") int parse(struct __sk_buff *skb) { return skb->len; }
SEC("tc") int both_ran(struct __sk_buff *skb) { return !messages || !streams || failed; }
SEC("tc") int all_passed(struct __sk_buff *skb) { return !passed || failed; }
SEC("sk_lookup") int find(struct bpf_sk_lookup *ctx)
{
	__u32 key = 2;
	struct bpf_sock *socket = bpf_map_lookup_elem(&peers, &key);
	long error = socket ? bpf_sk_assign(ctx, socket, 0) : 1;
	if (socket)
		bpf_sk_release(socket);
	return error ? SK_DROP : SK_PASS;
}
C
  cat >suite.yml <<'Y'
defaults: {source: program.bpf.c, expected_result: any, check: all_passed}
tests:
  - {name: map/past/x, entry_point: past, attach: peers, maps: {peers: [{key: 0, value: sender}, {key: 1, value: receiver}]}}
  - {name: hash/past/x, entry_point: past_hash, attach: hashed, maps: {hashed: [{key: 0, value: sender}, {key: 9, value: receiver}]}}
  - {name: map/pass/x, entry_point: pass, attach: peers, maps: {peers: [{key: 3, value: sender}]}}
  - {name: map/received/x, entry_point: received, attach: peers, maps: {peers: [{key: 0, value: receiver}]}}
  - {name: both/msg/x, entry_point: pass, attach: {pass: peers, received: peers}, with: [received], check: both_ran,
     maps: {peers: [{key: 0, value: sender}, {key: 1, value: receiver}]}}
  - {name: both/skb/x, entry_point: received, attach: {received: peers, pass: peers, parse: peers}, with: [pass, parse], check: both_ran,
     maps: {peers: [{key: 0, value: sender}, {key: 1, value: receiver}]}}
  - {name: both/own/x, entry_point: pass, attach: peers, with: [received], check: both_ran, maps: {peers: [{key: 0, value: sender}]}}
  - {name: map/empty/x, entry_point: pass, attach: peers}
  - {name: map/packet/x, entry_point: pass, check: "", expected_packet: "0x01", packet: tcp6-512}
  - {name: map/nobody/x, entry_point: past, attach: peers, maps: {peers: [{key: 0, value: sender}]}}
  - {name: map/absent/x, entry_point: past, attach: peer}
  - {name: map/other/x, entry_point: past, attach: other}
  - {name: map/number/x, entry_point: past, attach: peers, maps: {peers: [{key: 0, value: 5}]}}
  - {name: map/cpus/x, program_cpu_assignment: {pass: [0, 1]}, attach: {pass: peers}, maps: {peers: [{key: 0, value: sender}]}}
  - {name: find/tcp/x, entry_point: find, check: "", expected_result: 1, context: {family: 2, protocol: 6},
     maps: {peers: [{key: 2, value: listener}]}}
  - {name: find/udp/x, entry_point: find, check: "", expected_result: 1, context: {family: 2, protocol: 17},
     maps: {peers: [{key: 2, value: udp}]}}
  - {name: find/wrong/x, entry_point: find, check: "", expected_result: 1, context: {family: 2, protocol: 17},
     maps: {peers: [{key: 2, value: listener}]}}
Y
  measure suite.yml
  for test in map/past map/pass map/received hash/past both/{msg,skb,own} find/tcp find/udp; do
    assert_contains "ok below_noise" "$(cells "$test/x" status)"
  done
  assert_equal "$(for test in map/{nobody,empty,packet,absent,other,number,cpus} find/wrong; do cells "$test/x" status,reason; done)" \
    "run_failed past: what was sent did not arrive: the program drops it, or sends it elsewhere
load_failed attach: pass: no map has a sender or receiver, so nothing that the trigger sends passes by
load_failed expected_packet: of an attached program nobody sees a packet
load_failed attach: past: 'peer' is no map of sockets of the object
load_failed attach: past: 'other' is no map of sockets of the object
load_failed map 'peers': element 1: its 'value': a map of sockets has sender, receiver, listener or udp for a value
unsupported its sender and receiver are one pair, for one CPU
wrong_result find returned 0 where 1 was expected"
}

@test "the command line says the same of bare objects, and bpf-bench shows the share of the trigger" {
  requires bpf tracefs
  write_program
  run -0 --separate-stderr bpf-bench --rounds 2 --program '^enter$' --trigger open --attach enter=syscalls/sys_enter_openat \
    --with leave program.bpf.c
  assert_contains "$(grep '^enter ' <<<"$output")" "adds "
  assert_contains "$output" "bpf-run --rounds 2 plan.csv" || assert_contains "$output" "bpf-run --commands --rounds 2 plan.csv"
  assert_trouble "--trigger is none that bpf-run(1) lists, and no command: that has several words, or a '/': 'opne'" \
    bpf-compile-check --trigger opne program.bpf.c
  assert_trouble "--attach is not NAME=VALUE: 'enter'" bpf-compile-check --attach enter program.bpf.c
}

# bats test_tags=slow
@test "in a VM a function is a target, a command a trigger, and counted instructions are those of all that is attached" {
  needs_kernel
  write_program
  cat >suite.yml <<'YAML'
defaults: {source: program.bpf.c, expected_result: any}
tests:
  - {name: open/alone/x, entry_point: enter, attach: syscalls/sys_enter_openat, trigger: open}
  - {name: open/list/x, entry_point: enter, attach: syscalls/sys_enter_openat, trigger: open, with: [leave]}
  - {name: function/call/x, entry_point: function, attach: __task_pid_nr_ns, trigger: getppid}
  - {name: switch/raw/x, entry_point: switched, attach: sched_switch, trigger: switch}
  - {name: command/true/x, entry_point: leave, trigger: /bin/bpf-run --version}
YAML
  bpf-compile-check --no-load -o plan.csv suite.yml
  "$PIPELINES/vm/run-in-vm" -k "$KERNEL" plan.csv >samples.csv
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,status then cut -x -f count then sort -f test samples.csv)" \
    "command/true/x ok
function/call/x ok
open/alone/x ok
open/list/x ok
switch/raw/x ok"
  # There and back.
  assert_equal "$(mlr --icsv --onidx filter '$test == "switch/raw/x"' then uniq -g runs then cut -f runs samples.csv)" 2
  # 64 lookups each.
  mlr --icsv --ojson stats1 -a p50 -f instructions,trigger_cost -g test samples.csv |
    jq -e 'map({(.test): .}) | add | (.["open/list/x"].instructions_p50 > 1.5 * .["open/alone/x"].instructions_p50)
      and (.["open/list/x"].instructions_p50 < 2.2 * .["open/alone/x"].instructions_p50)
      and (.["function/call/x"].instructions_p50 < 200) and (.["command/true/x"].trigger_cost_p50 > 100000)'
}

# This kernel may not permit to trace programs, so the numbers are of one in a VM.
# bats test_tags=slow
@test "in a VM a program of the object, and an empty one of a type, is a target, and what is counted is what tracing it adds" {
  needs_kernel
  write_program
  cat >suite.yml <<'YAML'
defaults: {source: program.bpf.c, expected_result: any}
tests:
  - {name: own/entry/x, entry_point: before, attach: program:packet}
  - {name: type/entry/x, entry_point: before, attach: program:xdp}
  - {name: type/exit/x, entry_point: after, attach: program:tc}
  - {name: type/both/x, entry_point: before, attach: {before: "program:tc", after: "program:tc"}, with: [after]}
YAML
  bpf-compile-check --no-load -o plan.csv suite.yml
  "$PIPELINES/vm/run-in-vm" -k "$KERNEL" plan.csv >samples.csv
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,status,runs then cut -x -f count then sort -f test samples.csv)" \
    "own/entry/x ok 1
type/both/x ok 1
type/entry/x ok 1
type/exit/x ok 1"
  # 64 lookups each; and the empty program takes much less. One function is the same, whichever it is attached to.
  mlr --icsv --ojson stats1 -a p50 -f instructions,trigger_cost -g test samples.csv |
    jq -e 'map({(.test): .}) | add | (.["type/both/x"].instructions_p50 > 1.5 * .["type/exit/x"].instructions_p50)
      and (.["own/entry/x"].instructions_p50 - .["type/entry/x"].instructions_p50 | fabs < 5)
      and (.["type/entry/x"].instructions_p50 > 5 * .["type/entry/x"].trigger_cost_p50)'
}
