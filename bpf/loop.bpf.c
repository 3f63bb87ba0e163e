/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Going round: OPERATIONS turns an invocation, or over the elements of a map. */
#include "test.h"

#define TURNS OPERATIONS

struct bpf_map;
static __u64 turns;

static long turn(__u32 index, void *ctx)
{
	turns++;
	return 0;
}

SEC("xdp")
int loop(void *ctx)
{
	return operate(bpf_loop(TURNS, turn, 0, 0)) == TURNS ? 0 : fail();
}

/* Unrolled or not is the compiler's affair, but for this barrier. */
SEC("xdp")
int bounded(void *ctx)
{
	__u32 i;

	for (i = 0; i < TURNS; i++) {
		operate(turns++);
		__asm__ volatile("" : "+r"(i));
	}
	return 0;
}

struct {
	__uint(type, MAP_TYPE);
	__uint(max_entries, TURNS);
	__type(key, __u32);
	__type(value, __u64);
} map SEC(".maps");

static long fill_one(__u32 key, void *ctx)
{
	__u64 value = 1;

	return bpf_map_update_elem(&map, &key, &value, BPF_ANY) != 0;
}

SEC("xdp")
int fill(void *ctx)
{
	return bpf_loop(TURNS, fill_one, 0, 0) != TURNS;
}

static long add_element(struct bpf_map *m, __u32 *key, __u64 *value, void *ctx)
{
	turns += *value;
	return 0;
}

SEC("xdp")
int for_each_map_elem(void *ctx)
{
	return operate(bpf_for_each_map_elem(&map, add_element, 0, 0)) == TURNS ? 0 : fail();
}

SEC("xdp")
int check_turns(void *ctx)
{
	return failures || !turns || turns % TURNS;
}

LICENSE;
