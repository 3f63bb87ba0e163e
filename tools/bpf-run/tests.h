/* SPDX-License-Identifier: MIT */
/* The rows of a plan as the tests that they are: each with its builds, each of those with the entry
 * points that run at once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instance.h"
#include "measure.h"
#include "plan.h"

/* One build of a test. */
struct variant {
	const struct plan_row *row[ENTRIES_MAX];
	size_t nrows;
	struct instance instance;
	bool loaded;
	bool ended; /* it failed, and its rows have said so */
	bool ran;   /* its programs' runs have been counted */

	struct probe *probes; /* one an entry point and CPU; probe->entry is an index of `row` */
	size_t nprobes;
	struct sample *samples; /* of the visit: [probe][room] */
	size_t room, taken;	/* samples of each probe: most, and in this visit */
};

struct test {
	struct variant *variants;
	size_t nvariants;
	size_t *order; /* of the variants, for whoever needs one */
	/* The invocations of a large call, found once and shared by all builds and rounds. */
	const char *entry_point[ENTRIES_MAX];
	uint32_t large[ENTRIES_MAX], turns[ENTRIES_MAX];
	size_t nentries;
	bool calibrated; /* `large` is known */
	size_t visited;	 /* times in this round */
};

struct tests {
	struct test *test;
	size_t n;
};

/** tests_check_rows - exits with status 2 when a row is there twice: then builds lack labels */
void tests_check_rows(const struct plan *plan);

/** tests_group - group the rows of a plan, which must outlive the tests */
void tests_group(struct tests *tests, const struct plan *plan);

/** tests_entry - the index of an entry point in test->entry_point, added when it is new */
size_t tests_entry(struct test *test, const char *entry_point);

/** tests_release - free all, and unload what is still loaded */
void tests_release(struct tests *tests);
