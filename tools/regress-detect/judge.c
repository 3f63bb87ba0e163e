/* SPDX-License-Identifier: MIT */
/* The decision rule, which regress-detect(1) explains. It works on logarithms, since a change is a
 * factor. */
#include <gsl/gsl_cdf.h>
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
/* Lag-1 autocorrelation that is no chance: this many standard errors, 1/√n each. */
#define AUTOCORRELATION_SIGMAS 3.
/* With this probability a change of the size that is said could have been seen would be found. */
#define POWER .9

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

/* The p-values of "the ratio is e to the limit", in both directions. */
static struct rank_p p_of(const struct finding *f, double limit)
{
	return f->paired ? signed_rank_p(f->x, f->nx, limit)
			 : rank_sum_p(f->x, f->nx, f->y, f->ny, limit);
}

/* The estimate of the log ratio and its interval. The values stay in order of rounds. */
static struct location location_of(const struct finding *f, double alpha)
{
	double *x = copy_values(f->x, f->nx), *y = copy_values(f->y, f->ny);
	struct location l = f->paired ? signed_rank_location(x, f->nx, alpha)
				      : rank_sum_location(x, f->nx, y, f->ny, alpha);

	free(x);
	free(y);
	return l;
}

void judge_measured(const struct comparison *c, struct finding *f)
{
	double limit, slower, faster;
	struct location l;

	if (!finding_take_values(c, f))
		return;
	limit = log1p(f->rule.margin);
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

/* Ratios that are equal but for rounding follow nothing. */
static double autocorrelation(const double *x, size_t n)
{
	return sqrt(gsl_stats_tss(x, 1, n)) > RANKTEST_TIE * (double)n
		   ? gsl_stats_lag1_autocorrelation(x, 1, n)
		   : 0;
}

/* Whether the rounds disagree, and the interval does not lie far beyond their disagreement. */
static bool is_unstable(struct finding *f)
{
	double mad, r;

	if (!f->paired || f->rounds < MIN_ROUNDS)
		return false;
	mad = spread(f);
	r = autocorrelation(f->x, f->nx);
	if (mad > UNSTABLE_SPREAD && !(log(f->ratio_low) > mad + log1p(f->rule.alert) ||
				       log(f->ratio_high) < -mad - log1p(f->rule.alert))) {
		finding_set(f, UNSTABLE, "the rounds' ratios scatter by %.1f %% (at most %.0f %%)",
			    100 * mad, 100 * UNSTABLE_SPREAD);
		return true;
	}
	/* What wanders by less than the margin can't carry a ratio beyond it. */
	if (r > AUTOCORRELATION_SIGMAS / sqrt((double)f->nx) &&
	    stats_stddev(f->x, f->nx, stats_average(f->x, f->nx)) > log1p(f->rule.margin) / 2) {
		finding_set(f, UNSTABLE,
			    "the rounds' ratios follow one another (autocorrelation %.2f)", r);
		return true;
	}
	return false;
}

/* The smallest change that would have been found with probability POWER: the margin and what the
 * interval of the adjusted test leaves open, with as much again as the power asks for. */
static double smallest_seen(const struct finding *f, size_t ntests)
{
	double alpha = f->rule.alpha / (double)ntests;
	double z = gsl_cdf_ugaussian_Qinv(alpha), more = gsl_cdf_ugaussian_Pinv(POWER) / z;
	struct location l = location_of(f, 2 * alpha);

	return log1p(f->rule.margin) + fmax(l.estimate - l.low, l.high - l.estimate) * (1 + more);
}

static void set_inconclusive(struct finding *f, size_t ntests)
{
	double seen = smallest_seen(f, ntests);

	if (isnan(seen))
		finding_set(f, INCONCLUSIVE,
			    "%zu rounds are too few for %zu series: no change could be seen",
			    f->rounds, ntests);
	else
		finding_set(f, INCONCLUSIVE, "a change of %.1f %% or more would have been seen",
			    100 * expm1(seen));
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
