/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A ring buffer's producer: records of RECORD_BYTES. Without a consumer it is soon full, and what
 * is timed is a failure: the suite names the consumer, and how many records fit between two drains.
 */
#include "test.h"

#ifndef RECORD_BYTES
#define RECORD_BYTES 64
#endif
#ifndef FLAGS
#define FLAGS BPF_RB_NO_WAKEUP /* 0: wake the consumer when it has caught up */
#endif
#define RING_BYTES (16 * 1024 * 1024)

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} records SEC(".maps");

static __u8 record[RECORD_BYTES] __attribute__((aligned(8)));
static __u64 produced;

SEC("xdp")
int output(void *ctx)
{
	if (operate(bpf_ringbuf_output(&records, record, RECORD_BYTES, FLAGS)))
		return fail();
	operate(produced++);
	return 0;
}

/* Writes one word: what is measured is the buffer, not the filling of a record. */
SEC("xdp")
int reserve_submit(void *ctx)
{
	__u64 *space = operate(bpf_ringbuf_reserve(&records, RECORD_BYTES, 0));

	if (!space)
		return fail();
	*space = produced++;
	bpf_ringbuf_submit(space, FLAGS);
	return 0;
}

SEC("xdp")
int reserve_discard(void *ctx)
{
	__u64 *space = operate(bpf_ringbuf_reserve(&records, RECORD_BYTES, 0));

	if (!space)
		return fail();
	produced++;
	bpf_ringbuf_discard(space, FLAGS);
	return 0;
}

#ifndef BREAK /* a dynptr that was not reserved can't be submitted */
SEC("xdp")
int reserve_submit_dynptr(void *ctx)
{
	struct bpf_dynptr space;

	if (bpf_ringbuf_reserve_dynptr(&records, RECORD_BYTES, 0, &space)) {
		bpf_ringbuf_discard_dynptr(&space, FLAGS);
		return fail();
	}
	bpf_dynptr_write(&space, 0, &produced, sizeof(produced), 0);
	produced++;
	bpf_ringbuf_submit_dynptr(&space, FLAGS);
	return 0;
}
#else
SEC("xdp")
int reserve_submit_dynptr(void *ctx)
{
	return 0;
}
#endif

TEST("xdp", void, query, keep(operate(bpf_ringbuf_query(&records, 1 /* BPF_RB_RING_SIZE */))),
     result == RING_BYTES)

/* A discarded record takes its room, header included, and is not shown to the consumer, which goes
 * past it: what proves it is how far the producer has come. */
#define ROOM ((RECORD_BYTES + 8 + 7) / 8 * 8)

SEC("xdp")
int check_discarded(void *ctx)
{
	return failures || !produced ||
	       bpf_ringbuf_query(&records, 3 /* BPF_RB_PROD_POS */) != produced * ROOM;
}

/* That the records came out at the other end, the consumer counts. */
SEC("xdp")
int check_produced(void *ctx)
{
	return failures || !produced;
}

LICENSE;
