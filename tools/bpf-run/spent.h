/* SPDX-License-Identifier: MIT */
/* Where the wall-clock time of a run goes, step by step and test by test. */
#pragma once

#include <stddef.h>
#include <stdint.h>
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

/* Zeroed nothing is spent yet. */
struct spent {
	int64_t since_ns; /* when the step at hand began */
	enum step step;
	size_t test;
	int64_t (*ns)[STEP_COUNT]; /* of each test */
};

/** spent_start - begin with STEP_OTHER of the first of @ntests */
void spent_start(struct spent *spent, size_t ntests);

/** spent_test - what comes now is of this test */
void spent_test(struct spent *spent, size_t test);

/** spent_enter - what comes now is this step */
void spent_enter(struct spent *spent, enum step step);

/** spent_prepared - of the step at hand, so much went into preparing maps */
void spent_prepared(struct spent *spent, int64_t ns);

/** spent_write - a table for people: seconds of all tests, and of the ten that took longest */
void spent_write(struct spent *spent, const struct tests *tests, FILE *out);

void spent_release(struct spent *spent);
