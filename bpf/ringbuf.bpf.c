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
/* Room for 4096 records of as many bytes, headers included, and not much more: rings beyond the
 * cache that a CPU has alone take as long as its neighbours let them. */
#ifndef RING_BYTES
#if RECORD_BYTES < 16
#define RING_BYTES (128 * 1024)
#elif RECORD_BYTES < 112
#define RING_BYTES (512 * 1024)
#elif RECORD_BYTES < 496
#define RING_BYTES (2 * 1024 * 1024)
#else
#define RING_BYTES (8 * 1024 * 1024)
#endif
#endif
#define PAGE_BYTES 4096
#define HEADER_BYTES 8

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} records SEC(".maps");

static __u8 record[RECORD_BYTES] __attribute__((aligned(8)));

static __u64 began_at; /* the producer's position */

static long take_page(__u32 index, void *ctx)
{
	void *page = bpf_ringbuf_reserve(&records, PAGE_BYTES - HEADER_BYTES, 0);

	if (!page)
		return 1;
	bpf_ringbuf_discard(page, FLAGS);
	return 0;
}

/* Go once round the ring: who writes to one of its pages for the first time pays for its mapping,
 * up to 10 us in a virtual machine, and a ring in use has been gone round long ago. */
SEC("xdp")
int go_round(void *ctx)
{
	bpf_loop(RING_BYTES / PAGE_BYTES - 1, take_page, 0, 0);
	began_at = bpf_ringbuf_query(&records, 3 /* BPF_RB_PROD_POS */);
	return began_at == RING_BYTES - PAGE_BYTES ? 0 : fail();
}

SEC("xdp")
int output(void *ctx)
{
	if (operate(bpf_ringbuf_output(&records, record, RECORD_BYTES, FLAGS)))
		return fail();
	operate(own()->done++);
	return 0;
}

/* Writes one word: what is measured is the buffer, not the filling of a record. */
SEC("xdp")
int reserve_submit(void *ctx)
{
	__u64 *space = operate(bpf_ringbuf_reserve(&records, RECORD_BYTES, 0));

	if (!space)
		return fail();
	*space = own()->done++;
	bpf_ringbuf_submit(space, FLAGS);
	return 0;
}

SEC("xdp")
int reserve_discard(void *ctx)
{
	__u64 *space = operate(bpf_ringbuf_reserve(&records, RECORD_BYTES, 0));

	if (!space)
		return fail();
	own()->done++;
	bpf_ringbuf_discard(space, FLAGS);
	return 0;
}

#ifndef BREAK /* a dynptr that was not reserved can't be submitted */
SEC("xdp")
int reserve_submit_dynptr(void *ctx)
{
	struct own *mine = own();
	struct bpf_dynptr space;

	if (bpf_ringbuf_reserve_dynptr(&records, RECORD_BYTES, 0, &space)) {
		bpf_ringbuf_discard_dynptr(&space, FLAGS);
		return fail();
	}
	bpf_dynptr_write(&space, 0, &mine->done, sizeof(mine->done), 0);
	mine->done++;
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
#define ROOM ((RECORD_BYTES + HEADER_BYTES + 7) / 8 * 8)

SEC("xdp")
int check_discarded(void *ctx)
{
	__u64 produced = own()->done;

	return failures || !produced ||
	       bpf_ringbuf_query(&records, 3 /* BPF_RB_PROD_POS */) != began_at + produced * ROOM;
}

/* That the records came out at the other end, the consumer counts. */
SEC("xdp")
int check_produced(void *ctx)
{
	sum_own();
	return failures || !all_done;
}

LICENSE;
