/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The empty program, exactly two instructions: mov32 %r0, 0; exit. The suite sets its type, so
 * that each type's own cost of being called is known.
 */
#include "kernel.h"

SEC("xdp")
int empty(void *ctx)
{
	return 0;
}

LICENSE;
