/* SPDX-License-Identifier: MIT */
/* How many invocations the calls of a test have. */
#pragma once

#include <stdint.h>

#include "notices.h"
#include "run.h"
#include "tests.h"

/**
 * calibrate_probe - find the invocations whose call lasts about target_ns
 * @limit: at most this many, MEASURE_LARGE_MIN or more; 0 for no limit
 * @return: probe->large is set, and probe->turns for a call that the limit keeps shorter, and 0 is
 * returned; else the error number
 */
int calibrate_probe(struct probe *probe, uint64_t target_ns, uint32_t limit);

/**
 * calibrate_variant - find those of a variant that is loaded, in the first visit to its test
 *
 * All builds share the invocations of the slowest, so that no sample of it lasts longer than is
 * wanted. What the suite or the user says is taken as it is.
 * @return: 0, or the error number of a call
 */
int calibrate_variant(const struct run_options *options, struct test *test, struct variant *variant,
		      struct notices *notices);

/** calibrate_share - set what was found for all variants of the test */
void calibrate_share(struct test *test);
