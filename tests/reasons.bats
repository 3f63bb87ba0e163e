#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The reason of a row whose program does not load or attach: which step failed, and what libbpf said. What the kernel
# lacks is named only where a probe shows that.

load helpers
load bpf-run

setup_file() {
  cd "$BATS_FILE_TMPDIR" || return 1
  # Objects as they are met: of others, and for other kernels.
  cat >met.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
#define SIZED_LATER(name, map_type, key, value) \
	struct { \
		__uint(type, map_type); \
		__uint(max_entries, 0); \
		__uint(key_size, key); \
		__uint(value_size, value); \
	} name SEC(".maps")
#if defined GROUPS
SIZED_LATER(groups, BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4);
SEC("tc") int program(struct __sk_buff *ctx) { return bpf_skb_under_cgroup(ctx, &groups, 0); }
#elif defined CPUS
SIZED_LATER(cpus, BPF_MAP_TYPE_CPUMAP, 4, 4);
SEC("xdp") int program(void *ctx) { return bpf_redirect_map(&cpus, 0, XDP_DROP); }
#elif defined SIZES
struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __type(key, __u32); } stacks SEC(".maps");
SIZED_LATER(ring, BPF_MAP_TYPE_RINGBUF, 0, 0);
SIZED_LATER(counts, BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8);
SIZED_LATER(known, BPF_MAP_TYPE_HASH, 4, 8);
SEC("raw_tp") int program(void *ctx)
{
	__u32 i = 10239;
	return !bpf_map_lookup_elem(&counts, &i) + (bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE) != 262144) +
	       !!bpf_map_lookup_elem(&known, &i) + (bpf_get_stackid(ctx, &stacks, 0) == 1);
}
#elif defined UNKNOWN_MAP
struct { __uint(type, 9999); __uint(max_entries, 0); __uint(key_size, 4); __uint(value_size, 4); } map SEC(".maps");
SEC("xdp") int program(void *ctx) { __u32 i = 0; return !bpf_map_lookup_elem(&map, &i); }
#elif defined VARIABLE
struct rq { int cpu; };
extern const struct rq runqueues __ksym;
SEC("tc") int program(void *ctx) { return !bpf_per_cpu_ptr(&runqueues, 0); }
#else
SEC(SECTION) int program(void *ctx) { return 0; }
#endif
C
}

# reasons TOOL DEFINE...: status and reason that bpf-compile-check or bpf-run gives met.bpf.c, a line each
reasons() {
  local tool=$1 define
  shift
  cp "$BATS_FILE_TMPDIR/met.bpf.c" .
  for define; do
    if [ "$tool" = bpf-run ]; then
      bpf-compile-check --no-load -D "$define" met.bpf.c | bpf-run -q --rounds 1 --samples 1 -c 4
    else
      bpf-compile-check -D "$define" met.bpf.c
    fi 2>/dev/null | mlr --icsv --onidx head -n 1 then put '$reason = is_empty($reason) ? "-" : $reason' then cut -o -f status,reason
  done
}

section() {
  printf 'SECTION="%s"' "$1"
}

# over FOLDER NAME... -- COMMAND...: with another folder in place of one of the kernel's, with these empty files
over() {
  local folder=$1 files=() name
  shift
  while [ "$1" != -- ]; do
    files+=("$1")
    shift
  done
  shift
  (
    mount -t tmpfs none "$folder"
    for name in "${files[@]}"; do touch "$folder/$name"; done
    "$@"
  )
}
export -f over reasons section

# elsewhere COMMAND...: where mounts are seen by nobody else
elsewhere() {
  unshare --mount bash -c '"$@"' - "$@"
}

@test "a map that user space sizes before it loads the object gets a size, and that is said once" {
  requires bpf
  cp "$BATS_FILE_TMPDIR/met.bpf.c" .
  run -0 --separate-stderr bpf-compile-check --expect 0 --map known=7 -D SIZES -o plan.csv met.bpf.c
  assert_equal "$(grep -c "maps without a size.*got one: 'counts' (10240), 'ring' (262144), 'stacks' (10240)$" <<<"$stderr")" 1
  bpf-run -q --rounds 1 --samples 1 -c 4 -o samples.csv plan.csv
  assert_equal "$(mlr --icsv --onidx cut -o -f status,returned samples.csv)" "ok 0"
  # How many CPUs there are is the machine's to say; what a group is of, nobody here's.
  run -0 --separate-stderr bpf-compile-check -D CPUS -o plan.csv met.bpf.c
  [[ $stderr =~ got\ one:\ \'cpus\'\ \([0-9]+\)$ ]]
  for tool in bpf-compile-check bpf-run; do
    assert_equal "$(reasons $tool GROUPS)" \
      "load_failed map 'groups': failed to create: Invalid argument(-22) (max_entries is 0: user space sizes it before load)"
  done
  # Of a type that libbpf does not know, nothing is known.
  assert_equal "$(reasons bpf-compile-check UNKNOWN_MAP)" "load_failed map 'map': failed to create: Invalid argument(-22)"
}

@test "a function or section that is not there is no missing program type" {
  requires bpf
  run -0 reasons bpf-compile-check "$(section fentry/no_such_function)" "$(section lsm/no_such_hook)" "$(section tp_btf/no_such_event)"
  assert_equal "$(cut -d ' ' -f 1 <<<"$output" | sort | uniq -c | xargs)" '3 unsupported'
  assert_contains "${lines[0]}" "'no_such_function'"
  assert_contains "${lines[1]}" "'no_such_hook'"
  assert_contains "${lines[2]}" "'no_such_event'"
  run -1 grep -E 'CONFIG_|program type' <<<"$output"
  run -0 reasons bpf-compile-check "$(section no_such_section)"
  assert_contains "$output" "unsupported prog 'program': "
  assert_contains "$output" "'no_such_section' (libbpf "
}

@test "a program type is missing where a trivial program of it never comes to the verifier" {
  requires bpf bpftool
  bpftool feature probe kernel | grep -q 'lirc_mode2 is NOT' || skip "this kernel takes programs for infrared receivers"
  assert_equal "$(reasons bpf-compile-check "$(section lirc_mode2)")" \
    "unsupported prog 'program': BPF program load failed: Invalid argument (the kernel has no program type lirc_mode2: it needs CONFIG_BPF_LIRC_MODE2)"
}

@test "a kernel without types of its own is said to have none" {
  requires bpf unshare
  run -0 elsewhere over /sys/kernel/btf -- reasons bpf-compile-check "$(section fentry/bpf_fentry_test1)"
  assert_contains "$output" 'unsupported '
  assert_contains "$output" '(it needs CONFIG_DEBUG_INFO_BTF: there is no /sys/kernel/btf/vmlinux)'
}

@test "a kernel variable without an address is one thing, a kernel that keeps none of them another" {
  requires bpf unshare
  ! grep -q ' init_task$' /proc/kallsyms || skip "this kernel has all addresses"
  local said="unsupported program: ldimm64 failed to find the address for kernel symbol 'runqueues'."
  run -0 reasons bpf-compile-check VARIABLE
  assert_equal "$output" "$said (it needs CONFIG_KALLSYMS_ALL: /proc/kallsyms has no variables)"
  echo 'ffffffff82a00000 D init_task' >kallsyms
  run -0 elsewhere bash -c 'mount --bind kallsyms /proc/kallsyms && reasons bpf-compile-check VARIABLE'
  assert_equal "$output" "$said"
}

@test "where a program may not be loaded, the reason is the kernel's answer, and what forbids it if that is shown" {
  requires bpf unshare setpriv
  # Without the privilege for tracing.
  run -0 setpriv --bounding-set=-perfmon,-sys_admin bash -c 'reasons bpf-compile-check "$(section kprobe/vfs_read)"'
  assert_equal "$output" "unsupported prog 'program': BPF program load failed: Operation not permitted (it needs CAP_PERFMON)"
  ! has kprobes || skip "this kernel takes all program types"
  assert_equal "$(reasons bpf-compile-check "$(section lsm/file_open)")" \
    "unsupported prog 'program': BPF program load failed: Operation not permitted"
  echo 'none [integrity] confidentiality' >lockdown
  run -0 elsewhere bash -c 'mount -t tmpfs none /sys/kernel/security && cp lockdown /sys/kernel/security &&
    reasons bpf-compile-check "$(section lsm/file_open)"'
  assert_contains "$output" '(the kernel is locked down, see kernel_lockdown(7))'
}

@test "an event or function that is not there is no missing option of the kernel" {
  requires bpf unshare
  run -0 elsewhere over /sys/bus/event_source/devices kprobe -- reasons bpf-run \
    "$(section tp/no_such/event)" "$(section tracepoint/syscalls/no_such)" "$(section kprobe/no_such_function)" \
    "$(section uprobe//bin/sh:no_such_function)"
  assert_equal "$(grep -c "^unsupported program can't be attached here: " <<<"$output")" 4
  assert_contains "${lines[0]}" "'no_such/event'"
  assert_contains "${lines[1]}" "'syscalls/no_such'"
  assert_contains "${lines[2]}" "'no_such_function+0x0'"
  assert_contains "${lines[3]}" "'no_such_function'"
  run -1 grep CONFIG_ <<<"${lines[0]}${lines[1]}${lines[2]}"
}

@test "what attaches nothing in this kernel is named where the kernel shows that it is not there" {
  requires bpf unshare
  run -0 elsewhere over /sys/bus/event_source/devices -- reasons bpf-run "$(section kprobe/no_such_function)"
  assert_contains "$output" "'no_such_function+0x0'"
  assert_contains "$output" '(it needs CONFIG_KPROBE_EVENTS: there is no /sys/bus/event_source/devices/kprobe)'
}

@test "a program type alone gives a program its place, and a reason says what is missing there" {
  requires bpf unshare setpriv
  printf '%s\nSEC("sockops/read") int one(void *ctx) { return 1; }\n' "$HEAD" >types.bpf.c
  cat >types.yml <<'YAML'
tests:
- {name: "{}", source: types.bpf.c, entry_point: one, expected_result: 1, program_type: [sock_ops, cgroup_device, cgroup_sysctl, cgroup_sock, cgroup_sock_addr, cgroup_sockopt, sk_skb, tracepoint]}
YAML
  bpf-compile-check -o types.csv types.yml
  run -0 --separate-stderr bpf-run -q --rounds 1 --samples 1 -c 4 -o samples.csv types.csv
  assert_equal "$(csv_value samples.csv reason '$status != "ok"')" \
    "one can't be attached here: Operation not supported (its section names nothing to attach to, which a suite's attach or --attach does)"
  assert_equal "$(csv_value samples.csv test '$status != "ok"')" tracepoint
  # Where cgroup version 2 is not mounted, and tracefs can't be.
  printf '%s\nSEC("tp/syscalls/sys_enter_getppid") int tp(void *ctx) { return 0; }\nSEC("sockops") int so(void *ctx) { return 1; }\n' "$HEAD" >places.bpf.c
  bpf-compile-check -o places.csv places.bpf.c
  run -0 --separate-stderr bare sh -c 'umount -R /sys/fs/cgroup && exec "$@"' - setpriv --bounding-set=-sys_admin \
    bpf-run -q --rounds 1 --samples 1 -c 4 -o samples.csv places.csv
  assert_contains "$(csv_value samples.csv reason '$test == "so"')" "(cgroup version 2 is not mounted)"
  assert_contains "$(csv_value samples.csv reason '$test == "tp"')" "(tracefs is not mounted at /sys/kernel/tracing, and can't be: Operation not permitted)"
}

@test "a cgroup of its own that can't be made is the reason, where a program needs one" {
  requires bpf unshare
  printf '%s\nSEC("cgroup/sysctl") int one(void *ctx) { return 1; }\nSEC("sockops") int two(void *ctx) { return 1; }\n' \
    "$HEAD" >cgroup.bpf.c
  bpf-compile-check -o cgroup.csv cgroup.bpf.c
  run -0 --separate-stderr unshare --mount sh -c 'mount -o "remount,ro,bind" "$1" && shift && exec "$@"' - \
    "$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)" bpf-run -q --rounds 1 -o samples.csv cgroup.csv
  assert_equal "$(csv_value samples.csv status,reason | sort)" \
    "$(printf "unsupported %s can't be attached here: Read-only file system (it needs a cgroup of its own)\n" one two)"
}

@test "programs of sockets run by what is sent to this machine, and where its interface is down that is the reason" {
  requires bpf unshare
  for section in cgroup/{post_bind4,bind4,connect4,sendmsg4,getsockopt,setsockopt,sock_release} sockops sk_msg sk_reuseport; do
    printf 'SEC("%s") int to_%s(void *ctx) { return 1; }\n' "$section" "${section#*/}"
  done >programs
  { printf '%s\n' "$HEAD" && cat programs; } >net.bpf.c
  bpf-compile-check -o net.csv net.bpf.c
  run -0 --separate-stderr bpf-run -q --rounds 1 --samples 1 -c 4 -o samples.csv net.csv
  assert_equal "$(csv_value samples.csv test,status,reason | sort -u)" "$(sed -E 's/.* int (\w+).*/\1 ok /' programs | sort)"
  run -0 --separate-stderr unshare --net bpf-run -q --rounds 1 --samples 1 -c 4 -o samples.csv net.csv
  assert_equal "$(rows samples.csv '.test, .status, .reason' '.status != "ok"' | sort -u)" '["to_connect4","run_failed","to_connect4: Network is unreachable"]
["to_sendmsg4","run_failed","to_sendmsg4: Network is unreachable"]
["to_sk_msg","run_failed","to_sk_msg can'"'"'t be attached here: Network is unreachable"]
["to_sk_reuseport","run_failed","to_sk_reuseport: Network is unreachable"]
["to_sockops","run_failed","to_sockops: Network is unreachable"]'
}

@test "what can't be attached here is unsupported, with the reason" {
  requires bpf
  measure '^trigger/nowhere' --rounds 1
  assert_equal "$(csv_value samples.csv status)" unsupported
  assert_contains "$(reason_of trigger/nowhere)" attached
}
