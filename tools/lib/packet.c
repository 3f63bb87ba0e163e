/* SPDX-License-Identifier: MIT */
#include "packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <string.h>

/* Behind an Ethernet header nothing is aligned. */
typedef struct iphdr ip4_header __attribute__((aligned(1)));
typedef struct ip6_hdr ip6_header __attribute__((aligned(1)));
typedef struct tcphdr tcp_header __attribute__((aligned(1)));
typedef struct udphdr udp_header __attribute__((aligned(1)));

#define SOURCE_PORT 40000
#define DESTINATION_PORT 80

static const struct {
	const char *name;
	size_t length;
	int version; /* of IP; 0 for zeros */
	int protocol;
} packets[] = {
    {"tcp4-64", 64, 4, IPPROTO_TCP},	 {"udp4-64", 64, 4, IPPROTO_UDP},
    {"tcp4-512", 512, 4, IPPROTO_TCP},	 {"udp4-512", 512, 4, IPPROTO_UDP},
    {"tcp4-1500", 1500, 4, IPPROTO_TCP}, {"udp4-1500", 1500, 4, IPPROTO_UDP},
    {"tcp6-74", 74, 6, IPPROTO_TCP},	 {"udp6-64", 64, 6, IPPROTO_UDP},
    {"tcp6-512", 512, 6, IPPROTO_TCP},	 {"udp6-512", 512, 6, IPPROTO_UDP},
    {"tcp6-1500", 1500, 6, IPPROTO_TCP}, {"udp6-1500", 1500, 6, IPPROTO_UDP},
    {"zeros-1024", 1024, 0, 0},
};

/* The Internet checksum (RFC 1071) before it is folded and inverted. */
static uint32_t sum(const void *bytes, size_t n, uint32_t start)
{
	const unsigned char *b = bytes;

	for (size_t i = 0; i + 1 < n; i += 2)
		start += (uint32_t)(b[i] << 8 | b[i + 1]);
	if (n & 1)
		start += (uint32_t)b[n - 1] << 8;
	return start;
}

static uint16_t finish(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return htons((uint16_t)~s);
}

static void build_transport(unsigned char *at, size_t length, int protocol, uint32_t pseudo)
{
	pseudo += (uint32_t)protocol + (uint32_t)length;
	if (protocol == IPPROTO_TCP) {
		tcp_header *tcp = (void *)at;

		tcp->th_sport = htons(SOURCE_PORT);
		tcp->th_dport = htons(DESTINATION_PORT);
		tcp->th_seq = htonl(1);
		tcp->th_off = sizeof(*tcp) / 4;
		tcp->th_flags = TH_ACK;
		tcp->th_win = htons(65535);
		tcp->th_sum = finish(sum(at, length, pseudo));
	} else {
		udp_header *udp = (void *)at;

		udp->uh_sport = htons(SOURCE_PORT);
		udp->uh_dport = htons(DESTINATION_PORT);
		udp->uh_ulen = htons((uint16_t)length);
		udp->uh_sum = finish(sum(at, length, pseudo));
	}
}

static void build_ip4(unsigned char *at, size_t length, int protocol)
{
	ip4_header *ip = (void *)at;

	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tot_len = htons((uint16_t)length);
	ip->ttl = 64;
	ip->protocol = (uint8_t)protocol;
	inet_pton(AF_INET, "192.0.2.1", &ip->saddr);
	inet_pton(AF_INET, "192.0.2.2", &ip->daddr);
	ip->check = finish(sum(ip, sizeof(*ip), 0));
	build_transport(at + sizeof(*ip), length - sizeof(*ip), protocol, sum(&ip->saddr, 8, 0));
}

static void build_ip6(unsigned char *at, size_t length, int protocol)
{
	ip6_header *ip = (void *)at;

	ip->ip6_flow = htonl(6U << 28);
	ip->ip6_plen = htons((uint16_t)(length - sizeof(*ip)));
	ip->ip6_nxt = (uint8_t)protocol;
	ip->ip6_hlim = 64;
	inet_pton(AF_INET6, "2001:db8::1", &ip->ip6_src);
	inet_pton(AF_INET6, "2001:db8::2", &ip->ip6_dst);
	build_transport(at + sizeof(*ip), length - sizeof(*ip), protocol, sum(&ip->ip6_src, 32, 0));
}

/* The frame of a name in the table; 0 when it is not there. */
static size_t build_frame(const char *name, unsigned char *bytes)
{
	static const unsigned char macs[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};

	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
		size_t length = packets[i].length;
		struct ethhdr *eth = (void *)bytes;

		if (strcmp(name, packets[i].name))
			continue;
		memset(bytes, 0, length);
		if (!packets[i].version)
			return length;
		memcpy(bytes, macs, sizeof(macs));
		eth->h_proto = htons(packets[i].version == 4 ? ETH_P_IP : ETH_P_IPV6);
		/* The payload: the bytes are not all alike, so that checksums have work. */
		for (size_t b = 0; b < length; b++)
			if (b >= sizeof(*eth) + sizeof(struct ip6_hdr) + sizeof(struct tcphdr))
				bytes[b] = (unsigned char)b;
		if (packets[i].version == 4)
			build_ip4(bytes + sizeof(*eth), length - sizeof(*eth), packets[i].protocol);
		else
			build_ip6(bytes + sizeof(*eth), length - sizeof(*eth), packets[i].protocol);
		return length;
	}
	return 0;
}

size_t packet_build(const char *name, unsigned char *bytes)
{
	size_t inner;

	if (strncmp(name, PACKET_NESTED, strlen(PACKET_NESTED)) != 0)
		return build_frame(name, bytes);
	inner = build_frame(name + strlen(PACKET_NESTED), bytes + ETH_HLEN);
	if (!inner)
		return 0;
	/* Of the same protocol: it is what the kernel tells the program about the packet. */
	memcpy(bytes, bytes + ETH_HLEN, ETH_HLEN);
	return ETH_HLEN + inner;
}
