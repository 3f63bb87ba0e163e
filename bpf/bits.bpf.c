/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The iterator over the bits that are set in a word: all 64 of them. */
#include "test.h"

struct bpf_iter_bits {
	__u64 opaque[2];
} __attribute__((aligned(8)));

extern int bpf_iter_bits_new(struct bpf_iter_bits *it, const __u64 *words, __u32 nr_words) __ksym;
extern int *bpf_iter_bits_next(struct bpf_iter_bits *it) __ksym;
extern void bpf_iter_bits_destroy(struct bpf_iter_bits *it) __ksym;

static __u64 word = ~0ULL, turns;

SEC("xdp")
int bits(void *ctx)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_new(&it, &word, 1);
	while (bpf_iter_bits_next(&it))
		operate(turns++);
	bpf_iter_bits_destroy(&it);
	return 0;
}

SEC("xdp")
int check_bits(void *ctx)
{
	return !turns || turns % 64;
}

LICENSE;
