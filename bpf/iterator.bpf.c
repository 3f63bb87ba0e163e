/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The open-coded iterator over numbers, OPERATIONS turns an invocation. */
#include "test.h"

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;

static __u64 turns;

SEC("xdp")
int numbers(void *ctx)
{
	struct bpf_iter_num it;
	int *number;

	bpf_iter_num_new(&it, 0, OPERATIONS);
	while ((number = bpf_iter_num_next(&it)))
		operate(turns++);
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("xdp")
int check_numbers(void *ctx)
{
	return !turns || turns % OPERATIONS;
}

LICENSE;
