/* SPDX-License-Identifier: MIT */
/*
 * What programs returned, merged over rows. A cell of the column `returned` is a value, or
 * value:count pairs separated by blanks: `2`, or `2:19 0:1`. A bare value is one of its row.
 */
#ifndef RETURNED_H
#define RETURNED_H

#include <stddef.h>
#include <stdint.h>

#include "keytable.h"

/* Zeroed it is empty. */
struct returned {
	/* private */
	struct keytable values;
	uint64_t *count; /* one a value */
};

/** returned_add - count what a cell says; an empty one says nothing */
void returned_add(struct returned *r, const char *cell);

/**
 * returned_text - all of it as one cell, the most frequent first; of many values the rarest are
 *                 one, `others`
 * @return: to be freed; "" when nothing was counted
 */
char *returned_text(const struct returned *r);
void returned_release(struct returned *r);

#endif
