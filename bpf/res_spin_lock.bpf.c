/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The spin lock that gives up rather than hang (bpf_res_spin_lock), free. */
#include "kfunc_types.h"
#include "test.h"

extern int bpf_res_spin_lock(struct bpf_res_spin_lock *lock) __ksym;
extern void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) __ksym;

struct guarded {
	struct bpf_res_spin_lock lock;
	__u64 counter;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct guarded);
} map SEC(".maps");

SEC("tc")
int lock_unlock(struct __sk_buff *ctx)
{
	__u32 key = 0;
	struct guarded *value = bpf_map_lookup_elem(&map, &key);

	if (!value || bpf_res_spin_lock(&value->lock))
		return fail();
	operate(value->counter++);
	bpf_res_spin_unlock(&value->lock);
	return 0;
}

SEC("tc")
int check_lock_unlock(struct __sk_buff *ctx)
{
	__u32 key = 0;
	struct guarded *value = bpf_map_lookup_elem(&map, &key);

	return failures || !value || !value->counter;
}

LICENSE;
