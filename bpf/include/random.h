/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A seeded generator, so that every run touches the same elements in the same order. A linear
 * congruential one (Numerical Recipes' constants): a multiplication, an addition, a load and a
 * store. A state a CPU, each on a cache line of its own, so that CPUs do not meet here. What it
 * costs is a test of its own, generator/draw_index, to be subtracted from tests that draw once.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include "cpu.h"

struct random_state {
	__u32 value;
	__u8 padding[LINE_BYTES - 4];
};

static struct random_state random_states[CPUS];

static __always_inline __u32 random_next(void)
{
#ifdef PRANDOM /* the kernel's, as bpf_performance draws its keys */
	return bpf_get_prandom_u32();
#else
	struct random_state *state = &random_states[this_cpu()];

	state->value = state->value * 1664525 + 1013904223;
	return state->value;
#endif
}

/* An index below `n`, at most 65536; from the upper bits, which are the random ones. */
static __always_inline __u32 random_index(__u32 n)
{
	return (random_next() >> 16) * n >> 16;
}

/* Likewise, but any n calls in a row give each index once: the low bits have that period. `n` is a
 * power of two. */
static __always_inline __u32 random_permutation(__u32 n)
{
	return random_next() & (n - 1);
}

#endif
