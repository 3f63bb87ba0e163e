/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A chain of LENGTH multiplications, each of which waits for the one before: what it costs grows
 * with LENGTH as nothing else does. A slower build has MORE of them, so that its slowdown is of
 * known size. Another FACTOR makes another program, which is as fast.
 */
#include "../../bpf/include/kernel.h"

#ifndef SLOWER
#define SLOWER 0
#endif
#ifndef MORE
#define MORE 0
#endif
#ifndef FACTOR
#define FACTOR 3
#endif
#define REPEAT (LENGTH + SLOWER * MORE)
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

SEC("xdp")
int chain(struct xdp_md *ctx)
{
	__u64 x = 1;

	(void)ctx;
	asm volatile(".rept " TEXT(REPEAT) "\n\t%[x] *= " TEXT(FACTOR) "\n\t.endr" : [x] "+r"(x));
	return x == 0; /* an odd number is never 0 */
}

LICENSE;
