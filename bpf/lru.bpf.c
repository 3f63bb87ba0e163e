/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What only an LRU map does: evicting an element at each insert, and a set of keys that rolls on,
 * of which one in 16 accesses finds a key that is new.
 */
#include "random.h"
#include "test.h"

#ifndef ENTRIES
#define ENTRIES 8192
#endif
#ifndef MAP_FLAGS
#define MAP_FLAGS 0
#endif

struct {
	__uint(type, MAP_TYPE);
	__uint(max_entries, ENTRIES);
	__uint(map_flags, MAP_FLAGS);
	__type(key, __u32);
	__type(value, __u32);
} map SEC(".maps");

static __u32 next; /* keys below it were inserted once */

static __always_inline long insert_next(void)
{
	__u32 key = next++;

	return operate(bpf_map_update_elem(&map, &key, &key, BPF_NOEXIST));
}

static long fill_one(__u32 index, void *ctx)
{
	__u32 key = next++;

	if (bpf_map_update_elem(&map, &key, &key, BPF_ANY))
		failures++;
	return 0;
}

#define ROLLING_KEYS (ENTRIES / 10)
#define FIRST_TURN ((ENTRIES - ROLLING_KEYS / 2) << 4)

/* Every element is taken, so that from here on each insert evicts one; and of the rolling keys
 * half are there, so that both kinds are met at once. */
SEC("xdp")
int fill(void *ctx)
{
	bpf_loop(ENTRIES, fill_one, 0, 0);
	return failures ? 1 : 0;
}

SEC("xdp")
int evict(void *ctx)
{
	return insert_next() ? fail() : 0;
}

SEC("xdp")
int roll(void *ctx)
{
	struct own *mine = own();
	__u32 key = ((FIRST_TURN + mine->turns++) >> 4) + random_index(ROLLING_KEYS);
	__u32 *value = operate(bpf_map_lookup_elem(&map, &key));

	if (value) {
		mine->done++;
		*value = 0;
		return 0;
	}
	mine->added++;
	return operate(bpf_map_update_elem(&map, &key, &key, BPF_ANY)) ? fail() : 0;
}

static __u32 at, present;

static long count_one(__u32 index, void *ctx)
{
	__u32 key = at++;

	if (bpf_map_lookup_elem(&map, &key))
		present++;
	return 0;
}

/* How many keys are there, of ENTRIES from one on. */
static __always_inline __u32 count(__u32 from)
{
	at = from;
	present = 0;
	bpf_loop(ENTRIES, count_one, 0, 0);
	return present;
}

/* What came after the map was full is there, at the cost of what came before. */
SEC("xdp")
int check_evict(void *ctx)
{
	__u32 last = next - 1;

	return failures || next <= ENTRIES || !bpf_map_lookup_elem(&map, &last) ||
	       count(0) == ENTRIES;
}

SEC("xdp")
int check_roll(void *ctx)
{
	sum_own();
	return failures || !all_done || !all_added;
}

LICENSE;
