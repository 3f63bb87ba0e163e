/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A firewall of a host: sources by longest prefix, allowed or denied, then the ports that are open.
 */
#include "flow.h"

#define PREFIXES 4096
#define PORTS 65536

struct prefix {
	__u32 length;
	__be32 address;
};

enum rule { ALLOW = 1, DENY = 2, ASK_PORT = 3 };

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2 * PREFIXES);
	__type(key, struct prefix);
	__type(value, __u32);
} sources SEC(".maps");

/* By protocol and port, in host byte order. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * PORTS);
	__type(key, __u32);
	__type(value, __u8);
} open_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} decisions SEC(".maps");

static __always_inline void count(__u32 rule)
{
	__u64 *counter = bpf_map_lookup_elem(&decisions, &rule);

	if (counter)
		++*counter;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = ip4_of((void *)(long)ctx->data, end);
	struct prefix prefix = {.length = 32};
	struct flow flow;
	__u32 *found, rule, port;
	__u8 *is_open;

	/* ARP, ICMP and the like. */
	if (!flow_of(ip, end, &flow))
		return XDP_PASS;
	prefix.address = flow.saddr;
	found = bpf_map_lookup_elem(&sources, &prefix);
	rule = found ? *found : ASK_PORT;
	if (rule == ASK_PORT) {
		port = bpf_ntohs(flow.ports.destination);
		port += flow.protocol == IPPROTO_UDP ? PORTS : 0;
		is_open = bpf_map_lookup_elem(&open_ports, &port);
		rule = is_open && *is_open ? ALLOW : DENY;
	}
	count(rule);
	return rule == ALLOW ? XDP_PASS : XDP_DROP;
}

static long fill_prefix(__u32 n, void *ctx)
{
	/* Beside what is looked up, so that it is deep in the tree: in 192.0.0.0/8, but not in
	 * 192.0. */
	__u32 address = 192 << 24 | (1 + n % 255) << 16 | ((n * 0x9e3779b1) & 0xffff), rule = DENY;
	struct prefix prefix = {16 + n % 17, bpf_htonl(address)};

	return bpf_map_update_elem(&sources, &prefix, &rule, BPF_ANY) != 0;
}

/* Instead of user space: a list of prefixes as threat feeds have them. */
SEC("xdp")
int fill(struct xdp_md *ctx)
{
	return bpf_loop(PREFIXES, fill_prefix, 0, 0) != PREFIXES;
}

SEC("xdp")
int check(struct xdp_md *ctx)
{
	return !counted(&decisions, ALLOW) && !counted(&decisions, DENY);
}

LICENSE;
