/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A large program to be loaded, not run: steps that look something up in a map and go on by what
 * they find, so that the verifier has branches to follow and states to compare, and the JIT calls
 * and jumps to write.
 */
#include "test.h"
#include "user.h"

USER(0);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32);
} map SEC(".maps");

#define BRANCHES 12
#define STEPS 32 /* of some 75 instructions */

/* What it finds is read anew for each branch: then paths meet again, and the verifier need not
 * follow all of their combinations. */
static __always_inline __u32 step(__u32 state, __u32 number)
{
	__u32 key = (state ^ number) & 1023;
	volatile __u32 *value = bpf_map_lookup_elem(&map, &key);

	if (!value)
		return state * 31 + number;
#pragma unroll
	for (__u32 bit = 0; bit < BRANCHES; bit++)
		if (*value & 1 << bit)
			state = state * 31 + number;
	return state;
}

SEC("xdp")
int program(struct xdp_md *ctx)
{
	__u32 state = ctx->data_end - ctx->data;

#pragma unroll
	for (__u32 number = 0; number < STEPS; number++)
		state = step(state, number);
	return state & 1 ? XDP_PASS : XDP_DROP;
}

/* Each load gave a program, or each verification its summary. */
SEC("xdp")
int check_loaded(void *ctx)
{
	return !user.confirmed;
}

LICENSE;
