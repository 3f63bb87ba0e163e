/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A call of a function within the program: verified with its caller, or on its own (global). */
#include "test.h"

static __attribute__((noinline)) __u64 local(__u64 x)
{
	__asm__ volatile("" : "+r"(x));
	return x + 1;
}

__attribute__((noinline)) __u64 global(__u64 x)
{
	__asm__ volatile("" : "+r"(x));
	return x + 1;
}

#define CALL(name, function)                                                                       \
	TEST("xdp", void, name, (result = operate(function(41))) == 42, result == 42)

CALL(call_local, local)
CALL(call_global, global)

LICENSE;
