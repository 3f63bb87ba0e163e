/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Throwing: the program ends there, with the value thrown. */
#include "test.h"

extern void bpf_throw(__u64 cookie) __ksym;

static __u64 thrown;

SEC("tc")
int throw(struct __sk_buff * ctx)
{
	operate(thrown++);
	operate(bpf_throw(0));
	return fail();
}

SEC("tc")
int check_throw(struct __sk_buff *ctx)
{
	return failures || !thrown;
}

LICENSE;
