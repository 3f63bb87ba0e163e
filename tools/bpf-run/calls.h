/* SPDX-License-Identifier: MIT */
/* The timed calls of a sample: a pair, a small and a large one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "measure.h"

struct call {
	double value[READ_COUNT]; /* NaN where nothing was read */
	uint32_t kernel_ns, result;
	int error;
};

/* The two calls, and what happened to the thread meanwhile. */
struct pair {
	struct call small, large;
	double trigger_cost; /* CPU ns an invocation of a trigger without its program; else NaN */
	int64_t begin_ns, end_ns;
	unsigned int marks;
};

/* At most so many calls of each kind make one pair. */
#define CALLS_TURNS 32

/** calls_run - one call of n invocations, on this thread, after what comes before each call */
void calls_run(struct probe *probe, uint32_t n, struct call *call);

/** calls_run_pair - the two calls; less those without the program, or of an empty one, where the
 * probe's cost is a difference */
void calls_run_pair(struct probe *probe, struct pair *pair);

/** calls_small - invocations of the small call that belongs to a large one of n */
uint32_t calls_small(const struct probe *probe, uint32_t n);

/** calls_is_wrong - whether a call's result is compared, and not what was expected */
bool calls_is_wrong(const struct probe *probe, const struct call *call);

/** calls_error - the error of a pair, 0 for none */
int calls_error(const struct pair *pair);
