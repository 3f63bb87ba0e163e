/* SPDX-License-Identifier: MIT */
/*
 * The packets that programs are run on, by name:
 *
 *	tcp4-64 udp4-64 tcp6-74 udp6-64, and the same with 512 and 1500 bytes: whole Ethernet frames
 *	with valid lengths and checksums, from 192.0.2.1 (2001:db8::1) port 40000 to 192.0.2.2
 *	(2001:db8::2) port 80; the number is the length of the frame. (A TCP segment over IPv6 does
 *	not fit 64 bytes.)
 *	zeros-1024: what the bpf_performance runner feeds.
 *	ethernet-NAME: such a frame inside of an Ethernet frame. The kernel's test run pulls the
 *	Ethernet header before it runs a program of type socket_filter, cgroup_skb or lwt_*: of this
 *	one the program sees the inner frame, with its header, as a filter on a packet socket does.
 */
#ifndef LIB_PACKET_H
#define LIB_PACKET_H

#include <stddef.h>

#define PACKET_MAX_BYTES 1514
#define PACKET_DEFAULT "tcp4-64"
#define PACKET_NESTED "ethernet-"

/**
 * packet_build - write the packet of a name
 * @bytes: at least PACKET_MAX_BYTES
 * @return: its length in bytes, 0 when there is no packet of that name
 */
size_t packet_build(const char *name, unsigned char *bytes);

#endif
