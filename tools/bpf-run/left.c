/* SPDX-License-Identifier: MIT */
#include "left.h"

#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>

#include "xalloc.h"

/* No packet that the kernel makes in a test run is longer. */
#define LEFT_MAX_BYTES 65536

/* How many bytes differ of those that the kernel gives back, and the first of them. */
static uint32_t count_changes(const struct target *target, const unsigned char *left,
			      uint32_t *first)
{
	uint32_t n = 0, from = target->left == LEFT_SKB_NETWORK ? ETH_HLEN : 0;

	for (uint32_t i = target->data_bytes; i-- > from;)
		if (left[i] != target->data[i]) {
			n++;
			*first = i;
		}
	return n;
}

static void describe(const struct target *target, const unsigned char *left, uint32_t bytes,
		     char *change)
{
	uint32_t given = target->data_bytes, first = 0, n;

	*change = '\0';
	if (bytes != given) {
		snprintf(change, LEFT_TEXT, "%s its packet from %u to %u bytes",
			 bytes > given ? "grows" : "shrinks", given, bytes);
		return;
	}
	n = count_changes(target, left, &first);
	if (n)
		snprintf(change, LEFT_TEXT,
			 "rewrites its packet (%u of %u bytes, the first at %u: %02x became %02x)",
			 n, given, first, target->data[first], left[first]);
}

/* Members of the context that a test run keeps from one repetition to the next. */
static void describe_context(const struct __sk_buff *context, char *change)
{
	const struct {
		const char *name;
		uint64_t value;
	} members[] = {
	    {"mark", context->mark},   {"priority", context->priority}, {"tstamp", context->tstamp},
	    {"cb[0]", context->cb[0]}, {"cb[1]", context->cb[1]},	{"cb[2]", context->cb[2]},
	    {"cb[3]", context->cb[3]}, {"cb[4]", context->cb[4]},
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (members[i].value) {
			snprintf(change, LEFT_TEXT, "changes %s of its packet from 0 to %llu",
				 members[i].name, (unsigned long long)members[i].value);
			return;
		}
}

int left_invoke(const struct target *target, uint32_t n, uint32_t *result, char *change)
{
	struct target_left left = {.room = LEFT_MAX_BYTES};
	int error;

	*change = '\0';
	if (target->left == LEFT_NOTHING)
		return target_invoke(target, n, result, NULL);
	left.data = xmalloc(left.room);
	error = target_invoke_left(target, n, result, &left);
	if (!error)
		describe(target, left.data, left.bytes, change);
	if (!error && !*change && target->left > LEFT_PACKET)
		describe_context(&left.context, change);
	free(left.data);
	return error;
}
