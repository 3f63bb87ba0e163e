/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Readers of elements that another CPU writes. Then the kernel may, rarely, not find an element
 * that is there (it is linked in anew ahead of where the search is, and unlinked behind). Each CPU
 * counts on a line of its own.
 */
#ifndef READERS_H
#define READERS_H

#include "random.h"

#define MISSED_MAX_PCT 1

struct reader {
	__u64 reads, missed;
	__u8 padding[48];
};

static struct reader readers[RANDOM_CPUS] __attribute__((aligned(64)));

static __always_inline struct reader *this_reader(void)
{
	return &readers[bpf_get_smp_processor_id() & (RANDOM_CPUS - 1)];
}

static __u64 reads, missed;

static long add_reader(__u32 cpu, void *ctx)
{
	reads += readers[cpu & (RANDOM_CPUS - 1)].reads;
	missed += readers[cpu & (RANDOM_CPUS - 1)].missed;
	return 0;
}

/* Whether there were readers, and nearly all of them found what they looked for. */
static __always_inline bool readers_found(void)
{
	reads = missed = 0;
	bpf_loop(RANDOM_CPUS, add_reader, 0, 0);
	return reads && missed * 100 <= reads * MISSED_MAX_PCT;
}

#endif
