/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A chain of LENGTH multiplications, each of which waits for the one before: what it costs grows
 * with LENGTH as nothing else does, so that a slowdown can be planted of known size.
 */
#include "../../bpf/include/kernel.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

SEC("xdp")
int chain(struct xdp_md *ctx)
{
	__u64 x = 1;

	(void)ctx;
	asm volatile(".rept " TEXT(LENGTH) "\n\t%[x] *= 3\n\t.endr" : [x] "+r"(x));
	return x == 0; /* an odd number is never 0 */
}

LICENSE;
