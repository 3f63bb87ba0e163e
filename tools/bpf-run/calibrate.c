/* SPDX-License-Identifier: MIT */
#include "sampling.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "cpus.h"

#define FIRST_INVOCATIONS 16 /* where calibration begins */
#define TRUSTED_PART 4	     /* it trusts a call of a quarter of the wanted time */

struct calibration {
	struct probe *probe;
	uint64_t target_ns;
	uint32_t limit;
	int error;
};

/* Calls of call_ns that fit: one at least. */
static uint32_t turns_within(uint64_t target_ns, double call_ns)
{
	return (uint32_t)fmin(fmax((double)target_ns / fmax(call_ns, 1), 1), CALLS_TURNS);
}

/* The invocations that take the wanted time, when n take so long. */
static uint32_t scale(uint32_t n, double ns, double target_ns)
{
	double wanted = n * (target_ns / ns);

	if (wanted < MEASURE_LARGE_MIN)
		return MEASURE_LARGE_MIN;
	return wanted < UINT32_MAX / 2 ? (uint32_t)wanted : n;
}

static void run_calibration(void *arg)
{
	struct calibration *c = arg;
	struct probe *probe = c->probe;
	uint32_t n = FIRST_INVOCATIONS;
	double each_ns = 0;

	for (;; n *= 2) {
		struct call small = {0}, large = {0};
		double ns;

		if (c->limit && n > c->limit)
			n = c->limit;
		calls_run(probe, calls_small(probe, n), &small);
		calls_run(probe, n, &large);
		c->error = small.error ? small.error : large.error;
		if (c->error)
			return;
		ns = large.value[READ_CPU_NS] - small.value[READ_CPU_NS];
		each_ns = ns / (n - calls_small(probe, n));
		if (ns * TRUSTED_PART >= (double)c->target_ns) {
			n = scale(n, ns, (double)c->target_ns);
			break;
		}
		if (n == c->limit || n >= UINT32_MAX / 4)
			break;
	}
	probe->large = c->limit && n > c->limit ? c->limit : n;
	probe->turns = 1;
	if (probe->large == c->limit && !measure_is_difference(probe) && !probe->tickless_ns)
		probe->turns = turns_within(c->target_ns, each_ns * c->limit);
}

int calibrate_probe(struct probe *probe, uint64_t target_ns, uint32_t limit)
{
	struct calibration c = {probe, target_ns, limit, 0};
	struct cpu_task task = {probe->cpu, run_calibration, &c, probe->target->network};

	cpus_run(&task, 1);
	return c.error;
}

/* Invocations that a test asks for instead of calibration; 0 for none. */
static uint32_t fixed_iterations(const struct run_options *options, const struct plan_row *row,
				 struct notices *notices)
{
	char text[120];

	if (options->iterations)
		return (uint32_t)options->iterations;
	if (!options->suite_iterations || !row->iterations)
		return 0;
	if (row->iterations >= MEASURE_LARGE_MIN)
		return (uint32_t)row->iterations;
	snprintf(text, sizeof(text), "a sample takes %d invocations or more, not %llu: it takes %d",
		 MEASURE_LARGE_MIN, (unsigned long long)row->iterations, MEASURE_LARGE_MIN);
	notices_add(notices, row, "", text);
	return MEASURE_LARGE_MIN;
}

/* Builds that differ a little then do the same number of invocations, and so the same random ones.
 */
static uint32_t floor_power_of_two(uint32_t n)
{
	while (n & (n - 1))
		n &= n - 1;
	return n;
}

/* Programs that run at once hinder each other: a write to a shared map takes up to ten times longer
 * than alone. Have them all run once, and shorten what lasts longer than is wanted. */
static int shorten_together(const struct run_options *options, struct variant *variant)
{
	double ns[ENTRIES_MAX] = {0};

	measure_sample(variant->probes, variant->nprobes);
	for (size_t p = 0; p < variant->nprobes; p++) {
		const struct probe *probe = &variant->probes[p];

		if (probe->sample.error)
			return probe->sample.error;
		ns[probe->entry] = fmax(ns[probe->entry], probe->sample.large[READ_CPU_NS]);
	}
	for (size_t p = 0; p < variant->nprobes; p++) {
		struct probe *probe = &variant->probes[p];
		double longer = ns[probe->entry] / (double)options->sample_ns;

		if (longer > 1)
			probe->large = (uint32_t)fmax(probe->large / longer, MEASURE_LARGE_MIN);
	}
	return 0;
}

/* Each entry point on the first of its CPUs, for all of them. Returns 0 and whether anything was to
 * be found out. */
static int calibrate_alone(const struct run_options *options, struct variant *variant,
			   struct notices *notices, bool *calibrated)
{
	uint32_t limit = (uint32_t)variant->row[0]->prepare_every;
	const struct probe *first[ENTRIES_MAX] = {NULL};

	for (size_t p = 0; p < variant->nprobes; p++) {
		struct probe *probe = &variant->probes[p];
		int error;

		if (first[probe->entry]) {
			probe->large = first[probe->entry]->large;
			probe->turns = first[probe->entry]->turns;
			continue;
		}
		first[probe->entry] = probe;
		probe->turns = 1;
		probe->large = fixed_iterations(options, variant->row[probe->entry], notices);
		if (!probe->large) {
			error = calibrate_probe(probe, options->sample_ns, limit);
			if (error)
				return error;
			if (options->counted)
				probe->large = floor_power_of_two(probe->large);
			*calibrated = true;
		}
		if (limit && probe->large > limit)
			probe->large = limit;
	}
	return 0;
}

int calibrate_variant(const struct run_options *options, struct variant *variant,
		      struct notices *notices)
{
	bool calibrated = false;
	int error = calibrate_alone(options, variant, notices, &calibrated);

	/* Twice, as once may be a lucky moment. */
	for (int i = 0; i < 2 && calibrated && variant->nprobes > 1 && !options->counted; i++)
		error = error ? error : shorten_together(options, variant);
	return error;
}

/* Take what is less for an entry point in any build. */
static void lower(const struct test *test, struct probe *probe, const char *entry_point)
{
	for (size_t v = 0; v < test->nvariants; v++) {
		const struct variant *variant = &test->variants[v];

		for (size_t p = 0; p < variant->nprobes && !variant->ended; p++) {
			const struct probe *other = &variant->probes[p];

			if (strcmp(variant->row[other->entry]->entry_point, entry_point) != 0)
				continue;
			if (other->large < probe->large)
				probe->large = other->large;
			if (other->turns < probe->turns)
				probe->turns = other->turns;
		}
	}
}

void calibrate_share(struct test *test)
{
	for (size_t v = 0; v < test->nvariants && !test->calibrated; v++) {
		struct variant *variant = &test->variants[v];

		for (size_t p = 0; p < variant->nprobes; p++)
			lower(test, &variant->probes[p],
			      variant->row[variant->probes[p].entry]->entry_point);
	}
	test->calibrated = true;
}
