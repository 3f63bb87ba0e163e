/* SPDX-License-Identifier: MIT */
/* Input packets by name, which bpf-compile-check(1) lists: Ethernet frames with valid checksums.
 * zeros-1024 is what the bpf_performance runner passes. */
#pragma once

#include <stddef.h>

#define PACKET_MAX_BYTES 9216 /* a jumbo frame */
#define PACKET_DEFAULT "tcp4-64"
#define PACKET_NESTED "ethernet-"

/** packet_build - write a packet to at least PACKET_MAX_BYTES bytes. Returns its length; 0 when no
 * packet has that name */
size_t packet_build(const char *name, unsigned char *bytes);
