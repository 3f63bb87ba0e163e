/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Taking records that user space puts into a ring buffer, all that are there. */
#include "test.h"

#ifndef FLAGS
#define FLAGS BPF_RB_NO_WAKEUP /* 0: wake the producer, who may wait for room */
#endif

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} records SEC(".maps");

static __u64 taken;

/* One a call: returning 1 ends the drain. */
static long take(struct bpf_dynptr *record, void *ctx)
{
	taken++;
	return 1;
}

SEC("xdp")
int drain(void *ctx)
{
	return operate(bpf_user_ringbuf_drain(&records, take, 0, FLAGS)) == 1 ? 0 : fail();
}

SEC("xdp")
int check_drain(void *ctx)
{
	return failures || !taken;
}

LICENSE;
