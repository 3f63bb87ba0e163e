/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A tail call from one program to another. A tail call that fails returns to its caller, which
 * then returns 1 where the callee would have returned 0.
 */
#include "kernel.h"

int callee(void *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} programs SEC(".maps") = {
    .values = {[0] = (void *)&callee},
};

SEC("xdp")
int callee(void *ctx)
{
	return 0;
}

SEC("xdp")
int caller(void *ctx)
{
	bpf_tail_call(ctx, &programs, 0);
	return 1;
}

LICENSE;
