/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The empty program of a type that must be loaded as one that may sleep: the section says so. */
#include "kernel.h"

SEC("syscall")
int empty(void *ctx)
{
	return 0;
}

LICENSE;
