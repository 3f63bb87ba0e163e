/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Tail calls, CALLS of them in a row; the kernel allows 33. The last program returns 0. A tail call
 * that fails returns to its caller, which counts that: nothing else can be the reason to come
 * there.
 *
 * Each program has a body of BODY instructions that never run, 1.5 KiB of machine code. Without it
 * programs lie some 128 bytes apart, and jumps at addresses that are equal modulo 128 contend for
 * one place in the branch predictor: what a chain takes is then a matter of where the kernel
 * happens to load it (bpf/README.md, "Placement").
 */
#include "test.h"

#ifndef CALLS
#define CALLS 1
#endif

#ifndef BODY
#define BODY 300
#endif
#define TEXT_OF(x) #x
#define REPEATED(n) ".rept " TEXT_OF(n) "\n\tr0 = 0x12345678\n\t.endr"

static volatile __u64 never;

static __always_inline void body(void)
{
#if BODY /* clang's line numbers of an empty one are refused by the verifier */
	if (never)
		asm volatile(REPEATED(BODY)::: "r0");
#endif
}

/* The programs of the chain: each calls the next. */
/* clang-format off */
#define LINKS(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) \
	X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) \
	X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) \
	X(27) X(28) X(29) X(30) X(31) X(32) X(33)
/* clang-format on */
#define LINK_COUNT 34

#define DECLARE(n) int link##n(void *ctx);
#define SLOT(n) [n] = (void *)&link##n,

LINKS(DECLARE)

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, LINK_COUNT + 1);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} programs SEC(".maps") = {
    .values = {LINKS(SLOT)}, /* the last slot stays empty */
};

#ifdef BREAK
#define call(ctx, n)
#else
#define call(ctx, n) bpf_tail_call(ctx, &programs, n)
#endif

#define DEFINE(n)                                                                                  \
	SEC("xdp") int link##n(void *ctx)                                                          \
	{                                                                                          \
		if (n == CALLS)                                                                    \
			return 0;                                                                  \
		body();                                                                            \
		call(ctx, n + 1);                                                                  \
		return fail();                                                                     \
	}
LINKS(DEFINE)

static __u64 refused;

/* To the empty slot. */
SEC("xdp")
int call_nobody(void *ctx)
{
	operate(({
		bpf_tail_call(ctx, &programs, LINK_COUNT);
		refused++;
	}));
	return 0;
}

SEC("xdp")
int check_chain(void *ctx)
{
	return failures != 0;
}

SEC("xdp")
int check_call_nobody(void *ctx)
{
	return failures || !refused;
}

LICENSE;
