/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Whether a packet's socket is in the cgroup of a slot, which is empty. */
#include "test.h"

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} map SEC(".maps");

TEST("tc", struct __sk_buff, under_cgroup_missing, operate(bpf_skb_under_cgroup(ctx, &map, 0)) < 0,
     bpf_skb_under_cgroup(ctx, &map, 9) < 0)

LICENSE;
