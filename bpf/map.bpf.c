/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Generic map operations, each on a random element. The suite chooses
 *
 *	MAP_TYPE, MAP_FLAGS
 *	ENTRIES		how many elements the map holds while it is measured (at most 65536)
 *	CAPACITY	for how many it is made; more than ENTRIES where an update needs a spare one
 *	KEY_BYTES, VALUE_BYTES
 *	PERCPU		the map has a value a CPU
 *	DISJOINT	each CPU works on keys of its own
 */
#include "random.h"
#include "readers.h"

#ifndef ENTRIES
#define ENTRIES 1024
#endif
#ifndef CAPACITY
#define CAPACITY ENTRIES
#endif
#ifndef MAP_FLAGS
#define MAP_FLAGS 0
#endif
#ifndef KEY_BYTES
#define KEY_BYTES 4
#endif
#ifndef VALUE_BYTES
#define VALUE_BYTES 4
#endif

struct key {
	__u32 index;
	__u32 rest[KEY_BYTES / 4 - 1];
};

struct value {
	__u32 content;
	__u32 rest[VALUE_BYTES / 4 - 1];
};

struct {
	__uint(type, MAP_TYPE);
	__uint(max_entries, CAPACITY);
	__uint(map_flags, MAP_FLAGS);
	__type(key, struct key);
	__type(value, struct value);
} map SEC(".maps");

/* Large keys and values are not built on the stack: zeroing it would be measured too. */
struct element {
	struct key key;
	struct value value;
	__u8 padding[LINE_BYTES];
};

#if KEY_BYTES + VALUE_BYTES > 32
static struct element elements[CPUS];
#define ELEMENT(name) struct element *name = &elements[this_cpu()]
#else
#define ELEMENT(name)                                                                              \
	struct {                                                                                   \
		struct key key;                                                                    \
		struct value value;                                                                \
	} element_on_stack = {}, *name = &element_on_stack
#endif

#define PARTS 16 /* of the keys, when each CPU has its own */
#define GAP 8	 /* of them, so that elements of an array are on lines of their own too */

static __always_inline __u32 draw(void)
{
#ifdef DISJOINT
	return bpf_get_smp_processor_id() % PARTS * (ENTRIES / PARTS) +
	       random_index(ENTRIES / PARTS - GAP);
#else
	return random_index(ENTRIES);
#endif
}

/* A program writes the value of its own CPU only. */
static __always_inline void fill_cpus(struct key *key, __u32 content)
{
#ifdef PERCPU
	for (__u32 cpu = 0; cpu < CPUS; cpu++) {
		struct value *value = bpf_map_lookup_percpu_elem(&map, key, cpu);

		if (!value)
			break;
		value->content = content;
	}
#endif
}

static long fill_one(__u32 index, void *ctx)
{
	ELEMENT(e);

	e->key.index = index;
	e->value.content = index;
	if (bpf_map_update_elem(&map, &e->key, &e->value, BPF_ANY))
		failures++;
	fill_cpus(&e->key, index);
	return 0;
}

/* Every key holds itself as value. */
SEC("xdp")
int fill(void *ctx)
{
	bpf_loop(ENTRIES, fill_one, 0, 0);
	return failures ? 1 : 0;
}

static long clear_one(__u32 index, void *ctx)
{
	ELEMENT(e);

	e->key.index = index;
	bpf_map_delete_elem(&map, &e->key);
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
	struct value *value;
	ELEMENT(e);

	e->key.index = draw();
	value = operate(bpf_map_lookup_elem(&map, &e->key));
	return value && value->content == e->key.index ? 0 : fail();
}

SEC("xdp")
int read_written(void *ctx)
{
	ELEMENT(e);

	e->key.index = draw();
	count_reading(operate(bpf_map_lookup_elem(&map, &e->key)) != 0);
	return 0;
}

SEC("xdp")
int read_missing(void *ctx)
{
	ELEMENT(e);

	e->key.index = ENTRIES + draw();
	operate(bpf_map_lookup_elem(&map, &e->key) ? failures++ : own()->missed++);
	return 0;
}

SEC("xdp")
int replace(void *ctx)
{
	ELEMENT(e);

	e->key.index = draw();
	e->value.content = ~e->key.index;
	return operate(bpf_map_update_elem(&map, &e->key, &e->value, BPF_EXIST)) ? fail() : 0;
}

/* Needs an empty map, and no more than ENTRIES invocations on it. */
SEC("xdp")
int insert(void *ctx)
{
	ELEMENT(e);

	e->key.index = random_permutation(ENTRIES);
	e->value.content = e->key.index;
	return operate(bpf_map_update_elem(&map, &e->key, &e->value, BPF_NOEXIST)) ? fail() : 0;
}

SEC("xdp")
int insert_delete(void *ctx)
{
	ELEMENT(e);

	e->key.index = draw();
	e->value.content = ~e->key.index;
	if (operate(bpf_map_delete_elem(&map, &e->key)))
		return fail();
	return operate(bpf_map_update_elem(&map, &e->key, &e->value, BPF_NOEXIST)) ? fail() : 0;
}

/* For several CPUs on the same keys: what one deletes, another may have deleted just now. Needs
 * CAPACITY to spare: a CPU that deletes an element takes a moment to give it back. */
SEC("xdp")
int delete_then_write(void *ctx)
{
	ELEMENT(e);

	e->key.index = draw();
	e->value.content = ~e->key.index;
	operate(bpf_map_delete_elem(&map, &e->key) ? 0 : own()->done++);
	return operate(bpf_map_update_elem(&map, &e->key, &e->value, BPF_ANY)) ? fail() : 0;
}

/* Counted in global memory: numbers on the stack, which the verifier follows, would make it walk
 * through every turn of the loop. */
static __u32 present, original, changed;

static long count_one(__u32 index, void *ctx)
{
	struct value *value;
	ELEMENT(e);

	e->key.index = index;
	value = bpf_map_lookup_elem(&map, &e->key);
	if (!value)
		return 0;
	present++;
	if (value->content == index)
		original++;
	else if (value->content == ~index)
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

SEC("xdp")
int check_read_missing(void *ctx)
{
	take_census();
	return failures || !own()->missed || original != ENTRIES;
}

/* For replace and insert_delete alike: the map is full, and something in it was written anew. */
SEC("xdp")
int check_write(void *ctx)
{
	take_census();
	return failures || !changed || original + changed != ENTRIES;
}

SEC("xdp")
int check_read_and_replace(void *ctx)
{
	take_census();
	return failures || !changed || original + changed != ENTRIES || !readers_found();
}

/* In a map with a value a CPU, an element that another CPU wrote last holds nothing here. */
static __always_inline bool changed_on_a_cpu(struct key *key)
{
#ifdef PERCPU
	for (__u32 cpu = 0; cpu < CPUS; cpu++) {
		struct value *value = bpf_map_lookup_percpu_elem(&map, key, cpu);

		if (!value)
			break;
		if (value->content == ~key->index)
			return 1;
	}
	return 0;
#else
	struct value *value = bpf_map_lookup_elem(&map, key);

	return value && value->content == ~key->index;
#endif
}

static long count_shared(__u32 index, void *ctx)
{
	ELEMENT(e);

	e->key.index = index;
	if (!bpf_map_lookup_elem(&map, &e->key))
		return 0;
	present++;
	if (changed_on_a_cpu(&e->key))
		changed++;
	return 0;
}

SEC("xdp")
int check_write_shared(void *ctx)
{
	present = changed = 0;
	bpf_loop(ENTRIES, count_shared, 0, 0);
	sum_own();
	return failures || !all_done || !changed || present != ENTRIES;
}

SEC("xdp")
int check_insert(void *ctx)
{
	take_census();
	return failures || !present || original != present;
}

LICENSE;
