/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What drawing a key costs: part of every test that works on random elements. */
#include "random.h"
#include "test.h"

#define ENTRIES 1024

/* Two draws in a row that are alike are one in ENTRIES; a generator that stands still is always. */
static __always_inline bool moves(void)
{
	__u32 a = operate(random_next()), b = operate(random_next());

	return a != b;
}

TEST("xdp", void, draw_index, keep(operate(random_index(ENTRIES))), moves() && result < ENTRIES)
TEST("xdp", void, draw_permutation, keep(operate(random_permutation(ENTRIES))),
     moves() && result < ENTRIES)

LICENSE;
