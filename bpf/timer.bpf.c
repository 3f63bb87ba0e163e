/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A timer that gets a callback, is started for an hour ahead and cancelled. */
#include "test.h"

#define HOUR_NS 3600000000000ULL

struct timed {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct timed);
} map SEC(".maps");

static int expire(void *m, __u32 *key, struct timed *value)
{
	failures++;
	return 0;
}

static __always_inline struct timed *timed(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&map, &key);
}

SEC("tc")
int init(struct __sk_buff *ctx)
{
	struct timed *value = timed();

	return !value || bpf_timer_init(&value->timer, &map, CLOCK_MONOTONIC) ? fail() : 0;
}

SEC("tc")
int start_cancel(struct __sk_buff *ctx)
{
	struct timed *value = timed();

	/* Cancelling takes the callback away too. */
	if (!value || bpf_timer_set_callback(&value->timer, expire) ||
	    operate(bpf_timer_start(&value->timer, HOUR_NS, 0)))
		return fail();
	/* 1: it was running. */
	return operate(bpf_timer_cancel(&value->timer)) == 1 ? 0 : fail();
}

SEC("tc")
int check_start_cancel(struct __sk_buff *ctx)
{
	struct timed *value = timed();

	return failures || !value || bpf_timer_cancel(&value->timer);
}

LICENSE;
