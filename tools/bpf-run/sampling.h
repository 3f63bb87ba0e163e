/* SPDX-License-Identifier: MIT */
/* Sampling a test: how many invocations its calls have (calibrate.c), and the samples of a visit,
 * of all its builds side by side. */
#pragma once

#include <stdint.h>

#include "notices.h"
#include "run.h"
#include "spent.h"

/**
 * calibrate_probe - find the invocations whose call lasts about target_ns
 * @limit: at most this many, MEASURE_LARGE_MIN or more; 0 for no limit
 * @return: probe->large is set, and probe->turns for a call that the limit keeps shorter, and 0 is
 * returned; else the error number
 */
int calibrate_probe(struct probe *probe, uint64_t target_ns, uint32_t limit);

/** calibrate_variant - find those of a variant that is loaded, in the first visit to its test. What
 * the suite or the user says is taken as it is. Returns 0, or the error number of a call */
int calibrate_variant(const struct run_options *options, struct variant *variant,
		      struct notices *notices);

/** calibrate_share - have all builds take the invocations of the slowest, so that no sample of it
 * lasts longer than is wanted */
void calibrate_share(struct test *test);

/** sampling_visit - sample the variants that have not ended: variant->taken of each probe, in
 * variant->samples; random: the state of a generator */
void sampling_visit(const struct run_options *options, struct test *test, uint64_t *random,
		    struct spent *spent);
