#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Operations in user space: that they are done as often as they are counted, and what fails them.
# bats file_tags=alone

load helpers

# A map of 64 elements that hold their keys. The check wants EXPECTED operations to have succeeded, 0 for any.
write_source() {
  cat >numbers.bpf.c <<'C'
#include "kernel.h"
#include "user.h"
#ifndef ENTRIES
#define ENTRIES 64
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef OFFSET
#define OFFSET 0
#endif
#ifndef EXPECTED
#define EXPECTED 0
#endif
#ifndef NAME
#define NAME map
#endif
#ifndef NO_SECTION
USER(ENTRIES);
#define CONFIRMED user.confirmed
#else
#define CONFIRMED 0
#endif
struct {
	__uint(type, TYPE);
	__uint(max_entries, 64);
	__uint(map_flags, FLAGS);
	__type(key, __u32);
	__type(value, __u64);
} NAME SEC(".maps");
static long put(__u32 index, void *ctx)
{
	__u64 value = index + OFFSET;
	bpf_map_update_elem(&NAME, &index, &value, 0);
	return 0;
}
static long drop(__u32 index, void *ctx)
{
	bpf_map_delete_elem(&NAME, &index);
	return 0;
}
SEC("xdp") int fill(void *ctx) { bpf_loop(64, put, 0, 0); return 0; }
SEC("xdp") int clear(void *ctx) { bpf_loop(64, drop, 0, 0); return 0; }
#ifndef NO_SECTION
SEC("xdp") int grow(void *ctx) { user.entries = 0xffffffff; bpf_loop(64, put, 0, 0); return 0; }
#endif
SEC("xdp") int program(void *ctx) { return 2; }
SEC("xdp") int check(void *ctx) { return EXPECTED && CONFIRMED != EXPECTED; }
LICENSE;
C
}

# stanza NAME OPERATION DEFINES [FIELDS]: a test that a suite is made of
stanza() {
  printf -- "- {name: '%s', source: numbers.bpf.c, program_type: %s, entry_point: %s, check: check, defines: {%s}, %s}\n" \
    "$1" "${5-user_call}" "$2" "$3" "${4-map_state_preparation: {program: fill\}}"
}

# measure: s.yml, with a fixed count of invocations: one to validate, and two samples of 80 and 10 are 181
measure() {
  bpf-compile-check -I "$TOP/bpf/include" s.yml >plan.csv
  bpf-run -q --rounds 1 --samples 2 -c 80 plan.csv >samples.csv 2>messages
}

HASH='TYPE: BPF_MAP_TYPE_HASH'
ARRAY='TYPE: BPF_MAP_TYPE_ARRAY'

@test "every operation is done as often as it is counted" {
  requires bpf
  write_source
  {
    echo tests:
    stanza read read "$HASH, EXPECTED: 181"
    stanza replace replace "$HASH, EXPECTED: 181"
    stanza next_key next_key "$HASH, EXPECTED: 181"
    stanza read_batch read_batch "$HASH, EXPECTED: 181 * 64"
    stanza read_mapped read_mapped "$ARRAY, FLAGS: 1024, EXPECTED: 181" 'map_state_preparation: {program: fill}' user
    stanza write_mapped write_mapped "$ARRAY, FLAGS: 1024, EXPECTED: 181" 'map_state_preparation: {program: fill}' user
    stanza load load "$HASH, EXPECTED: 181" 'operations: 1'
    stanza verify verify "$HASH, EXPECTED: 181" 'operations: 1'
  } >s.yml
  measure
  assert_equal "$(mlr --icsv --onidx filter '$status != "ok"' samples.csv)" ""
  assert_equal "$(mlr --icsv --onidx count-distinct -n -f test samples.csv)" 8
  # Not by one more.
  sed -i 's/EXPECTED: 181/EXPECTED: 182/' s.yml
  measure
  assert_equal "$(csv_value samples.csv status | sort | uniq -c | xargs)" "8 wrong_result"
}

@test "how many elements there are is what the object said at first: what it writes there later is not believed" {
  requires bpf
  write_source
  {
    echo tests:
    for operation in read_mapped write_mapped; do
      stanza $operation $operation "$ARRAY, FLAGS: 1024, EXPECTED: 181" 'map_state_preparation: {program: grow}' user
    done
    for operation in read replace next_key read_batch; do
      stanza $operation $operation "$HASH" 'map_state_preparation: {program: grow}'
    done
  } >s.yml
  measure
  assert_equal "$(csv_value samples.csv status,reason | sort | uniq -c | xargs)" '12 ok'
}

@test "an element that comes or goes is another one each time, until the preparation" {
  requires bpf
  write_source
  {
    echo tests:
    stanza insert insert "$HASH" 'map_state_preparation: {program: clear, every: 64}'
    stanza delete delete "$HASH" 'map_state_preparation: {program: fill, every: 64}'
    stanza take take "$HASH" 'map_state_preparation: {program: fill, every: 64}'
    stanza 'insert again' insert "$HASH" 'map_state_preparation: {program: clear}'
    stanza 'delete again' delete "$HASH"
    stanza 'take again' take "$HASH"
  } >s.yml
  measure
  assert_equal "$(mlr --icsv --ocsv --headerless-csv-output filter '$sample == 1 || $status != "ok"' then \
    sort -f test then cut -o -f test,iterations,status,reason samples.csv)" \
    'delete,64,ok,
delete again,,run_failed,No such file or directory
insert,64,ok,
insert again,,run_failed,File exists
take,64,ok,
take again,,run_failed,No such file or directory'
}

@test "a value that is not its key's fails the test, and so does an object that lacks something" {
  requires bpf
  write_source
  {
    echo tests:
    stanza 'other values' read "$HASH, OFFSET: 1"
    stanza 'other values, batch' read_batch "$HASH, OFFSET: 1"
    stanza 'other values, mapped' read_mapped "$ARRAY, FLAGS: 1024, OFFSET: 1" 'map_state_preparation: {program: fill}' user
    stanza 'empty' read "$HASH" 'operations: 1'
    stanza 'too many' read "$HASH, ENTRIES: 65"
    stanza 'no map' read "$HASH, NAME: other"
    stanza 'no section' read "$HASH, NO_SECTION: 1"
    stanza 'not to be mapped' read_mapped "$HASH" 'map_state_preparation: {program: fill}' user
  } >s.yml
  measure
  assert_equal "$(mlr --icsv --ocsv --headerless-csv-output sort -f test then cut -o -f test,status,reason samples.csv)" \
    "empty,run_failed,read: No such file or directory
no map,run_failed,read: no map is named 'map'
no section,run_failed,read: the object has no section .data.user of 16 bytes
not to be mapped,run_failed,read_mapped: map 'map' can't be mapped: no BPF_F_MMAPABLE
other values,run_failed,read: what came out is not what was there
\"other values, batch\",run_failed,read_batch: what came out is not what was there
\"other values, mapped\",run_failed,read_mapped: what came out is not what was there
too many,run_failed,read: map 'map' does not hold the numbers 0 to 64"
}

@test "operations run on several CPUs at once, and several of them" {
  requires bpf cpus2
  write_source
  cat >s.yml <<YAML
tests:
- {name: all, source: numbers.bpf.c, program_type: user_call, program_cpu_assignment: {read: all}, check: check,
   defines: {$HASH}, map_state_preparation: {program: fill}}
- {name: two, source: numbers.bpf.c, program_type: user_call, program_cpu_assignment: {read: 0, next_key: 1},
   check: check, defines: {$HASH}, map_state_preparation: {program: fill}}
YAML
  measure
  assert_equal "$(mlr --icsv --onidx filter '$sample == 1' then count-distinct -f test,entry_point,status then sort -f test,entry_point samples.csv)" \
    "all read ok $(nproc)
two next_key ok 1
two read ok 1"
}

@test "a plan that names no operation, or no object, is a row that says so" {
  requires bpf
  write_source
  {
    echo tests:
    stanza read read "$HASH"
  } >s.yml
  bpf-compile-check -I "$TOP/bpf/include" s.yml >whole.csv
  mlr --csv put '$entry_point = "raed"' whole.csv >plan.csv
  bpf-run -q --rounds 1 plan.csv >samples.csv 2>messages
  assert_equal "$(csv_value samples.csv status,reason)" "unsupported no operation of type user_call is named 'raed'"
  mlr --csv put '$object = ""' whole.csv >plan.csv
  bpf-run -q --rounds 1 plan.csv >samples.csv 2>messages
  assert_equal "$(csv_value samples.csv status,reason)" "load_failed read needs an object"
}

@test "an operation without an object has nothing that could be checked, prepared or consumed" {
  printf 'tests:\n- {name: loop, program_type: user, entry_point: loop}\n- {name: empty, program_type: user_call, entry_point: empty}\n' >s.yml
  bpf-compile-check --no-load s.yml >whole.csv
  for cell in check=foo prepare=foo consumer=foo consumer=trace_pipe; do
    mlr --csv put "\$${cell%=*} = \"${cell#*=}\"" whole.csv >plan.csv
    bpf-run -q --rounds 2 plan.csv >samples.csv 2>messages
    assert_equal "$(csv_value samples.csv test,status | sort | xargs)" "empty unsupported loop unsupported"
    assert_contains "$(csv_value samples.csv reason)" "${cell#*=}"
    assert_contains "$(csv_value samples.csv reason)" 'no object'
  done
}

@test "controls: a pointer takes longer from each level of memory than from the one before, a switch than a call" {
  bpf-compile-check "$TOP/bpf/suites/controls.yml" >plan.csv
  assert_equal "$(csv_value plan.csv control,status | sort -u)" "1 ok"
  bpf-run -q --rounds 4 --samples 3 plan.csv | stats-reduce >summary.csv
  assert_equal "$(csv_value summary.csv status | sort -u)" ok
  ns() { csv_value summary.csv value_duration_ns '$entry_point == "'"$1"'"'; }
  awk -v l1="$(ns chase_l1)" -v l2="$(ns chase_l2)" -v l3="$(ns chase_l3)" -v memory="$(ns chase_memory)" \
    -v call="$(ns empty)" -v turn="$(ns switch)" 'BEGIN { exit !(l1 < l2 && l2 < l3 && 5 * l2 < memory && 10 * l1 < call && call < turn) }'
}

# To make a chain takes longer than a sample, and a hypervisor may forget its pages while objects are loaded.
@test "controls: memory takes as long in the first round as in later ones, beside objects" {
  bpf-compile-check "$TOP/bpf/suites/smoke.yml" >plan.csv
  bpf-run -q --rounds 4 --samples 3 plan.csv >samples.csv
  mlr --icsv --onidx filter '$test == "control/user/memory"' then put '$late = $round > 1' then \
    stats1 -a p50 -f duration_ns -g late samples.csv >medians
  awk '{ median[$1] = $2 } END { exit !(NR == 2 && median["true"] > 0 && median["false"] < 3 * median["true"]) }' medians
}

@test "controls that say nothing in a VM are unsupported there, with the reason" {
  bpf-compile-check "$TOP/bpf/suites/controls.yml" >plan.csv
  left_out() { # RUNTIME
    printf 'name,value\nruntime,%s\n' "$1" >identity.csv
    BPF_RUN_GUEST=1 bpf-run -q --rounds 1 --samples 2 -c 8 --identity identity.csv plan.csv >samples.csv 2>messages
    csv_value samples.csv entry_point '$status == "unsupported" && is_not_empty($reason)' | sort -u | xargs
  }
  assert_equal "$(left_out host)" ""
  assert_equal "$(left_out kvm)" "empty switch"
  assert_equal "$(left_out icount)" "chase_l1 chase_l2 chase_l3 chase_memory empty switch"
}
