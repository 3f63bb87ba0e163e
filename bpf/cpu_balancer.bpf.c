/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Packets of a network card with one queue, spread over CPUs by their flows, as Suricata does it:
 * both directions of a connection go to the same one. */
#include "flow.h"

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, CPUS);
	__type(key, __u32);
	__type(value, __u32);
} queues SEC(".maps");

const volatile __u32 cpus = 1;

SEC("xdp")
int spread(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = ip4_of((void *)(long)ctx->data, end);
	struct flow flow;
	__u32 hash;

	if (!flow_of(ip, end, &flow))
		return XDP_PASS;
	hash = mix(flow.protocol, flow.saddr ^ flow.daddr);
	hash = mix(hash, flow.ports.source ^ flow.ports.destination);
	return bpf_redirect_map(&queues, hash % cpus, 0);
}

LICENSE;
