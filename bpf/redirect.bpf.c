/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Looking up where a frame goes, in an empty slot: what is returned then is the action in the
 * flags. */
#include "test.h"

struct {
	__uint(type, MAP_TYPE);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} map SEC(".maps");

TEST("xdp", void, redirect_map, operate(bpf_redirect_map(&map, 0, XDP_PASS)) == XDP_PASS,
     bpf_redirect_map(&map, 0, XDP_TX) == XDP_TX)

LICENSE;
