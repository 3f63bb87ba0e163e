/* SPDX-License-Identifier: MIT */
/* Where the wall-clock time of a run goes, step by step and test by test. */
#pragma once

#include <stdio.h>

#include "tests.h"

enum step {
	STEP_OTHER, /* writing samples, commands before and after */
	STEP_LOAD,
	STEP_PREPARE,  /* running the programs that prepare maps */
	STEP_VALIDATE, /* the first run of each program, and counting runs */
	STEP_CALIBRATE,
	STEP_SAMPLE,
	STEP_CHECK,
	STEP_UNLOAD,
	STEP_COUNT,
};

struct spent_test {
	const char *name;
	int64_t ns[STEP_COUNT];
};

struct spent {
	int64_t since_ns; /* when the step at hand began */
	enum step step;
	size_t at, ntests;
	struct spent_test *test;
};

/** spent_start - nothing is spent yet; the tests outlive it */
void spent_start(struct spent *spent, const struct tests *tests);

/** spent_test - what comes now is STEP_OTHER of a test; spent_enter - this step of it */
void spent_test(struct spent *spent, size_t test);
void spent_enter(struct spent *spent, enum step step);

/** spent_prepared - of the step at hand, so much went into preparing maps */
void spent_prepared(struct spent *spent, int64_t ns);

/** spent_end - free all; before, to a stream unless that is NULL, a table for people: seconds of
 * all tests, and of the ten that took longest */
void spent_end(struct spent *spent, FILE *out);
