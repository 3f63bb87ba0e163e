/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A balancer of layer 4, as katran is one: a packet to a service's address goes to a backend, in an
 * outer IPv4 header (IPIP) or, on the backends' own network, by its MAC address alone. What opens a
 * connection takes the backend from a ring of hashes, which user space makes; what follows finds it
 * in a table.
 */
#include "flow.h"

#define IPPROTO_IPIP 4
#define RING_SIZE 65537 /* a prime, as Maglev hashing wants it */
#define SERVICES 4
#define BACKENDS 512

struct service {
	__be32 address;
	__be16 port;
	__u8 protocol, padding;
};

struct backend {
	__be32 address;
	__u8 mac[6], padding[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SERVICES);
	__type(key, struct service);
	__type(value, __u32); /* its number, which says which part of the rings is its own */
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SERVICES *RING_SIZE);
	__type(key, __u32);
	__type(value, __u32);
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BACKENDS);
	__type(key, __u32);
	__type(value, struct backend);
} backends SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow);
	__type(value, __u32);
} connections SEC(".maps");

struct counts {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SERVICES);
	__type(key, __u32);
	__type(value, struct counts);
} counters SEC(".maps");

const volatile __u32 own_address; /* of outer headers, in network byte order */
const volatile bool direct;	  /* by MAC address */

static __always_inline bool opens(struct iphdr *ip, void *end)
{
	struct tcphdr *tcp = tcp_of(ip, end);

	return tcp && (tcp->flags & bpf_htons(TCP_SYN | TCP_ACK)) == bpf_htons(TCP_SYN);
}

static __always_inline struct backend *choose(struct flow *flow, __u32 service, bool is_new)
{
	__u32 *number = is_new ? 0 : bpf_map_lookup_elem(&connections, flow);
	__u32 slot;

	if (!number) {
		slot = service * RING_SIZE + flow_hash(flow) % RING_SIZE;
		number = bpf_map_lookup_elem(&rings, &slot);
		if (!number)
			return 0;
		bpf_map_update_elem(&connections, flow, number, BPF_ANY);
	}
	return bpf_map_lookup_elem(&backends, number);
}

static __always_inline void count(__u32 service, __u64 bytes)
{
	struct counts *counts = bpf_map_lookup_elem(&counters, &service);

	if (counts) {
		counts->packets++;
		counts->bytes += bytes;
	}
}

static __always_inline int encapsulate(struct xdp_md *ctx, const struct backend *to, __u16 length)
{
	struct ethhdr *eth, *old;
	struct iphdr *outer;
	void *end;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*outer)))
		return XDP_DROP;
	eth = (void *)(long)ctx->data;
	outer = (void *)(eth + 1);
	old = (void *)eth + sizeof(*outer);
	end = (void *)(long)ctx->data_end;
	if ((void *)(outer + 1) > end || (void *)(old + 1) > end)
		return XDP_DROP;
	__builtin_memcpy(eth->source, old->destination, 6);
	__builtin_memcpy(eth->destination, to->mac, 6);
	eth->protocol = bpf_htons(ETH_P_IP);
	*outer = (struct iphdr){
	    .version_ihl = 0x45,
	    .tot_len = bpf_htons(length + sizeof(*outer)),
	    .ttl = 64,
	    .protocol = IPPROTO_IPIP,
	    .saddr = own_address,
	    .daddr = to->address,
	};
	outer->check = ip4_checksum(outer);
	return XDP_TX;
}

SEC("xdp")
int balance(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = ip4_of(data, end);
	struct flow flow;
	struct service service = {};
	struct backend *to;
	__u32 *number;

	if (!flow_of(ip, end, &flow))
		return XDP_PASS;
	service.address = flow.daddr;
	service.port = flow.ports.destination;
	service.protocol = flow.protocol;
	number = bpf_map_lookup_elem(&services, &service);
	if (!number)
		return XDP_PASS;
	to = choose(&flow, *number, opens(ip, end));
	if (!to)
		return XDP_DROP;
	count(*number, end - data);
	if (!direct)
		return encapsulate(ctx, to, bpf_ntohs(ip->tot_len));
	__builtin_memcpy(((struct ethhdr *)data)->source, ((struct ethhdr *)data)->destination, 6);
	__builtin_memcpy(((struct ethhdr *)data)->destination, to->mac, 6);
	return XDP_TX;
}

static long fill_slot(__u32 slot, void *ctx)
{
	__u32 backend = slot % 7;

	return bpf_map_update_elem(&rings, &slot, &backend, BPF_ANY) != 0;
}

static long fill_backend(__u32 number, void *ctx)
{
	/* 10.0.0.0/8, 02:00:00:00:01:xx */
	struct backend backend = {bpf_htonl(0x0a000001 + number), {2, 0, 0, 0, 1, number}, {}};

	return bpf_map_update_elem(&backends, &number, &backend, BPF_ANY) != 0;
}

/* Instead of user space: the ring of each service, and seven backends. */
SEC("xdp")
int fill(struct xdp_md *ctx)
{
	return bpf_loop(SERVICES * RING_SIZE, fill_slot, 0, 0) != SERVICES * RING_SIZE ||
	       bpf_loop(7, fill_backend, 0, 0) != 7;
}

LICENSE;
