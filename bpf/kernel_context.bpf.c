/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* From the context of a program to the kernel's own structure behind it, and a member of that. */
#include "test.h"

struct sk_buff {
	unsigned int len;
} FOUND_BY_BTF;

extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym;

SEC("tc")
int cast_to_kern_ctx(struct __sk_buff *ctx)
{
	struct sk_buff *skb = bpf_cast_to_kern_ctx(ctx);

	operate(keep(skb->len));
	return 0;
}

SEC("tc")
int check_cast_to_kern_ctx(struct __sk_buff *ctx)
{
	return result != ctx->len;
}

LICENSE;
