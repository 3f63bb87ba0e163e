#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The suites: what they say of themselves, that they pass here, and that each check can fail.
# bats file_tags=alone

load helpers

# quick PLAN [OPTION...]: a round of the shortest samples, reduced to a row an entry point. Of several threads one
# may come too late for a sample as short, so there are three.
quick() {
  local plan=$1
  shift
  bpf-run --quiet --rounds 1 --samples 3 --sample-ms 0.1 "$@" "$plan" | stats-reduce
}

# What a reason for `unsupported` must name: an option of the kernel, something that its BTF or its helpers do not
# have, a privilege, what the kernel does not permit, or the library or compiler.
NAMED='CONFIG_|no (program|map) type|BTF|func|CAP_|lockdown|libbpf [0-9]|clang before|not permitted'

# failures SUMMARY: what neither passed nor is unsupported for such a reason, one JSON object a line. What an attached
# program costs is a small difference of two long times, which samples as short as these may hide.
failures() {
  mlr --icsv --ojsonl filter '$status != "ok" && !($status == "unsupported" && $reason =~ "'"$NAMED"'") &&
    !($status == "below_noise" && $test =~ "^attach/")' then \
    cut -o -f test,entry_point,status,reason "$1"
}

# passes SUITE: every test of a suite is ok here, or unsupported with a reason
passes() {
  bpf-compile-check "$TOP/bpf/suites/$1.yml" >plan.csv
  quick plan.csv >summary.csv
  failures summary.csv | diff /dev/null -
}

# breaks SUITE: without the operation, every check fails. Programs are built without it; what user space does
# becomes something that leaves nothing behind. Lost records do not count here, or no check would be asked.
# What is unsupported is so with the operation too.
breaks() {
  bpf-compile-check -DBREAK "$TOP/bpf/suites/$1.yml" >broken.csv
  # shellcheck disable=SC2016 # for mlr
  mlr --csv filter 'is_not_empty($check)' then \
    put '$entry_point = {"user": "loop", "user_call": "empty"}[$program_type] ?? $entry_point; $dropped_max_pct = 100' \
    broken.csv >checked.csv
  [ "$(csv_value checked.csv test | wc -l)" -gt 0 ]
  quick checked.csv --ignore-results >summary.csv
  mlr --icsv --ojsonl filter '$status != "wrong_result" && $status != "unsupported"' then \
    cut -f test,entry_point,status,reason summary.csv | diff /dev/null -
  mlr --csv filter '$status == "unsupported"' summary.csv >unsupported.csv
  [ -s unsupported.csv ] || return 0
  bpf-compile-check "$TOP/bpf/suites/$1.yml" >plan.csv
  quick plan.csv --only unsupported.csv >whole.csv
  mlr --icsv --ojsonl filter '$status != "unsupported"' then cut -f test,status whole.csv | diff /dev/null -
}

@test "every test says what it measures, and all but baselines and controls what proves it" {
  cd "$TOP"
  for suite in bpf/suites/*.yml; do
    bpf-compile-check --list "$suite" | mlr --icsv --ojsonl filter \
      'is_empty($description) || (is_empty($proof) && !($test =~ "^([Bb]aseline|control/)"))' then cut -f suite,test | diff /dev/null -
  done
}

# checked SUITE...: every test that says what proves it has a check. All are compiled for that, which takes long. Of
# whole programs it is the verdict (tests/macro.bats).
checked() {
  cd "$TOP" || return
  for suite; do
    [ "$suite" != bpf/suites/macro.yml ] || continue
    bpf-compile-check --no-load --objdir "$BATS_TEST_TMPDIR/o" "$suite" | mlr --icsv --ojsonl filter \
      'is_empty($check) && !($test =~ "^([Bb]aseline|control/)")' then cut -f suite,test | diff /dev/null -
  done
}

@test "every test that says what proves it has a check: core" {
  checked bpf/suites/core.yml
}

# bats test_tags=slow
@test "every test that says what proves it has a check: all suites" {
  checked bpf/suites/*.yml
}

@test "the page of the suites is current (make suite-docs)" {
  cd "$TOP"
  pipelines/release/suites-page bpf/README.md | diff bpf/README.md -
}

@test "full has the tests of core, and more than 150" {
  for suite in core full; do
    bpf-compile-check --list "$TOP/bpf/suites/$suite.yml" | mlr --icsv --onidx cut -f test | sort -u >"$suite"
  done
  comm -23 core full | diff /dev/null -
  [ "$(wc -l <full)" -gt 150 ]
}

@test "smoke passes here" {
  requires bpf cpus2
  passes smoke
}

@test "core passes here" {
  requires bpf cpus2
  passes core
}

# bats test_tags=slow,whole
@test "parity passes here" {
  requires bpf cpus2
  passes parity
}

# bats test_tags=slow
@test "a source without its operation fails its check: core" {
  requires bpf cpus2
  breaks core
}

# bats test_tags=slow,whole
@test "full passes here, at least 150 entry points of it" {
  requires bpf cpus2
  passes full
  [ "$(mlr --icsv --onidx filter '$status == "ok"' then cut -f test summary.csv | wc -l)" -ge 150 ]
}

# bats test_tags=slow
@test "a source without its operation fails its check: full" {
  requires bpf cpus2
  breaks full
}

# bats test_tags=slow
@test "a source without its operation fails its check: parity" {
  requires bpf cpus2
  breaks parity
}

# shared SUITE: the memory that two CPUs share in tests that run on several, but for what their names say: elements of
# an array, a word, a lock
shared() {
  bpf-compile-check -I "$TOP/bpf/include" "$1" >plan.csv 2>messages || return 1
  shared-lines plan.csv 2>examined | mlr --icsv --onidx --ofs ' ' filter '
    !($map == "map" && $test =~ "^(map/array/replace/all_cpus_shared|BPF_MAP_TYPE_ARRAY (update|replace)|lock/spin_lock/all_cpus)$")
    && !($map =~ "[.]bss$" && $test =~ "^atomic/(fetch_)?add/all_cpus$")' then cut -o -f test,writer,other,how
}

# bats test_tags=slow
@test "programs on several CPUs share no memory but what their test's name says" {
  requires bpf cpus2
  for suite in full parity; do
    assert_equal "$(shared "$TOP/bpf/suites/$suite.yml")" ""
    [ "$(grep -o '[0-9]* tests' examined | cut -d' ' -f1)" -ge 29 ]
  done
}

@test "memory that CPUs share is found: a counter of all, a variable that another program reads" {
  requires bpf cpus2
  cat >shares.bpf.c <<'C'
#include "test.h"
static volatile __u64 counter, apart[64], state;
SEC("xdp") int count(void *ctx) { counter++; return 0; }
SEC("xdp") int set(void *ctx) { state++; return 0; }
SEC("xdp") int look(void *ctx) { return state == ~0ULL; }
SEC("xdp") int note(void *ctx) { own()->done++; return 0; }
LICENSE;
C
  cat >s.yml <<'YAML'
defaults: {source: shares.bpf.c}
tests:
- {name: counted, program_cpu_assignment: {count: all}}
- {name: looked at, program_cpu_assignment: {set: 0, look: remaining}}
- {name: noted, program_cpu_assignment: {note: all}}
- {name: noted apart, program_cpu_assignment: {note: all}, defines: {SEVERAL_CPUS: 1}}
- {name: alone, entry_point: count}
YAML
  assert_equal "$(shared s.yml | sort -u)" 'counted count count both write
looked at set look one writes
noted note note both write'
  assert_contains "$(cat examined)" "4 tests run on several CPUs"
}

@test "an instrument that is larger than it may be is told, and so is a check without an operation" {
  requires bpf
  cat >chain.h <<'C'
#include "test.h"
static __always_inline __u64 chain(int n)
{
	__u64 x = 3;
	for (int i = 0; i < n; i++) {
		x = x * 6364136223846793005ULL + 1;
		asm volatile("" : "+r"(x));
	}
	return x;
}
C
  cat >i.bpf.c <<'C'
#include "chain.h"
TEST("xdp", void, light, keep(operate(chain(400))), result)
TEST("xdp", void, heavy, keep(operate(chain(400)) + chain(200)), result)
TEST("xdp", void, draw, keep(operate(chain(200))), result)
LICENSE;
C
  cat >unmarked.bpf.c <<'C'
#include "chain.h"
SEC("xdp") int draw(void *ctx) { return chain(200) == 1; }
SEC("xdp") int check(void *ctx) { return 0; }
LICENSE;
C
  cat >i.yml <<'YAML'
defaults: {source: i.bpf.c}
tests:
- {name: baseline, source: unmarked.bpf.c, entry_point: draw}
- {name: light, entry_point: light, check: check_light}
- {name: generator, entry_point: draw, check: check_draw}
- {name: named, entry_point: heavy, check: check_heavy, net_of: generator}
YAML
  run_instrument() { "$TOP/pipelines/evaluate/instrument" i.yml 5 --sample-ms 0.5 -t "$1" >table; }
  verdicts() { mlr --icsv --onidx cut -o -f test,verdict then sort -f test "$TOP/build/benchmark/instrument.csv"; }
  run_instrument .
  assert_equal "$(verdicts)" 'baseline the call itself
generator ok
light ok
named ok'
  printf '%s\n' '- {name: heavy, entry_point: heavy, check: check_heavy}' >>i.yml
  run -1 run_instrument '^(heavy|light)$'
  assert_equal "$(verdicts)" 'heavy too large
light ok'
  printf '%s\n' '- {name: unmarked, source: unmarked.bpf.c, entry_point: draw}' >>i.yml
  run -1 run_instrument '^(unmarked|light)$'
  assert_equal "$(verdicts)" 'light ok
unmarked nothing was taken out'
  printf '%s\n' '- {name: broken, entry_point: absent}' >>i.yml
  run -1 run_instrument '^(broken|light)$'
  assert_equal "$(verdicts)" 'broken not measured
light ok'
  assert_contains "$("$TOP/pipelines/evaluate/instrument" unmarked.bpf.c 2>&1)" "not a suite (.yml): 'unmarked.bpf.c'"
}

@test "programs that call each other are as long as real ones, so that where they are loaded matters little" {
  requires bpf
  for part in 'core tail_call/' 'parity bpf_tail_call'; do
    # shellcheck disable=SC2086 # a suite and its tests
    part_of $part
    bpf-compile-check part.yml 2>/dev/null | mlr --icsv --onidx filter '$entry_point == "link0"' then cut -f jited_bytes >bytes
    [ "$(wc -l <bytes)" -ge 2 ]
    [ "$(sort -n bytes | head -n 1)" -gt 1024 ]
  done
  part_of core tail_call/
  bpf-compile-check -D BODY=0 part.yml 2>/dev/null | mlr --icsv --onidx filter '$entry_point == "link0"' then \
    cut -f status | sort -u >statuses
  assert_equal "$(cat statuses)" ok
}

# bats test_tags=slow
@test "what a wakeup takes is in the tests that say so only" {
  requires bpf cpus2
  bpf-compile-check "$TOP/bpf/suites/full.yml" >plan.csv 2>/dev/null
  bpf-run --quiet --rounds 3 --samples 5 --sample-ms 1 -t '^(perf_event_array/read/output|user_ringbuf/drain)(_and_wake)?(/64)?$' plan.csv >samples.csv
  stats-reduce samples.csv >summary.csv
  assert_equal "$(csv_value summary.csv status | xargs)" "ok ok ok ok"
  for test in perf_event_array/read/output:/64 user_ringbuf/drain:; do
    plain=$(csv_value summary.csv value_duration_ns "\$test == \"${test/:/}\"")
    wakes=$(csv_value summary.csv value_duration_ns "\$test == \"${test/:/_and_wake}\"")
    awk "BEGIN { exit !($wakes > 3 * $plain) }" || {
      echo "$test: $plain, and with a wakeup $wakes"
      return 1
    }
  done
}

@test "axes of variants make a test of each combination, with names and settings in place" {
  printf '%s\n' '#include <linux/bpf.h>' '#include <bpf/bpf_helpers.h>' \
    'SEC("xdp") int one(void *ctx) { return A * 10 + B; }' 'SEC("xdp") int two(void *ctx) { return A * 10 + B; }' \
    'char _license[] SEC("license") = "GPL";' >ab.bpf.c
  cat >s.yml <<'YAML'
defaults: {source: ab.bpf.c, packet: udp4-64}
tests:
  - name: "{2}/x/{1}/{3}"
    description: "{} and {}"
    variants:
      - {a: {A: 1, operations: 2}, b: {A: 2, packet: tcp6-74}}
      - [one, two]
    program_type: [xdp, tc]
    entry_point: "{2}"
    defines: {A: 9, B: 'sizeof("{2}")'}
YAML
  bpf-compile-check --no-load s.yml >plan.csv
  assert_equal "$(mlr --icsv --ocsv --headerless-csv-output cut -o -f test,entry_point,program_type,operations,packet,description plan.csv)" \
    'one/x/a/xdp,one,xdp,2,udp4-64,a and one
one/x/a/tc,one,sched_cls,2,udp4-64,a and one
two/x/a/xdp,two,xdp,2,udp4-64,a and two
two/x/a/tc,two,sched_cls,2,udp4-64,a and two
one/x/b/xdp,one,xdp,1,tcp6-74,b and one
one/x/b/tc,one,sched_cls,1,tcp6-74,b and one
two/x/b/xdp,two,xdp,1,tcp6-74,b and two
two/x/b/tc,two,sched_cls,1,tcp6-74,b and two'
  assert_equal "$(csv_value plan.csv status | sort -u)" compiled
}

@test "a suite includes another, under its own name; a circle of them is an error" {
  printf '%s\n' 'tests:' '- {name: a, program_type: user, entry_point: loop}' >a.yml
  printf '%s\n' 'include: a.yml' 'tests:' '- {name: b, program_type: user, entry_point: loop}' >b.yml
  assert_equal "$(bpf-compile-check --list b.yml | mlr --icsv --ocsv --headerless-csv-output cut -f suite,test)" 'b,a
b,b'
  printf '%s\n' 'include: a.yml' 'tests: []' >a.yml
  assert_trouble "'include' is nested more than" bpf-compile-check --list a.yml
  printf '%s\n' 'include: none.yml' 'tests: []' >a.yml
  assert_trouble "can't read suite './none.yml'" bpf-compile-check --list a.yml
}

@test "packets are what their names say, with right checksums; one of another length is not" {
  requires bpf
  {
    printf 'tests:\n'
    for packet in tcp4-64 udp4-64 tcp6-74 udp6-64 {tcp,udp}{4,6}-{512,1500}; do
      [[ $packet =~ ^(tcp|udp)(4|6)-(.*)$ ]]
      printf -- "- {name: %s, source: %s, packet: %s, entry_point: is_named, defines: {PROTOCOL: %d, VERSION: %d, LENGTH: %d}}\n" \
        "$packet" "$FIXTURES/packets.bpf.c" "$packet" "$([ "${BASH_REMATCH[1]}" = tcp ] && echo 6 || echo 17)" \
        "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
    done
  } >s.yml
  bpf-compile-check -I "$TOP/bpf/include" s.yml >plan.csv
  quick plan.csv >summary.csv
  failures summary.csv | diff /dev/null -
  assert_equal "$(csv_value summary.csv test '$status == "ok"' | wc -l)" 12
  mlr --csv filter '$test == "udp6-512"' then put '$packet = "tcp6-512"' plan.csv >other.csv
  assert_equal "$(quick other.csv 2>messages | mlr --icsv --onidx cut -f reason)" "is_named returned 4 where 0 was expected"
}

@test "a socket filter that parses Ethernet sees its header in packets named ethernet-, and leaves at once in others" {
  requires bpf
  local packets='tcp4-64 udp4-64 tcp6-74 udp6-64 tcp4-512 udp6-1500'
  {
    printf 'defaults: {source: %s, program_type: socket_filter, entry_point: filter}\ntests:\n' "$FIXTURES/filter.bpf.c"
    for packet in $packets; do
      [[ $packet =~ ^(tcp|udp)(4|6)-(.*)$ ]]
      defines="defines: {PROTOCOL: $([ "${BASH_REMATCH[1]}" = tcp ] && echo 6 || echo 17), VERSION: ${BASH_REMATCH[2]}, LENGTH: ${BASH_REMATCH[3]}}"
      echo "- {name: in/$packet, packet: ethernet-$packet, $defines, expected_result: 1}"
      echo "- {name: bare/$packet, packet: $packet, $defines, expected_result: 0}"
    done
  } >s.yml
  bpf-compile-check -I "$TOP/bpf/include" s.yml >plan.csv
  bpf-run -q --rounds 1 --samples 2 -c 100 plan.csv >samples.csv
  assert_equal "$(mlr --icsv --onidx count-distinct -f status,returned then sort -f returned samples.csv)" "ok 0 12
ok 1 12"
}

@test "one operation among many that fails is seen" {
  requires bpf
  printf '%s\n' '#include "test.h"' 'static __u64 done;' \
    'TEST("xdp", struct xdp_md, seldom, ++done != FAILS, done > 4000)' 'LICENSE;' >seldom.bpf.c
  printf '%s\n' tests: '- {name: "{}", source: seldom.bpf.c, entry_point: seldom, check: check_seldom,' \
    '   variants: {never: {FAILS: 0}, once: {FAILS: 3001}}}' >s.yml
  bpf-compile-check -I "$TOP/bpf/include" s.yml >plan.csv
  quick plan.csv -c 5003 >summary.csv 2>messages
  assert_equal "$(mlr --icsv --onidx cut -o -f test,status summary.csv | sort)" 'never ok
once wrong_result'
}

@test "a source that says so is unsupported by the compiler, not failed" {
  printf '#error unsupported: clang before 99 can not do this\n' >new.bpf.c
  printf 'tests: [{name: new, source: new.bpf.c, entry_point: one}]\n' >s.yml
  bpf-compile-check --no-load s.yml >plan.csv
  assert_equal "$(csv_value plan.csv status,reason)" "unsupported clang before 99 can not do this"
}

@test "the YAML and the objects of the bpf_performance runner run as they are" {
  requires bpf cpus2 clang
  mkdir objects
  clang -target bpf -g -O2 -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$FIXTURES/bpf_performance/maps.c" -o objects/maps.o
  bpf-compile-check --objects objects "$FIXTURES/bpf_performance/tests.yml" >plan.csv
  quick plan.csv >summary.csv
  assert_equal "$(mlr --icsv --ocsv --headerless-csv-output sort -f test,entry_point then cut -o -f test,entry_point,program_type,status summary.csv)" \
    'Absent,read,,load_failed
Hash read,read,xdp,ok
Hash update / read,read,xdp,ok
Hash update / read,update,xdp,ok
Typed,seven,sched_cls,ok
Unprepared,read,xdp,wrong_result'
  assert_contains "$(csv_value summary.csv reason '$test == "Absent"')" "can't read object 'objects/absent.o'"
  assert_contains "$(csv_value summary.csv reason '$test == "Unprepared"')" "read returned 1 where 0 was expected"
  # What is not Linux is no row at all.
  assert_equal "$(csv_value plan.csv test '$test == "Elsewhere"')" ""
}

@test "make runs the whole flow on the suite of another runner, with its objects beside it" {
  requires bpf cpus2 clang
  mkdir theirs
  clang -target bpf -g -O2 -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$FIXTURES/bpf_performance/maps.c" -o theirs/maps.o
  cp "$FIXTURES/bpf_performance/tests.yml" theirs
  make --no-print-directory -C "$TOP" bench SUITE="$PWD/theirs/tests.yml" ROUNDS=6 RESULTS="$PWD/results" \
    RUN_OPTIONS='--samples 2 --sample-ms 0.2' >table 2>messages
  grep -q '^Hash read  *read ' table
  grep -q '^Unprepared  *read .*wrong_result' table
  folder=$(find results -name summary.csv -printf '%h\n')
  assert_equal "$(csv_value "$folder/plan.csv" suite | sort -u)" tests
  assert_equal "$(csv_value "$folder/summary.csv" rounds '$status == "ok"' | sort -u)" 6
  regress-detect "$folder/rounds.csv" "$folder/rounds.csv" >verdict.csv
  assert_equal "$(csv_value verdict.csv test,entry_point,verdict '$verdict == "failed"' | sort)" \
    'Absent read failed
Unprepared read failed'
}
