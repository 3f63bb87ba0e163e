/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A map found in a map, and a random element read or written there. OUTER_TYPE comes from the
 * suite. */
#include "random.h"
#include "readers.h"

#ifndef ENTRIES
#define ENTRIES 1024
#endif
#define OUTER_KEY 0

struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ENTRIES);
	__type(key, __u32);
	__type(value, __u32);
} inner SEC(".maps");

struct {
	__uint(type, OUTER_TYPE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = {
    .values = {[OUTER_KEY] = &inner},
};

static long fill_one(__u32 key, void *ctx)
{
	if (bpf_map_update_elem(&inner, &key, &key, BPF_ANY))
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
int read(void *ctx)
{
	__u32 outer_key = OUTER_KEY, key = random_index(ENTRIES), *value;
	void *map = operate(bpf_map_lookup_elem(&outer, &outer_key));

	if (!map)
		return fail();
	value = bpf_map_lookup_elem(map, &key);
	return value && *value == key ? 0 : fail();
}

SEC("xdp")
int read_written(void *ctx)
{
	__u32 outer_key = OUTER_KEY, key = random_index(ENTRIES);
	void *map = operate(bpf_map_lookup_elem(&outer, &outer_key));

	if (!map)
		return fail();
	count_reading(bpf_map_lookup_elem(map, &key) != 0);
	return 0;
}

SEC("xdp")
int replace(void *ctx)
{
	__u32 outer_key = OUTER_KEY, key = random_index(ENTRIES), value = ~key;
	void *map = operate(bpf_map_lookup_elem(&outer, &outer_key));

	if (!map)
		return fail();
	return bpf_map_update_elem(map, &key, &value, BPF_EXIST) ? fail() : 0;
}

static __u32 original, changed;

static long count_one(__u32 key, void *ctx)
{
	__u32 *value = bpf_map_lookup_elem(&inner, &key);

	if (value && *value == key)
		original++;
	else if (value && *value == ~key)
		changed++;
	return 0;
}

SEC("xdp")
int check_read(void *ctx)
{
	bpf_loop(ENTRIES, count_one, 0, 0);
	return failures || original != ENTRIES;
}

SEC("xdp")
int check_replace(void *ctx)
{
	bpf_loop(ENTRIES, count_one, 0, 0);
	return failures || !changed || original + changed != ENTRIES;
}

SEC("xdp")
int check_read_and_replace(void *ctx)
{
	bpf_loop(ENTRIES, count_one, 0, 0);
	return failures || !changed || original + changed != ENTRIES || !readers_found();
}

LICENSE;
