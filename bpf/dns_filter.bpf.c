/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A blocker of names: a DNS query is dropped if the name that it asks for is on a list. */
#include "flow.h"

#define DNS_PORT 53
#define NAME_MAX 64

struct dns {
	__be16 id, flags, questions, answers, authorities, additional;
};

#define QUERY_MASK 0xf800 /* the bit of answers, and the kind of query */

/* As in the query, each label behind its length, in lower case; zeros behind it. */
struct name {
	char text[NAME_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct name);
	__type(value, __u64); /* how often it was asked for */
} blocked SEC(".maps");

enum { QUERIES, BLOCKED };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline void count(__u32 what)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &what);

	if (counter)
		++*counter;
}

/* Whether the whole name was there, and it is not longer than those on the list. */
static __always_inline bool read_name(const unsigned char *at, void *end, struct name *name)
{
	for (int i = 0; i < NAME_MAX; i++) {
		if ((void *)(at + i + 1) > end)
			return 0;
		if (!at[i])
			return i > 0;
		name->text[i] = at[i] >= 'A' && at[i] <= 'Z' ? at[i] | 0x20 : at[i];
	}
	return 0;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = ip4_of((void *)(long)ctx->data, end);
	struct udphdr *udp;
	struct dns *dns;
	struct name name = {};
	__u64 *asked;

	if (!ip || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	udp = transport(ip, end, sizeof(*udp) + sizeof(*dns));
	if (!udp || udp->ports.destination != bpf_htons(DNS_PORT))
		return XDP_PASS;
	dns = (void *)(udp + 1);
	if (dns->flags & bpf_htons(QUERY_MASK) || dns->questions != bpf_htons(1) ||
	    !read_name((void *)(dns + 1), end, &name))
		return XDP_PASS;
	count(QUERIES);
	asked = bpf_map_lookup_elem(&blocked, &name);
	if (!asked)
		return XDP_PASS;
	__sync_fetch_and_add(asked, 1);
	count(BLOCKED);
	return XDP_DROP;
}

SEC("xdp")
int check(struct xdp_md *ctx)
{
	return !counted(&counters, QUERIES);
}

LICENSE;
