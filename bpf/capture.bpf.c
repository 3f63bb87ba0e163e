/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What `tcpdump 'host A and tcp port B'` asks of each packet, and which share of flows is kept. */
#include "flow.h"

#define SNAP_BYTES 262144

const volatile __be32 host;
const volatile __u16 port;
const volatile __u32 one_in = 1; /* a power of two */

SEC("socket")
int capture(struct __sk_buff *skb)
{
	struct iphdr ip;
	struct flow flow = {};
	__be16 protocol;
	__u32 l4;

	if (bpf_skb_load_bytes(skb, 12, &protocol, 2) || protocol != bpf_htons(ETH_P_IP) ||
	    bpf_skb_load_bytes(skb, IP4_OFFSET, &ip, sizeof(ip)))
		return 0;
	l4 = IP4_OFFSET + (ip.version_ihl & 15) * 4;
	if (ip.protocol != IPPROTO_TCP || ip.frag_off & bpf_htons(FRAGMENT) ||
	    (ip.saddr != host && ip.daddr != host) ||
	    bpf_skb_load_bytes(skb, l4, &flow.ports, sizeof(flow.ports)))
		return 0;
	if (flow.ports.source != bpf_htons(port) && flow.ports.destination != bpf_htons(port))
		return 0;
	flow.saddr = ip.saddr;
	flow.daddr = ip.daddr;
	flow.protocol = ip.protocol;
	return flow_hash(&flow) & (one_in - 1) ? 0 : SNAP_BYTES;
}

LICENSE;
