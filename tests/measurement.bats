#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a number of bpf-run is, on the real kernel: time, calls, rounds, CPUs, results, records and marks of samples.
# The tool around the numbers (options, input, output, errors, signals) is in bpf-run.bats.
# bats file_tags=alone

load helpers
load bpf-run

# ---- time

@test "durations are fractions, with the kernel's average beside them" {
  requires bpf
  measure '^chain$' --rounds 3
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
  [ "$(csv_value samples.csv duration_ns | grep -c '\.')" -ge 11 ]
  [ "$(csv_value samples.csv kernel_ns | grep -cx '[0-9][0-9]*')" = 12 ]
}

@test "no time is negative, however few and short the calls" {
  requires bpf
  measure '^(chain|cpu/0)$' --rounds 40 --samples 3 -c 4
  assert_equal "$(mlr --icsv --onidx filter 'is_empty($duration_ns) || $duration_ns < 0' then count samples.csv)" 0
}

@test "a cost below zero is marked" {
  requires bpf
  measure '^fresh/tc/writer$' --rounds 10
  assert_equal "$(mlr --icsv --onidx filter '($duration_ns < 0) != ($mark =~ "negative")' samples.csv)" ''
  mlr --icsv --onidx filter '$mark =~ "negative"' samples.csv | grep -q .
}

@test "counters are empty cells where the machine has none" {
  requires bpf
  measure '^chain$' --rounds 1
  if has pmu; then
    [ "$(csv_value samples.csv instructions | head -n 1)" != '' ]
  else
    assert_equal "$(csv_value samples.csv instructions | sort -u)" ''
  fi
}

# bats test_tags=timing
@test "numbers of programs of ours and of others lie within a third of the kernel's own test run, taken without the tools" {
  requires bpf libxdp
  local objects=(/usr/lib/*/bpf/xdpfilt_dny_all.o) packet=0200000000010200000000020800
  packet+=$(printf '45%058d' 0)$(printf '%060d' 0)
  cat >adds.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
volatile __u64 sum;
SEC("xdp") int adds(struct xdp_md *ctx)
{
#pragma unroll
	for (int i = 0; i < 500; i++)
		sum += i;
	return XDP_TX;
}
C
  bpf-compile-check --packet "0x$packet" -o ours.csv adds.bpf.c
  bpf-compile-check --packet "0x$packet" --as other -o others.csv "${objects[0]}" 2>messages
  for plan in ours others; do
    local object program
    object=$(csv_value "$plan.csv" object) program=$(csv_value "$plan.csv" entry_point)
    # In turn and on one CPU, as a machine with neighbours is slower for minutes, and one CPU more than another.
    for _ in 1 2 3 4 5; do
      taskset -c 0 "$TOP/build/tests/test-run" "$object" "$program" "$packet" 200000 4
      taskset -c 0 bpf-run -q --rounds 2 --samples 5 -o samples.csv "$plan.csv"
      mlr --icsv --onidx --ofs ' ' stats1 -a min -f duration_ns samples.csv
      csv_value samples.csv returned | sort -u
    done | paste -d ' ' - - - >takes
    # The least of each: others of the machine only add. And each has returned the same.
    awk 'NR == 1 || $1 < kernel { kernel = $1 } NR == 1 || $3 < ours { ours = $3 } $2 != $4 { other = 1 }
      END { print kernel, ours; exit !(NR == 5 && !other && 3 * ours > 2 * kernel && 2 * ours < 3 * (kernel + 1)) }' takes
  done
}

# bats test_tags=timing
@test "the XDP baseline's median lies within 10 % of what the kernel brackets" {
  requires bpf
  bpf-compile-check -o smoke.csv "$TOP/bpf/suites/smoke.yml"
  bpf-run --quiet --rounds 8 --samples 10 -t '^baseline/xdp/' smoke.csv >out.csv
  # The kernel's integer is the average of the same call, rounded down, so it is compared sample by sample.
  median=$(mlr --icsv --onidx filter '$status == "ok"' then put '$r = $duration_ns < $kernel_ns ? $duration_ns / $kernel_ns
    : $duration_ns > $kernel_ns + 1 ? $duration_ns / ($kernel_ns + 1) : 1' then stats1 -a p50 -f r out.csv)
  awk -v r="$median" 'BEGIN { exit !(r > .9 && r < 1.1) }'
  # And so are the medians.
  mlr --icsv --onidx stats1 -a p50 -f duration_ns,kernel_ns out.csv |
    awk '{ exit !($1 >= .9 * $2 && $1 <= 1.1 * ($2 + 1)) }'
}

# bats test_tags=timing
@test "a program with twice the chain takes about twice the time, side by side" {
  requires bpf
  plan short >a.csv
  plan long -D LENGTH=1024 >b.csv
  bpf-run -q --rounds 9 -t '^chain$' a.csv b.csv >samples.csv
  regress-detect --baseline short samples.csv >verdict.csv
  assert_equal "$(csv_value verdict.csv test '$ratio > 1.5 && $ratio < 2.7 && $verdict == "regression"')" chain
}

# bats test_tags=timing
@test "the self-test passes: linear chains, equal slopes, the kernel's bracket" {
  requires bpf
  # A busy machine may fail it: what is wrong in bpf-run fails it each time.
  local passed=
  for _ in 1 2 3 4 5; do
    bpf-run --self-test --exit-code >self.csv && passed=1 && break
    cat self.csv
  done
  [ "$passed" ]
  assert_equal "$(mlr --icsv --onidx count-distinct -f check self.csv | sort)" "empty 3
linear 3
slope 2"
}

# ---- invocations: how many calls a sample has

@test "all builds, rounds and samples of a test share one calibrated count of invocations" {
  requires bpf
  plan a >a.csv
  plan b >b.csv
  bpf-run -q --rounds 3 --samples 4 --sample-ms 1 -t '^chain$' a.csv b.csv >samples.csv
  assert_equal "$(csv_value samples.csv iterations | sort -u | wc -l)" 1
  assert_equal "$(mlr --icsv --onidx count-distinct -f build,round samples.csv | sort)" \
    "$(for b in a b; do for r in 1 2 3; do echo "$b $r 4"; done; done)"
}

@test "invocations are the suite's own, or the user's, when asked for" {
  requires bpf
  measure '^chain$' --rounds 1 --suite-iterations
  assert_equal "$(csv_value samples.csv iterations | sort -u)" 1000
  measure '^chain$' --rounds 1 -c 777
  assert_equal "$(csv_value samples.csv iterations | sort -u)" 777
  measure '^chain$' --rounds 1
  [ "$(csv_value samples.csv iterations | sort -u)" -gt 100 ]
}

@test "no sample is made of fewer than four invocations" {
  requires bpf
  plan >plan.csv
  for n in 1 2 3; do
    mlr --csv put "\$prepare_every = $n" plan.csv >every.csv
    bpf-run -q --rounds 2 --samples 1 -t '^chain$' every.csv >samples.csv 2>/dev/null
    assert_equal "$(csv_value samples.csv status)" unsupported
    assert_equal "$(reason_of chain)" "map_state_preparation every $n: a sample takes 4 invocations or more without one"
    mlr --csv put "\$iterations = $n" plan.csv >iterations.csv
    bpf-run -q --rounds 2 --samples 1 --suite-iterations -t '^chain$' iterations.csv >samples.csv 2>said.txt
    assert_equal "$(csv_value samples.csv iterations | xargs)" '4 4'
    assert_equal "$(cat said.txt)" "bpf-run: 'chain': a sample takes 4 invocations or more, not $n: it takes 4"
  done
  mlr --csv put '$prepare_every = 4' plan.csv >every.csv
  bpf-run -q --rounds 1 --samples 1 -t '^chain$' every.csv >samples.csv
  assert_equal "$(csv_value samples.csv iterations,status)" '4 ok'
}

@test "builds share the invocations of the slowest, whichever is loaded first" {
  requires bpf
  plan short -D LENGTH=4 >short.csv
  plan long -D LENGTH=4000 >long.csv
  bpf-run -q --rounds 1 --samples 1 --sample-ms 1 -t '^chain$' long.csv >samples.csv
  alone=$(csv_value samples.csv iterations)
  for seed in 1 2 3 4 5; do
    bpf-run -q --rounds 1 --samples 1 --sample-ms 1 --seed $seed -t '^chain$' short.csv long.csv >samples.csv
    iterations=$(csv_value samples.csv iterations | sort -u)
    # Alone, a sample of the short one has hundreds of times as many; a busy machine makes a few times.
    [ "$iterations" -lt $((20 * alone)) ] || {
      echo "$iterations, and $alone alone"
      return 1
    }
  done
}

@test "calls that a limit keeps short are averaged over several, and each record of them is counted" {
  requires bpf cpus2
  plan >plan.csv
  mlr --csv filter '$test == "ring/drained"' then put '$prepare_every = 100' plan.csv >short.csv
  bpf-run -q --rounds 1 --samples 2 --sample-ms 1 short.csv >samples.csv
  # More than one pair of 100 and 12 invocations; as many records as invocations.
  assert_equal "$(mlr --icsv --onidx filter '$status == "ok" && $iterations == 100 && $produced == $consumed && $produced % 112 == 0
    && $produced > 112' then count samples.csv)" 2
  # A count of its own stays what it is.
  bpf-run -q --rounds 1 --samples 2 -c 100 short.csv >samples.csv
  assert_equal "$(csv_value samples.csv produced | sort -u)" 112
}

# ---- rounds, visits and their order

@test "tests come in another order each round, and the same for one seed" {
  requires bpf
  plan >plan.csv
  for run in a b c; do
    seed=1
    [ $run != c ] || seed=2
    bpf-run -q --rounds 4 --samples 1 -c 100 --seed $seed -t '^(chain|kept|cpu)' plan.csv 2>/dev/null |
      mlr --icsv --onidx filter '$status == "ok"' then cut -f test,round >$run.txt
  done
  cmp a.txt b.txt
  run ! cmp -s a.txt c.txt
  [ "$(awk '{ order[$2] = order[$2] $1 } END { for (r in order) print order[r] }' a.txt | sort -u | wc -l)" -gt 1 ]
}

@test "the builds of a test are loaded in another order from round to round" {
  requires bpf
  mkdir one other
  plan a --objdir one >a.csv
  plan b --objdir other >b.csv
  bpf-run -q -v --seed 1 --rounds 12 --samples 1 -c 10 -t '^chain$' a.csv b.csv 2>log >/dev/null
  sed -nE 's|^bpf-run: libbpf: loading object from (one\|other)/.*|\1|p' log | paste - - >pairs
  assert_equal "$(wc -l <pairs)" 12
  assert_equal "$(sort -u pairs)" "$(printf 'one\tother\nother\tone')"
}

# interpose LIBRARY: into $library, one of the fixtures that comes between bpf-run and its libraries
interpose() {
  "${CC:-cc}" -shared -fPIC -o "$1.so" "$FIXTURES/measurement/$1.c"
  library=$PWD/$1.so
}
with_library() { # COMMAND...
  ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$library "$@"
}

# order [BUILD]: plan.csv of the programs that write down when they were called, in a map that is one for all loads
order() {
  mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf
  interpose keep-pins
  bpf-compile-check -I "$TOP/bpf/include" -D LOG="$own" -D BUILD="$1" --build "$1" "$FIXTURES/measurement/order.yml"
}

@test "the order of builds is shuffled each round when they are loaded, and each pair of samples when they are timed: A B B A" {
  requires bpf bpftool
  local own=own$((RANDOM % 90000 + 10000))
  order 1 >a.csv
  order 2 >b.csv
  # 12 calls a sample: 10 and 2. The pinned map is what the test made of it, and goes with it.
  with_library bpf-run -q --rounds 12 --samples 4 -c 10 --seed 3 -t '^record$' a.csv b.csv >samples.csv
  bpftool -j map dump pinned "/sys/fs/bpf/$own" | jq '.[:2000] | .[].formatted.value' >log.txt
  rm "/sys/fs/bpf/$own"
  assert_equal "$(csv_value samples.csv status | sort | uniq -c | xargs)" "96 ok"
  # A round: one call of each build that validates it, in the order of loading, which in the first round
  # the three follow whose runs are counted; then eight samples.
  assert_equal "$(head -n 1 log.txt)" $((12 * (2 + 8 * 12) + 6))
  sed '1d; 3,5d; 7,9d' log.txt | head -n $((12 * 98)) | awk '
    { at = (NR - 1) % 98; build[at] = $1 }
    at < 97 { next }
    {
      loads = loads " " build[0] build[1]
      for (s = 0; s < 8; s++) {
        for (call = 1; call < 12; call++)
          if (build[2 + 12 * s + call] != build[2 + 12 * s])
            mixed = 1
        block[s] = build[2 + 12 * s]
      }
      for (s = 0; s < 8; s += 4) {
        pairs = pairs " " block[s] block[s + 1]
        if (block[s] == block[s + 1] || block[s] != block[s + 3] || block[s + 1] != block[s + 2])
          mixed = 1
      }
    }
    END { print mixed + 0; print loads; print pairs }' >found.txt
  assert_equal "$(sed -n 1p found.txt)" 0
  for line in 2 3; do
    assert_equal "$(sed -n ${line}p found.txt | xargs -n 1 | sort -u | xargs)" "12 21"
  done
}

@test "kept objects are loaded anew after as many rounds as the suite says, others each round" {
  requires bpf
  plan >plan.csv
  bpf-run -q -v --rounds 7 --samples 1 -c 10 -t '^kept$' plan.csv 2>kept.log >/dev/null
  bpf-run -q -v --rounds 4 --samples 1 -c 10 -t '^chain$' plan.csv 2>fresh.log >/dev/null
  assert_equal "$(grep -c '^bpf-run: libbpf: loading object' kept.log)" 3
  assert_equal "$(grep -c '^bpf-run: libbpf: loading object' fresh.log)" 4
}

@test "a test is visited as often a round as the suite says, each time with fresh objects and at another place" {
  requires bpf
  sed 's/name: kept,\(.*\)keep: 3/name: visited,\1visits: 3/' "$SUITE" >visits.yml
  cp "$FIXTURES/measurement/programs.bpf.c" .
  bpf-compile-check -I "$TOP/bpf/include" visits.yml >plan.csv 2>/dev/null
  bpf-run -q -v --rounds 2 --samples 2 -c 10 -t '^(visited|chain)$' plan.csv 2>log >samples.csv
  assert_equal "$(grep -c '^bpf-run: libbpf: loading object' log)" 8
  for round in 1 2; do
    assert_equal "$(csv_value samples.csv sample '$test == "visited" && $round == '$round | xargs)" '1 2 3 4 5 6'
    assert_equal "$(csv_value samples.csv sample '$test == "chain" && $round == '$round | xargs)" '1 2'
  done
  stats-reduce samples.csv >summary.csv
  assert_equal "$(csv_value summary.csv rounds,samples '$test == "visited"')" '2 12'
}

@test "what is kept over rounds is kept over their visits, and hooks run once a visit" {
  requires bpf
  mlr --csv filter '$test == "kept"' then put '$keep = 2; $visits = 3' <(plan) >plan.csv
  bpf-run -q -v --rounds 6 --samples 1 -c 10 --pre 'echo pre >> hooks' --post 'echo post >> hooks' plan.csv 2>log >samples.csv
  assert_equal "$(grep -c '^bpf-run: libbpf: loading object' log)" 3
  assert_equal "$(sort hooks | uniq -c | xargs)" '18 post 18 pre'
  assert_equal "$(csv_value samples.csv status | sort | uniq -c | xargs)" '18 ok'
}

# ---- CPUs and threads

@test "a pinned program sees its CPU, and only that" {
  requires bpf cpus2
  measure '^cpu/[01w]' --rounds 1
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,cpu,status samples.csv | sort)" "cpu/0 0 ok 4
cpu/1 1 ok 4
cpu/wrong  wrong_result 1"
  assert_contains "$(reason_of cpu/wrong)" 'returned 0 where 1 was expected'
}

@test "a test on all CPUs has a row a CPU" {
  requires bpf cpus2
  measure '^cpu/all' --rounds 2
  assert_equal "$(csv_value samples.csv cpu | sort -nu | paste -sd,)" "$(seq -s, 0 $(($(nproc) - 1)))"
  assert_equal "$(mlr --icsv --onidx count-distinct -f cpu then cut -f count samples.csv | sort -u)" 8
}

@test "only the first CPUs are used when asked for" {
  requires bpf cpus2
  measure '^cpu/all' --rounds 1 -p 1
  assert_equal "$(csv_value samples.csv cpu | sort -u)" 0
}

@test "a CPU that is not there, or none that remains, is said with its number" {
  requires bpf
  measure '^cpu/(absent|none_left)' --rounds 1
  assert_equal "$(csv_value samples.csv status | sort -u)" unsupported
  assert_contains "$(reason_of cpu/absent)" 'CPU 1023'
  assert_contains "$(reason_of cpu/none_left)" 'no CPU remains'
  # The first that there is not, and one that this process may not use.
  mlr --csv filter '$test == "cpu/0"' then put "\$cpus = $(nproc --all)" plan.csv >next.csv
  bpf-run -q --rounds 1 next.csv >samples.csv 2>said.txt
  assert_equal "$(cat said.txt)" "bpf-run: unsupported: 'cpu/0': CPU $(nproc --all) is not there, not online or not allowed"
  taskset -c 0 bpf-run -q --rounds 1 --samples 1 -t '^cpu/1$' plan.csv >samples.csv 2>said.txt
  assert_contains "$(reason_of cpu/1)" 'CPU 1 is not there, not online or not allowed'
}

@test "two entry points on one CPU are said once, with both; any is a CPU that no other has" {
  requires bpf cpus2
  measure '^cpu/(twice|any)' --rounds 2 2>said.txt
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,entry_point,status samples.csv | sort)" "cpu/any reader ok 8
cpu/any writer ok 8
cpu/twice reader unsupported 1
cpu/twice writer unsupported 1"
  assert_equal "$(cat said.txt)" "bpf-run: unsupported: 'cpu/twice': two entry points want CPU 1: writer (all) and reader (1)"
  assert_equal "$(csv_value samples.csv cpu '$test == "cpu/any"' | sort -u | wc -l)" 2
}

@test "entry points run at the same time on their CPUs, not only XDP" {
  requires bpf cpus2
  measure '^cpu/mixed' --rounds 2
  assert_equal "$(mlr --icsv --onidx count-distinct -f entry_point,cpu,status samples.csv | sort | head -n 2)" "reader 1 ok 8
writer 0 ok 8"
}

@test "entry points of every type that has a test run go together" {
  requires bpf cpus2
  measure '^types/' --rounds 1
  assert_equal "$(mlr --icsv --onidx count-distinct -f entry_point,cpu,status samples.csv | sort)" "reader 1 ok 28
writer 0 ok 28"
  assert_equal "$(csv_value samples.csv program_type | sort -u | xargs)" \
    "cgroup_skb flow_dissector raw_tracepoint sched_act socket_filter syscall xdp"
}

@test "the threads of a test run at the same time" {
  requires bpf cpus2
  local own=calls_log
  order 1 >plan.csv
  bpf-run -q --rounds 20 --samples 1 -c 2000 -t '^together$' plan.csv >samples.csv
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
}

# with LIBRARY REGEX [OPTION...]: samples.csv of the tests that match, with a library that comes between bpf-run and libc
with() {
  local library regex=$2
  interpose "$1"
  shift 2
  plan >plan.csv
  with_library bpf-run -q --rounds 1 "$@" -t "$regex" plan.csv >samples.csv
}

@test "where threads never ran at the same time there is no number" {
  requires bpf cpus2
  with another-time '^cpu/mixed$' --samples 2 -c 1000
  assert_equal "$(mlr --icsv --onidx --ofs , count-distinct -f entry_point,status,duration_ns samples.csv | sort)" "reader,run_failed,,1
writer,run_failed,,1"
  assert_equal "$(reason_of cpu/mixed | uniq)" \
    'its threads never ran at the same time: other processes kept them from their CPUs'
  # One alone has nobody to miss.
  with another-time '^cpu/1$' --samples 2 -c 1000
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
}

@test "threads that begin at different moments run until they have run together" {
  requires bpf cpus2
  # Some 100 ms on CPU 0; when that has long begun, 2 ms on CPU 1.
  with late '^late$' -r --samples 1 -c 200000
  assert_equal "$(mlr --icsv --onidx --ofs , count-distinct -f entry_point,status samples.csv | sort)" "chain,ok,1
cpu,ok,1"
}

# ---- what a call returns and changes

@test "a result that is wrong only while it is timed is no number" {
  requires bpf
  measure '^fills$' --rounds 1
  assert_equal "$(csv_value samples.csv status,duration_ns | xargs)" wrong_result
  assert_contains "$(reason_of fills)" 'fill returned 1 where 0 was expected, while timed; its first run was right, and left its packet as it was'
  measure '^fills$' --rounds 1 -r
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
}

@test "what the timed calls returned is a column: the value, or the values with their counts" {
  requires bpf
  measure '^(chain|coin|trigger/cgroup|loop)$' --rounds 10 -c 10 -r
  assert_equal "$(csv_value samples.csv returned '$test == "chain"' | sort -u)" 0
  # A sample is two calls. In 40 of them all that can be is (but for one run of this test in 50 000).
  assert_equal "$(csv_value samples.csv returned '$test == "coin"' | sort -u | xargs -d '\n')" '0 0:1 1:1 1'
  assert_equal "$(csv_value samples.csv returned '$test =~ "^(trigger|loop)"' | sort -u)" ''
}

@test "a program that changes its packet is no number, and the reason says how it changes it" {
  requires bpf
  local advice='later runs of a test run see the changed one; give each run a fresh packet (fresh_packet: true in the suite, or bpf-compile-check --fresh-packet)'
  measure '^packet/' --rounds 2 2>said.txt
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,status,duration_ns samples.csv | sort | grep -v ' ok ')" \
    "packet/encapsulate changed_packet  1
packet/later changed_packet  1
packet/pop changed_packet  1
packet/rewrite changed_packet  1"
  assert_equal "$(reason_of packet/encapsulate)" "encapsulate grows its packet from 64 to 114 bytes: $advice"
  assert_equal "$(reason_of packet/pop)" "pop shrinks its packet from 64 to 50 bytes: $advice"
  for test in rewrite later; do
    assert_contains "$(reason_of packet/$test)" "rewrites its packet (1 of 64 bytes, the first at 5: 02 became 07): $advice"
  done
  # Changed and changed back it is the same.
  assert_equal "$(csv_value samples.csv status '$test == "packet/pop_and_push"' | sort -u)" ok
  # That results are not compared does not make it a number.
  measure '^packet/encapsulate$' --rounds 1 -r 2>said.txt
  assert_equal "$(csv_value samples.csv status)" changed_packet
}

@test "a program that changes its packet's mark or control block is no number either" {
  requires bpf
  cat >skb.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tc") int mark(struct __sk_buff *skb) { if (skb->mark) return 2; skb->mark = 7; return 0; }
SEC("tc") int back(struct __sk_buff *skb) { skb->mark = 7; skb->mark = 0; return 0; }
SEC("socket") int control(struct __sk_buff *skb) { skb->cb[1]++; return 1; }
char _license[] SEC("license") = "GPL";
C
  bpf-compile-check skb.bpf.c >plan.csv 2>messages
  bpf-run -q --rounds 1 --samples 2 -c 10 plan.csv >samples.csv 2>messages
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,status then cut -f test,status samples.csv | sort)" 'back ok
control changed_packet
mark changed_packet'
  assert_contains "$(reason_of mark)" 'mark changes mark of its packet from 0 to 7: later runs of a test run see the changed one'
  assert_contains "$(reason_of control)" 'control changes cb[1] of its packet from 0 to '
  bpf-compile-check --fresh-packet skb.bpf.c >plan.csv 2>messages
  bpf-run -q --rounds 1 --samples 2 -c 10 -t mark plan.csv >samples.csv
  assert_equal "$(csv_value samples.csv status,returned | sort -u)" '0 ok'
}

@test "with a fresh packet each run is the first one: it runs each time, returns the same, and costs what it does" {
  requires bpf
  measure '^fresh/(tc|action|xdp)/' --rounds 4 --samples 6
  assert_equal "$(mlr --icsv --onidx count-distinct -f status,returned,runs samples.csv)" 'ok 0 1 216'
  assert_equal "$(csv_value samples.csv kernel_ns | sort -u)" ''
  # A chain of twice the length beside it, in one run.
  plan short -D LENGTH=1024 >a.csv
  plan long -D LENGTH=2048 >b.csv
  bpf-run -q --rounds 8 -t '^fresh/tc/encapsulate$' a.csv b.csv >samples.csv
  regress-detect --baseline short samples.csv >verdict.csv
  assert_equal "$(csv_value verdict.csv verdict '$ratio > 1.5 && $ratio < 2.7')" regression
  # What is repeated holds the call of the program too, which is a part of a chain of this length.
  bpf-run -q --rounds 8 -t '^(fresh/tc/encapsulate|chain)$' a.csv | stats-reduce >summary.csv
  mlr --icsv --onidx cut -o -f test,value_duration_ns then sort -f test summary.csv |
    awk '{ ns[$1] = $2 } END { r = ns["fresh/tc/encapsulate"] / ns["chain"]; exit !(r > .9 && r < 1.6) }'
}

@test "a program that gets no packet has no fresh one" {
  requires bpf
  measure '^fresh/none$' --rounds 1 2>said.txt
  assert_equal "$(csv_value samples.csv status,reason)" 'unsupported raw: fresh_packet is for programs that get a packet'
}

# ---- records: ring buffers, perf event arrays, the trace

@test "a ring buffer and a perf event array are drained while they are timed, and nothing is lost" {
  requires bpf cpus2
  measure '^(ring|perf)/drained' --rounds 2
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
  assert_equal "$(csv_value samples.csv dropped | sort -u)" 0
  mlr --icsv --ojson filter '$produced != $consumed || $produced < $iterations' samples.csv | run -1 grep '"'
}

@test "a test that loses records is dropped, not a number" {
  requires bpf cpus2
  # Nobody reads before the call ends, though a CPU is free, and the ring has room for 4096.
  measure '^ring/flooded' --rounds 1 --samples 2 -c 500000
  assert_equal "$(csv_value samples.csv status)" dropped
  assert_equal "$(csv_value samples.csv duration_ns)" ''
  assert_contains "$(reason_of ring/flooded)" 'records were lost'
}

@test "more records out than in are no number, whatever the reason, nor is a program that writes none" {
  requires bpf cpus2
  measure '^ring/(two|none)$' --rounds 1 2>said.txt
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,status samples.csv | sort)" "ring/none wrong_result 1
ring/two wrong_result 1"
  assert_contains "$(reason_of ring/two)" 'let operations be the records of a call'
  assert_contains "$(reason_of ring/none)" 'the program wrote nothing'
  mlr --csv put '$operations = 2' plan.csv >two.csv
  bpf-run -q --rounds 1 --samples 4 -t ring/two two.csv >samples.csv
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
}

@test "a consumer reads when its mode says: busy needs a CPU, between reads nothing before the call ends" {
  requires bpf cpus2
  part_of core 'ringbuf/(un)?read/'
  bpf-compile-check part.yml 2>/dev/null | mlr --csv filter '$test =~ "^ringbuf/(un)?read/output/64$"' >plan.csv
  bpf-run -q --rounds 2 --samples 4 --sample-ms 1 plan.csv >samples.csv
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,status samples.csv | sort)" "ringbuf/read/output/64 ok 16
ringbuf/unread/output/64 ok 16"
  bpf-run -q --rounds 1 --samples 2 -p 1 plan.csv >samples.csv 2>messages
  assert_equal "$(reason_of ringbuf/read/output/64)" "no CPU is left for the consumer of 'records'"
  assert_equal "$(csv_value samples.csv status '$test == "ringbuf/unread/output/64"' | sort -u)" ok
}

@test "a consumer of a map that is not there is said" {
  requires bpf
  measure '^ring/no_map' --rounds 1
  assert_equal "$(csv_value samples.csv status)" run_failed
  assert_contains "$(reason_of ring/no_map)" no_such_map
  # Nor does anything come out of the trace of a program that does not print, whatever printed before.
  mlr --csv filter '$test == "print/read" || $test == "chain"' then put '$consumer = "trace_pipe"' plan.csv >both.csv
  bpf-run -q --rounds 1 --samples 1 -c 10 --seed 1 both.csv >samples.csv 2>/dev/null
  assert_equal "$(reason_of chain)" "consumer 'trace_pipe': no program of the test calls bpf_trace_printk"
}

@test "a user ring buffer is full whenever a timed call begins" {
  requires bpf
  measure '^user/filled' --rounds 2
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
}

@test "two builds that print share the one reader of the trace" {
  requires bpf tracefs cpus2
  plan a >a.csv
  plan b >b.csv
  bpf-run -q --rounds 2 --samples 4 --sample-ms 1 -t '^print/read' a.csv b.csv >samples.csv
  assert_equal "$(mlr --icsv --onidx count-distinct -f build,status,dropped samples.csv | sort)" "a ok 0 8
b ok 0 8"
}

@test "a program that ends its line itself prints one record" {
  requires bpf tracefs cpus2
  local SUITE=$PWD/own.yml
  cp "$FIXTURES/measurement/programs.yml" own.yml
  sed 's/bpf-run test/&\\n/' "$FIXTURES/measurement/programs.bpf.c" >programs.bpf.c
  grep -q 'test\\n"' programs.bpf.c
  measure '^print/read' --rounds 2
  assert_equal "$(mlr --icsv --onidx filter '$produced == $consumed' then count-distinct -f status samples.csv)" "ok 8"
}

@test "two processes that time bpf_trace_printk wait for one another, and read their own lines only" {
  requires bpf tracefs cpus2
  plan >plan.csv
  echo 0 >"$EVENT"
  for run in 1 2; do
    bpf-run -q --rounds 6 --samples 4 --sample-ms 1 -t '^print/read' plan.csv >$run.csv &
  done
  wait
  for run in 1 2; do
    assert_equal "$(mlr --icsv --onidx filter '$produced == $consumed' then count-distinct -f status $run.csv)" "ok 24"
  done
  # Neither took what the other had enabled for how the event was.
  assert_equal "$(cat "$EVENT")" 0
  assert_equal "$(orphans)" ''
}

# ---- programs that are attached, and their triggers

@test "programs without a test run are attached and triggered" {
  requires bpf
  measure '^trigger/(tracepoint|cgroup)' --rounds 2
  assert_equal "$(csv_value samples.csv status | sort -u)" ok
  # The process left the cgroup that it made for itself.
  assert_equal "$(orphans)" ''
}

@test "a program has run as often as it was called, or its trigger fired; one that runs more often says so" {
  requires bpf tracefs
  measure '^(chain|cpu/mixed|raw_tracepoint|loop|trigger/(tracepoint|cgroup)|ran/(never|all_calls|connection))$' --rounds 2 -c 10 2>said.txt
  assert_equal "$(mlr --icsv --onidx filter '$round == 1' then count-distinct -f test,status,runs then cut -o -f test,status,runs samples.csv | sort | grep -v all_calls)" \
    "chain ok 1
cpu/mixed ok 1
loop ok 
ran/connection ok 9
ran/never missed 0
raw_tracepoint ok 1
trigger/cgroup ok 1
trigger/tracepoint ok 1"
  # Any process of the machine runs this one: how many runs there are for each of ours can't be told where others are busy.
  [[ $(csv_value samples.csv runs,status '$test == "ran/all_calls"' | sort -u | xargs) =~ ^(1\ )?ok$ ]]
  # It is counted in the first load, and said in each row; a miss is said once, and has no number.
  assert_equal "$(csv_value samples.csv runs '$test == "chain"' | sort | uniq -c | xargs)" '8 1'
  assert_equal "$(csv_value samples.csv duration_ns,sample '$status == "missed"' | sort -u)" ' '
  # 1000 calls, or as many as 5 ms have room for.
  [[ $(reason_of ran/never) =~ ^never\ ran\ 0\ times\ in\ [0-9]{2,4}\ "getppid() calls: its hook is not what the trigger does; see bpf-run(1)"$ ]]
  assert_equal "$(grep -c missed said.txt)" 1
}

@test "what other processes make a program run proves nothing, and disproves nothing" {
  requires bpf tracefs
  local busy
  dd if=/dev/zero of=/dev/null bs=1 status=none &
  busy=$!
  measure '^ran/(all_calls|others)$' --rounds 1 -c 10 2>said.txt
  kill $busy
  assert_equal "$(mlr --icsv --onidx count-distinct -f test,status then cut -f test,status samples.csv | sort | xargs)" \
    'ran/all_calls ok ran/others missed'
  [[ $(reason_of ran/others) =~ \ times\ in\ [0-9]{2,4}\ "getppid() calls" ]]
}

# ---- samples that were disturbed

@test "a sample during which another process ran is marked, and its time is without that" {
  requires bpf cpus2
  local busy
  taskset -c 0 sh -c 'while :; do :; done' &
  busy=$!
  measure '^cpu/0$' --rounds 2 --samples 5 --sample-ms 30 -v 2>said.txt
  kill $busy
  csv_value samples.csv mark | grep -q preempted
  # Sampling took longer than its calls, of which the small ones are an eighth.
  mlr --icsv --onidx put '$cpu_s = $duration_ns * $iterations * 1.125 / 1e9' then stats1 -a sum -f cpu_s samples.csv |
    awk -v wall="$(awk '$NF == "tests" { print $7 }' said.txt)" '{ exit !(wall > 1.3 * $1) }'
  # Marked, not dropped; who wants to leaves them out.
  stats-reduce samples.csv >all.csv
  assert_equal "$(csv_value all.csv samples)" 10
  marked=$(csv_value all.csv marked)
  [ "$marked" -gt 0 ]
  mlr --csv filter 'is_empty($mark)' samples.csv >quiet.csv
  if [ "$marked" -lt 10 ]; then
    assert_equal "$(stats-reduce quiet.csv | mlr --icsv --onidx cut -o -f samples,marked)" "$((10 - marked)) 0"
  fi
}

@test "samples during which the kernel times programs for another process are marked, and advice is given once" {
  requires bpf
  plan >plan.csv
  set -- --rounds 2 --samples 2 -c 100 -t '^(chain|loop|trigger/tracepoint)$' plan.csv
  with-bpf-stats bpf-run "$@" >samples.csv 2>said.txt
  assert_equal "$(cat /proc/sys/kernel/bpf_stats_enabled)" 0
  assert_equal "$(csv_value samples.csv test '$mark =~ "\bstats\b"' | sort | uniq -c | xargs)" "4 chain 4 trigger/tracepoint"
  assert_equal "$(grep -c "advice: the kernel times each program run" said.txt)" 1
  with-bpf-stats bpf-run -q "$@" 2>said.txt >samples.csv
  assert_equal "$(cat said.txt)" ''
  bpf-run -q "$@" >samples.csv
  assert_equal "$(csv_value samples.csv test '$mark =~ "stats"')" ''
}

# ---- counted instructions

@test "under icount the thread's virtual time is instructions, and there is no duration" {
  requires bpf
  plan >plan.csv
  printf '%s\n' name,value runtime,icount >icount.csv
  run -2 --separate-stderr bpf-run -q -t '^chain$' --identity icount.csv plan.csv
  assert_contains "$stderr" 'runtime icount is for a VM'
  BPF_RUN_GUEST=1 with sleepless '^chain$' --identity icount.csv
  assert_equal "$(csv_value samples.csv duration_ns | sort -u)" ''
  [ "$(csv_value samples.csv instructions | head -n 1)" != '' ]
  assert_contains "$(csv_value samples.csv host_class | head -n 1)" icount
}

@test "a profile's symbols are the kernel's functions, after the invocations that it is of" {
  requires bpf
  plan >plan.csv
  printf '%s\n' name,value runtime,icount >icount.csv
  export BPF_RUN_GUEST=1
  bpf-run -q -t '^chain$' --rounds 1 --samples 5 -c 8 --identity icount.csv --profile symbols.txt plan.csv >samples.csv
  [[ $(head -n 1 symbols.txt) =~ ^invocations\ [1-9][0-9]*$ ]]
  grep -qE '^symbol [0-9a-f]+ bpf_test_run' symbols.txt
  run ! grep -vE '^(invocations|symbol) ' symbols.txt
  assert_trouble "can't write" bpf-run -q -t '^chain$' --rounds 1 --identity icount.csv -o out.csv --profile no/such/file plan.csv
  assert_trouble "can't write '/dev/full': No space left on device" \
    bpf-run -q -t '^chain$' --rounds 1 --samples 1 -c 8 --identity icount.csv -o out.csv --profile /dev/full plan.csv
  assert_trouble '--profile is for one row of a plan and one round' bpf-run -q --identity icount.csv --profile symbols.txt plan.csv
}

@test "what is counted begins at the same place in a second, when what the last call has left is done" {
  requires bpf
  printf '%s\n' name,value runtime,icount >icount.csv
  SLEEPS=$PWD/sleeps BPF_RUN_GUEST=1 with sleepless '^chain$' --samples 2 -c 10 --identity icount.csv
  # Of CLOCK_REALTIME (0), absolute: two calls a sample, besides those for the next tick.
  assert_equal "$(awk '$1 == 0 && $2 == 1 && $4 == 750000000 && $3 > 1700000000' sleeps | wc -l)" 4
}

@test "what has a large preparation is counted last, as it leaves the allocator in pieces" {
  requires bpf
  printf '%s\n' name,value runtime,icount >icount.csv
  for seed in 1 2 3 4 5; do
    BPF_RUN_GUEST=1 with sleepless '^(kept|chain|cpu/0|raw_tracepoint)$' --samples 1 -c 10 --identity icount.csv --seed "$seed"
    assert_equal "$(csv_value samples.csv test | tail -n 1)" kept
    csv_value samples.csv test | xargs >>orders
  done
  [ "$(sort -u orders | wc -l)" -gt 1 ]
}
