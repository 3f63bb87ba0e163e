/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Storage of a cgroup (the root of the hierarchy, found by its number). */
#include "kfunc_types.h"
#include "test.h"

struct {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} storage SEC(".maps");

extern struct cgroup *bpf_cgroup_from_id(__u64 id) __ksym;
extern void bpf_cgroup_release(struct cgroup *cgroup) __ksym;

SEC("tc")
int cgrp_storage_get(struct __sk_buff *ctx)
{
	struct cgroup *cgroup = bpf_cgroup_from_id(1);
	__u64 *value;

	if (!cgroup)
		return fail();
	value = operate(
	    (__u64 *)bpf_cgrp_storage_get(&storage, cgroup, 0, BPF_LOCAL_STORAGE_GET_F_CREATE));
	if (value)
		result = ++*value;
	bpf_cgroup_release(cgroup);
	return value ? 0 : fail();
}

SEC("tc")
int check_cgrp_storage_get(struct __sk_buff *ctx)
{
	return failures || result < 2;
}

LICENSE;
