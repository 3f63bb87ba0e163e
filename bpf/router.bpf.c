/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A router in XDP: where a packet goes the kernel's routes and neighbours say or, for flows that
 * are known, a table of this program's own, as a flowtable of netfilter.
 */
#include "flow.h"

#define PORTS 64
#define BPF_FIB_LKUP_RET_SUCCESS 0
#define BPF_FIB_LKUP_RET_BLACKHOLE 1
#define BPF_FIB_LKUP_RET_PROHIBIT 3

struct next_hop {
	__u32 device;
	__u8 destination[6], source[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow);
	__type(value, struct next_hop);
} flows SEC(".maps");

/* The devices that may send, by interface index. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, PORTS);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

static __always_inline int send(struct ethhdr *eth, struct iphdr *ip, const __u8 *destination,
				const __u8 *source, __u32 device)
{
	/* One less in the upper byte of a word is one more in the checksum, with carry (RFC 1141).
	 */
	__u32 check = ip->check + bpf_htons(0x0100);

	ip->check = check + (check >= 0xffff);
	ip->ttl--;
	__builtin_memcpy(eth->destination, destination, 6);
	__builtin_memcpy(eth->source, source, 6);
	return bpf_redirect_map(&ports, device, 0);
}

SEC("xdp")
int by_routes(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = ip4_of(data, end);
	struct bpf_fib_lookup fib = {.family = AF_INET, .ifindex = ctx->ingress_ifindex};

	if (!ip || ip->ttl <= 1)
		return XDP_PASS;
	fib.tos = ip->tos;
	fib.l4_protocol = ip->protocol;
	fib.tot_len = bpf_ntohs(ip->tot_len);
	fib.ipv4_src = ip->saddr;
	fib.ipv4_dst = ip->daddr;
	switch (bpf_fib_lookup(ctx, &fib, sizeof(fib), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		return send(data, ip, fib.dmac, fib.smac, fib.ifindex);
	case BPF_FIB_LKUP_RET_BLACKHOLE ... BPF_FIB_LKUP_RET_PROHIBIT:
		return XDP_DROP;
	default:
		/* The kernel asks for the neighbour, or does what else is left to do. */
		return XDP_PASS;
	}
}

SEC("xdp")
int by_flow(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = ip4_of(data, end);
	struct next_hop *hop;
	struct flow flow;

	if (!flow_of(ip, end, &flow) || ip->ttl <= 1)
		return XDP_PASS;
	hop = bpf_map_lookup_elem(&flows, &flow);
	if (!hop)
		return XDP_PASS;
	return send(data, ip, hop->destination, hop->source, hop->device);
}

LICENSE;
