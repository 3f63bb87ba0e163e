/* SPDX-License-Identifier: MIT */
/* Taking the samples of a visit to a test, of all its builds side by side. */
#pragma once

#include <stdint.h>

#include "run.h"
#include "spent.h"
#include "tests.h"

/**
 * sampling_visit - sample the variants that have not ended: variant->taken of each probe, in
 * variant->samples
 * @random: state of the generator
 *
 * The builds' order is random, then the reverse (A B B A). Counted samples are few and short: a
 * warm-up comes before them, and three that are equal are enough.
 */
void sampling_visit(const struct run_options *options, struct test *test, uint64_t *random,
		    struct spent *spent);
