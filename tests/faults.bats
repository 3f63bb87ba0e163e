#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Faults from outside, each with each tool: what the tool says and returns, that no cut output is taken for whole, and
# what it leaves in the kernel and on disk. The tests write what they saw to build/faults.csv.
# bats file_tags=alone,slow

load helpers
load bpf-run
load runs

TOOLS='bpf-compile-check bpf-run stats-reduce regress-detect'

setup_file() {
  cd "$BATS_FILE_TMPDIR" || return 1
  printf 'fault,tool,status,said\n' >faults.csv
  has bpf || return 0
  cat >own.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");
SEC("xdp") int count(void *ctx)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&counts, &key);
	if (value)
		++*value;
	return 0;
}
SEC("tc") int two(void *ctx) { return 0; }
SEC("tp/syscalls/sys_enter_getppid") int hook(void *ctx) { return 0; }
SEC("cgroup/sock_create") int sock(void *ctx) { return 1; }
SEC("raw_tp") int print(void *ctx) { bpf_printk("x"); return 0; }
char _license[] SEC("license") = "GPL";
C
  { cat own.bpf.c && printf 'SEC("fentry/bpf_fentry_test1") int traced(void *ctx) { return 0; }\n'; } >traced.bpf.c
  bpf-compile-check --objdir "$PWD/objects" --build a own.bpf.c >a.csv
  bpf-compile-check --objdir "$PWD/objects" --build b own.bpf.c >b.csv
  bpf-compile-check --objdir "$PWD/objects" --build a --no-load traced.bpf.c >traced.csv
  bpf-run -q --rounds 4 --samples 2 --sample-ms .1 a.csv b.csv >samples.csv
  # Output of more than a page, and input of more than a limit on memory leaves room for.
  local file size
  for file in a samples; do
    for size in some:1600 many:20000; do
      mlr --csv put -q 'for (i = 0; i < '$((${size#*:} / ($(wc -l <$file.csv) - 1)))'; i += 1) {
        m = $*;
        m["test"] = $test . "/" . i;
        emit m
      }' $file.csv >${size%:*}-$file.csv
    done
  done
  for tool in $TOOLS; do
    start "$tool" env >"whole.$tool"
  done
}

teardown_file() {
  mkdir -p "$TOP/build"
  cp "$BATS_FILE_TMPDIR/faults.csv" "$TOP/build/faults.csv"
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  mkdir scratch
  export TMPDIR=$PWD/scratch
  cp "$BATS_FILE_TMPDIR"/*.c "$BATS_FILE_TMPDIR"/*.csv .
  inventory | sort >before
}

teardown() {
  restore_sysctls
  for cpu in /sys/devices/system/cpu/cpu[1-9]*/online; do
    [ ! -e "$cpu" ] || [ "$(cat "$cpu")" = 1 ] || echo 1 >"$cpu"
  done
  ! mountpoint -q small || umount small
}

# start TOOL COMMAND...: the tool's ordinary work, run by a command such as env.
start() {
  local tool=$1
  shift
  case $tool in
  bpf-compile-check) "$@" bpf-compile-check ${NO_LOAD+--no-load} --build a "${SOURCE:-own.bpf.c}" ;;
  bpf-run) "$@" bpf-run -q --rounds "${ROUNDS:-2}" --samples 2 --sample-ms "${SAMPLE_MS:-.1}" "${PLAN:-a.csv}" ;;
  stats-reduce) "$@" stats-reduce "${SAMPLES:-samples.csv}" ;;
  regress-detect) "$@" regress-detect --baseline a "${SAMPLES:-samples.csv}" ;;
  esac
}

# start_with AMOUNT TOOL COMMAND...: the same with more input and output; AMOUNT is some or many
start_with() {
  NO_LOAD='' SOURCE=$1-a.csv PLAN=$([ "$1" = some ] && echo a.csv || echo many-a.csv) ROUNDS=20 SAMPLES=$1-samples.csv start "${@:2}"
}

# The BPF objects that a process holds: others on this machine have theirs.
held() {
  cat /proc/[0-9]*/fdinfo/* 2>/dev/null | sed -nE 's/^(prog|map|link)_id:\s*/\1 /p'
}

# What is in the kernel and in the folder for temporary files, a line each.
inventory() {
  local kind
  for kind in prog map link; do
    bpftool -j $kind list | jq -r --arg kind $kind '.[] | "\($kind) \(.id)"'
  done
  find /sys/fs/bpf -mindepth 1
  find /sys/fs/cgroup /sys/kernel/tracing/instances -maxdepth 2 -name 'bpf-run-*' 2>/dev/null
  find /run/netns -mindepth 1 2>/dev/null
  lsns -n -r -o TYPE,NS -t net
  cut -d ' ' -f 3- /proc/self/mountinfo
  cat /sys/kernel/tracing/{kprobe,uprobe,dynamic}_events 2>/dev/null
  head /sys/kernel/tracing/tracing_on "$EVENT" 2>/dev/null
  head /proc/sys/kernel/{*bpf*,perf_event*} /proc/sys/net/core/bpf* 2>/dev/null
  head /sys/devices/system/cpu/online
  find "$TMPDIR" -mindepth 1
}

# nothing_left: what was not there before goes, within the seconds that the kernel and watchers may take. Others on this
# machine begin and end too: what was gone once, or is held, is not meant.
nothing_left() {
  inventory | sort | comm -13 before - >left
  for _ in $(seq 50); do
    [ -s left ] || return 0
    sleep 0.2
    held >others
    inventory | sort | comm -12 left - | grep -vxFf others >still || :
    mv still left
  done
  sed 's/^/left behind: /' left >&2
  return 1
}

# rows_of FILE: what is the same in each run, of the rows that a reader of CSV takes; nothing when it refuses the file.
rows_of() {
  csv-filter json "$1" 2>/dev/null >rows.json || return 0
  case $tool in
  bpf-run) jq -c '.[] | select(.status != "interrupted") | [.round, .sample, .test, .build, .status, .reason, (.duration_ns | test("^-?[0-9.e-]+$"))]' rows.json ;;
  bpf-compile-check) jq -c '.[] | [.suite, .test, .entry_point, .build, .program_type, .insns, .status, .reason, .xlated_insns]' rows.json ;;
  *) jq -c '.[]' rows.json ;;
  esac | sort
}

# record STATUS SAID: a row of the table
record() {
  printf '%s,%s,%s,"%s"\n' "$fault" "$tool" "$1" "${2//\"/\"\"}" >>"$BATS_FILE_TMPDIR/faults.csv"
}

# face FAULT TOOLS STATUS WORDS COMMAND...: these tools. It must end with STATUS (0: the output is whole), and the one line
# on standard error has WORDS, or there is none. COMMAND gets `tool` and writes out.csv, said.txt and the status into
# `status`.
face() {
  local fault=$1 tools=$2 want=$3 words=$4 status tool
  shift 4
  for tool in $tools; do
    echo "$fault: $tool"
    rm -f out.csv said.txt
    status=0
    "$@"
    judge
    record "$status" "$(cat said.txt)"
  done
  nothing_left
}

# face_kernel FAULT STATUS WORDS COMMAND...: the tools that ask the kernel
face_kernel() {
  local fault=$1 tool
  face "$1" 'bpf-compile-check bpf-run' "${@:2}"
  for tool in stats-reduce regress-detect; do record - 'it does not ask the kernel'; done
}

# judge: the status, what was said, and what a reader takes the output for
judge() {
  sed 's/^/said: /' said.txt
  assert_equal "$status" "$want"
  assert_equal "$(wc -l <said.txt)" "$([ -z "$words" ] && echo 0 || echo 1)"
  assert_contains "$(cat said.txt)" "$words"
  [ -e out.csv ] || : >out.csv
  rows_of out.csv >rows
  rows_of "$BATS_FILE_TMPDIR/whole.$tool" >whole
  [ -z "${PARTLY-}" ] || sed -i "/$PARTLY/d" rows
  if [ "$want" = 0 ]; then
    diff whole rows
  else
    # No row is one that was cut.
    assert_equal "$(comm -23 rows whole | head -n 3)" ''
  fi
}

# ---- output

to_full_device() { start "$tool" env >/dev/full 2>said.txt || status=$?; }
@test "a full device" {
  requires bpf bpftool
  face 'full device' "$TOOLS" 2 "can't write the output: No space left on device" to_full_device
}

to_nothing() { start "$tool" env >&- 2>said.txt || status=$?; }
@test "a closed output" {
  requires bpf bpftool
  face 'closed output' "$TOOLS" 2 "can't write the output: Bad file descriptor" to_nothing
}

to_closed_pipe() {
  mkfifo pipe
  : <pipe & # a reader that leaves at once
  exec 7>pipe
  wait $!
  start "$tool" env >&7 2>said.txt 7>&- || status=$?
  exec 7>&-
  rm pipe
}
@test "a closed pipe" {
  requires bpf bpftool
  face 'closed pipe' "$TOOLS" 141 '' to_closed_pipe
}

# One page is left: what is longer is cut in the middle of a row.
to_full_file_system() {
  mkdir -p small
  mount -t tmpfs -o size=64k tmpfs small
  head -c 60k /dev/zero >small/filler
  start_with some "$tool" env >small/out.csv 2>said.txt || status=$?
  cp small/out.csv .
  umount small
}
@test "a full file system" {
  requires root bpf bpftool
  face 'full file system' "$TOOLS" 2 "can't write the output: No space left on device" to_full_file_system
}

# ---- memory

with_little_memory() {
  (ulimit -d 4000 && start_with many "$tool" env >out.csv 2>said.txt) || status=$?
}
@test "a limit on memory" {
  requires bpf bpftool
  face 'memory limit' "$TOOLS" 2 'out of memory' with_little_memory
}

without_locked_memory() {
  (ulimit -l 0 && start "$tool" env >out.csv 2>said.txt) || status=$?
}
@test "no locked memory" {
  requires bpf bpftool
  face 'no locked memory' "$TOOLS" 0 '' without_locked_memory
}

# ---- signals

# While calls last longer than the time between two signals at times, and input comes bit by bit.
among_signals() {
  local pid began=$SECONDS
  mkfifo input
  case $tool in
  bpf-compile-check) start "$tool" env >out.csv 2>said.txt & ;;
  bpf-run) SAMPLE_MS=20 start "$tool" env >out.csv 2>said.txt & ;;
  *)
    while IFS= read -r line; do
      printf '%s\n' "$line"
      sleep 0.01
    done <samples.csv >input &
    SAMPLES=input start "$tool" env >out.csv 2>said.txt &
    ;;
  esac
  pid=$!
  while kill -0 $pid 2>/dev/null; do
    for signal in STOP CONT WINCH URG; do
      kill -s $signal $pid 2>/dev/null || :
      sleep "0.0$((RANDOM % 4))"
    done
    [ $((SECONDS - began)) -lt 60 ]
  done
  wait $pid || status=$?
  rm input
}
@test "signals that end nothing" {
  requires bpf bpftool
  RANDOM=1
  face 'signals that end nothing' "$TOOLS" 0 '' among_signals
}

# ---- what the kernel has not

# hiding PLACE: in a mount namespace where an empty folder is mounted there
hiding() {
  # shellcheck disable=SC2016 # for that shell
  HIDDEN=$1 start "$tool" unshare --mount sh -c 'mount -t tmpfs none "$HIDDEN" && exec "$@"' - >out.csv 2>said.txt || status=$?
}

@test "no file system for pins" {
  requires root bpf bpftool unshare
  face_kernel 'no bpffs' 0 '' hiding /sys/fs/bpf
}

@test "no file system for traces" {
  requires root bpf bpftool unshare tracefs
  face_kernel 'no tracefs' 0 '' hiding /sys/kernel/tracing
}

hiding_btf() {
  SOURCE=traced.bpf.c PLAN=traced.csv hiding /sys/kernel/btf
}
@test "no BTF" {
  requires root bpf bpftool unshare
  [ -e /sys/kernel/btf/vmlinux ] || skip "this kernel has none"
  PARTLY='"traced"' face_kernel 'no BTF' 0 \
    "unsupported: 'traced': failed to find valid kernel BTF (it needs CONFIG_DEBUG_INFO_BTF: there is no /sys/kernel/btf/vmlinux)" \
    hiding_btf
}

without_jit() {
  start "$tool" env >out.csv 2>said.txt || status=$?
}
@test "the JIT compiler off" {
  requires root bpf bpftool
  if ! set_sysctl net.core.bpf_jit_enable 0 2>/dev/null; then
    fault='JIT off'
    for tool in $TOOLS; do record - 'this kernel has no interpreter: net.core.bpf_jit_enable takes no 0'; done
    skip "this kernel has no interpreter"
  fi
  inventory | sort >before
  face_kernel 'JIT off' 0 '' without_jit
}

losing_a_cpu() {
  local pid
  mkfifo input
  case $tool in
  bpf-compile-check) start "$tool" env >out.csv 2>said.txt & ;;
  bpf-run) ROUNDS=100000 start "$tool" env >out.csv 2>said.txt & ;;
  *)
    { head -n 20 samples.csv && sleep 1 && tail -n +21 samples.csv; } >input &
    SAMPLES=input start "$tool" env >out.csv 2>said.txt &
    ;;
  esac
  pid=$!
  sleep 0.3
  echo 0 >/sys/devices/system/cpu/cpu1/online
  sleep 0.3
  echo 1 >/sys/devices/system/cpu/cpu1/online
  wait $pid || status=$?
  rm input
}
@test "a CPU goes offline in the middle" {
  requires root bpf bpftool cpus2
  [ -w /sys/devices/system/cpu/cpu1/online ] || skip "this machine keeps CPU 1"
  face 'CPU offline' bpf-run 2 ': was that CPU taken offline? Measure again' losing_a_cpu
  face 'CPU offline' 'bpf-compile-check stats-reduce regress-detect' 0 '' losing_a_cpu
}

# ---- kill -9

# seconds_of COMMAND...: how long it takes
seconds_of() {
  local began
  began=$(date +%s%N)
  "$@" >/dev/null 2>&1
  echo "$((($(date +%s%N) - began) / 1000000))e-3"
}

# kill_at_random COMMAND...: kill it and all that it has started, within its first $most seconds. Sets `status`.
kill_at_random() {
  local pid delay
  delay=$(awk -v most="$most" -v part=$RANDOM 'BEGIN { print most * part / 32768 }')
  setsid "$@" >out.csv 2>said.txt &
  pid=$!
  sleep "$delay"
  # Before it has its own process group it is alone.
  kill -9 -- "-$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null || :
  status=0
  wait $pid 2>/dev/null || status=$?
  [ "$status" = 137 ] || assert_equal "$status" 0
  [ "$status" = 0 ] || killed=$((killed + 1))
}

# killed_tool TOOL: at 100 moments. What there is of its output is nothing, refused or whole; of bpf-run, whole rows.
killed_tool() {
  local tool=$1 most killed=0 status
  export -f start
  export tool BATS_FILE_TMPDIR ROUNDS=2 SAMPLES=many-samples.csv
  RANDOM=1
  most=$(seconds_of setsid -w bash -c 'start "$tool" exec')
  rows_of "$BATS_FILE_TMPDIR/whole.$tool" >whole
  [ "$tool" = bpf-run ] || start "$tool" env >whole.csv
  [ "$tool" = bpf-run ] || rows_of whole.csv >whole
  for _ in $(seq 100); do
    kill_at_random bash -c 'start "$tool" exec'
    rows_of out.csv >rows
    if [ "$tool" = bpf-run ]; then
      assert_equal "$(comm -23 rows whole | head -n 3)" ''
      # Who reads them takes fewer rounds for no whole measurement.
      ! stats-reduce out.csv >reduced.csv 2>/dev/null ||
        assert_equal "$(csv_value reduced.csv rounds '$status == "ok"' | grep -vxF "$ROUNDS")" ''
    else
      [ ! -s rows ] || cmp rows whole
    fi
  done
  echo "$killed of 100 were killed before their end"
  [ "$killed" -ge 10 ]
  nothing_left
  fault='kill -9' record "137 in $killed of 100" ''
}

@test "bpf-compile-check is killed" {
  requires bpf bpftool
  killed_tool bpf-compile-check
}

@test "bpf-run is killed" {
  requires bpf bpftool
  killed_tool bpf-run
}

@test "stats-reduce is killed" {
  requires bpf bpftool
  killed_tool stats-reduce
}

@test "regress-detect is killed" {
  requires bpf bpftool
  killed_tool regress-detect
}

# bench is killed with all that it has started, but not what bpf-run leaves to clean up after it.
@test "make bench is killed: what is filed is whole, and the next one files a run" {
  requires bpf bpftool mlr
  local most killed=0 status place fault='kill -9' tool='make bench'
  RANDOM=2
  bench=(make --no-print-directory -C "$TOP" "RESULTS=$PWD/results" bench SUITE=smoke ROUNDS=2 'RUN_OPTIONS=--samples 2 --sample-ms .1')
  most=$(seconds_of "${bench[@]}")
  for _ in $(seq 30); do
    kill_at_random "${bench[@]}"
  done
  "${bench[@]}" >out.txt
  grep -q '^map/hash/read .* ok ' out.txt
  find results -name summary.csv -not -path '*/incomplete/*' -printf '%P\n' | while read -r place; do
    "$PIPELINES/results/check-run" results "${place%/summary.csv}"
  done
  [ "$(find results -name summary.csv -not -path '*/incomplete/*' | wc -l)" -ge $((31 - killed)) ]
  nothing_left
  record "137 in $killed of 30" ''
}

# A script that is killed leaves its folder for temporary files, which the next one removes.
@test "store is killed: the branch is whole, and the next one stores what is missing" {
  requires bpf bpftool git mlr jq
  local most killed=0 status fault='kill -9' tool=store n
  RANDOM=3
  make_repositories
  make_run results 0 >/dev/null
  cd here || return 1
  store=("$PIPELINES/results/store" --remote ../remote.git ../results)
  most=$(seconds_of "${store[@]}")
  for n in $(seq 40); do
    make_run ../results "$n" >/dev/null
    kill_at_random "${store[@]}"
    cd ..
    branch_is_whole
    # What it says that it has stored is there.
    [ "$status" = 137 ] || branch_files | grep -q -e "-run$n/summary.csv\$"
    cd here
  done
  make_run ../results 41 >/dev/null
  "${store[@]}"
  assert_equal "$(git for-each-ref)" ''
  cd ..
  branch_is_whole
  assert_equal "$(branch_files | grep -c '/summary.csv$')" 42
  nothing_left
  record "137 in $killed of 40" ''
}

@test "site is killed: the next one writes the same pages as if nothing had been" {
  requires bpf bpftool mlr gnuplot git
  local most killed=0 status fault='kill -9' tool='make site' n
  RANDOM=4
  make_repositories
  for n in 0 1 2 3 4 5; do make_run results "$n" 6.1."$n" $((20 + n)) >/dev/null; done
  (cd here && "$PIPELINES/results/store" --remote ../remote.git ../results >/dev/null)
  make_clone
  site=(make -s -C clone site)
  # What `make site` makes.
  made=(site site-input site-verdicts)
  "${site[@]}"
  mkdir anew
  (cd clone/build && mv "${made[@]}" site.state site-input.files ../../anew)
  most=$(seconds_of "${site[@]}")
  for _ in 1 2 3; do
    (cd clone/build && rm -rf "${made[@]}" site.state site-input.files)
    for _ in $(seq 10); do
      kill_at_random "${site[@]}"
    done
    "${site[@]}"
    for n in "${made[@]}"; do diff -r -I '<footer><p>Made 2' "anew/$n" "clone/build/$n"; done
  done
  nothing_left
  record "137 in $killed of 30" ''
}
