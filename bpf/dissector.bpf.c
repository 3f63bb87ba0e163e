/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A dissector of flows, in place of the kernel's own: from a packet to what it is hashed by. */
#include "flow.h"

#define BPF_OK 0
#define BPF_DROP 2

struct bpf_flow_keys {
	__u16 nhoff, thoff, addr_proto;
	__u8 is_frag, is_first_frag, is_encap, ip_proto;
	__be16 n_proto, sport, dport;
	union {
		struct {
			__be32 ipv4_src, ipv4_dst;
		};
		struct {
			__be32 ipv6_src[4], ipv6_dst[4];
		};
	};
	__u32 flags;
	__be32 flow_label;
};

static __always_inline int ports_of(struct bpf_flow_keys *keys, struct ports *ports, void *end)
{
	if (keys->ip_proto != IPPROTO_TCP && keys->ip_proto != IPPROTO_UDP)
		return BPF_OK;
	if ((void *)(ports + 1) > end)
		return BPF_DROP;
	keys->sport = ports->source;
	keys->dport = ports->destination;
	return BPF_OK;
}

static __always_inline int dissect_ip4(struct bpf_flow_keys *keys, struct iphdr *ip, void *end)
{
	if ((void *)(ip + 1) > end || ip->version_ihl < 0x45 || ip->version_ihl > 0x4f)
		return BPF_DROP;
	keys->addr_proto = ETH_P_IP;
	keys->ipv4_src = ip->saddr;
	keys->ipv4_dst = ip->daddr;
	keys->ip_proto = ip->protocol;
	keys->thoff = keys->nhoff + (ip->version_ihl & 15) * 4;
	keys->is_frag = !!(ip->frag_off & bpf_htons(FRAGMENT));
	if (keys->is_frag)
		return BPF_OK;
	return ports_of(keys, (void *)ip + (ip->version_ihl & 15) * 4, end);
}

static __always_inline int dissect_ip6(struct bpf_flow_keys *keys, struct ipv6hdr *ip, void *end)
{
	if ((void *)(ip + 1) > end)
		return BPF_DROP;
	keys->addr_proto = ETH_P_IPV6;
	__builtin_memcpy(keys->ipv6_src, ip->saddr, 16);
	__builtin_memcpy(keys->ipv6_dst, ip->daddr, 16);
	keys->ip_proto = ip->nexthdr;
	keys->flow_label = ip->flow & bpf_htonl(0xfffff);
	keys->thoff = keys->nhoff + sizeof(*ip);
	return ports_of(keys, (void *)(ip + 1), end);
}

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct bpf_flow_keys *keys = (void *)(long)skb->flow_keys;

	if (keys->nhoff > 64)
		return BPF_DROP;
	switch (bpf_ntohs(keys->n_proto)) {
	case ETH_P_IP:
		return dissect_ip4(keys, data + keys->nhoff, end);
	case ETH_P_IPV6:
		return dissect_ip6(keys, data + keys->nhoff, end);
	default:
		return BPF_DROP;
	}
}

LICENSE;
