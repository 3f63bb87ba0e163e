/* SPDX-License-Identifier: MIT */
/*
 * The measuring loop.
 *
 * A call into the kernel costs a fixed time besides its n invocations: F + n·c. So each sample is
 * a pair of calls, a small and a large one, in random order. The slope between them is free of F:
 *
 *	slope = (T(large) - T(small)) / (large - small)
 *
 * and so each pair tells what F is. It is the same in all samples of a visit. So with its median
 *
 *	c = (T(large) - median F) / large
 *
 * is steadier than the slope, which a disturbed small call may even make negative.
 *
 * T is the CPU time of the thread, without other processes; hardware counters are read around the
 * same calls.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "consumer.h"
#include "target.h"

/* Invocations of a call, at least: a slope needs two counts, and the kernel's test run with repeat
 * = 1 is no loop. */
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

/* Why a sample is suspect, see bpf-run(1); several may hold. */
enum {
	MARK_PREEMPTED = 1,
	MARK_MIGRATED = 2,
	MARK_STOLEN = 4,
	MARK_NONLINEAR = 8,
	MARK_STATS = 16,
	MARK_NEGATIVE = 32,
};

/* What the last invocations of calls returned; values beyond those kept are counted as others. */
#define RETURNED_KEPT 8
struct returned {
	size_t n;
	struct returned_value {
		uint32_t value;
		uint64_t count;
	} kept[RETURNED_KEPT];
	uint64_t others;
};

struct sample {
	double large[READ_COUNT]; /* of the large call; NaN where nothing was read */
	double slope[READ_COUNT]; /* per invocation, by this pair alone */
	double cost[READ_COUNT];  /* per invocation, written by measure_costs() */
	double trigger_cost;	  /* per invocation, of a trigger without its program; else NaN */
	uint32_t kernel_ns;	  /* the kernel's own average, 0 for none */
	unsigned int marks;
	int error;  /* of a call, 0 for none */
	bool wrong; /* a call gave `result`, which is not what was expected */
	uint32_t result;
	struct returned returned;
	/* With a consumer: invocations of all probes, and the records that came through. */
	uint64_t invocations, records;
};

/* One target on one CPU. */
struct probe {
	const struct target *target;
	const struct target *empty; /* called in turns with it, and taken off; or NULL */
	int cpu;
	size_t entry;	/* the caller's: which entry point of its test it is */
	uint32_t large; /* invocations of the large call; MEASURE_LARGE_MIN or more */
	/* Calls of each kind in a sample, averaged. Where a limit keeps calls short, their fixed
	 * cost varies by much of a sample. */
	uint32_t turns;
	const struct target *prepare; /* run before each call, or NULL */
	uint32_t prepare_iterations;
	struct consumer *consumer; /* settled before each call, or NULL */
	bool compared;		   /* each call's last invocation must give this: */
	uint32_t expected_result;
	bool large_first;
	/* Counted instructions, else 0: each call begins right behind a timer tick, so that there
	 * is none in it for so long. Only the tick's instructions are not the test's own. */
	int64_t tickless_ns;
	/* Unless 0: before each call sleep so long, and on to the same place in a second. What the
	 * last call has left to the kernel is then done. */
	int64_t settle_ns;
	double runs;	      /* how often its program runs for each invocation; NaN for unknown */
	int64_t prepare_ns;   /* how long what is run before its calls took so far */
	bool profiled;	      /* mark the calls for a profiler: see profile.h */
	struct sample sample; /* written by measure_sample() */
};

/** measure_is_difference - whether its costs are a difference of calls: of a triggered program, or
 * one beside an empty one */
bool measure_is_difference(const struct probe *probe);

/** measure_small - invocations of the small call that belongs to the large one */
uint32_t measure_small(const struct probe *probe);

/** measure_sample - take one sample of each probe, all at the same time
 *
 * Several start together. Each runs a pair of calls, and then short ones that are not measured
 * until all have. Pairs that lie inside the time in which all ran are averaged. When a probe has
 * none it is tried again with more pairs, a few times; then its readings are NaN. */
void measure_sample(struct probe *probes, size_t n);

/** measure_costs - the costs of a probe's n ≥ 1 samples of one visit. Marks samples whose own fixed
 * cost is more than 5 % of the large call away from the median (the bound of the kernel's own
 * bench_bpf_timing) */
void measure_costs(const struct probe *probe, struct sample *samples, size_t n);
