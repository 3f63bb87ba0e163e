/* SPDX-License-Identifier: MIT */
/*
 * Input packets by name:
 *
 *	tcp4-64, udp4-64, tcp6-74, udp6-64, and the same with 512 and 1500 bytes
 *		An Ethernet frame of that length, with valid checksums, from 192.0.2.1
 *		(2001:db8::1) port 40000 to 192.0.2.2 (2001:db8::2) port 80. The shortest TCP frame
 *		over IPv6 has 74 bytes.
 *	zeros-1024
 *		What the bpf_performance runner passes.
 *	ethernet-NAME
 *		One of these frames inside an Ethernet frame: for programs of type socket_filter,
 *		cgroup_skb and lwt_*, which see a packet without its Ethernet header.
 */
#pragma once

#include <stddef.h>

#define PACKET_MAX_BYTES 1514
#define PACKET_DEFAULT "tcp4-64"
#define PACKET_NESTED "ethernet-"

/** packet_build - write a packet to at least PACKET_MAX_BYTES bytes. Returns its length; 0 when no
 * packet has that name */
size_t packet_build(const char *name, unsigned char *bytes);
