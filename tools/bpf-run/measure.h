/* SPDX-License-Identifier: MIT */
/*
 * The measuring loop.
 *
 * A call into the kernel costs a fixed time besides its n invocations: F + n·c. So each sample is
 * a pair of calls, a small and a large one. The slope between them is free of F:
 *
 *	slope = (T(large) - T(small)) / (large - small)
 *
 * and so each pair tells what F is. F is the same for the samples that are taken one after another
 * of one program, so its median over them is better known than any single one, and
 *
 *	c = (T(large) - median F) / large
 *
 * is steadier than the slope: what disturbed a small call does not come in (on a busy machine a
 * slope may even be negative).
 *
 * T is the CPU time of the calling thread, which leaves out other processes; the hardware counters
 * are read around the same calls, and have slopes of their own. The two calls come in random order.
 *With a small call of an eighth of the large one, nearly all of the time goes into the slope's
 *numerator.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "consumer.h"
#include "target.h"

/* Invocations of the large call, at least: a slope needs two counts, and the kernel's test run
 * calls repeat = 1 something else than a loop. */
#define MEASURE_SMALL_MIN 2
#define MEASURE_LARGE_MIN 4

/* What is read around a call. Only the first is always there. */
enum reading {
	READ_CPU_NS,
	READ_INSTRUCTIONS,
	READ_CYCLES,
	READ_COUNT,
};

#define FIRST_COUNTER READ_INSTRUCTIONS

/* Why a sample is suspect; several may hold. */
enum {
	MARK_PREEMPTED = 1, /* another thread ran on the CPU meanwhile */
	MARK_MIGRATED = 2,  /* the thread did not stay on its CPU */
	MARK_STOLEN = 4,    /* the hypervisor took the CPU meanwhile */
	MARK_NONLINEAR = 8, /* the pair disagrees with the fixed cost of the others */
	MARK_STATS = 16,    /* the kernel timed each run of the program, which takes time itself */
	MARK_NEGATIVE = 32, /* its cost is below zero: less than the noise of what is taken off */
};

/** mark_text - the marks as the cell `mark` has them, separated by blanks */
const char *mark_text(unsigned int marks, char *buffer, size_t size);

/* What the last invocations of calls returned; values beyond those kept are counted as others. */
#define RETURNED_KEPT 8
struct returned {
	size_t n;
	uint32_t value[RETURNED_KEPT];
	uint64_t count[RETURNED_KEPT], others;
};

/** returned_add - count a result */
void returned_add(struct returned *returned, uint32_t value);

/**
 * returned_text - as the cell `returned` has it: the value, or, of several, value:count pairs, the
 * most frequent first, and others:count last
 * @return: @buffer, "" when nothing was counted
 */
const char *returned_text(const struct returned *returned, char *buffer, size_t size);

struct sample {
	double large[READ_COUNT]; /* of the large call; NaN where nothing was read */
	double slope[READ_COUNT]; /* per invocation, by this pair alone */
	double cost[READ_COUNT];  /* per invocation, written by measure_costs() */
	uint32_t kernel_ns;	  /* the kernel's own average, 0 for none */
	unsigned int marks;
	int error;  /* of the call; 0 when it succeeded */
	bool wrong; /* a call's last invocation gave `result`, which is not what was expected */
	uint32_t result;
	struct returned returned;
	/* With a consumer: invocations of all probes, and the records that came through. */
	uint64_t invocations, records;
};

/* One target on one CPU. */
struct probe {
	const struct target *target;
	/* Called as the target is, in the same pair, and taken off: an empty program; or NULL. */
	const struct target *empty;
	int cpu;
	uint32_t large; /* invocations of the large call; MEASURE_LARGE_MIN or more */
	/* Calls of each kind in a sample, averaged; 0 for one. Where a limit keeps calls short,
	 * their fixed cost, which is not the same in each, would else be much of a sample. */
	uint32_t turns;
	/* Run before each call, or NULL. */
	const struct target *prepare;
	uint32_t prepare_iterations;
	struct consumer *consumer; /* settled before each call, or NULL */
	/* What the last invocation of each call must give, where it is compared. */
	bool compared;
	uint32_t expected_result;
	bool large_first;
	/* Unless 0: each call begins right behind a timer tick, so that in this time there is none
	 * in it. For counted instructions, where the tick's are the only ones that are not the
	 * test's own. */
	int64_t tickless_ns;
	/* Unless 0: before each call sleep so long, and on to the same place in a second. What the
	 * last call has left to the kernel is done, and clocks are read by the same path. */
	int64_t settle_ns;
	double runs;	      /* how often its program runs for each invocation; NaN for unknown */
	int64_t prepare_ns;   /* how long what is run before its calls took so far */
	bool profiled;	      /* mark the calls for a profiler: see profile.h */
	struct sample sample; /* written by measure_sample() */

	struct measurement *measurement; /* private */
};

/** measure_clock_ns - wall-clock time that never goes back */
int64_t measure_clock_ns(void);

/** measure_is_difference - whether its costs are those of one call less those of another: of a
 * triggered program, or one beside an empty one */
bool measure_is_difference(const struct probe *probe);

/** measure_small - the invocations of the small call that belongs to the probe's large one */
uint32_t measure_small(const struct probe *probe);

/**
 * measure_sample - take one sample of each probe, all at the same time
 *
 * One probe is timed by one pair of calls. Several start together and each runs a pair, and then
 * short calls that are not measured until all have; only pairs that lie inside the time in which
 * all were running count, and are averaged. When one has none it is tried again with more pairs, a
 * few times; then its readings are NaN.
 */
void measure_sample(struct probe *probes, size_t n);

/**
 * measure_calibrate - find the invocations whose call lasts about target_ns
 * @limit: at most this many, MEASURE_LARGE_MIN or more; 0 for no limit
 * @return: probe->large is set, and probe->turns for a call that the limit keeps shorter, and 0 is
 * returned; else the error number
 */
int measure_calibrate(struct probe *probe, uint64_t target_ns, uint32_t limit);

/**
 * measure_costs - the costs of a probe's samples in one round
 * @n: ≥ 1; all taken with probe->large invocations
 *
 * The fixed cost is never taken to be more than the shortest call lasted, so that a cost is never
 * negative, but for what is a difference.
 * Marks those whose own fixed cost is more than 5 % of the large call away from the median (the
 * bound of the kernel's own bench_bpf_timing).
 */
void measure_costs(const struct probe *probe, struct sample *samples, size_t n);

#endif
