/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A profiler of all of a machine: the stacks that samples meet, by process, counted in the kernel.
 */
#include "kernel.h"

#define DEPTH_MAX 127
#define BPF_F_USER_STACK 0x100

struct sample {
	__u32 pid;
	__s32 kernel_stack, user_stack;
	char command[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 16384);
	__uint(key_size, 4);
	__uint(value_size, DEPTH_MAX * 8);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct sample);
	__type(value, __u64);
} samples SEC(".maps");

static __u64 taken;

SEC("perf_event")
int take(void *ctx)
{
	struct sample sample = {.pid = bpf_get_current_pid_tgid() >> 32};
	__u64 *count, one = 1;

	bpf_get_current_comm(sample.command, sizeof(sample.command));
	sample.kernel_stack = bpf_get_stackid(ctx, &stacks, 0);
	sample.user_stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
	count = bpf_map_lookup_elem(&samples, &sample);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&samples, &sample, &one, BPF_NOEXIST);
	__sync_fetch_and_add(&taken, 1);
	return 0;
}

SEC("syscall")
int check(void *ctx)
{
	return !taken;
}

LICENSE;
