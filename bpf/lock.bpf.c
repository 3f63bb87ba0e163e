/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A spin lock that guards a counter; free, or wanted by all CPUs at once. */
#include "test.h"

struct guarded {
	struct bpf_spin_lock lock;
	__u64 counter, turns;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct guarded);
} map SEC(".maps");

SEC("tc")
int spin_lock(struct __sk_buff *ctx)
{
	__u32 key = 0;
	struct guarded *value = bpf_map_lookup_elem(&map, &key);

	if (!value)
		return fail();
	bpf_spin_lock(&value->lock);
	operate(value->counter++);
	value->turns++;
	bpf_spin_unlock(&value->lock);
	return 0;
}

SEC("tc")
int check_spin_lock(struct __sk_buff *ctx)
{
	__u32 key = 0;
	struct guarded *value = bpf_map_lookup_elem(&map, &key);

	return failures || !value || !value->counter || value->counter != value->turns;
}

LICENSE;
