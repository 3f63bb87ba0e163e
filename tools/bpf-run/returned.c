/* SPDX-License-Identifier: MIT */
/* What the timed calls returned, counted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "measure.h"

void returned_add(struct returned *returned, uint32_t value)
{
	for (size_t i = 0; i < returned->n; i++)
		if (returned->value[i] == value) {
			returned->count[i]++;
			return;
		}
	if (returned->n == RETURNED_KEPT) {
		returned->others++;
		return;
	}
	returned->value[returned->n] = value;
	returned->count[returned->n++] = 1;
}

/* Of what has not been written yet, the most frequent; of equals the smallest. */
static size_t next_value(const struct returned *returned, const bool *written)
{
	size_t best = returned->n;

	for (size_t i = 0; i < returned->n; i++)
		if (!written[i] &&
		    (best == returned->n || returned->count[i] > returned->count[best] ||
		     (returned->count[i] == returned->count[best] &&
		      returned->value[i] < returned->value[best])))
			best = i;
	return best;
}

const char *returned_text(const struct returned *returned, char *buffer, size_t size)
{
	bool written[RETURNED_KEPT] = {0};
	size_t used = 0;

	*buffer = '\0';
	if (returned->n == 1) {
		snprintf(buffer, size, "%" PRIu32, returned->value[0]);
		return buffer;
	}
	for (size_t i = 0; i < returned->n && used < size; i++) {
		size_t next = next_value(returned, written);

		written[next] = true;
		used +=
		    (size_t)snprintf(buffer + used, size - used, "%s%" PRIu32 ":%" PRIu64,
				     used ? " " : "", returned->value[next], returned->count[next]);
	}
	if (returned->others && used < size)
		snprintf(buffer + used, size - used, " others:%" PRIu64, returned->others);
	return buffer;
}
