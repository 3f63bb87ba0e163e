/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Generic map operations, each on a random element: read, replace, insert, and delete with insert.
 * MAP_TYPE and ENTRIES (a power of two up to 65536) come from the suite.
 *
 * A failed operation returns 1 and is counted; each check_ program returns 0 only when none failed
 * and the map holds what the operation must have left in it.
 */
#include "kernel.h"
#include "random.h"

#ifndef ENTRIES
#define ENTRIES 1024
#endif

struct {
	__uint(type, MAP_TYPE);
	__uint(max_entries, ENTRIES);
	__type(key, __u32);
	__type(value, __u32);
} map SEC(".maps");

static __u64 failures;

static __always_inline int fail(void)
{
	failures++;
	return 1;
}

static long fill_one(__u32 key, void *ctx)
{
	if (bpf_map_update_elem(&map, &key, &key, BPF_ANY))
		failures++;
	return 0;
}

/* Every key holds itself as value. */
SEC("xdp")
int fill(void *ctx)
{
	bpf_loop(ENTRIES, fill_one, 0, 0);
	return failures ? 1 : 0;
}

static long clear_one(__u32 key, void *ctx)
{
	bpf_map_delete_elem(&map, &key);
	return 0;
}

SEC("xdp")
int clear(void *ctx)
{
	bpf_loop(ENTRIES, clear_one, 0, 0);
	return 0;
}

SEC("xdp")
int read(void *ctx)
{
	__u32 key = random_index(ENTRIES);
	__u32 *value = bpf_map_lookup_elem(&map, &key);

	return value && *value == key ? 0 : fail();
}

SEC("xdp")
int replace(void *ctx)
{
	__u32 key = random_index(ENTRIES), value = ~key;

	return bpf_map_update_elem(&map, &key, &value, BPF_EXIST) ? fail() : 0;
}

/* Needs an empty map, and no more than ENTRIES invocations on it. */
SEC("xdp")
int insert(void *ctx)
{
	__u32 key = random_permutation(ENTRIES);

	return bpf_map_update_elem(&map, &key, &key, BPF_NOEXIST) ? fail() : 0;
}

SEC("xdp")
int delete_insert(void *ctx)
{
	__u32 key = random_index(ENTRIES), value = ~key;

	if (bpf_map_delete_elem(&map, &key))
		return fail();
	return bpf_map_update_elem(&map, &key, &value, BPF_NOEXIST) ? fail() : 0;
}

/* Counted in global memory: numbers on the stack, which the verifier follows, would make it walk
 * through every turn of the loop. */
static __u32 present, original, changed;

static long count_one(__u32 key, void *ctx)
{
	__u32 *value = bpf_map_lookup_elem(&map, &key);

	if (!value)
		return 0;
	present++;
	if (*value == key)
		original++;
	else if (*value == ~key)
		changed++;
	return 0;
}

static __always_inline void take_census(void)
{
	present = original = changed = 0;
	bpf_loop(ENTRIES, count_one, 0, 0);
}

SEC("xdp")
int check_read(void *ctx)
{
	take_census();
	return failures || original != ENTRIES;
}

/* For replace and delete_insert alike: the map is full, and something in it was written anew. */
SEC("xdp")
int check_write(void *ctx)
{
	take_census();
	return failures || !changed || original + changed != ENTRIES;
}

SEC("xdp")
int check_insert(void *ctx)
{
	take_census();
	return failures || !present || original != present;
}

LICENSE;
