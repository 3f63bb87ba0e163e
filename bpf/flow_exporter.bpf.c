/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* An exporter of flows, as for NetFlow: counters of each CPU's own, and a record every so many
 * packets. */
#include "flow.h"

#define TC_ACT_UNSPEC -1
#define TC_ACT_OK 0

struct counts {
	__u64 first_ns, last_ns, packets, bytes;
	__u32 tcp_flags, padding;
};

struct record {
	struct flow flow;
	struct counts counts;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow);
	__type(value, struct counts);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} records SEC(".maps");

const volatile __u32 packets_a_record = 1024;
__u64 lost;

static __always_inline void export(const struct flow *flow, struct counts *counts)
{
	struct record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

	if (!record) {
		__sync_fetch_and_add(&lost, 1);
		return;
	}
	record->flow = *flow;
	record->counts = *counts;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	*counts = (struct counts){};
}

SEC("tc")
int account(struct __sk_buff *skb)
{
	void *end = (void *)(long)skb->data_end;
	struct iphdr *ip = ip4_of((void *)(long)skb->data, end);
	struct counts *counts, none = {};
	struct tcphdr *tcp = tcp_of(ip, end);
	struct flow flow;

	if (!flow_of(ip, end, &flow))
		return TC_ACT_UNSPEC;
	counts = bpf_map_lookup_elem(&flows, &flow);
	if (!counts) {
		bpf_map_update_elem(&flows, &flow, &none, BPF_NOEXIST);
		counts = bpf_map_lookup_elem(&flows, &flow);
		if (!counts)
			return TC_ACT_UNSPEC;
	}
	counts->last_ns = bpf_ktime_get_ns();
	counts->first_ns = counts->first_ns ?: counts->last_ns;
	counts->packets++;
	counts->bytes += skb->len;
	counts->tcp_flags |= tcp ? bpf_ntohs(tcp->flags) & 0xff : 0;
	if (counts->packets >= packets_a_record)
		export(&flow, counts);
	return TC_ACT_OK;
}

LICENSE;
