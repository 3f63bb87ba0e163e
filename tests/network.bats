#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Tests that run in a network namespace of their own: devices, addresses, routes and neighbours.

load helpers
load kernels

# `forward` looks up where a packet goes that came from ctx's interface, and sends it through a map, unless the answer is
# another than the suite's: then it returns what is wrong, 100 and the FIB's answer, or 50 and so on.
write_program() {
  cat >program.bpf.c <<'C'
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#define MAP(name, kind, v) \
	struct { __uint(type, kind); __type(key, __u32); __type(value, v); __uint(max_entries, 4); } name SEC(".maps")
MAP(ports, BPF_MAP_TYPE_DEVMAP, __u32);
MAP(hashed, BPF_MAP_TYPE_DEVMAP_HASH, struct bpf_devmap_val);
MAP(cpus, BPF_MAP_TYPE_CPUMAP, struct bpf_cpumap_val);
MAP(sockets, BPF_MAP_TYPE_XSKMAP, __u32);
const volatile __u32 out = 11, map = 0;
const volatile _Bool is_ipv6;

static long redirect(void)
{
	switch (map) {
	case 0: return bpf_redirect_map(&ports, 1, 0);
	case 1: return bpf_redirect_map(&hashed, 7, 0);
	case 2: return bpf_redirect_map(&cpus, 0, 0);
	default: return bpf_redirect_map(&sockets, 3, 0);
	}
}

SEC("xdp") int forward(struct xdp_md *ctx)
{
	struct bpf_fib_lookup fib = {.family = is_ipv6 ? 10 : 2, .ifindex = ctx->ingress_ifindex, .tot_len = 100};
	long found;

	if (is_ipv6) {
		fib.ipv6_src[0] = fib.ipv6_dst[0] = bpf_htonl(0x20010db8);
		fib.ipv6_dst[1] = bpf_htonl(0x00020000);
	} else {
		fib.ipv4_src = bpf_htonl(0xc0000202); /* 192.0.2.2 */
		fib.ipv4_dst = bpf_htonl(0xc6336407); /* 198.51.100.7 */
	}
	found = bpf_fib_lookup(ctx, &fib, sizeof(fib), 0);
	if (found)
		return 100 + found;
	if (fib.dmac[5] != 9)
		return 50;
	/* The device's own: 02:00 and its index. The loopback has none. */
	if (out > 1 && (fib.smac[0] != 2 || fib.smac[5] != out))
		return 51;
	if (fib.ifindex != out)
		return 52;
	return redirect();
}

/* The packet leaves, and is lost at the other end. */
SEC("tc") int send(struct __sk_buff *skb) { return bpf_clone_redirect(skb, 11, 0) ? 60 : skb->ifindex; }
SEC("xdp") int elsewhere(struct xdp_md *ctx) { return XDP_PASS; }
SEC("cgroup/connect4") int connecting(struct bpf_sock_addr *ctx) { return 1; }
char _license[] SEC("license") = "GPL";
C
}

write_suite() {
  write_program
  cat >suite.yml <<'Y'
defaults: {source: program.bpf.c, entry_point: forward, expected_result: XDP_REDIRECT}
tests:
  - name: "{}"
    variants:
      devmap: {globals: {map: 0}}
      devmap_hash: {globals: {map: 1}}
      cpumap: {globals: {map: 2}}
      xskmap: {globals: {map: 3}}
      ipv6: {globals: {is_ipv6: true}}
      tc: {entry_point: send, context: {ifindex: 10}, expected_result: 10}
    context: {ingress_ifindex: 10}
    network:
      devices: {eth0: 10, eth1: 11}
      addresses: {192.0.2.1/24: eth0, 203.0.113.1/24: eth1, "2001:db8:0:1::1/64": eth1}
      routes:
        198.51.100.0/24: 203.0.113.2
        2001:db8:2::/48: 2001:db8:0:1::2
      neighbours: {203.0.113.2: 02:00:00:00:00:09, "2001:db8:0:1::2": "02:00:00:00:00:09"}
    maps:
      ports: [{key: 1, value: eth1}]
      hashed: [{key: 7, value: {ifindex: 11}}]
      cpus: [{key: 0, value: {qsize: 64}}]
      sockets: [{key: 3, value: socket}]
Y
}

measure() { # SUITE
  bpf-compile-check "$1" >plan.csv 2>messages
  bpf-run -q --rounds 1 --samples 1 -c 8 plan.csv >samples.csv 2>>messages
}

outcomes() {
  mlr --icsv --onidx --ofs ': ' head -n 1 -g test then cut -o -f test,status,reason then sort -f test samples.csv
}

@test "a FIB lookup finds the routes and neighbours of the suite, and maps hold its devices, CPUs and AF_XDP sockets" {
  requires bpf
  write_suite
  measure suite.yml
  assert_equal "$(outcomes)" "cpumap: ok: 
devmap: ok: 
devmap_hash: ok: 
ipv6: ok: 
tc: ok: 
xskmap: ok: "
  # Without any one of them the program, or the kernel, says what is missing.
  sed -n '1,/^    network/p' suite.yml | sed '/hash:\|cpumap:\|xskmap:\|ipv6:\|tc:/d' >first
  sed -n '/^    network/,$p' suite.yml | tail -n +2 >rest
  while IFS='|' read -r change reason; do
    sed "$change" rest | cat first - >less.yml
    measure less.yml
    assert_equal "$(outcomes)" "devmap: $reason"
  done <<'T'
/198.51/d|wrong_result: forward returned 104 where 4 was expected
/neighbours:/d|wrong_result: forward returned 107 where 4 was expected
s/02:00:00:00:00:09/02:00:00:00:00:0a/|wrong_result: forward returned 50 where 4 was expected
s/203.0.113.2$/eth0/|wrong_result: forward returned 107 where 4 was expected
s/eth1: 11/eth1: 12/; s/ifindex: 11/ifindex: 12/|wrong_result: forward returned 51 where 4 was expected
/ports:/d|wrong_result: forward returned 0 where 4 was expected
s/value: eth1/value: eth2/|load_failed: map 'ports': element 1: its 'value': is not a whole number: 'eth2'
s/value: eth1/value: 12/|load_failed: map 'ports': element 1: the kernel refuses it: Invalid argument (max_entries 4)
s/value: socket/value: 5/|load_failed: map 'sockets': element 1: its 'value': a map of AF_XDP sockets has 'socket' for a value
s/{qsize: 64}/{size: 64}/|load_failed: map 'cpus': element 1: its 'value': there is no member 'size'
s/203.0.113.2$/203.0.114.2/|load_failed: network: route '198.51.100.0/24': the kernel refuses it: Network is unreachable
s/eth0: 10/eth0: 12/|run_failed: forward: No such device
T
}

@test "each load has a namespace of its own, other tests and hooks stay in the machine's, and none is left" {
  requires bpf lsns ip
  write_suite
  cat >>suite.yml <<'Y'
  - {name: elsewhere, entry_point: elsewhere, context: {ingress_ifindex: 10}, expected_result: any}
Y
  ip -o link >before
  bpf-compile-check --build a suite.yml >a.csv
  bpf-compile-check --build b suite.yml >b.csv
  # shellcheck disable=SC2016 # for the hook
  bpf-run -q --rounds 3 --samples 1 -c 8 -t '^(xskmap|elsewhere)$' a.csv b.csv --post 'readlink /proc/self/ns/net >>where
    ls -l "/proc/$PPID/fd" | grep -c "net:" >>held
    ls -l "/proc/$PPID/fd" | grep -c "socket:" >>sockets
    for task in "/proc/$PPID/task"/*; do readlink "$task/ns/net"; done >>where' >samples.csv 2>messages
  assert_equal "$(outcomes)" "elsewhere: run_failed: elsewhere: No such device
xskmap: ok: "
  assert_equal "$(csv_value samples.csv status 'true' | sort | uniq -c | xargs)" '6 ok 2 run_failed'
  assert_equal "$(sort -u where)" "$(readlink /proc/self/ns/net)"
  # Two are the dispatcher's, one a build, which keeps them.
  assert_equal "$(sort -n held | tail -n 1)" 2
  assert_equal "$(sort -u sockets)" 0
  ip -o link | diff before -
}

@test "a network that can't be is one line that names what is wrong in it" {
  write_program
  while IFS='|' read -r network reason; do
    echo "tests: [{name: x, source: program.bpf.c, entry_point: forward, network: $network}]" >bad.yml
    assert_trouble "'network': $reason (bad.yml line 1)" bpf-compile-check --no-load bad.yml
    assert_equal "$(ls build 2>/dev/null)" ''
  done <<T
x|it is no mapping
{device: {}}|there is no 'device': it has devices, addresses, routes and neighbours
{devices: [eth0]}|'devices' is no mapping
{devices: {lo: 1}}|device 'lo': it is there always, with index 1
{devices: {a: 0}}|device 'a': its index is too small (2 to 2147483647)
{devices: {a: 1}}|device 'a': its index is too small (2 to 2147483647)
{devices: {a: 2147483648}}|device 'a': its index is too large (2 to 2147483647)
{devices: {a: [2]}}|device 'a': its index is not a whole number (2 to 2147483647)
{devices: {a: 2, b: 2}}|device 'b': index 2 is that of 'a'
{devices: {a/b: 2}}|device 'a/b': a name has 1 to 15 characters, none of them a blank or /:%
{devices: {veth%d: 2}}|device 'veth%d': a name has 1 to 15 characters, none of them a blank or /:%
{devices: {abcdefghijklmnop: 2}}|device 'abcdefghijklmnop': a name has 1 to 15 characters, none of them a blank or /:%
{devices: {$(for i in {2..17}; do printf 'e%d: %d, ' "$i" "$i"; done) z: 99}}|device 'z': there are more than 16
{addresses: {192.0.2.1: lo}}|address '192.0.2.1': is no ADDRESS/LENGTH
{addresses: {192.0.2.256/24: lo}}|address '192.0.2.256/24': is no ADDRESS/LENGTH
{addresses: {192.0.2.1/33: lo}}|address '192.0.2.1/33': its length is too large (0 to 32)
{addresses: {"::1/129": lo}}|address '::1/129': its length is too large (0 to 128)
{addresses: {192.0.2.1/24: eth0}}|address '192.0.2.1/24': 'eth0' is no device
{addresses: {192.0.2.1/24: [lo]}}|address '192.0.2.1/24': its value is no text
{addresses: {$(printf '10.0.%d.1/24: lo, ' {0..255}) 10.1.0.1/24: lo}}|address '10.1.0.1/24': there are more than 256
{routes: {192.0.2.1/24: lo}}|route '192.0.2.1/24': its address has bits behind its length
{routes: {192.0.2.0/24: "::1"}}|route '192.0.2.0/24': '::1' is an address of the other kind
{routes: {192.0.2.0/24: eth0}}|route '192.0.2.0/24': 'eth0' is neither a device nor an address
{neighbours: {192.0.2.1: 02:00:00:00:00:09}}|neighbour '192.0.2.1': no device has it for a neighbour: give one an address of its network, or a route to it
{neighbours: {192.0.2.0/24: 02:00:00:00:00:09}}|neighbour '192.0.2.0/24': is no address
{neighbours: {192.0.2.1: 02:00:00:00:00}}|neighbour '192.0.2.1': '02:00:00:00:00' is no MAC address (02:00:00:00:00:01)
{neighbours: {192.0.2.1: "+2:00:00:00:00:09"}}|neighbour '192.0.2.1': '+2:00:00:00:00:09' is no MAC address (02:00:00:00:00:01)
T
  echo 'tests: [{name: x, program_type: user, entry_point: loop, network: {}}]' >bad.yml
  assert_trouble "'network' needs a 'source' or 'elf_file'" bpf-compile-check --no-load bad.yml
}

@test "what a plan's setup has is checked again" {
  requires bpf
  write_suite
  bpf-compile-check suite.yml | mlr --csv filter '$test == "devmap"' then put '$program_hash = ""' >plan.csv
  setup=$(csv_value plan.csv setup)
  cp "$setup" good
  while IFS='|' read -r change reason; do
    jq -c "$change" good >"$setup"
    bpf-run -q --rounds 1 --samples 1 -c 8 plan.csv >samples.csv 2>messages
    assert_equal "$(outcomes)" "devmap: load_failed: $reason"
  done <<'T'
.network = 1|network: it is no mapping
.network.devices.eth0 = -1|network: device 'eth0': its index is not a whole number (2 to 2147483647)
.network.devices.eth0 = 4294967306|network: device 'eth0': its index is too large (2 to 2147483647)
.network.routes["198.51.100.0/24"] = {}|network: route '198.51.100.0/24': its value is no text
.netwerk = {}|setup: member 'netwerk': is none of those known
.globals = 5|globals: no mapping of names
.maps = []|maps: no mapping of names
.maps.ports = 5|map 'ports': has max_entries and a list of elements
.maps.ports.elements = "x"|map 'ports': has max_entries and a list of elements
T
  # A file that is not there is that, and no other object.
  bpf-compile-check suite.yml | mlr --csv filter '$test == "devmap"' then put '$setup = "none.json"' >plan.csv
  bpf-run -q --rounds 1 --samples 1 -c 8 plan.csv >samples.csv 2>messages
  assert_equal "$(outcomes)" "devmap: load_failed: can't read setup 'none.json': No such file or directory"
}

@test "who may make no namespace, and programs that only a trigger runs, are unsupported with that reason" {
  requires bpf setpriv prlimit
  write_suite
  bpf-compile-check suite.yml | mlr --csv filter '$test == "devmap"' >plan.csv
  setpriv --bounding-set -sys_admin bpf-run -q --rounds 1 --samples 1 -c 8 plan.csv >samples.csv 2>messages
  assert_equal "$(outcomes)" "devmap: unsupported: network: can't make a network namespace: Operation not permitted (it needs root)"
  while IFS='|' read -r without reason; do
    setpriv --bounding-set "$without" prlimit --memlock=0 \
      bpf-run -q --rounds 1 --samples 1 -c 8 plan.csv >samples.csv 2>messages </dev/null
    assert_equal "$(outcomes)" "devmap: load_failed: map 'sockets': element 1: its 'value': can't open an AF_XDP socket: $reason"
  done <<'T'
-net_raw|Operation not permitted
-ipc_lock|No buffer space available
T
  echo 'tests: [{name: x, source: program.bpf.c, entry_point: connecting, network: {}}]' >trigger.yml
  measure trigger.yml
  assert_equal "$(outcomes)" 'x: unsupported: connecting: it runs only where it is attached: a network of its own is for programs with a test run'
}

@test "xdp-bench of xdp-tools redirects through maps of the suite's devices and CPUs, and without them does not" {
  requires bpf xdp-bench
  "$PIPELINES/oracle/carve" . "$(command -v xdp-bench)" >carved
  # Which of the executable's objects has a program is not the same in each version.
  object_of() { grep -lw "$1" xdp-bench-*.bpf.o | head -n 1; }
  cat >suite.yml <<Y
defaults:
  network: {devices: {eth0: 10, eth1: 11}}
  context: {ingress_ifindex: 10}
  globals: {nr_cpus: 2}
  fresh_packet: true
  expected_result: XDP_REDIRECT
tests:
  - name: cpumap
    elf_file: $(object_of cpumap_no_touch)
    entry_point: cpumap_no_touch
    maps:
      rx_cnt: {max_entries: 2}
      cpus_available: {max_entries: 2, elements: [{key: 0, value: 1}]}
      cpu_map: {max_entries: 2, elements: [{key: 1, value: 64}]}
  - name: devmap
    elf_file: $(object_of redir_devmap_native)
    entry_point: redir_devmap_native
    maps:
      rx_cnt: {max_entries: 2}
      tx_port_native: [{key: 0, value: eth1}]
  - name: multi
    elf_file: $(object_of redir_multi_native)
    entry_point: redir_multi_native
    maps:
      rx_cnt: {max_entries: 2}
      forward_map_native: [{key: 10, value: eth0}, {key: 11, value: eth1}]
Y
  measure suite.yml
  assert_equal "$(outcomes)" "cpumap: ok: 
devmap: ok: 
multi: ok: "
  sed -i '/tx_port_native: /d' suite.yml
  measure suite.yml
  assert_contains "$(outcomes)" "devmap: wrong_result: redir_devmap_native returned 0 where 4 was expected"
}

# bats test_tags=slow
@test "in a VM whose kernel has no veth a test with devices is unsupported, one of the loopback alone runs" {
  needs_kernel
  write_suite
  cat >>suite.yml <<'Y'
  - name: loopback
    context: {ingress_ifindex: 1}
    globals: {out: 1}
    network: {routes: {198.51.100.0/24: lo}, neighbours: {198.51.100.7: 02:00:00:00:00:09}}
    maps: {ports: [{key: 1, value: lo}]}
Y
  bpf-compile-check --no-load suite.yml >plan.csv
  "$PIPELINES/vm/run-in-vm" -k "$KERNEL" plan.csv -- -t 'devmap$|loopback' >samples.csv
  assert_equal "$(outcomes)" "devmap: unsupported: network: this kernel has no devices of kind veth (CONFIG_VETH, which may be a module)
loopback: ok: "
}
