/* SPDX-License-Identifier: MIT */
/*
 * The decision rule. All on the logarithms of the values, since a change is a factor.
 *
 * What is asked of a series is whether its slowdown is more than the margin: the p-value is that
 * of "it is at most the margin", one-sided, by the exact signed-rank test over the log ratios of
 * the rounds (both builds measured in one run), or by the exact rank-sum test (two runs). The
 * p-values of all series are adjusted together (Holm).
 */
#include <err.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "detect.h"
#include "ranktest.h"
#include "stats.h"
#include "xalloc.h"

/* Fewer rounds are never a regression: the smallest p-value of five pairs is .03. */
#define MIN_ROUNDS 6
/* Error probability of both ends of the interval of a ratio. */
#define INTERVAL_ALPHA .01
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
		errx(EXIT_TROUBLE, "out of memory");
	va_end(ap);
}

/* Whether a baseline is subtracted from its values. */
static bool is_net(const struct comparison *c, const struct subject *s)
{
	return c->net && !s->is_baseline && !s->control;
}

void finding_rounds(const struct comparison *c, const struct finding *f, enum side side,
		    struct by_round *b)
{
	const struct subject *s = f->side[side];

	group_by_round(&s->g, f->metric, &c->rounds, b);
	for (size_t i = 0; is_net(c, s) && i < b->n; i++)
		b->value[i] -=
		    net_value(&c->net_values, s->scope, b->round[i], f->metric, s->operations);
}

static double median_of(const double *v, size_t n)
{
	double *copy = xmalloc(n * sizeof(*copy)), median;

	memcpy(copy, v, n * sizeof(*v));
	median = stats_median(copy, n);
	free(copy);
	return median;
}

/* Values of the rounds that both sides have. */
struct rounds_in_common {
	double *value[NSIDES];
	size_t n;
};

static void common_rounds(const struct comparison *c, const struct by_round *b,
			  struct rounds_in_common *r)
{
	size_t most = b[BASELINE].n < b[CURRENT].n ? b[BASELINE].n : b[CURRENT].n;

	r->n = 0;
	r->value[BASELINE] = xmalloc(most * sizeof(double));
	r->value[CURRENT] = xmalloc(most * sizeof(double));
	for (size_t i = 0, j = 0; !c->rounds.single && i < b[BASELINE].n && j < b[CURRENT].n;) {
		uint32_t base = b[BASELINE].round[i], current = b[CURRENT].round[j];

		if (base == current) {
			if (!isnan(b[BASELINE].value[i]) && !isnan(b[CURRENT].value[j])) {
				r->value[BASELINE][r->n] = b[BASELINE].value[i];
				r->value[CURRENT][r->n++] = b[CURRENT].value[j];
			}
			i++;
			j++;
		} else if (rounds_before(&c->rounds, base, current)) {
			i++;
		} else {
			j++;
		}
	}
}

/* Without rounds in common: each side's own. */
static double *own_rounds(const struct by_round *b, size_t *n)
{
	double *value = xmalloc(b->n * sizeof(*value));

	*n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (!isnan(b->value[i]))
			value[(*n)++] = b->value[i];
	return value;
}

static size_t not_positive(const double *v, size_t n)
{
	size_t bad = 0;

	for (size_t i = 0; i < n; i++)
		bad += v[i] <= 0;
	return bad;
}

static void logs(double *to, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = log(v[i]);
}

/* Whole numbers have a resolution of 1: what is less than two steps away may be no step at all.
 * A round value may lie between two of them. Half a step is what rounding hides. */
static double resolution(const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (2 * v[i] != floor(2 * v[i]))
			return 0;
	return n ? 1 : 0;
}

/* The margin can't be finer than the values are. */
static void fit_rule(struct finding *f, double *const *value, const size_t *n)
{
	for (enum side s = BASELINE; s < NSIDES; s++) {
		double step = resolution(value[s], n[s]) / f->value[s];

		f->rule.margin = fmax(f->rule.margin, 2 * step);
		f->rounding = fmax(f->rounding, step / 2);
	}
}

/* How much of the change is the test's own: the median over rounds of what it costs beyond its
 * baseline, current less baseline build. */
static void set_net_change(const struct comparison *c, struct finding *f)
{
	double net[NSIDES];

	for (enum side s = BASELINE; s < NSIDES; s++) {
		const struct subject *subject = f->side[s];
		struct by_round b;
		size_t n = 0;

		if (c->net || subject->is_baseline) {
			net[s] = f->value[s];
			continue;
		}
		group_by_round(&subject->g, f->metric, &c->rounds, &b);
		for (size_t i = 0; i < b.n; i++) {
			double v =
			    b.value[i] - net_value(&c->net_values, subject->scope, b.round[i],
						   f->metric, subject->operations);

			if (!isnan(v))
				b.value[n++] = v;
		}
		net[s] = stats_median(b.value, n);
		by_round_release(&b);
	}
	f->net_change = net[CURRENT] - net[BASELINE];
}

static bool same_run(const struct finding *f)
{
	const char *a = f->side[BASELINE]->run, *b = f->side[CURRENT]->run;

	return a && b && *a && !strcmp(a, b);
}

/* Whether the sides took turns, as boots of two kernels do: one side's rounds all before the
 * other's are two moments, whatever the run is called. In pairs of random order they change places
 * once a pair. */
static bool took_turns(const struct comparison *c, const struct by_round *b)
{
	size_t i = 0, j = 0, turns = 0;
	enum side last = NSIDES;

	while (i < b[BASELINE].n || j < b[CURRENT].n) {
		enum side now =
		    j == b[CURRENT].n ||
			    (i < b[BASELINE].n &&
			     rounds_before(&c->rounds, b[BASELINE].round[i], b[CURRENT].round[j]))
			? BASELINE
			: CURRENT;

		turns += last != NSIDES && now != last;
		last = now;
		*(now == BASELINE ? &i : &j) += 1;
	}
	return 2 * turns >= (b[BASELINE].n < b[CURRENT].n ? b[BASELINE].n : b[CURRENT].n);
}

static const char *const side_names[NSIDES] = {"the baseline's side", "the current side"};

bool finding_set_below_noise(const struct comparison *c, struct finding *f)
{
	bool below[NSIDES];

	for (enum side s = BASELINE; s < NSIDES; s++)
		below[s] = f->value[s] <= 0 && !is_net(c, f->side[s]) &&
			   metric_is_cost(c->cols.metrics.name[f->metric]);
	if (!below[BASELINE] && !below[CURRENT])
		return false;
	finding_set(f, INCONCLUSIVE, "no value on %s: %s: %s",
		    !below[BASELINE]  ? side_names[CURRENT]
		    : !below[CURRENT] ? side_names[BASELINE]
				      : "either side",
		    status_names[STATUS_BELOW_NOISE], BELOW_NOISE_REASON);
	for (enum side s = BASELINE; s < NSIDES; s++)
		if (below[s])
			f->value[s] = NAN;
	return true;
}

void finding_set_no_value(const struct comparison *c, struct finding *f, const size_t *n)
{
	enum side without = n[BASELINE] ? CURRENT : BASELINE;
	const struct subject *s = f->side[without];
	const char *which = n[CURRENT]	  ? side_names[BASELINE]
			    : n[BASELINE] ? side_names[CURRENT]
					  : "either side";

	if (s->status)
		finding_set(f, INCONCLUSIVE, "no value on %s: %s%s%s", which, s->status,
			    *s->reason ? ": " : "", s->reason);
	else if (c->net && s->g.value && s->g.value[f->metric])
		finding_set(f, INCONCLUSIVE,
			    "no value on %s: its program type's baseline is not there", which);
	else
		finding_set(f, INCONCLUSIVE, "no value on %s", which);
}

/* The round values of both sides: of the rounds in common, or each side's own. */
static void collect_values(const struct comparison *c, struct finding *f,
			   struct rounds_in_common *r, size_t *n)
{
	struct by_round b[NSIDES];

	for (enum side s = BASELINE; s < NSIDES; s++)
		finding_rounds(c, f, s, &b[s]);
	if (same_run(f))
		common_rounds(c, b, r);
	f->paired = r->n > 0;
	f->one_run = f->paired || (same_run(f) && took_turns(c, b));
	n[BASELINE] = n[CURRENT] = r->n;
	for (enum side s = BASELINE; s < NSIDES; s++) {
		if (!f->paired) {
			free(r->value[s]);
			r->value[s] = own_rounds(&b[s], &n[s]);
		}
		by_round_release(&b[s]);
	}
}

static void take_logs(struct finding *f, double *const *value, const size_t *n)
{
	f->nx = n[BASELINE];
	f->x = xmalloc(f->nx * sizeof(*f->x));
	if (f->paired) {
		/* A quotient is rounded once: equal ratios are equal numbers. */
		for (size_t i = 0; i < f->nx; i++)
			f->x[i] = log(value[CURRENT][i] / value[BASELINE][i]);
		return;
	}
	f->ny = n[CURRENT];
	f->y = xmalloc(f->ny * sizeof(*f->y));
	logs(f->x, value[BASELINE], f->nx);
	logs(f->y, value[CURRENT], f->ny);
}

/* Returns false, with the reason in the finding, when its values have no ratio.
 * n: values a side; bad: how many of them are not above zero */
static bool can_be_judged(const struct comparison *c, struct finding *f, const size_t *n,
			  size_t bad)
{
	if (!f->rounds)
		finding_set_no_value(c, f, n);
	else if (bad && !finding_set_below_noise(c, f))
		finding_set(f, INCONCLUSIVE, "%zu of %zu round values are not above zero%s", bad,
			    n[BASELINE] + n[CURRENT], c->net ? ": too close to its baseline" : "");
	return f->rounds && !bad;
}

/* Take the values of both sides into the finding: log ratios by round, or logs of each side. */
static bool take_values(const struct comparison *c, struct finding *f)
{
	struct rounds_in_common r = {0};
	size_t n[NSIDES], bad = 0;

	collect_values(c, f, &r, n);
	for (enum side s = BASELINE; s < NSIDES; s++) {
		if (n[s])
			f->value[s] = median_of(r.value[s], n[s]);
		bad += not_positive(r.value[s], n[s]);
	}
	f->rounds = n[BASELINE] < n[CURRENT] ? n[BASELINE] : n[CURRENT];
	if (can_be_judged(c, f, n, bad)) {
		fit_rule(f, r.value, n);
		take_logs(f, r.value, n);
	}
	free(r.value[BASELINE]);
	free(r.value[CURRENT]);
	return f->x != NULL;
}

/* The p-value reported is that of the direction in which the ratio lies; of no direction, the
 * smaller one. So swapping the sides keeps it. */
static void choose_p(struct finding *f, double log_ratio)
{
	if (log_ratio > 0)
		f->p_value = f->p_slower;
	else if (log_ratio < 0)
		f->p_value = f->p_faster;
	else
		f->p_value = fmin(f->p_slower, f->p_faster);
}

bool judge_measured(const struct comparison *c, struct finding *f)
{
	struct rank_p up, down;
	struct location l;
	double limit;

	if (!take_values(c, f))
		return false;
	if (!c->lacks_net)
		set_net_change(c, f);
	limit = log1p(f->rule.margin);
	if (f->paired) {
		up = signed_rank_p(f->x, f->nx, limit);
		down = signed_rank_p(f->x, f->nx, -limit);
	} else {
		up = rank_sum_p(f->x, f->nx, f->y, f->ny, limit);
		down = rank_sum_p(f->x, f->nx, f->y, f->ny, -limit);
	}
	f->p_slower = up.greater;
	f->p_faster = down.less;
	if (f->paired) {
		double *copy = xmalloc(f->nx * sizeof(*copy)); /* x stays in order of rounds */

		memcpy(copy, f->x, f->nx * sizeof(*copy));
		l = signed_rank_location(copy, f->nx, INTERVAL_ALPHA);
		free(copy);
	} else {
		l = rank_sum_location(f->x, f->nx, f->y, f->ny, INTERVAL_ALPHA);
	}
	f->ratio = exp(l.estimate);
	f->ratio_low = exp(l.low);
	f->ratio_high = exp(l.high);
	choose_p(f, l.estimate);
	return true;
}

/* Median absolute deviation of the paired log ratios. */
static double spread(const struct finding *f)
{
	double *copy = xmalloc(f->nx * sizeof(*copy)), mad;

	memcpy(copy, f->x, f->nx * sizeof(*copy));
	mad = stats_mad(copy, f->nx, median_of(f->x, f->nx));
	free(copy);
	return mad;
}

static double autocorrelation(const double *x, size_t n)
{
	double mean = stats_average(x, n), top = 0, bottom = 0;

	for (size_t i = 0; i < n; i++) {
		bottom += (x[i] - mean) * (x[i] - mean);
		if (i)
			top += (x[i] - mean) * (x[i - 1] - mean);
	}
	/* Ratios that are equal but for rounding follow nothing. */
	return sqrt(bottom) > RANKTEST_TIE * (double)n ? top / bottom : 0;
}

/* Rounds that do not agree with one another: nothing follows, unless all that they leave open
 * lies far beyond their disagreement. */
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
	double *x = xmalloc(f->nx * sizeof(*x)), *y = xmalloc(f->ny * sizeof(*y));
	struct location l;

	memcpy(x, f->x, f->nx * sizeof(*x));
	if (f->ny)
		memcpy(y, f->y, f->ny * sizeof(*y));
	l = f->paired ? signed_rank_location(x, f->nx, 2 * alpha)
		      : rank_sum_location(x, f->nx, y, f->ny, 2 * alpha);
	free(x);
	free(y);
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
