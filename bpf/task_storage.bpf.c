/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Storage of the current task; OPERATIONS times. */
#include "test.h"

struct task_struct {
	int pid;
} FOUND_BY_BTF;

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} task_storage SEC(".maps");

static long get_one(__u32 index, void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 *value = operate(
	    (__u64 *)bpf_task_storage_get(&task_storage, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE));

	if (value)
		result = ++*value;
	else
		failures++;
	return 0;
}

SEC("raw_tp/sys_enter")
int task_storage_get(void *ctx)
{
	bpf_loop(OPERATIONS, get_one, 0, 0);
	return failures != 0;
}

SEC("raw_tp/sys_enter")
int check_task_storage_get(void *ctx)
{
	return failures || result < OPERATIONS;
}

LICENSE;
