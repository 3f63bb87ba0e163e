/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Against floods of SYN: they are answered by cookies, without state, and only who sends a cookie
 * back gets to the server.
 */
#include "flow.h"

#define TCP_MAX 60 /* of a header with its options */

static __always_inline void turn(struct ethhdr *eth, struct iphdr *ip, struct ports *ports)
{
	struct ethhdr old_eth = *eth;
	struct ports old_ports = *ports;
	__be32 address = ip->saddr;

	__builtin_memcpy(eth->destination, old_eth.source, 6);
	__builtin_memcpy(eth->source, old_eth.destination, 6);
	ip->saddr = ip->daddr;
	ip->daddr = address;
	ports->source = old_ports.destination;
	ports->destination = old_ports.source;
}

/* The checksum over the header alone, without options and data, and the addresses. */
static __always_inline __u16 tcp_checksum(struct iphdr *ip, struct tcphdr *tcp)
{
	__s64 sum = bpf_csum_diff(0, 0, (void *)&ip->saddr, 8, bpf_htons(IPPROTO_TCP));

	sum = bpf_csum_diff(0, 0, (void *)tcp, sizeof(*tcp), sum + bpf_htons(sizeof(*tcp)));
	return fold(sum);
}

static __always_inline int answer(struct xdp_md *ctx, struct ethhdr *eth, struct iphdr *ip,
				  struct tcphdr *tcp)
{
	__u64 bytes = (bpf_ntohs(tcp->flags) >> TCP_WORDS_SHIFT) * 4;
	unsigned char header[TCP_MAX];
	__s64 cookie;

	/* Or clang compares what it is made of, and the verifier does not see its limits. */
	asm volatile("" : "+r"(bytes));
	/* The helper looks for the MSS in the options, which may lie anywhere in the packet. */
	if (bytes < sizeof(*tcp) || bytes > TCP_MAX ||
	    bpf_xdp_load_bytes(ctx, L4_OFFSET, header, bytes))
		return XDP_DROP;
	cookie = bpf_tcp_raw_gen_syncookie_ipv4((void *)ip, (void *)header, bytes);
	if (cookie < 0)
		return XDP_ABORTED;
	turn(eth, ip, &tcp->ports);
	tcp->ack = bpf_htonl(bpf_ntohl(tcp->seq) + 1);
	tcp->seq = bpf_htonl((__u32)cookie);
	tcp->flags = bpf_htons((sizeof(*tcp) / 4) << TCP_WORDS_SHIFT | TCP_SYN | TCP_ACK);
	tcp->window = bpf_htons(65535);
	tcp->check = 0;
	tcp->check = tcp_checksum(ip, tcp);
	ip->ttl = 64;
	ip->tot_len = bpf_htons(sizeof(*ip) + sizeof(*tcp));
	ip->check = 0;
	ip->check = ip4_checksum(ip);
	return XDP_TX;
}

SEC("xdp")
int protect(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + IP4_OFFSET;
	struct tcphdr *tcp = data + L4_OFFSET;

	if ((void *)(tcp + 1) > end || ((struct ethhdr *)data)->protocol != bpf_htons(ETH_P_IP) ||
	    ip->version_ihl != 0x45 || ip->protocol != IPPROTO_TCP)
		return XDP_PASS;
	switch (bpf_ntohs(tcp->flags) & (TCP_SYN | TCP_ACK)) {
	case TCP_SYN:
		return answer(ctx, data, ip, tcp);
	case TCP_ACK:
		return bpf_tcp_raw_check_syncookie_ipv4((void *)ip, (void *)tcp) ? XDP_DROP
										 : XDP_PASS;
	default:
		return XDP_DROP;
	}
}

LICENSE;
