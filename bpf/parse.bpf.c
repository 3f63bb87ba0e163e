/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* From a frame to its flow (protocol and ports), as programs on packets do: by pointers. */
#include "headers.h"
#include "test.h"

struct flow {
	__u8 protocol;
	__u16 source, destination; /* host byte order */
};

static __always_inline bool parse_ports(void *at, void *end, struct flow *flow)
{
	struct ports *ports = at;

	if ((void *)(ports + 1) > end)
		return 0;
	flow->source = bpf_ntohs(ports->source);
	flow->destination = bpf_ntohs(ports->destination);
	return 1;
}

static __always_inline bool parse(void *data, void *end, struct flow *flow)
{
	struct ethhdr *eth = data;
	struct iphdr *ip4 = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);

	if ((void *)(eth + 1) > end)
		return 0;
	if (eth->protocol == bpf_htons(ETH_P_IP)) {
		if ((void *)(ip4 + 1) > end)
			return 0;
		flow->protocol = ip4->protocol;
		return parse_ports((void *)ip4 + (ip4->version_ihl & 15) * 4, end, flow);
	}
	if (eth->protocol == bpf_htons(ETH_P_IPV6)) {
		if ((void *)(ip6 + 1) > end)
			return 0;
		flow->protocol = ip6->nexthdr;
		return parse_ports(ip6 + 1, end, flow);
	}
	return 0;
}

static __always_inline bool parse_ctx(__u32 data, __u32 data_end)
{
	struct flow flow = {};

	if (!operate(parse((void *)(long)data, (void *)(long)data_end, &flow)))
		return 0;
	return keep((__u64)flow.protocol << 32 | (__u32)flow.source << 16 | flow.destination);
}

static __always_inline bool is_flow(void)
{
	__u8 protocol = result >> 32;

	return (__u32)result == (SOURCE_PORT << 16 | DESTINATION_PORT) &&
	       (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP);
}

TEST("xdp", struct xdp_md, pointers_xdp, parse_ctx(ctx->data, ctx->data_end), is_flow())
TEST("tc", struct __sk_buff, pointers_skb, parse_ctx(ctx->data, ctx->data_end), is_flow())

LICENSE;
