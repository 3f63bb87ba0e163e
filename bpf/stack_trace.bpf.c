/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The kernel's stack: into a map of stacks, and into memory; OPERATIONS times. */
#include "test.h"

#define DEPTH 127

struct stack {
	__u64 ip[DEPTH];
};

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 64);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct stack));
} stacks SEC(".maps");

static struct stack stack;
static __s64 id = -1, bytes;

#define REPEAT(name, operation)                                                                    \
	static long name##_once(__u32 index, void **ctx)                                           \
	{                                                                                          \
		operation;                                                                         \
		return 0;                                                                          \
	}                                                                                          \
	SEC("raw_tp/sys_enter") int name(void *ctx)                                                \
	{                                                                                          \
		for (int i = 0; i < OPERATIONS; i++)                                               \
			name##_once(i, &ctx);                                                      \
		return 0;                                                                          \
	}

REPEAT(get_stackid, id = operate(1 + bpf_get_stackid(*ctx, &stacks, BPF_F_REUSE_STACKID)) - 1)
REPEAT(get_stack, bytes = operate(bpf_get_stack(*ctx, &stack, sizeof(stack), 0)))

SEC("raw_tp/sys_enter")
int check_get_stackid(void *ctx)
{
	return id < 0;
}

SEC("raw_tp/sys_enter")
int check_get_stack(void *ctx)
{
	return bytes < (__s64)sizeof(__u64) || !stack.ip[0];
}

LICENSE;
