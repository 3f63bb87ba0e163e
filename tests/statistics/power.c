/* SPDX-License-Identifier: MIT */
/*
 * How often the decision rule cries wolf, and how small a slowdown it finds: a seeded simulation
 * that hands made-up rounds to the very code of regress-detect. `make power` runs it and publishes
 * what it prints; tests/regress-detect.bats runs it with few repetitions.
 *
 *	power N alarms       false alarms in N comparisons of a build with itself
 *	power N slowdowns    the smallest slowdown that is found in 9 of 10 of N comparisons
 *
 * Output is CSV.
 */
#include <err.h>
#include <fcntl.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "detect.h"
#include "ranktest.h"
#include "xalloc.h"

#define ROUNDS 20
#define SERIES 10
#define POWER .9

/* Where noise comes from; all are standard deviations as fractions unless said otherwise. */
struct noise {
	const char *name;
	double cv;    /* of one round value of one build */
	double drift; /* of the machine, in which both builds share: AR(1) */
	double drift_rho;
	double bias;	 /* of a build in a run: memory layout, boot */
	double outliers; /* share of round values that are up to half as much again */
	double own_rho;	 /* autocorrelation of a build's own noise */
	double machines; /* distance of two machines that rounds are spread over */
};

static const struct noise models[] = {
    {"quiet", .005, .005, .95, .001, 0, 0, 0},
    {"hosted", .02, .01, .95, .0015, .03, 0, 0},
    {"nasty", .05, .03, .95, .01, .1, 0, 0},
    {"autocorrelated", .02, .01, .95, .0015, .03, .6, 0},
    {"two machines mixed", .02, .01, .95, .0015, .03, 0, .3},
};
#define NMODELS (sizeof(models) / sizeof(*models))

/* One run: the values of both builds, in order of rounds. */
struct run {
	double value[NSIDES][SERIES][ROUNDS];
};

static double ar1(gsl_rng *rng, double before, double rho, double sigma)
{
	return rho * before + sqrt(1 - rho * rho) * gsl_ran_gaussian(rng, sigma);
}

/* Slower by `slowdown` on the current side. */
static void simulate(gsl_rng *rng, const struct noise *m, double slowdown, struct run *run)
{
	for (size_t s = 0; s < SERIES; s++) {
		double bias[NSIDES], own[NSIDES], drift = gsl_ran_gaussian(rng, m->drift);

		for (enum side side = BASELINE; side < NSIDES; side++) {
			bias[side] = gsl_ran_gaussian(rng, m->bias);
			own[side] = gsl_ran_gaussian(rng, m->cv);
		}
		for (size_t r = 0; r < ROUNDS; r++) {
			bool other = gsl_rng_uniform(rng) < .5;

			drift = ar1(rng, drift, m->drift_rho, m->drift);
			for (enum side side = BASELINE; side < NSIDES; side++) {
				double v = 100 * exp(drift + bias[side]);

				own[side] = ar1(rng, own[side], m->own_rho, m->cv);
				v *= exp(own[side]) * (other ? 1 + m->machines : 1);
				if (gsl_rng_uniform(rng) < m->outliers)
					v *= 1 + .5 * gsl_rng_uniform(rng);
				run->value[side][s][r] = v * (side ? 1 + slowdown : 1);
			}
		}
	}
}

static void write_rounds(FILE *f, const struct run *run, size_t nseries)
{
	fputs("run_id,host_class,track,suite,test,entry_point,build,round,median_duration_ns\n", f);
	for (enum side side = BASELINE; side < NSIDES; side++)
		for (size_t s = 0; s < nseries; s++)
			for (size_t r = 0; r < ROUNDS; r++)
				fprintf(f, "r,h,t,s,test%zu,e,%c,%zu,%.17g\n", s, "ab"[side], r,
					run -> value[side][s][r]);
}

/* Judge a run with the tool's own rule, and count the verdicts. */
static void judge(const struct run *run, size_t nseries, size_t count[NVERDICTS])
{
	struct comparison c = {.baseline = "a",
			       .rule = {.margin = .01, .alert = .05, .alpha = .01}};
	int fd = memfd_create("rounds", MFD_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	char path[64];

	if (!f)
		err(2, "can't make a file in memory");
	write_rounds(f, run, nseries);
	if (fflush(f))
		err(2, "can't write to memory");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	c.cols.keys = names_split("keys", "host_class,track,suite,test,entry_point");
	comparison_read(&c, path, NSIDES);
	comparison_pair(&c);
	comparison_judge(&c);
	for (size_t i = 0; i < c.nfindings; i++)
		count[c.findings[i].verdict]++;
	comparison_release(&c);
	fclose(f);
}

/* What many do: all rounds of one build, then all of the other; Mann and Whitney, p < .05. */
static bool blocks_differ(gsl_rng *rng, const struct noise *m)
{
	double v[NSIDES][ROUNDS], drift = gsl_ran_gaussian(rng, m->drift);
	struct rank_p p;

	for (enum side side = BASELINE; side < NSIDES; side++) {
		double bias = gsl_ran_gaussian(rng, m->bias), own = gsl_ran_gaussian(rng, m->cv);

		for (size_t r = 0; r < ROUNDS; r++) {
			drift = ar1(rng, drift, m->drift_rho, m->drift);
			own = ar1(rng, own, m->own_rho, m->cv);
			v[side][r] = drift + bias + own;
			if (gsl_rng_uniform(rng) < m->outliers)
				v[side][r] += log1p(.5 * gsl_rng_uniform(rng));
		}
	}
	p = rank_sum_p(v[BASELINE], ROUNDS, v[CURRENT], ROUNDS, 0);
	return 2 * fmin(p.greater, p.less) < .05;
}

static double percent(size_t part, size_t whole)
{
	return 100 * (double)part / (double)whole;
}

static void alarms(gsl_rng *rng, size_t runs)
{
	puts("noise,series_judged,rounds,series_in_a_run,regressions,improvements,"
	     "false_regressions_pct,false_alarms_pct,unchanged_pct,inconclusive_pct,unstable_pct,"
	     "mann_whitney_on_two_blocks_pct");
	for (size_t m = 0; m < NMODELS; m++)
		for (size_t nseries = 1; nseries <= SERIES; nseries += SERIES - 1) {
			size_t n[NVERDICTS] = {0}, peers = 0, of = runs / nseries;
			size_t all = of * nseries;
			struct run run;

			for (size_t i = 0; i < of; i++) {
				simulate(rng, &models[m], 0, &run);
				judge(&run, nseries, n);
				peers += blocks_differ(rng, &models[m]);
			}
			printf("%s,%zu,%d,%zu,%zu,%zu,%.3f,%.3f,%.1f,%.1f,%.1f,%.1f\n",
			       models[m].name, all, ROUNDS, nseries, n[REGRESSION], n[IMPROVEMENT],
			       percent(n[REGRESSION], all),
			       percent(n[REGRESSION] + n[IMPROVEMENT], all),
			       percent(n[UNCHANGED], all), percent(n[INCONCLUSIVE], all),
			       percent(n[UNSTABLE], all), percent(peers, of));
		}
}

/* The share of series that are called regressions; or, confirmed, in two runs that follow. */
static double power(gsl_rng *rng, const struct noise *m, double slowdown, size_t nseries,
		    size_t runs, bool confirmed)
{
	size_t n[NVERDICTS] = {0}, all = runs * nseries;
	struct run run;
	double found;

	for (size_t i = 0; i < runs; i++) {
		simulate(rng, m, slowdown, &run);
		judge(&run, nseries, n);
	}
	found = (double)n[REGRESSION] / (double)all;
	return confirmed ? found * found : found;
}

/* In steps of a thousandth, by bisection: larger slowdowns are found more often. Two runs are
 * independent, so both find it with the square of one run's probability. */
static double smallest_found(gsl_rng *rng, const struct noise *m, size_t nseries, size_t runs,
			     bool confirmed)
{
	unsigned low = 1, high = 128;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (power(rng, m, middle / 1000., nseries, runs, confirmed) >= POWER)
			high = middle;
		else
			low = middle + 1;
	}
	return low / 1000.;
}

static void slowdowns(gsl_rng *rng, size_t runs)
{
	static const double cvs[] = {.005, .01, .02, .03};

	puts("sample_cv_pct,rounds,series_in_a_run,smallest_found_pct,smallest_confirmed_pct");
	for (size_t nseries = 1; nseries <= SERIES; nseries += SERIES - 1)
		for (size_t i = 0; i < sizeof(cvs) / sizeof(*cvs); i++) {
			size_t n = runs / nseries; /* as many series either way */
			struct noise m = models[1];

			m.cv = cvs[i];
			printf("%.1f,%d,%zu,%.1f,%.1f\n", 100 * cvs[i], ROUNDS, nseries,
			       100 * smallest_found(rng, &m, nseries, n, false),
			       100 * smallest_found(rng, &m, nseries, n, true));
		}
}

int main(int argc, char **argv)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t runs = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;

	gsl_rng_set(rng, 1);
	if (runs && !strcmp(argv[2], "alarms"))
		alarms(rng, runs);
	else if (runs && !strcmp(argv[2], "slowdowns"))
		slowdowns(rng, runs);
	else
		errx(2, "usage: power N alarms|slowdowns");
	gsl_rng_free(rng);
	return 0;
}
