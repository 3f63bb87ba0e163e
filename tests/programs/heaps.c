/* SPDX-License-Identifier: MIT */
/*
 * How often tools/lib/heaps.c takes noise for two heaps, and how often it finds two: a seeded
 * simulation. Run by tests/statistics.bats.
 *
 *	heaps N     N runs of 84 series of each kind, as CSV
 *
 * Rounds have levels of their own (normal, 10 %), and their width differs as much: neither is a
 * heap. Values are about 100, and the noise of one sample is 10 % unless the name says otherwise.
 */
#include <err.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "heaps.h"
#include "stats.h"
#include "xalloc.h"

#define SERIES 84 /* of the suite core */
#define SAMPLES 10
#define MOST_ROUNDS 20

/* The noise of one sample, of standard deviation 1 or so; `before` is that of the one before. */
typedef double noise_fn(gsl_rng *rng, double before);

static double normal(gsl_rng *rng, double before)
{
	(void)before;
	return gsl_ran_ugaussian(rng);
}

static double lognormal(gsl_rng *rng, double before)
{
	(void)before;
	return gsl_ran_lognormal(rng, 0, 1);
}

static double exponential(gsl_rng *rng, double before)
{
	(void)before;
	return gsl_ran_exponential(rng, 1);
}

static double outliers(gsl_rng *rng, double before)
{
	(void)before;
	return gsl_rng_uniform(rng) < .1 ? 20 * gsl_rng_uniform(rng) : gsl_ran_ugaussian(rng);
}

static double both_tails(gsl_rng *rng, double before)
{
	(void)before;
	return gsl_ran_tdist(rng, 2);
}

static double following(gsl_rng *rng, double before)
{
	return .9 * before + sqrt(1 - .9 * .9) * gsl_ran_ugaussian(rng);
}

static double flat(gsl_rng *rng, double before)
{
	(void)before;
	return gsl_ran_flat(rng, -1.7, 1.7);
}

/* What a series is made of. */
struct kind {
	const char *name;
	noise_fn *noise;
	double width;	   /* of one sample's noise */
	double step;	   /* of rounding, or 0 */
	double high;	   /* the higher heap, times the lower one; 0 for one heap */
	double high_share; /* of the samples */
};

static const struct kind kinds[] = {
    {"normal", normal, .1, 0, 0, 0},
    {"lognormal", lognormal, .1, 0, 0, 0},
    {"exponential", exponential, .1, 0, 0, 0},
    {"one in ten an outlier", outliers, .1, 0, 0, 0},
    {"heavy tails", both_tails, .1, 0, 0, 0},
    {"autocorrelated (.9)", following, .1, 0, 0, 0},
    {"rounded to a tenth", normal, .1, 10, 0, 0},
    {"rounded to a twentieth", normal, .1, 5, 0, 0},
    {"rounded to whole numbers near 3", normal, .3, 100. / 3, 0, 0},
    {"uniform", flat, .1, 0, 0, 0},
    {"heaps 40 and 2300 half and half", normal, .05, 0, 57.5, .5},
    {"heaps 40 and 2300 seven in ten high", normal, .05, 0, 57.5, .7},
    {"heaps 40 and 2300 three in ten high", normal, .05, 0, 57.5, .3},
    {"heaps a fifth apart half and half", normal, .02, 0, 1.2, .5},
    {"two whole counts", normal, 0, 1, 2, .5},
    {"two counts that are not whole", normal, 0, 0, 1.9, .5},
};

static void simulate(gsl_rng *rng, const struct kind *k, size_t rounds, double *sample)
{
	for (size_t r = 0; r < rounds; r++) {
		double level = k->width ? 100 * exp(gsl_ran_gaussian(rng, .1)) : 100;
		double width = k->width * exp(gsl_ran_gaussian(rng, .5)), noise;

		noise = k->noise(rng, 0);
		for (size_t s = 0; s < SAMPLES; s++) {
			double v = level;

			noise = k->noise(rng, noise);
			if (k->high && gsl_rng_uniform(rng) < k->high_share)
				v *= k->high;
			v *= 1 + width * noise;
			/* Rounded values are whole numbers of steps: of 10, 20 or 3 about. */
			*sample++ = k->step ? rint(v / k->step) : v;
		}
	}
}

static bool has_heaps(gsl_rng *rng, const struct kind *k, size_t rounds)
{
	double sample[MOST_ROUNDS * SAMPLES], copy[SAMPLES], value[MOST_ROUNDS];
	size_t cell[MOST_ROUNDS + 1], n = SAMPLES;
	struct heaps heaps;

	simulate(rng, k, rounds, sample);
	for (size_t r = 0; r < rounds; r++) {
		for (size_t s = 0; s < SAMPLES; s++)
			copy[s] = sample[r * SAMPLES + s];
		cell[r] = r * SAMPLES;
		value[r] = round_value(copy, &n, 1);
	}
	cell[rounds] = rounds * SAMPLES;
	return heaps_find(sample, cell, rounds, stats_median(value, rounds), &heaps);
}

static void run_kind(gsl_rng *rng, const struct kind *k, size_t rounds, size_t runs)
{
	size_t flagged = 0, runs_flagged = 0;

	for (size_t i = 0; i < runs; i++) {
		size_t before = flagged;

		for (size_t s = 0; s < SERIES; s++)
			flagged += has_heaps(rng, k, rounds);
		runs_flagged += flagged > before;
	}
	printf("%s,%s,%zu,%d,%zu,%.4f,%.2f\n", k->name, k->high ? "two" : "one", rounds, SAMPLES,
	       runs * SERIES, 100 * (double)flagged / (double)(runs * SERIES),
	       100 * (double)runs_flagged / (double)runs);
}

int main(int argc, char **argv)
{
	static const size_t rounds[] = {6, MOST_ROUNDS};
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t runs = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

	if (!runs)
		errx(2, "usage: heaps N");
	gsl_rng_set(rng, 1);
	puts(
	    "noise,heaps,rounds,samples_in_a_round,series,series_flagged_pct,runs_with_a_flag_pct");
	for (size_t r = 0; r < sizeof(rounds) / sizeof(*rounds); r++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
			run_kind(rng, &kinds[k], rounds[r], runs);
	gsl_rng_free(rng);
	return 0;
}
