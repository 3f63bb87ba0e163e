/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Against floods: so many packets a second of each source, counted in windows. */
#include "flow.h"

#define WINDOW_NS 1000000000ULL

struct window {
	__u64 began_ns, packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, __be32);
	__type(value, struct window);
} sources SEC(".maps");

const volatile __u64 packets_a_second = 1000;

SEC("xdp")
int limit(struct xdp_md *ctx)
{
	struct iphdr *ip = ip4_of((void *)(long)ctx->data, (void *)(long)ctx->data_end);
	struct window *window, first = {.packets = 1};
	__u64 now = bpf_ktime_get_ns();
	__be32 source;

	if (!ip)
		return XDP_PASS;
	source = ip->saddr;
	window = bpf_map_lookup_elem(&sources, &source);
	if (!window) {
		first.began_ns = now;
		bpf_map_update_elem(&sources, &source, &first, BPF_NOEXIST);
		return XDP_PASS;
	}
	if (now - window->began_ns >= WINDOW_NS) {
		window->began_ns = now;
		window->packets = 0;
	}
	return __sync_fetch_and_add(&window->packets, 1) < packets_a_second ? XDP_PASS : XDP_DROP;
}

/* Of the same packet: that its source was counted. */
SEC("xdp")
int check(struct xdp_md *ctx)
{
	struct iphdr *ip = ip4_of((void *)(long)ctx->data, (void *)(long)ctx->data_end);
	struct window *window;
	__be32 source = ip ? ip->saddr : 0;

	window = bpf_map_lookup_elem(&sources, &source);
	return !window || !window->packets;
}

LICENSE;
