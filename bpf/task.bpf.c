/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Kernel objects by their numbers: acquired and released. */
#include "kfunc_types.h"
#include "test.h"

#ifdef TASK
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;

SEC("tc")
int task_from_pid(struct __sk_buff *ctx)
{
	struct task_struct *task = operate(bpf_task_from_pid(bpf_get_current_pid_tgid()));

	if (!task)
		return fail();
	result = task->pid;
	bpf_task_release(task);
	return 0;
}

SEC("tc")
int check_task_from_pid(struct __sk_buff *ctx)
{
	return failures || result != (__u32)bpf_get_current_pid_tgid();
}
#endif

#ifdef CGROUP
extern struct cgroup *bpf_cgroup_from_id(__u64 id) __ksym;
extern void bpf_cgroup_release(struct cgroup *cgroup) __ksym;

/* The root of the hierarchy has number 1. */
SEC("tc")
int cgroup_from_id(struct __sk_buff *ctx)
{
	struct cgroup *cgroup = operate(bpf_cgroup_from_id(1));

	if (!cgroup)
		return fail();
	result = 1 + cgroup->level;
	bpf_cgroup_release(cgroup);
	return 0;
}

SEC("tc")
int check_cgroup_from_id(struct __sk_buff *ctx)
{
	return failures || result != 1;
}
#endif

LICENSE;
