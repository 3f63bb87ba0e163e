/* SPDX-License-Identifier: MIT */
/* The rows of a plan that are wanted, as the tests that they are: each with its builds, each of
 * those with the entry points that run at once. And in which order a round measures them. */
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
	bool ended;		  /* it failed, and its rows have said so */
	bool ran;		  /* its programs' runs have been counted: */
	double runs[ENTRIES_MAX]; /* for each call of an entry point; NaN for unknown */

	struct probe *probes; /* one an entry point and CPU; probe->entry is an index of `row` */
	size_t nprobes;
	struct sample *samples; /* of the visit: [probe][room] */
	size_t room, taken;	/* samples of each probe: most, and in this visit */
};

struct test {
	struct variant *variants;
	size_t nvariants;
	size_t *order;	 /* of the variants, for whoever needs one */
	bool calibrated; /* its probes have their invocations, for all rounds */
	size_t visited;	 /* times in this round */
};

struct tests {
	struct test *test;
	size_t n;
};

/** tests_select - drop the rows that are not wanted
 * @regex: POSIX extended, matched anywhere in the test's name; NULL for all
 * @only: a CSV with the columns suite and test; NULL for all
 *
 * Exits with status 2 when the expression or the file is bad, or when of some rows none is left. */
void tests_select(struct plan *plan, const char *regex, const char *only);

/** tests_group - group the rows of a plan, which must outlive the tests. Exits with status 2 when a
 * row is there twice: then builds lack labels */
void tests_group(struct tests *tests, const struct plan *plan);

/** tests_advise - say so when there are several builds and nothing of two of them to compare */
void tests_advise(const struct tests *tests);

/** outcome_judge - what became of a variant that was sampled, as its instance then says: whether
 * its samples are valid, and the test's check passes */
enum status outcome_judge(struct variant *variant);

/** tests_release - free all, and unload what is still loaded */
void tests_release(struct tests *tests);

/** random_next - the next number of a generator (SplitMix64; Steele, Lea, Flood 2014), the same on
 * every machine */
uint64_t random_next(uint64_t *state);

/** random_shuffle - put n indices into random order (Fisher and Yates) */
void random_shuffle(uint64_t *state, size_t *order, size_t n);

/* The tests of a round, in two parts, each shuffled by itself. */
struct schedule {
	size_t *test; /* indices of tests->test, each as often as it is to be measured */
	size_t n;
	size_t early; /* how many of them are in the first part */
};

/** schedule_visits - how often a round measures a test; @counted: instructions, not time */
size_t schedule_visits(const struct test *test, bool counted);

/** schedule_make - the tests of each round; the caller frees schedule->test */
void schedule_make(struct schedule *schedule, const struct tests *tests, bool counted);

/** schedule_shuffle - put them into another order; random: the state of a generator */
void schedule_shuffle(struct schedule *schedule, uint64_t *random);
