/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A perf event array's producer: records of RECORD_BYTES, into the buffer of the CPU it runs on.
 * Its consumer is woken with each record where the name of the array, RECORDS, ends in _wake.
 */
#include "test.h"

#ifndef RECORD_BYTES
#define RECORD_BYTES 64
#endif
#ifndef RECORDS
#define RECORDS records
#endif

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} RECORDS SEC(".maps");

static __u8 record[RECORD_BYTES] __attribute__((aligned(8)));

SEC("xdp")
int output(struct xdp_md *ctx)
{
	if (operate(bpf_perf_event_output(ctx, &RECORDS, BPF_F_CURRENT_CPU, record, RECORD_BYTES)))
		return fail();
	operate(own()->done++);
	return 0;
}

SEC("xdp")
int check_produced(void *ctx)
{
	return failures || !own()->done;
}

LICENSE;
