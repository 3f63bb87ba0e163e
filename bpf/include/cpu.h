/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Memory of each CPU's own. An object's variables are shared by all CPUs, and a line that one CPU
 * writes and another wants costs more than most operations: some 10 ns. A program that runs on
 * several CPUs at once writes nothing but its own slot, and what it is there to measure.
 */
#ifndef CPU_H
#define CPU_H

#include "kernel.h"

#define CPUS 256 /* slots, a power of two; CPUs beyond share them */

/* The kernel aligns variables to 8 bytes, wherever they say that they begin: what two CPUs write
 * lies a whole line apart, or it may meet on one. */
#define LINE_BYTES 64

static __always_inline __u32 this_cpu(void)
{
	return bpf_get_smp_processor_id() & (CPUS - 1);
}

#endif
