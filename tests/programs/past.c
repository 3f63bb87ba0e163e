/* SPDX-License-Identifier: MIT */
/*
 * How often the rule for histories nominates a build for nothing, and how soon it nominates a real
 * step; and what rules that others use do with the same data. A seeded simulation: `make power`
 * runs it and publishes what it prints.
 *
 *	past BUILDS alarms    false nominations in so many builds of each kind of noise
 *	past STEPS latency    of so many steps, how many are nominated within 1, 3 and 12 builds
 *	past BUILDS steps     false steps that --all finds in so many builds of each kind of noise
 *	past STEPS blame      of so many steps, how many are found at another build
 *	past STEPS coverage   of so many steps in whole numbers, how often intervals hold the truth
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
/* Builds of a history whose every step is looked for. */
#define LONG 1000

struct noise {
	const char *name;
	double cv, rho;	 /* standard deviation, autocorrelation */
	double drift;	 /* standard deviation of what changes slowly: autocorrelation .95 */
	double outliers; /* share of builds: those of samples are gone from a median */
	double machines; /* distance of two machines that builds are spread over */
	bool whole;	 /* in whole numbers, from 20 to 30 */
};

static const struct noise models[] = {
    {"quiet", .cv = .01},
    {"hosted", .cv = .0266},
    {"hosted with outliers", .cv = .0266, .outliers = .03},
    {"autocorrelated", .cv = .0266, .rho = .5},
    {"drifting", .cv = .0266, .drift = .01},
    {"two machines 20 % apart", .cv = .0266, .machines = .2},
    {"two machines 10 % apart", .cv = .0266, .machines = .1},
    {"quiet, two machines 20 % apart", .cv = .01, .machines = .2},
    {"quiet, two machines 10 % apart", .cv = .01, .machines = .1},
    {"quiet, whole numbers", .cv = .01, .whole = true},
    {"hosted, whole numbers", .cv = .0266, .whole = true},
};
#define NMODELS (sizeof(models) / sizeof(*models))

static double ar1(gsl_rng *rng, double before, double rho, double sigma)
{
	return rho * before + sqrt(1 - rho * rho) * gsl_ran_gaussian(rng, sigma);
}

static void simulate(gsl_rng *rng, const struct noise *m, double step, size_t at, double *v,
		     size_t n)
{
	double own = gsl_ran_gaussian(rng, m->cv), drift = gsl_ran_gaussian(rng, m->drift);
	double center = m->whole ? 20 + 10 * gsl_rng_uniform(rng) : 100;

	for (size_t i = 0; i < n; i++) {
		own = ar1(rng, own, m->rho, m->cv);
		drift = ar1(rng, drift, .95, m->drift);
		v[i] = center * (1 + own + drift) * (i >= at ? 1 + step : 1);
		if (gsl_rng_uniform(rng) < m->outliers)
			v[i] *= 1 + .2 * gsl_rng_uniform(rng);
		if (gsl_rng_uniform(rng) < .5)
			v[i] *= 1 + m->machines;
		if (m->whole)
			v[i] = round(v[i]);
	}
}

/* --- the rules: is the newest of n values nominated? --- */

static const struct nomination nomination = {.least = .03, .margin = .01, .worse = 1};
static const bool no_markers[LONGEST];

static bool ours(const double *v, size_t n)
{
	return level_judge(v, NULL, no_markers, n, &nomination).verdict == SUSPECTED;
}

/* With a marker so that the newest is one of the 7th to 16th values after it. */
static bool after_marker(const double *v, size_t n)
{
	bool reset[LONGEST] = {false};

	reset[n - 7 - n % 10] = true;
	return level_judge(v, NULL, reset, n, &nomination).verdict == SUSPECTED;
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

/* --- E-divisive as Apache Otava has it, formerly Hunter (Fleming and others 2023; the energy
 * statistic of Matteson and James 2014), with its defaults --- */

#define OTAVA_WINDOW 50
#define OTAVA_P .001
#define OTAVA_WEAK_P (10 * OTAVA_P) /* of the first pass */

/* Student's t-test of v[from, at) and v[at, to), with standard deviations that divide by n, as
 * Otava computes them: one value alone has none, and is compared all the same. */
static double t_test(const double *v, size_t from, size_t at, size_t to)
{
	double mean[2] = {0}, squares = 0, t;
	double n[2] = {(double)(at - from), (double)(to - at)}, freedom = n[0] + n[1] - 2;

	if (freedom <= 0)
		return 1;
	for (size_t i = from; i < to; i++)
		mean[i >= at] += v[i] / n[i >= at];
	for (size_t i = from; i < to; i++)
		squares += (n[i >= at] - 1) / n[i >= at] * pow(v[i] - mean[i >= at], 2);
	t = fabs(mean[1] - mean[0]) / sqrt(squares / freedom * (1 / n[0] + 1 / n[1]));
	return isnan(t) ? 1 : 2 * gsl_cdf_tdist_Q(t, freedom);
}

/* The candidate in v[from, to): the split whose parts have the largest energy distance, be the
 * second one cut off wherever it is. */
static double energy_split(const double *v, size_t from, size_t to, size_t *at)
{
	double column[OTAVA_WINDOW][OTAVA_WINDOW + 1] = {0}; /* sums of distances to one value */
	double within[OTAVA_WINDOW + 1] = {0};		     /* all distances before it */
	double best = -INFINITY;
	size_t size = to - from;

	for (size_t k = 0; k < size; k++) {
		for (size_t i = 0; i < k; i++)
			column[k][i + 1] = column[k][i] + fabs(v[from + i] - v[from + k]);
		within[k + 1] = within[k] + column[k][k];
	}
	for (size_t split = 1; split < size; split++) {
		double right = 0, n = (double)split;

		for (size_t end = split + 1; end <= size; end++) {
			double m = (double)(end - split), between, q;

			right += column[end - 1][end - 1] - column[end - 1][split];
			between = within[end] - within[split] - right;
			q = between - (split > 1 ? m / (n - 1) * within[split] : 0) -
			    (m > 1 ? n / (m - 1) * right : 0);
			q *= 2 / (m + n);
			if (q > best) {
				best = q;
				*at = from + split;
			}
		}
	}
	return best;
}

/* Its change points, in order: `n` of them between the ends, at[0] and at[n + 1]. */
struct splits {
	size_t at[LONGEST + 2], n;
};

static void splits_remove(struct splits *s, size_t i)
{
	memmove(&s->at[i], &s->at[i + 1], (s->n + 1 - i) * sizeof(*s->at));
	s->n--;
}

static void splits_add(struct splits *s, size_t at)
{
	size_t i = s->n + 1;

	for (; s->at[i - 1] >= at; i--)
		if (s->at[i - 1] == at)
			return;
	memmove(&s->at[i + 1], &s->at[i], (s->n + 2 - i) * sizeof(*s->at));
	s->at[i] = at;
	s->n++;
}

/* Split a window while the best candidate of all parts is significant. */
static struct splits divide(const double *v, size_t from, size_t to)
{
	struct splits s = {{from, to}, 0};

	for (;;) {
		double best = -INFINITY;
		size_t at = 0, part = 0;

		for (size_t i = 0; i <= s.n; i++) {
			size_t here = 0;
			double q = energy_split(v, s.at[i], s.at[i + 1], &here);

			if (q > best) {
				best = q;
				at = here;
				part = i;
			}
		}
		if (!at || t_test(v, s.at[part], at, s.at[part + 1]) >= OTAVA_WEAK_P)
			return s;
		splits_add(&s, at);
	}
}

/* Windows of 50 that overlap by half give weak change points; the weakest goes until all are
 * significant between their neighbours. */
static struct splits otava(const double *v, size_t n)
{
	struct splits all = {{0, n}, 0};

	for (size_t start = 0; start < n;) {
		size_t next = start + OTAVA_WINDOW / 2;
		struct splits s =
		    divide(v, start, start + OTAVA_WINDOW < n ? start + OTAVA_WINDOW : n);

		for (size_t i = 1; i <= s.n; i++)
			splits_add(&all, s.at[i]);
		start = s.n && s.at[s.n] > next ? s.at[s.n] : next;
	}
	while (all.n) {
		double weakest = 0;
		size_t which = 0;

		for (size_t i = 1; i <= all.n; i++) {
			double p = t_test(v, all.at[i - 1], all.at[i], all.at[i + 1]);

			if (p >= weakest) {
				weakest = p;
				which = i;
			}
		}
		if (weakest < OTAVA_P)
			break;
		splits_remove(&all, which);
	}
	return all;
}

/* The last change is for the worse, and of late. */
static bool e_divisive(const double *v, size_t n)
{
	struct splits s = otava(v, n);
	size_t before = s.n ? s.at[s.n - 1] : 0, at = s.at[s.n];

	return s.n && n - at <= LATENCY &&
	       stats_average(v + at, n - at) > stats_average(v + before, at - before);
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
    {"E-divisive (Apache Otava: window 50, p < .001)", e_divisive},
    {"this project, builds 7 to 16 after a marker", after_marker},
};
#define NRULES (sizeof(rules) / sizeof(*rules))
#define NLATENCY (NRULES - 1) /* the last forgets the builds before a step */

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
			printf("\"%s\",\"%s\",%zu,%zu,%.1f\n", models[m].name, rules[r].name, seen,
			       n[r], 1000 * (double)n[r] / (double)seen);
	}
}

static double percent(size_t part, size_t whole)
{
	return 100 * (double)part / (double)whole;
}

static void latency(gsl_rng *rng, size_t steps)
{
	static const struct {
		struct noise noise;
		double step;
	} cases[] = {
	    {{"hosted", .cv = .0266}, .1},
	    {{"quiet", .cv = .01}, .05},
	    {{"quiet", .cv = .01}, .02},
	    {{"quiet, whole numbers", .cv = .01, .whole = true}, .1},
	};

	puts("noise,cv_pct,step_pct,rule,steps,at_first_build_pct,within_3_pct,within_12_pct");
	for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		size_t first[NLATENCY] = {0}, three[NLATENCY] = {0}, twelve[NLATENCY] = {0};
		const struct noise *noise = &cases[k].noise;
		double v[BEFORE + LATENCY];

		for (size_t i = 0; i < steps; i++) {
			simulate(rng, noise, cases[k].step, BEFORE, v, BEFORE + LATENCY);
			for (size_t r = 0; r < NLATENCY; r++) {
				size_t after = 1;

				while (after <= LATENCY && !rules[r].nominates(v, BEFORE + after))
					after++;
				first[r] += after <= 1;
				three[r] += after <= 3;
				twelve[r] += after <= LATENCY;
			}
		}
		for (size_t r = 0; r < NLATENCY; r++)
			printf("\"%s\",%.2f,%.0f,\"%s\",%zu,%.0f,%.0f,%.0f\n", noise->name,
			       100 * noise->cv, 100 * cases[k].step, rules[r].name, steps,
			       percent(first[r], steps), percent(three[r], steps),
			       percent(twelve[r], steps));
	}
}

/* Lasting changes that --all finds in noise. */
static void false_steps(gsl_rng *rng, size_t builds)
{
	puts("noise,builds,false_steps,false_steps_in_1000");
	for (size_t m = 0; m < NMODELS; m++) {
		size_t n = 0, seen = 0;
		struct step *found;
		double v[LONG];

		for (; seen < builds; seen += LONG) {
			simulate(rng, &models[m], 0, 0, v, LONG);
			n += steps_find(v, LONG, &nomination, STEP_EVIDENCE, &found);
			free(found);
		}
		printf("\"%s\",%zu,%zu,%.2f\n", models[m].name, seen, n,
		       1000 * (double)n / (double)seen);
	}
}

/* How often a step of 10 % is found and another build blamed: by --all, and by the verdict of the
 * newest build. */
static void blame(gsl_rng *rng, size_t steps)
{
	static const size_t behind[] = {1, 5, 12, 25, 60};
	static const double cvs[] = {.01, .0266};

	puts("cv_pct,builds_behind,steps,found_pct,another_build_pct,suspected_pct,"
	     "suspected_another_build_pct");
	for (size_t k = 0; k < 10; k++) {
		size_t found = 0, wrong = 0, suspected = 0, suspected_wrong = 0;
		size_t n = BEFORE + behind[k % 5];
		struct noise noise = {"", .cv = cvs[k / 5]};

		for (size_t i = 0; i < steps; i++) {
			struct level_answer a;
			struct step *step;
			double v[LONGEST];
			size_t nsteps;

			simulate(rng, &noise, .1, BEFORE, v, n);
			nsteps = steps_find(v, n, &nomination, STEP_EVIDENCE, &step);
			found += nsteps > 0;
			wrong += nsteps > 0 && step[nsteps - 1].first != BEFORE;
			free(step);
			a = level_judge(v, NULL, no_markers, n, &nomination);
			suspected += a.verdict == SUSPECTED;
			suspected_wrong += a.verdict == SUSPECTED && a.first_bad != BEFORE;
		}
		printf("%.2f,%zu,%zu,%.1f,", 100 * noise.cv, n - BEFORE, steps,
		       percent(found, steps));
		if (found)
			printf("%.1f", percent(wrong, found));
		printf(",%.1f,%.1f\n", percent(suspected, steps),
		       percent(suspected_wrong, suspected));
	}
}

/* Of whole numbers: how often the interval of a level, and that of the ratio of a step, holds what
 * it is about. */
static void coverage(gsl_rng *rng, size_t steps)
{
	static const double all_ns[] = {5, 10, 20, 50};
	static const double size = .2, cv = .01;

	puts("ns,steps,level_interval_covers_pct,ratio_interval_covers_pct");
	for (size_t k = 0; k < 4; k++) {
		size_t level = 0, ratio = 0, found = 0;

		for (size_t i = 0; i < steps; i++) {
			double v[2 * WINDOW], center = all_ns[k] * (1 + .2 * gsl_rng_uniform(rng));
			struct level_answer a;
			struct step *step;
			size_t n;

			for (size_t j = 0; j < 2 * WINDOW; j++)
				v[j] = round(center * (j < WINDOW ? 1 : 1 + size) *
					     (1 + gsl_ran_gaussian(rng, cv)));
			a = level_judge(v, NULL, no_markers, WINDOW, &nomination);
			level += a.low <= center && center <= a.high;
			n = steps_find(v, 2 * WINDOW, &nomination, STEP_EVIDENCE, &step);
			found += n == 1;
			ratio +=
			    n == 1 && step->ratio_low <= 1 + size && 1 + size <= step->ratio_high;
			free(step);
		}
		printf("%g,%zu,%.1f,%.1f\n", all_ns[k], steps, percent(level, steps),
		       percent(ratio, found));
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
	else if (n && !strcmp(argv[2], "steps"))
		false_steps(rng, n);
	else if (n && !strcmp(argv[2], "blame"))
		blame(rng, n);
	else if (n && !strcmp(argv[2], "coverage"))
		coverage(rng, n);
	else
		errx(2, "usage: past N alarms|latency|steps|blame|coverage");
	gsl_rng_free(rng);
	return 0;
}
