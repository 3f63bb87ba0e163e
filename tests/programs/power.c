/* SPDX-License-Identifier: MIT */
/*
 * How often the decision rule cries wolf, and how small a slowdown it finds: a seeded simulation
 * that hands made-up rounds to the very code of regress-detect. `make power` runs it and publishes
 * what it prints; tests/regress-detect.bats runs it with few repetitions.
 *
 *	power N alarms       false alarms in N comparisons of a build with itself
 *	power N slowdowns    the smallest slowdown of one series that is found in 9 of 10 of N runs
 *	power N disturbed    how often 10 % and 100 % are found where some rounds are disturbed, or
 *	                     follow one another
 *	power N counted      false alarms, and what is found, of instructions counted with few seeds
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

#include "../../tools/regress-detect/detect.h"
#include "ranktest.h"
#include "xalloc.h"

#define ROUNDS 20
#define LOOKS 2	  /* of `make compare`: what the first leaves undecided is measured as long again */
#define SERIES 84 /* as the suite core has */
#define ALPHA .01
#define POWER .9

/* Where noise comes from; all are standard deviations as fractions unless said otherwise. */
struct noise {
	const char *name;
	double cv;    /* of one round value of one build */
	double drift; /* of the machine, in which both builds share: AR(1) */
	double drift_rho;
	double bias;	  /* of a build in a run: memory layout, boot */
	double outliers;  /* share of round values that are up to half as much again */
	double own_rho;	  /* autocorrelation of a build's own noise */
	double machines;  /* distance of two machines that rounds are spread over */
	double disturbed; /* share of round values that are 1.6 times as long */
};

static const struct noise models[] = {
    {"quiet", .005, .005, .95, .001, 0, 0, 0, 0},
    {"hosted", .02, .01, .95, .0015, .03, 0, 0, 0},
    {"nasty", .05, .03, .95, .01, .1, 0, 0, 0},
    {"autocorrelated", .02, .01, .95, .0015, .03, .6, 0, 0},
    {"wandering", .02, .01, .95, .0015, .03, .9, 0, 0},
    {"two machines mixed", .02, .01, .95, .0015, .03, 0, .3, 0},
};
#define HOSTED 1
#define AUTOCORRELATED 3
#define WANDERING 4
#define NMODELS (sizeof(models) / sizeof(*models))
static const struct noise some_disturbed = {"disturbed", .01, .01, .95, .0015, 0, 0, 0, .15};

/* One run: the values of both builds, in order of rounds. */
struct run {
	bool counted; /* instructions, not time */
	double value[NSIDES][SERIES][LOOKS * ROUNDS];
};

static double ar1(gsl_rng *rng, double before, double rho, double sigma)
{
	return rho * before + sqrt(1 - rho * rho) * gsl_ran_gaussian(rng, sigma);
}

/* How many series a run has: one, a few, those of a suite. */
static const size_t run_sizes[] = {1, 10, SERIES};
#define NSIZES (sizeof(run_sizes) / sizeof(*run_sizes))

/* The first of `nseries` is slower by `slowdown` on the current side. */
static void simulate(gsl_rng *rng, const struct noise *m, size_t nseries, double slowdown,
		     struct run *run)
{
	for (size_t s = 0; s < nseries; s++) {
		double bias[NSIDES], own[NSIDES], drift = gsl_ran_gaussian(rng, m->drift);

		for (enum side side = BASELINE; side < NSIDES; side++) {
			bias[side] = gsl_ran_gaussian(rng, m->bias);
			own[side] = gsl_ran_gaussian(rng, m->cv);
		}
		for (size_t r = 0; r < (size_t)LOOKS * ROUNDS; r++) {
			bool other = gsl_rng_uniform(rng) < .5;

			drift = ar1(rng, drift, m->drift_rho, m->drift);
			for (enum side side = BASELINE; side < NSIDES; side++) {
				double v = 100 * exp(drift + bias[side]);

				own[side] = ar1(rng, own[side], m->own_rho, m->cv);
				v *= exp(own[side]) * (other ? 1 + m->machines : 1);
				if (gsl_rng_uniform(rng) < m->outliers)
					v *= 1 + .5 * gsl_rng_uniform(rng);
				if (m->disturbed && gsl_rng_uniform(rng) < m->disturbed)
					v *= 1.6;
				run->value[side][s][r] = v * (side && !s ? 1 + slowdown : 1);
			}
		}
	}
}

static void write_rounds(FILE *f, const struct run *run, size_t nseries, const size_t *rounds)
{
	const char *runtime = run->counted ? "icount" : "host";

	fprintf(f, "run_id,host_class,runtime,track,suite,test,entry_point,build,round,value_%s\n",
		run->counted ? "instructions" : "duration_ns");
	for (enum side side = BASELINE; side < NSIDES; side++)
		for (size_t s = 0; s < nseries; s++)
			for (size_t r = 0; r < rounds[s]; r++)
				fprintf(f, "r,h,%s,t,s,%zu,e,%c,%zu,%.17g\n", runtime, s,
					"ab"[side], r, run -> value[side][s][r]);
}

struct judgement {
	enum verdict verdict;
	bool undecided; /* as pipelines/compare/undecided has it */
	double seen;	/* per cent that are said would have been seen, or 0 */
};

static bool is_undecided_count(const struct finding *f)
{
	return f->verdict != UNSTABLE && fabs(f->value[CURRENT] - f->value[BASELINE]) > .5 &&
	       fabs(log(f->ratio)) <= log1p(f->rule.alert);
}

/* Judge the first `rounds` of each series of a run with the tool's own rule. */
static void judge(const struct run *run, size_t nseries, const size_t *rounds, double alpha,
		  struct judgement *judgement)
{
	struct comparison c = {.baseline = "a",
			       .rule = {.margin = .01, .alert = .05, .alpha = alpha}};
	int fd = memfd_create("rounds", MFD_CLOEXEC);
	FILE *memory = fd < 0 ? NULL : fdopen(fd, "w");
	char path[64];

	if (!memory)
		err(2, "can't make a file in memory");
	write_rounds(memory, run, nseries, rounds);
	if (fflush(memory)) {
		fclose(memory);
		err(2, "can't write to memory");
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	c.cols.keys = names_split("keys", "host_class,track,suite,test,entry_point");
	comparison_read(&c, path, NSIDES);
	comparison_pair(&c);
	comparison_judge(&c);
	fclose(memory);
	if (c.nfindings != nseries)
		errx(2, "%zu series became %zu findings", nseries, c.nfindings);
	for (size_t i = 0; i < c.nfindings; i++) {
		const struct finding *f = &c.findings[i];
		bool beyond = fabs(log(f->ratio)) > log1p(f->rule.margin);
		const char *seen = f->reason ? strstr(f->reason, "a regression of ") : NULL;

		judgement[strtoul(finding_label(&c, f, "test"), NULL, 10)] = (struct judgement){
		    .verdict = f->verdict,
		    .undecided = run->counted ? is_undecided_count(f)
					      : f->verdict == INCONCLUSIVE ||
						    (f->verdict == UNCHANGED && beyond),
		    .seen = seen ? strtod(seen + strlen("a regression of "), NULL) : 0,
		};
	}
	comparison_release(&c);
}

/* Judge a run, in one look or in two. Each of two looks may err with half of the probability. */
static void look(const struct run *run, size_t nseries, size_t first, size_t looks,
		 struct judgement judgement[SERIES])
{
	double alpha = ALPHA / (double)looks;
	size_t rounds[SERIES] = {0};

	for (size_t s = 0; s < nseries; s++)
		rounds[s] = first;
	judge(run, nseries, rounds, alpha, judgement);
	if (looks == 1)
		return;
	for (size_t s = 0; s < nseries; s++)
		if (judgement[s].undecided)
			rounds[s] = LOOKS * first;
	judge(run, nseries, rounds, alpha, judgement);
}

/* Add the verdicts. Returns whether there is an alarm among them. */
static bool count(const struct judgement *judgement, size_t nseries, size_t n[VERDICT_COUNT])
{
	bool alarm = false;

	for (size_t s = 0; s < nseries; s++) {
		enum verdict v = judgement[s].verdict;

		n[v]++;
		alarm |= v == REGRESSION || v == IMPROVEMENT;
	}
	return alarm;
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
	     "two_looks_false_alarms_pct,two_looks_runs_with_an_alarm_pct,"
	     "mann_whitney_on_two_blocks_pct");
	for (size_t m = 0; m < NMODELS; m++)
		for (size_t i = 0; i < NSIZES; i++) {
			size_t n[VERDICT_COUNT] = {0}, twice[VERDICT_COUNT] = {0}, peers = 0;
			size_t nseries = run_sizes[i], of = (runs + nseries - 1) / nseries;
			size_t all = of * nseries, alarmed = 0;
			struct run run = {0};
			struct judgement judgement[SERIES];

			for (size_t k = 0; k < of; k++) {
				simulate(rng, &models[m], nseries, 0, &run);
				look(&run, nseries, ROUNDS, 1, judgement);
				count(judgement, nseries, n);
				look(&run, nseries, ROUNDS, LOOKS, judgement);
				alarmed += count(judgement, nseries, twice);
			}
			for (size_t k = 0; k < runs; k++)
				peers += blocks_differ(rng, &models[m]);
			printf("%s,%zu,%d,%zu,%zu,%zu,%.3f,%.3f,%.1f,%.1f,%.1f,%.3f,%.1f,%.1f\n",
			       models[m].name, all, ROUNDS, nseries, n[REGRESSION], n[IMPROVEMENT],
			       percent(n[REGRESSION], all),
			       percent(n[REGRESSION] + n[IMPROVEMENT], all),
			       percent(n[UNCHANGED], all), percent(n[INCONCLUSIVE], all),
			       percent(n[UNSTABLE], all),
			       percent(twice[REGRESSION] + twice[IMPROVEMENT], all),
			       percent(alarmed, of), percent(peers, runs));
		}
}

/* The share of runs in which the one series that became slower is called a regression. */
static double power(gsl_rng *rng, const struct noise *m, double slowdown, size_t nseries,
		    size_t runs, size_t looks)
{
	struct judgement judgement[SERIES];
	struct run run = {0};
	size_t found = 0;

	for (size_t i = 0; i < runs; i++) {
		simulate(rng, m, nseries, slowdown, &run);
		look(&run, nseries, ROUNDS, looks, judgement);
		found += judgement[0].verdict == REGRESSION;
	}
	return (double)found / (double)runs;
}

/* In steps of a thousandth, by bisection: larger slowdowns are found more often. Two runs are
 * independent, so both find it with the square of one run's probability. */
static double smallest_found(gsl_rng *rng, const struct noise *m, size_t nseries, size_t runs,
			     size_t looks, bool confirmed)
{
	double wanted = confirmed ? sqrt(POWER) : POWER;
	unsigned low = 1, high = 256;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (power(rng, m, middle / 1000., nseries, runs, looks) >= wanted)
			high = middle;
		else
			low = middle + 1;
	}
	return low / 1000.;
}

/* Runs of many series take long: of the largest a fifth has to do. */
static size_t runs_of(size_t runs, size_t nseries)
{
	return nseries == 1 ? runs : nseries == SERIES ? runs / 5 : runs / 2;
}

static void slowdowns(gsl_rng *rng, size_t runs)
{
	static const double cvs[] = {.005, .01, .02, .03};

	puts("sample_cv_pct,rounds,series_in_a_run,smallest_found_pct,smallest_confirmed_pct,"
	     "two_looks_found_pct,two_looks_confirmed_pct");
	for (size_t k = 0; k < NSIZES; k++)
		for (size_t i = 0; i < sizeof(cvs) / sizeof(*cvs); i++) {
			size_t nseries = run_sizes[k], n = runs_of(runs, nseries);
			struct noise m = models[HOSTED];

			m.cv = cvs[i];
			printf("%.1f,%d,%zu", 100 * cvs[i], ROUNDS, nseries);
			for (size_t looks = 1; looks <= LOOKS; looks++)
				for (int confirmed = 0; confirmed < 2; confirmed++)
					printf(",%.1f", 100 * smallest_found(rng, &m, nseries, n,
									     looks, confirmed));
			putchar('\n');
			fflush(stdout);
		}
}

/* The median of what equal builds are told would have been seen, as a fraction; or 0. */
static double stated(gsl_rng *rng, const struct noise *m, size_t nseries, size_t runs)
{
	struct judgement judgement[SERIES];
	double *seen = xmalloc(runs * sizeof(*seen)), median;
	struct run run = {0};
	size_t n = 0;

	for (size_t i = 0; i < runs; i++) {
		simulate(rng, m, nseries, 0, &run);
		look(&run, nseries, ROUNDS, LOOKS, judgement);
		if (judgement[0].seen)
			seen[n++] = judgement[0].seen / 100;
	}
	median = n ? median_of(seen, n) : 0;
	free(seen);
	return median;
}

static void disturbed(gsl_rng *rng, size_t runs)
{
	const struct noise *noises[] = {&some_disturbed, &models[AUTOCORRELATED],
					&models[WANDERING]};

	puts("noise,rounds,series_in_a_run,found_10_pct,two_looks_found_10_pct,"
	     "two_looks_found_100_pct,stated_pct,stated_found_pct");
	for (size_t i = 0; i < sizeof(noises) / sizeof(*noises); i++)
		for (size_t k = 0; k < NSIZES; k++) {
			const struct noise *m = noises[i];
			size_t nseries = run_sizes[k], n = runs_of(runs, nseries);
			double said = stated(rng, m, nseries, n);

			printf("%s,%d,%zu,%.1f,%.1f,%.1f,", m->name, ROUNDS, nseries,
			       100 * power(rng, m, .1, nseries, n, 1),
			       100 * power(rng, m, .1, nseries, n, LOOKS),
			       100 * power(rng, m, 1, nseries, n, LOOKS));
			if (said > 0)
				printf("%.1f,%.1f\n", 100 * said,
				       100 * power(rng, m, said, nseries, n, LOOKS));
			else
				puts(","); /* all were conclusive */
			fflush(stdout);
		}
}

/* What boots with other seeds count of one kernel: about COUNT, by a normal distribution, or in one
 * of two places, as where memory happens to lie. */
#define COUNT 500
#define COUNTED 10 /* series of a run */
static void simulate_seeds(gsl_rng *rng, double sigma, bool places, double more, struct run *run)
{
	for (size_t s = 0; s < COUNTED; s++)
		for (enum side side = BASELINE; side < NSIDES; side++)
			for (size_t r = 0; r < ROUNDS; r++)
				run->value[side][s][r] =
				    COUNT + (side ? more : 0) +
				    (places ? (gsl_rng_uniform(rng) < .5 ? -sigma : sigma)
					    : gsl_ran_gaussian(rng, sigma));
}

/* How seeds are taken: in one look, or as many again where a count differs. */
struct boots {
	size_t seeds, looks;
};

/* The share of regressions among the series, of `runs` or a few more. */
static double regressions_counted(gsl_rng *rng, struct boots boots, double sigma, bool places,
				  double more, size_t runs)
{
	size_t n[VERDICT_COUNT] = {0}, of = (runs + COUNTED - 1) / COUNTED;
	struct judgement judgement[SERIES];
	struct run run = {.counted = true};

	for (size_t i = 0; i < of; i++) {
		simulate_seeds(rng, sigma, places, more, &run);
		look(&run, COUNTED, boots.seeds, boots.looks, judgement);
		count(judgement, COUNTED, n);
	}
	return (double)n[REGRESSION] / (double)(of * COUNTED);
}

static void counted(gsl_rng *rng, size_t runs)
{
	static const double sigmas[] = {0, .1, .5, 1.5};
	static const struct boots all[] = {{2, 1}, {3, 1}, {3, 2}, {5, 1}, {10, 1}};

	puts("seeds,looks,standard_deviation,places,series_judged,false_regressions_pct,"
	     "smallest_found");
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (size_t j = 0; j < 2 * sizeof(sigmas) / sizeof(*sigmas) - 1; j++) {
			bool places = j >= sizeof(sigmas) / sizeof(*sigmas);
			double sigma = sigmas[places ? j - 3 : j];
			unsigned low = 1, high = 4096; /* eighths of an instruction */

			while (low < high) {
				unsigned middle = (low + high) / 2;

				if (regressions_counted(rng, all[i], sigma, places, middle / 8.,
							runs / 10) >= POWER)
					high = middle;
				else
					low = middle + 1;
			}
			printf("%zu,%zu,%g,%s,%zu,%.3f,%g\n", all[i].seeds, all[i].looks, sigma,
			       places ? "two" : "", (runs + COUNTED - 1) / COUNTED * COUNTED,
			       100 * regressions_counted(rng, all[i], sigma, places, 0, runs),
			       low / 8.);
			fflush(stdout);
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
	else if (runs && !strcmp(argv[2], "disturbed"))
		disturbed(rng, runs);
	else if (runs && !strcmp(argv[2], "counted"))
		counted(rng, runs);
	else
		errx(2, "usage: power N alarms|slowdowns|disturbed|counted");
	gsl_rng_free(rng);
	return 0;
}
