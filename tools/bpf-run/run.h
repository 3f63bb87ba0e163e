/* SPDX-License-Identifier: MIT */
/*
 * Rounds. Each round runs all tests in a new random order; each test in it is loaded freshly, for
 * every build, and its builds are sampled side by side: in random order, then in the reverse of
 * that order (A B B A), so that a machine that grows slower meanwhile slows all builds alike.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "samples.h"
#include "tests.h"

struct run_options {
	uint64_t rounds, first_round, samples, sample_ns;
	uint64_t iterations;   /* for all tests; 0 to calibrate */
	uint64_t cpus;	       /* use only the first so many; 0 for all */
	bool suite_iterations; /* use the suite's own counts where it has them */
	bool ignore_results;
	bool no_attach;		/* leave out what the kernel's test run does not take */
	bool commands;		/* a test's trigger may be a command */
	const char *pre, *post; /* commands before and after each visit to a test, or NULL */
	bool counted;		/* virtual time: keep timer ticks out of the samples */
	const char *profile;	/* mark the samples' calls, and write symbols there; or NULL */
	uint64_t seed;
	bool progress;	 /* show a bar on standard error */
	bool advise;	 /* say there what makes samples worse */
	bool show_spent; /* and, at the end, where the time went */
};

/**
 * run_rounds - measure all tests, write the samples, and release the tests
 * @return: the number of whole rounds; after a signal the test at hand is written as interrupted
 */
uint64_t run_rounds(struct tests *tests, const struct run_options *options,
		    struct samples *samples);
