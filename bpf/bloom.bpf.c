/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A Bloom filter with as many values as it is made for. */
#include "random.h"
#include "test.h"

#define ENTRIES 1024

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, ENTRIES);
	__type(value, __u32);
} map SEC(".maps");

static long fill_one(__u32 value, void *ctx)
{
	if (bpf_map_push_elem(&map, &value, BPF_ANY))
		failures++;
	return 0;
}

SEC("xdp")
int fill(void *ctx)
{
	bpf_loop(ENTRIES, fill_one, 0, 0);
	return failures ? 1 : 0;
}

SEC("xdp")
int push(void *ctx)
{
	__u32 value = random_index(ENTRIES);

	return operate(1 + bpf_map_push_elem(&map, &value, BPF_ANY)) == 1 ? 0 : fail();
}

SEC("xdp")
int peek(void *ctx)
{
	__u32 value = random_index(ENTRIES);

	return operate(1 + bpf_map_peek_elem(&map, &value)) == 1 ? 0 : fail();
}

static __u32 absent, mistaken;

SEC("xdp")
int peek_missing(void *ctx)
{
	__u32 value = ENTRIES + (random_next() >> 8);

	operate(bpf_map_peek_elem(&map, &value) ? absent++ : mistaken++);
	return 0;
}

SEC("xdp")
int check_present(void *ctx)
{
	__u32 value = ENTRIES / 2;

	return failures || bpf_map_peek_elem(&map, &value);
}

/* Some values are taken for ones that are there: few. */
SEC("xdp")
int check_peek_missing(void *ctx)
{
	return failures || !absent || mistaken >= absent / 8;
}

LICENSE;
