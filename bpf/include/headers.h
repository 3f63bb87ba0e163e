/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The headers of the packets that the suites name (see tools/lib/packet.h). */
#ifndef HEADERS_H
#define HEADERS_H

#include "kernel.h"

#include <bpf/bpf_endian.h>

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17

struct ethhdr {
	__u8 destination[6], source[6];
	__be16 protocol;
} __attribute__((packed));

struct iphdr {
	__u8 version_ihl, tos;
	__be16 tot_len, id, frag_off;
	__u8 ttl, protocol;
	__u16 check;
	__be32 saddr, daddr;
};

struct ipv6hdr {
	__be32 flow;
	__be16 payload_len;
	__u8 nexthdr, hop_limit;
	__be32 saddr[4], daddr[4];
};

/* What TCP and UDP begin with. */
struct ports {
	__be16 source, destination;
};

struct tcphdr {
	struct ports ports;
	__be32 seq, ack;
	__be16 flags; /* and the header's length, see below */
	__be16 window;
	__u16 check;
	__be16 urgent;
};

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
#define TCP_WORDS_SHIFT 12

struct udphdr {
	struct ports ports;
	__be16 length;
	__u16 check;
};

#define SOURCE_PORT 40000
#define DESTINATION_PORT 80

/* Where things are in an IPv4 frame without options. */
#define IP4_OFFSET 14
#define IP4_CHECK_OFFSET (IP4_OFFSET + 10)
#define L4_OFFSET (IP4_OFFSET + 20)
#define TCP_CHECK_OFFSET (L4_OFFSET + 16)

#endif
