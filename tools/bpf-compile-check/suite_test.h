/* SPDX-License-Identifier: MIT */
/*
 * A stanza of a suite, and the tests that it describes.
 *
 *	name: map/{}/{}/read
 *	variants:
 *	  - {hash: {MAP_TYPE: BPF_MAP_TYPE_HASH}, array: {MAP_TYPE: BPF_MAP_TYPE_ARRAY}}
 *	  - [tcp4-64, udp6-1500]
 *	packet: "{2}"
 *
 * `variants` is an axis, or a list of axes; an axis maps names to settings, or is a list of names.
 *A setting sets the field of its name (lower case), else it is a define. A list of values in
 * `program_type` or `packet` is an axis too, behind those. There is a test for each combination. In
 *any text of the stanza {} is the name chosen on the next axis (the first {} of a text is the first
 * axis), {2} that of the second axis.
 */
#ifndef SUITE_TEST_H
#define SUITE_TEST_H

#include "suite_node.h"

enum field {
	F_NAME,
	F_DESCRIPTION,
	F_PROOF,
	F_NET_OF,
	F_PLATFORM,
	F_SOURCE,
	F_DEFINES,
	F_VARIANTS,
	F_ELF_FILE,
	F_PROGRAM_TYPE,
	F_ENTRY_POINT,
	F_CPU_ASSIGNMENT,
	F_OPERATIONS,
	F_ITERATION_COUNT,
	F_PREPARATION,
	F_PACKET,
	F_FRESH_PACKET,
	F_CONSUMER,
	F_CONSUMER_MODE,
	F_DROPPED_MAX,
	F_CHECK,
	F_EXPECTED_RESULT,
	F_KEEP,
	F_VISITS,
	F_CONTROL,
	F_BATCH_SIZE,
	F_PASS_DATA,
	F_PASS_CONTEXT,
	FIELD_COUNT,
};

extern const char *const field_names[FIELD_COUNT];

#define AXES_MAX 6
#define DEFINES_MAX 32

/* One test: its fields' nodes, NULL where absent. */
struct test {
	const yaml_node_t *node; /* of the stanza */
	const yaml_node_t *field[FIELD_COUNT];
	const yaml_node_pair_t *define[DEFINES_MAX]; /* besides those in `defines` */
	size_t ndefines;
	const char *choice[AXES_MAX]; /* the name chosen on each axis */
	size_t nchoices;
};

/** test_expand - a text of the stanza for this test; caller frees */
char *test_expand(struct suite *suite, const struct test *test, const yaml_node_t *n,
		  const char *what);

/** test_text - a field likewise, "" where absent; caller frees */
char *test_text(struct suite *suite, const struct test *test, enum field f);

/** test_each - call a function for each test of a stanza */
void test_each(struct suite *suite, const struct test *stanza,
	       void (*each)(struct suite *suite, const struct test *test, void *context),
	       void *context);

struct work;

/**
 * suite_add_row - append a row of a test, compiled from a unit (or NO_UNIT)
 * @entry_point: taken over
 * @cpus: NULL for any
 */
void suite_add_row(struct work *work, struct suite *suite, const struct test *test, size_t unit,
		   char *entry_point, const yaml_node_t *cpus);

#endif
