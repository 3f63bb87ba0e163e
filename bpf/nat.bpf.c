/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The way out of a network address translator: another source address and port, checksums mended.
 */
#include "flow.h"

#define TC_ACT_UNSPEC -1
#define TC_ACT_OK 0
#define TC_ACT_SHOT 2
#define BPF_F_PSEUDO_HDR 0x10
#define BPF_F_MARK_MANGLED_0 0x20

struct source {
	__be32 address;
	__be16 port;
	__u16 padding;
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow);
	__type(value, struct source);
} translations SEC(".maps");

static __always_inline long rewrite(struct __sk_buff *skb, const struct flow *flow,
				    const struct source *to)
{
	__u32 l4 = L4_OFFSET, check = l4 + (flow->protocol == IPPROTO_TCP ? 16 : 6);
	/* In UDP a checksum of 0 says that there is none. */
	__u64 flags = flow->protocol == IPPROTO_TCP ? 0 : BPF_F_MARK_MANGLED_0;
	__be32 address = to->address;
	__be16 port = to->port;

	return bpf_l4_csum_replace(skb, check, flow->saddr, address,
				   flags | BPF_F_PSEUDO_HDR | 4) ||
	       bpf_l4_csum_replace(skb, check, flow->ports.source, port, flags | 2) ||
	       bpf_l3_csum_replace(skb, IP4_CHECK_OFFSET, flow->saddr, address, 4) ||
	       bpf_skb_store_bytes(skb, IP4_OFFSET + 12, &address, 4, 0) ||
	       bpf_skb_store_bytes(skb, l4, &port, 2, 0);
}

SEC("tc")
int masquerade(struct __sk_buff *skb)
{
	void *end = (void *)(long)skb->data_end;
	struct iphdr *ip = ip4_of((void *)(long)skb->data, end);
	struct source *to;
	struct flow flow;

	if (!flow_of(ip, end, &flow) || ip->version_ihl != 0x45)
		return TC_ACT_UNSPEC;
	to = bpf_map_lookup_elem(&translations, &flow);
	if (!to)
		return TC_ACT_UNSPEC;
	__sync_fetch_and_add(&to->packets, 1);
	return rewrite(skb, &flow, to) ? TC_ACT_SHOT : TC_ACT_OK;
}

LICENSE;
