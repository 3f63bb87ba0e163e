/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Atomic operations on a word in memory: own, or shared by all CPUs (-mcpu=v3). */
#include "test.h"

#ifndef INITIAL
#define INITIAL 0
#endif

static __u64 word = INITIAL;

#define ATOMIC(name, operation, proof)                                                             \
	SEC("xdp") int name(void *ctx)                                                             \
	{                                                                                          \
		operate(operation);                                                                \
		return 0;                                                                          \
	}                                                                                          \
	SEC("xdp") int check_##name(void *ctx)                                                     \
	{                                                                                          \
		return failures || !(proof);                                                       \
	}

ATOMIC(add, __sync_fetch_and_add(&word, 1), word > 1)
ATOMIC(fetch_add, result = __sync_fetch_and_add(&word, 1), result &&word == result + 1)
ATOMIC(fetch_or, result = __sync_fetch_and_or(&word, 5), result == 5 && word == 5)
ATOMIC(fetch_and, result = __sync_fetch_and_and(&word, 6) + 1, result == 1 && word == 0)
ATOMIC(fetch_xor, result = __sync_fetch_and_xor(&word, 7) + 1, result == 1 || result == 8)
ATOMIC(exchange, result = __sync_lock_test_and_set(&word, 9), result == 9 && word == 9)
ATOMIC(compare_exchange, result = 1 + __sync_val_compare_and_swap(&word, 0, 0), result == 1)

/* When all CPUs add, the word is what each saw only at times. */
SEC("xdp")
int check_add_shared(void *ctx)
{
	return word < 2;
}

SEC("xdp")
int check_fetch_add_shared(void *ctx)
{
	return !result || word <= result;
}

/* What the others are to be compared with. */
ATOMIC(plain_add, (*(volatile __u64 *)&word)++, word > 1)

LICENSE;
