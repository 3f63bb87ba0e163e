/* SPDX-License-Identifier: MIT */
/*
 * How often the rule for histories nominates a build for nothing, and how soon it nominates a real
 * step; and what rules that others use do with the same data. A seeded simulation: `make power`
 * runs it and publishes what it prints.
 *
 *	past BUILDS alarms    false nominations in so many builds of each kind of noise
 *	past STEPS latency    of so many steps, how many are nominated within 1, 3 and 12 builds
 *
 * A nomination counts when it begins: a build that is nominated after one that was not.
 */
#include <err.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/regress-detect/history.h"
#include "stats.h"

/* Each series begins with so many builds before anything is counted. */
#define BEFORE 40
/* Builds of one series; rules see at most so many. */
#define LONGEST 140
#define WINDOW 30
#define LATENCY 12

struct noise {
	const char *name;
	double cv, rho;	 /* standard deviation, autocorrelation */
	double outliers; /* share of builds: those of samples are gone from a median */
	double machines; /* distance of two machines that builds are spread over */
};

static const struct noise models[] = {
    {"quiet", .01, 0, 0, 0},
    {"hosted", .0266, 0, 0, 0},
    {"hosted with outliers", .0266, 0, .03, 0},
    {"autocorrelated", .0266, .5, 0, 0},
    {"two machines mixed", .0266, 0, 0, .2},
};
#define NMODELS (sizeof(models) / sizeof(*models))

static void simulate(gsl_rng *rng, const struct noise *m, double step, size_t at, double *v,
		     size_t n)
{
	double own = gsl_ran_gaussian(rng, m->cv);

	for (size_t i = 0; i < n; i++) {
		own = m->rho * own + sqrt(1 - m->rho * m->rho) * gsl_ran_gaussian(rng, m->cv);
		v[i] = 100 * (1 + own) * (i >= at ? 1 + step : 1);
		if (gsl_rng_uniform(rng) < m->outliers)
			v[i] *= 1 + .2 * gsl_rng_uniform(rng);
		if (gsl_rng_uniform(rng) < .5)
			v[i] *= 1 + m->machines;
	}
}

/* --- the rules: is the newest of n values nominated? --- */

static bool ours(const double *v, size_t n)
{
	static const bool no_markers[LONGEST];
	struct nomination rule = {.least = .03, .worse = 1};

	return level_judge(v, NULL, no_markers, n, &rule).verdict == SUSPECTED;
}

static bool threshold_to_previous(const double *v, size_t n)
{
	return v[n - 1] > 1.05 * v[n - 2];
}

/* Mean and two standard deviations of the last 30, the newest among them. */
static bool two_sigma(const double *v, size_t n)
{
	const double *w = v + n - WINDOW;
	double mean = stats_average(w, WINDOW);

	return v[n - 1] > mean + 2 * stats_stddev(w, WINDOW, mean);
}

/* The upper end of a 99 % t-interval of the last 30 before it. */
static bool t_interval(const double *v, size_t n)
{
	const double *w = v + n - 1 - WINDOW;
	double mean = stats_average(w, WINDOW);

	return v[n - 1] >
	       mean + gsl_cdf_tdist_Pinv(.99, WINDOW - 1) * stats_stddev(w, WINDOW, mean);
}

/* z above 2.5 and at least 2 percent. */
static bool z_and_percent(const double *v, size_t n)
{
	const double *w = v + n - 1 - WINDOW;
	double mean = stats_average(w, WINDOW);

	return v[n - 1] > mean + 2.5 * stats_stddev(w, WINDOW, mean) && v[n - 1] > 1.02 * mean;
}

/* Where the energy distance of the two parts is largest. Sums over pairs: O(n²) for each split
 * would be O(n³), so row sums of distances are kept. */
static size_t energy_split(const double *v, size_t n, size_t least)
{
	double best = -INFINITY;
	size_t at = 0;

	for (size_t split = least; split + least <= n; split++) {
		double between = 0, left = 0, right = 0, a = (double)split, b = (double)(n - split);

		for (size_t i = 0; i < n; i++)
			for (size_t j = i + 1; j < n; j++) {
				double d = fabs(v[i] - v[j]);

				if (j < split)
					left += d;
				else if (i >= split)
					right += d;
				else
					between += d;
			}
		between =
		    a * b / (a + b) *
		    (2 * between / (a * b) - left / (a * (a - 1) / 2) - right / (b * (b - 1) / 2));
		if (between > best) {
			best = between;
			at = split;
		}
	}
	return at;
}

static double t_test(const double *x, size_t nx, const double *y, size_t ny)
{
	double mx = stats_average(x, nx), my = stats_average(y, ny);
	double sx = stats_stddev(x, nx, mx), sy = stats_stddev(y, ny, my);
	double freedom = (double)(nx + ny - 2);
	double pooled = ((double)(nx - 1) * sx * sx + (double)(ny - 1) * sy * sy) / freedom;
	double t = (my - mx) / sqrt(pooled * (1 / (double)nx + 1 / (double)ny));

	return 2 * gsl_cdf_tdist_Q(fabs(t), freedom);
}

/* E-divisive with Student's t-test (Hunter): split, keep the split at p < .001, go on in both
 * parts; nominated when the last part is higher than the one before and began lately. */
static size_t last_change(const double *v, size_t n, size_t offset)
{
	size_t at = n >= 8 ? energy_split(v, n, 4) : 0, later;

	if (!at || t_test(v, at, v + at, n - at) >= .001)
		return 0;
	later = last_change(v + at, n - at, offset + at);
	return later ? later : offset + at;
}

static bool e_divisive(const double *v, size_t n)
{
	const size_t window = 50, lately = LATENCY;
	const double *w = n > window ? v + n - window : v;
	size_t m = n > window ? window : n, at = last_change(w, m, 0);

	return at && m - at <= lately && stats_average(w + at, m - at) > stats_average(w, at);
}

static const struct {
	const char *name;
	bool (*nominates)(const double *v, size_t n);
} rules[] = {
    {"this project", ours},
    {"5 % above the previous build", threshold_to_previous},
    {"mean + 2 sigma of 30 with the newest", two_sigma},
    {"99 % t-interval of 30", t_interval},
    {"z > 2.5 and 2 %", z_and_percent},
    {"E-divisive with t-test (p < .001)", e_divisive},
};
#define NRULES (sizeof(rules) / sizeof(*rules))

static void alarms(gsl_rng *rng, size_t builds)
{
	puts("noise,rule,builds,false_alarms,false_alarms_in_1000");
	for (size_t m = 0; m < NMODELS; m++) {
		size_t n[NRULES] = {0}, seen = 0;
		double v[LONGEST];

		while (seen < builds) {
			bool before[NRULES] = {false};

			simulate(rng, &models[m], 0, 0, v, LONGEST);
			for (size_t i = BEFORE; i < LONGEST; i++, seen++)
				for (size_t r = 0; r < NRULES; r++) {
					bool now = rules[r].nominates(v, i + 1);

					n[r] += now && !before[r];
					before[r] = now;
				}
		}
		for (size_t r = 0; r < NRULES; r++)
			printf("%s,%s,%zu,%zu,%.1f\n", models[m].name, rules[r].name, seen, n[r],
			       1000 * (double)n[r] / (double)seen);
	}
}

static void latency(gsl_rng *rng, size_t steps)
{
	static const struct noise noise[] = {{"", .0266, 0, 0, 0}, {"", .01, 0, 0, 0}};
	static const double size[] = {.1, .05};

	puts("cv_pct,step_pct,rule,steps,at_first_build_pct,within_3_pct,within_12_pct");
	for (size_t k = 0; k < 2; k++) {
		size_t first[NRULES] = {0}, three[NRULES] = {0}, twelve[NRULES] = {0};
		double v[BEFORE + LATENCY];

		for (size_t i = 0; i < steps; i++) {
			simulate(rng, &noise[k], size[k], BEFORE, v, BEFORE + LATENCY);
			for (size_t r = 0; r < NRULES; r++) {
				size_t after = 1;

				while (after <= LATENCY && !rules[r].nominates(v, BEFORE + after))
					after++;
				first[r] += after <= 1;
				three[r] += after <= 3;
				twelve[r] += after <= LATENCY;
			}
		}
		for (size_t r = 0; r < NRULES; r++)
			printf("%.2f,%.0f,%s,%zu,%.0f,%.0f,%.0f\n", 100 * noise[k].cv,
			       100 * size[k], rules[r].name, steps,
			       100 * (double)first[r] / (double)steps,
			       100 * (double)three[r] / (double)steps,
			       100 * (double)twelve[r] / (double)steps);
	}
}

int main(int argc, char **argv)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t n = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;

	gsl_rng_set(rng, 1);
	if (n && !strcmp(argv[2], "alarms"))
		alarms(rng, n);
	else if (n && !strcmp(argv[2], "latency"))
		latency(rng, n);
	else
		errx(2, "usage: past N alarms|latency");
	gsl_rng_free(rng);
	return 0;
}
