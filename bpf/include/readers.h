/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Readers of elements that another CPU writes. Then the kernel may, rarely, not find an element
 * that is there (it is linked in anew ahead of where the search is, and unlinked behind).
 */
#ifndef READERS_H
#define READERS_H

#include "test.h"

#define MISSED_MAX_PCT 1

static __always_inline void count_reading(bool found)
{
	struct own *mine = own();

	mine->done++;
	if (!found)
		mine->missed++;
}

/* Whether there were readers, and nearly all of them found what they looked for. */
static __always_inline bool readers_found(void)
{
	sum_own();
	return all_done && all_missed * 100 <= all_done * MISSED_MAX_PCT;
}

#endif
