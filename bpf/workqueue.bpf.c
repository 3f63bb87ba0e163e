/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Work handed to the kernel's work queue; handed on while it waits, it stays one piece of work. */
#include "kfunc_types.h"
#include "test.h"

extern int bpf_wq_init(struct bpf_wq *wq, void *map, unsigned int flags) __ksym;
extern int bpf_wq_start(struct bpf_wq *wq, unsigned int flags) __ksym;
extern int bpf_wq_set_callback_impl(struct bpf_wq *wq,
				    int(callback)(void *map, int *key, void *value),
				    unsigned int flags, void *aux) __ksym;

struct work {
	struct bpf_wq wq;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct work);
} map SEC(".maps");

static __u64 started;

static int run(void *m, int *key, void *value)
{
	return 0;
}

SEC("tc")
int init(struct __sk_buff *ctx)
{
	__u32 key = 0;
	struct work *work = bpf_map_lookup_elem(&map, &key);

	if (!work || bpf_wq_init(&work->wq, &map, 0))
		return 1;
	return bpf_wq_set_callback_impl(&work->wq, run, 0, 0) != 0;
}

SEC("tc")
int start(struct __sk_buff *ctx)
{
	__u32 key = 0;
	struct work *work = bpf_map_lookup_elem(&map, &key);

	if (!work || operate(bpf_wq_start(&work->wq, 0)))
		return fail();
	operate(started++);
	return 0;
}

SEC("tc")
int check_start(struct __sk_buff *ctx)
{
	return failures || !started;
}

LICENSE;
