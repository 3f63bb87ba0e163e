/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The flow that a packet is of, as whole programs (suites/macro.yml) find it. */
#ifndef FLOW_H
#define FLOW_H

#include "cpu.h"
#include "headers.h"

#define FRAGMENT 0x3fff /* more fragments, or an offset */

struct flow {
	__be32 saddr, daddr;
	struct ports ports;
	__u8 protocol, padding[3];
};

/* The transport header behind an IPv4 header, of which `room` bytes are there; NULL where there is
 * none, as in a fragment. */
static __always_inline void *transport(struct iphdr *ip, void *end, __u32 room)
{
	void *at;

	if ((void *)(ip + 1) > end || ip->version_ihl < 0x45 || ip->version_ihl > 0x4f ||
	    ip->frag_off & bpf_htons(FRAGMENT))
		return 0;
	at = (void *)ip + (ip->version_ihl & 15) * 4;
	return at + room > end ? 0 : at;
}

/* The IPv4 header of an Ethernet frame; NULL of any other. */
static __always_inline struct iphdr *ip4_of(void *data, void *end)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->protocol != bpf_htons(ETH_P_IP))
		return 0;
	return ip;
}

/* The flow of an IPv4 packet of TCP or UDP. Returns its ports; NULL of any other. */
static __always_inline struct ports *flow_of(struct iphdr *ip, void *end, struct flow *flow)
{
	struct ports *ports = ip ? transport(ip, end, sizeof(*ports)) : 0;

	if (!ports || (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP))
		return 0;
	*flow = (struct flow){ip->saddr, ip->daddr, *ports, ip->protocol, {}};
	return ports;
}

/* The TCP header of an IPv4 packet; NULL of any other. */
static __always_inline struct tcphdr *tcp_of(struct iphdr *ip, void *end)
{
	return ip && ip->protocol == IPPROTO_TCP ? transport(ip, end, sizeof(struct tcphdr)) : 0;
}

static __always_inline __u32 mix(__u32 hash, __u32 word)
{
	hash = (hash ^ word) * 0x9e3779b1;
	return hash ^ hash >> 15;
}

static __always_inline __u32 flow_hash(const struct flow *flow)
{
	__u32 hash = mix(flow->protocol, flow->saddr);

	hash = mix(hash, flow->daddr);
	return mix(hash, (__u32)flow->ports.source << 16 | flow->ports.destination);
}

/* What all CPUs together have counted in an element of a map of counters, for checks. */
static __always_inline __u64 counted(void *map, __u32 key)
{
	__u64 sum = 0;

	for (__u32 cpu = 0; cpu < CPUS; cpu++) {
		__u64 *counter = bpf_map_lookup_percpu_elem(map, &key, cpu);

		if (!counter)
			break;
		sum += *counter;
	}
	return sum;
}

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~((sum & 0xffff) + (sum >> 16));
}

/* An IPv4 header's checksum, by 16-bit words; its field is zero. */
static __always_inline __u16 ip4_checksum(struct iphdr *ip)
{
	__u16 *words = (void *)ip;
	__u32 sum = 0;

	for (int i = 0; i < 10; i++)
		sum += words[i];
	return fold(sum);
}

#endif
