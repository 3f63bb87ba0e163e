/* SPDX-License-Identifier: MIT */
/* Which tests a round measures, how often, and in which order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests.h"

/* The tests of a round, in two parts, each shuffled by itself. */
struct schedule {
	size_t *test; /* indices of tests->test, each as often as it is to be measured */
	size_t n;
	size_t early; /* how many of them are in the first part */
};

/** schedule_visits - how often a round measures a test; @counted: instructions, not time */
size_t schedule_visits(const struct test *test, bool counted);

/** schedule_make - the tests of each round; schedule_release() frees it */
void schedule_make(struct schedule *schedule, const struct tests *tests, bool counted);

/** schedule_shuffle - put them into another order; random: the state of a generator */
void schedule_shuffle(struct schedule *schedule, uint64_t *random);

void schedule_release(struct schedule *schedule);
