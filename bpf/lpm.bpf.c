/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Longest prefix match over ROUTES IPv4 routes whose prefix lengths are distributed as in the
 * Internet's routing table. No two routes are alike: the n-th route of a length has n times an odd
 * constant as its network, a bijection.
 */
#include "random.h"
#include "test.h"

#include <bpf/bpf_endian.h>

#ifndef ROUTES
#define ROUTES 1024
#endif

struct route {
	__u32 length;
	__be32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, ROUTES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct route);
	__type(value, __u32);
} map SEC(".maps");

/* Of 65536 routes of the global table, how many are at most this long (from the counts of
 * bgp.potaroo.net, AS 131072, rounded; the few longer than /24 are counted there). */
#define LENGTH_MIN 8
#define LENGTHS 17
static const __u32 at_most[LENGTHS] = {
    1, 2, 5, 12, 34, 78, 167, 320, 1319, 1933, 2973, 4857, 8052, 11938, 19935, 27091, 65536,
};

static __u32 routes_of[33]; /* how many routes there are of each length */
static __u32 inserted;

/* For reading, lengths are drawn from a table of a size that stays in the cache. */
#define DRAWN 4096
static __u8 drawn_lengths[DRAWN];

static __always_inline __u32 length_at(__u32 of_65536)
{
	__u32 length = LENGTH_MIN;

	for (int i = 0; i < LENGTHS; i++)
		if (of_65536 >= at_most[i])
			length = LENGTH_MIN + 1 + i;
	return length;
}

static __always_inline __be32 network(__u32 ordinal, __u32 length)
{
	return bpf_htonl(ordinal * 2654435761u << (32 - length));
}

static long add_route(__u32 index, void *ctx)
{
	__u32 length = length_at((__u64)index * 65536 / ROUTES) & 31;
	struct route route = {length, network(routes_of[length]++, length)};

	if (bpf_map_update_elem(&map, &route, &length, BPF_NOEXIST))
		failures++;
	inserted++;
	return 0;
}

static long add_length(__u32 index, void *ctx)
{
	__u32 length = length_at(index * (65536 / DRAWN) + 8) & 31;

	/* In a small table, there may be none so short. */
	drawn_lengths[index & (DRAWN - 1)] = routes_of[length] ? length : 24;
	return 0;
}

SEC("xdp")
int fill(void *ctx)
{
	bpf_loop(ROUTES, add_route, 0, 0);
	bpf_loop(DRAWN, add_length, 0, 0);
	return failures || inserted != ROUTES;
}

/* @random: left for the caller to use on, bits that the route does not depend on */
static __always_inline struct route draw_route(__u32 *random)
{
	__u32 length = drawn_lengths[random_next() >> 20 & (DRAWN - 1)] & 31;

	*random = random_next();
	return (struct route){length, network((__u64)*random * routes_of[length] >> 32, length)};
}

/* What the operations write instead of the length that fill wrote. */
#define UPDATED 64
#define REPLACED 128

/* Notes the route: of a million, the check would hardly come upon a written one by chance. */
static __always_inline long write(struct route *route, __u32 mark, __u64 flags)
{
	__u32 value = route->length + mark;

	result = (__u64)route->length << 32 | route->address;
	return operate(bpf_map_update_elem(&map, route, &value, flags));
}

/* An address in a route; a longer one may match it too. */
SEC("xdp")
int read(void *ctx)
{
	__u32 random, length, *found;
	struct route route = draw_route(&random);

	length = route.length;
	route.length = 32;
	route.address |= bpf_htonl(random * 2654435761u & ~0u >> length);
	found = operate(bpf_map_lookup_elem(&map, &route));
	return found && *found >= length ? 0 : fail();
}

SEC("xdp")
int update(void *ctx)
{
	__u32 random;
	struct route route = draw_route(&random);

	return write(&route, UPDATED, BPF_EXIST) ? fail() : 0;
}

SEC("xdp")
int replace(void *ctx)
{
	__u32 random;
	struct route route = draw_route(&random);

	if (operate(bpf_map_delete_elem(&map, &route)))
		return fail();
	return write(&route, REPLACED, BPF_NOEXIST) ? fail() : 0;
}

/* For several CPUs on the same routes: what one deletes, another may have deleted just now. */
SEC("xdp")
int replace_shared(void *ctx)
{
	__u32 random;
	struct route route = draw_route(&random);

	operate(bpf_map_delete_elem(&map, &route) ? 0 : own()->done++);
	return write(&route, REPLACED, BPF_ANY) ? fail() : 0;
}

static __u32 original, updated, replaced;

static long look_at_one(__u32 index, void *ctx)
{
	__u32 random;
	struct route route = draw_route(&random);
	__u32 *value = bpf_map_lookup_elem(&map, &route);

	if (value && *value == route.length)
		original++;
	else if (value && *value == route.length + UPDATED)
		updated++;
	else if (value && *value == route.length + REPLACED)
		replaced++;
	return 0;
}

#define LOOKS 4096

static __always_inline void look(void)
{
	original = updated = replaced = 0;
	bpf_loop(LOOKS, look_at_one, 0, 0);
}

static __always_inline bool last_has(__u32 mark)
{
	__u64 last = result;
	struct route route = {last >> 32, last};
	__u32 *value = bpf_map_lookup_elem(&map, &route);

	return value && *value == route.length + mark;
}

SEC("xdp")
int check_read(void *ctx)
{
	look();
	return failures || original != LOOKS;
}

SEC("xdp")
int check_update(void *ctx)
{
	look();
	return failures || !last_has(UPDATED) || original + updated != LOOKS;
}

SEC("xdp")
int check_replace(void *ctx)
{
	look();
	return failures || !last_has(REPLACED) || original + replaced != LOOKS;
}

SEC("xdp")
int check_replace_shared(void *ctx)
{
	sum_own();
	return !all_done || check_replace(ctx);
}

LICENSE;
