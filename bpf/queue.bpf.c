/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Queues and stacks: what is pushed is popped again, so that the map holds as much as before. */
#include "test.h"

#define ENTRIES 64

struct {
	__uint(type, MAP_TYPE);
	__uint(max_entries, ENTRIES);
	__type(value, __u32);
} map SEC(".maps");

static __u32 pushed, popped;

/* Half full, of zeros. */
SEC("xdp")
int fill(void *ctx)
{
	__u32 value = 0;

	for (int i = 0; i < ENTRIES / 2; i++)
		if (bpf_map_push_elem(&map, &value, BPF_ANY))
			return fail();
	return 0;
}

SEC("xdp")
int push_pop(void *ctx)
{
	if (operate(bpf_map_push_elem(&map, &pushed, BPF_ANY)))
		return fail();
	pushed++;
	return operate(bpf_map_pop_elem(&map, &popped)) ? fail() : 0;
}

SEC("xdp")
int peek(void *ctx)
{
	popped = 1;
	return operate(bpf_map_peek_elem(&map, &popped)) || popped ? fail() : 0;
}

/* A stack gives back the newest, a queue the one that has waited for ENTRIES / 2 pushes. */
SEC("xdp")
int check_push_pop(void *ctx)
{
	__u32 age = MAP_TYPE == BPF_MAP_TYPE_STACK ? 1 : ENTRIES / 2 + 1;

	return failures || popped != pushed - age;
}

SEC("xdp")
int check_peek(void *ctx)
{
	return failures || popped;
}

LICENSE;
