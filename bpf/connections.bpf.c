/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A stateful firewall: connections in a table that both directions share; a packet of none must
 * open one.
 */
#include "flow.h"

#define TC_ACT_UNSPEC -1
#define TC_ACT_OK 0
#define TC_ACT_SHOT 2

enum state { OPENING = 1, ESTABLISHED = 2, CLOSING = 3 };

struct connection {
	__u64 seen_ns;
	__u64 packets[2], bytes[2]; /* by direction */
	__u32 state;
	__u32 opened_by; /* the direction */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow);
	__type(value, struct connection);
} connections SEC(".maps");

/* One key for both directions: the lower address and port first. Returns the direction. */
static __always_inline __u32 order(struct flow *flow)
{
	struct flow turned = *flow;

	if (flow->saddr < flow->daddr ||
	    (flow->saddr == flow->daddr && flow->ports.source <= flow->ports.destination))
		return 0;
	turned.saddr = flow->daddr;
	turned.daddr = flow->saddr;
	turned.ports.source = flow->ports.destination;
	turned.ports.destination = flow->ports.source;
	*flow = turned;
	return 1;
}

static __always_inline __u32 next_state(const struct connection *known, __u32 direction,
					__u32 tcp_flags)
{
	if (tcp_flags & (TCP_FIN | TCP_RST))
		return CLOSING;
	if (known->state == OPENING && direction != known->opened_by)
		return ESTABLISHED;
	return known->state;
}

SEC("tc")
int track(struct __sk_buff *skb)
{
	void *end = (void *)(long)skb->data_end;
	struct iphdr *ip = ip4_of((void *)(long)skb->data, end);
	struct connection *known, opened = {};
	struct tcphdr *tcp = tcp_of(ip, end);
	__u32 direction, flags = tcp ? bpf_ntohs(tcp->flags) : TCP_SYN;
	struct flow flow;

	if (!flow_of(ip, end, &flow))
		return TC_ACT_UNSPEC;
	direction = order(&flow);
	known = bpf_map_lookup_elem(&connections, &flow);
	if (known && (known->state != CLOSING || !(flags & TCP_SYN))) {
		known->seen_ns = bpf_ktime_get_ns();
		known->packets[direction & 1]++;
		known->bytes[direction & 1] += skb->len;
		known->state = next_state(known, direction, flags);
		return TC_ACT_OK;
	}
	if ((flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return TC_ACT_SHOT;
	opened.seen_ns = bpf_ktime_get_ns();
	opened.packets[direction & 1] = 1;
	opened.bytes[direction & 1] = skb->len;
	opened.state = OPENING;
	opened.opened_by = direction;
	return bpf_map_update_elem(&connections, &flow, &opened, BPF_ANY) ? TC_ACT_SHOT : TC_ACT_OK;
}

LICENSE;
