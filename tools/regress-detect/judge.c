/* SPDX-License-Identifier: MIT */
/* The decision rule, which regress-detect(1) explains. It works on logarithms, since a change is a
 * factor. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "detect.h"
#include "ranktest.h"
#include "say.h"
#include "schema/limits.h"
#include "stats.h"
#include "xalloc.h"

/* Fewer rounds are never a regression: the smallest p-value of five pairs is .03. */
#define MIN_ROUNDS 6
/* Error probability of both ends of the interval of a ratio. */
#define INTERVAL_ALPHA ((100 - CONFIDENCE_PCT) / 100.)
/* Spread of the log ratios (median absolute deviation) beyond which nothing is believed. */
#define UNSTABLE_SPREAD .05
/* Autocorrelation that is no chance: as far above none as one of twenty series without any. */
#define CORRELATED_SIGMAS 1.645
/* With this probability a change of the size that is said could have been seen would be found. */
#define POWER .9
/* A correlation nearer to 1 leaves nothing of any number of rounds. */
#define MOST_CORRELATED .98

void finding_set(struct finding *f, enum verdict verdict, const char *fmt, ...)
{
	va_list ap;

	free(f->reason);
	f->reason = NULL;
	f->verdict = verdict;
	if (!fmt)
		return;
	va_start(ap, fmt);
	if (vasprintf(&f->reason, fmt, ap) < 0)
		die("out of memory");
	va_end(ap);
}

/* The standard error of the mean of values that follow one another is that of fewer values: larger
 * by this factor (of a first-order autoregressive process; Bartlett 1946). */
static double inflation(const struct finding *f)
{
	return sqrt((1 + f->correlation) / (1 - f->correlation));
}

/* A rank test of rounds that follow one another, as one of independent rounds has to be: its normal
 * deviate is inflated. So it is bounded: n rounds of one sign say no more than a few would. */
static double inflated_p(const struct finding *f, double p)
{
	return gsl_cdf_ugaussian_Q(gsl_cdf_ugaussian_Qinv(p) / inflation(f));
}

/* The mean log ratio of rounds that follow one another, its standard error, and the degrees of
 * freedom of that: half of those of a known autocorrelation (Bayley and Hammersley 1946, of a
 * first-order autoregressive process), as it is estimated from the same rounds. With all of them,
 * simulated series that wander had two to three times the false alarms. The rounds' own variance is
 * too small by what their mean has taken with it. */
struct mean {
	double value, error, df;
};

static struct mean mean_of(const struct finding *f)
{
	double n = (double)f->nx, r = f->correlation, taken = inflation(f) * inflation(f) / n;
	struct mean mean = {.value = stats_average(f->x, f->nx),
			    .error = INFINITY,
			    .df = (n - 1) * (1 - r * r) / (1 + r * r) / 2};

	if (taken < 1)
		mean.error =
		    stats_stddev(f->x, f->nx, mean.value) * sqrt((n - 1) / n * taken / (1 - taken));
	return mean;
}

/* The p-values of "the ratio is e to the limit", in both directions. Of rounds that follow one
 * another the smaller one of two tests counts, doubled: ranks withstand outliers, and Student's
 * test sees how far away all of them lie. */
static struct rank_p p_of(const struct finding *f, double limit)
{
	struct rank_p p = f->paired ? signed_rank_p(f->x, f->nx, limit)
				    : rank_sum_p(f->x, f->nx, f->y, f->ny, limit);
	struct mean mean;
	double t;

	if (!f->correlation)
		return p;
	mean = mean_of(f);
	t = (mean.value - limit) / mean.error;
	return (struct rank_p){
	    fmin(1, 2 * fmin(inflated_p(f, p.greater), gsl_cdf_tdist_Q(t, mean.df))),
	    fmin(1, 2 * fmin(inflated_p(f, p.less), gsl_cdf_tdist_P(t, mean.df)))};
}

/* The estimate of the log ratio and its interval. The values stay in order of rounds. */
static struct location location_of(const struct finding *f, double alpha)
{
	double *x = copy_values(f->x, f->nx), *y = copy_values(f->y, f->ny);
	struct location l = f->paired ? signed_rank_location(x, f->nx, alpha)
				      : rank_sum_location(x, f->nx, y, f->ny, alpha);

	free(x);
	free(y);
	l.low = l.estimate - (l.estimate - l.low) * inflation(f);
	l.high = l.estimate + (l.high - l.estimate) * inflation(f);
	return l;
}

/* Lag-1 autocorrelation of the ranks, which a few disturbed rounds don't hide (Bartels 1982, The
 * rank version of von Neumann's ratio test for randomness). What wanders by less than the margin
 * counts as chance: it can't carry a ratio beyond it. */
static double autocorrelation_of(const struct finding *f)
{
	size_t *order, n = f->nx;
	double *rank, r = 0;

	if (stats_stddev(f->x, n, stats_average(f->x, n)) <=
	    fmax(log1p(f->rule.margin) / 2, RANKTEST_TIE * (double)n))
		return 0;
	order = xmalloc(n * sizeof(*order));
	rank = xmalloc(n * sizeof(*rank));
	gsl_sort_index(order, f->x, 1, n);
	/* Equal ratios have one rank: in order of rounds they would seem to follow one another. */
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && f->x[order[j]] - f->x[order[j - 1]] <= RANKTEST_TIE; j++)
			;
		for (size_t k = i; k < j; k++)
			rank[order[k]] = (double)(i + j - 1) / 2;
	}
	r = gsl_stats_lag1_autocorrelation(rank, 1, n);
	free(order);
	free(rank);
	return r;
}

bool measured_take_values(const struct comparison *c, struct finding *f)
{
	if (!finding_take_values(c, f))
		return false;
	if (f->paired && f->rounds >= MIN_ROUNDS)
		f->autocorrelation = autocorrelation_of(f);
	return true;
}

void measured_correct(struct finding *f, double run, size_t nseries)
{
	double n = (double)f->nx, one = CORRELATED_SIGMAS / sqrt(n), r = 0;

	if (!f->autocorrelation)
		return;
	/* The median of many series is known better than one: its standard error is 1.25/√(n·N). */
	if (f->autocorrelation > one)
		r = f->autocorrelation;
	if (run > 1.25 * one / sqrt((double)nseries))
		r = fmax(r, run);
	/* An estimate from n values is too small by some (1 + 4 r)/n (Kendall 1954). */
	if (r)
		f->correlation = fmin((n * r + 1) / (n - 4), MOST_CORRELATED);
}

void judge_measured(struct finding *f)
{
	double limit = log1p(f->rule.margin), slower, faster;
	struct location l;

	slower = p_of(f, limit).greater;
	faster = p_of(f, -limit).less;
	l = location_of(f, INTERVAL_ALPHA);
	f->ratio = exp(l.estimate);
	f->ratio_low = exp(l.low);
	f->ratio_high = exp(l.high);
	/* That of the direction in which the ratio lies; of no direction, the smaller one. So
	 * swapping the sides keeps it. */
	f->p_value = l.estimate > 0 ? slower : l.estimate < 0 ? faster : fmin(slower, faster);
}

/* Median absolute deviation of the paired log ratios. */
static double spread(const struct finding *f)
{
	double *copy = copy_values(f->x, f->nx);
	double mad = stats_mad(copy, f->nx, stats_median(copy, f->nx));

	free(copy);
	return mad;
}

/* Whether the rounds disagree, and the interval does not lie far beyond their disagreement. */
static bool is_unstable(struct finding *f)
{
	double mad;

	if (!f->paired || f->rounds < MIN_ROUNDS)
		return false;
	mad = spread(f);
	if (mad > UNSTABLE_SPREAD && !(log(f->ratio_low) > mad + log1p(f->rule.alert) ||
				       log(f->ratio_high) < -mad - log1p(f->rule.alert))) {
		finding_set(f, UNSTABLE, "the rounds' ratios scatter by %.1f %% (at most %.0f %%)",
			    100 * mad, 100 * UNSTABLE_SPREAD);
		return true;
	}
	return false;
}

/* How far the estimate lies from the end of its interval on the side of no regression. */
static double open_side(const struct finding *f, struct location l)
{
	return f->rule.higher_is_better ? l.high - l.estimate : l.estimate - l.low;
}

/* How far beyond the margin the estimate must lie for a p-value of `alpha`. NaN or infinite if no
 * estimate is far enough. */
static double smallest_significant(const struct finding *f, double alpha)
{
	double deviate, *x;
	struct location ranks;
	struct mean mean;

	if (!f->correlation)
		return open_side(f, location_of(f, 2 * alpha));
	/* As p_of() has it. */
	alpha /= 2;
	deviate = gsl_cdf_ugaussian_Qinv(alpha) * inflation(f);
	x = copy_values(f->x, f->nx);
	ranks = signed_rank_location(x, f->nx, 2 * gsl_cdf_ugaussian_Q(deviate));
	free(x);
	mean = mean_of(f);
	return fmin(open_side(f, ranks), gsl_cdf_tdist_Qinv(alpha, mean.df) * mean.error);
}

/* The smallest regression that would have been found with probability POWER: the margin, the
 * smallest significant one, and how far the estimate may lie off with that probability. */
static double smallest_seen(const struct finding *f, size_t ntests)
{
	struct location deviation = location_of(f, 2 * gsl_cdf_ugaussian_Q(1));

	return log1p(f->rule.margin) + smallest_significant(f, f->rule.alpha / (double)ntests) +
	       gsl_cdf_ugaussian_Pinv(POWER) * (deviation.high - deviation.low) / 2;
}

static void set_inconclusive(struct finding *f, size_t ntests)
{
	double seen = smallest_seen(f, ntests);
	char follow[64] = "";

	if (f->correlation)
		snprintf(follow, sizeof(follow), ", which follow one another (correlation %.2f),",
			 f->correlation);
	if (!isfinite(seen))
		finding_set(f, INCONCLUSIVE,
			    "%zu rounds%s are too few for %zu series: nothing could be seen",
			    f->rounds, follow, ntests);
	else
		finding_set(f, INCONCLUSIVE,
			    "in %zu rounds%s a regression of %.1f %% or more would have been seen",
			    f->rounds, follow, 100 * expm1(seen));
}

void decide(struct finding *f, size_t ntests)
{
	double alert = (1 + f->rule.alert) / (1 + f->rounding);

	if (f->rounds < MIN_ROUNDS) {
		finding_set(f, INCONCLUSIVE, "at least %d rounds are needed, not %zu", MIN_ROUNDS,
			    f->rounds);
		return;
	}
	if (is_unstable(f))
		return;
	if (f->p_adjusted <= f->rule.alpha)
		finding_set(
		    f, (f->ratio > 1) != f->rule.higher_is_better ? REGRESSION : IMPROVEMENT, NULL);
	else if (f->ratio_low >= 1 / alert && f->ratio_high <= alert)
		finding_set(f, UNCHANGED, NULL);
	else
		set_inconclusive(f, ntests);
}
