/* SPDX-License-Identifier: MIT */
/*
 * Every lasting change of level in a history. At each place Student's t-test compares the values
 * before with the values behind, over windows: one of them long, which tells the spread, the other
 * long to see small changes or short to see changes that follow one another. The evidence peaks
 * where a level ends. What is found is then checked again between its neighbours. Otava and
 * MongoDB judge splits by the same test; windows that slide are Bauer and Hackl's MOSUM (1980).
 */
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "ranktest.h"
#include "stats.h"
#include "xalloc.h"

/* A level lasts at least so many values. */
#define LEAST 5
#define WIDEST 30
/* Before a place more: the better a level is known, the less is taken for a change of it. */
#define WIDEST_BEFORE 45
/* Values before a place and behind it. */
static const size_t windows[][2] = {{WIDEST_BEFORE, LEAST},
				    {WIDEST_BEFORE, 10},
				    {WIDEST_BEFORE, WIDEST},
				    {10, WIDEST},
				    {LEAST, WIDEST}};
/* What lies further from its neighbours' median than so many sigmas is an outlier, and counts as
 * if it lay there. */
#define OUTLIER 5
#define NEIGHBOURS 3
/* The spread is never taken to be less than this, as a fraction. */
#define LEAST_SPREAD .002
/* A change of level smaller than this is nobody's concern, as a fraction. */
#define LEAST_CHANGE .01
/* Values that follow one another count as fewer (Zwiers and von Storch 1995): by their
 * autocorrelation, but for what that of independent values is by chance. */
#define CHANCE_RHO .15
/* A t below this is no evidence, whatever the degrees of freedom. */
#define NO_EVIDENCE 3
/* Splits settle in a few passes; no more are made. */
#define PASSES 20

struct scan {
	const double *x; /* the values, as logarithms where they allow it, without outliers */
	size_t n;
	double resolution;
	double least_spread;
	double least_change;
	double evidence; /* that a change needs */
};

/* Evidence of a change at i, from the a values before to the b values from it on: -log10 of the
 * one-sided p-value, negative for a fall. */
static double score(const struct scan *s, size_t i, size_t a, size_t b)
{
	double before = stats_average(s->x + i - a, a), after = stats_average(s->x + i, b);
	double squares = 0, products = 0, freedom = (double)(a + b) - 2, sigma, rho, t, p;

	if (after == before || fabs(after - before) < s->least_change)
		return 0;
	for (size_t k = i - a; k < i + b; k++) {
		double rest = s->x[k] - (k < i ? before : after);

		squares += rest * rest;
		if (k != i - a && k != i)
			products += rest * (s->x[k - 1] - (k < i ? before : after));
	}
	sigma = fmax(sqrt(squares / freedom), s->least_spread);
	rho = squares > 0 ? fmax(0, products / squares - CHANCE_RHO) : 0;
	t = fabs(after - before) / (sigma * sqrt(1 / (double)a + 1 / (double)b)) *
	    sqrt((1 - rho) / (1 + rho));
	if (t < NO_EVIDENCE)
		return 0;
	p = isfinite(t) ? fmax(gsl_cdf_tdist_Q(t, freedom), DBL_MIN) : DBL_MIN;
	return copysign(log10(p), after - before);
}

static double best_score(const struct scan *s, size_t i)
{
	double best = 0;

	for (size_t w = 0; w < sizeof(windows) / sizeof(*windows); w++) {
		size_t a = i < windows[w][0] ? i : windows[w][0];
		size_t b = s->n - i < windows[w][1] ? s->n - i : windows[w][1];
		double now = score(s, i, a, b);

		if (fabs(now) > fabs(best))
			best = now;
	}
	return best;
}

/* Half the typical distance of neighbours: a level does not show in it. */
static double neighbour_sigma(const double *x, size_t n)
{
	double *d = xmalloc(n * sizeof(*d)), sigma;

	for (size_t i = 1; i < n; i++)
		d[i - 1] = fabs(x[i] - x[i - 1]);
	sigma = n > 1 ? SIGMA_PER_MAD * stats_median(d, n - 1) / M_SQRT2 : 0;
	free(d);
	return sigma;
}

size_t best_split(const double *v, size_t low, size_t high, double before, double after)
{
	double cost = 0, best_cost = 0;
	size_t best = low;

	for (size_t split = low + 1; split <= high; split++) {
		cost += fabs(v[split - 1] - before) - fabs(v[split - 1] - after);
		if (cost < best_cost) {
			best_cost = cost;
			best = split;
		}
	}
	return best;
}

/* How many values lie between two places: at most WIDEST, or as many as are wanted. */
static size_t width_within(size_t from, size_t to, size_t most)
{
	return to - from < most ? to - from : most;
}

static size_t width_of(size_t from, size_t to)
{
	return width_within(from, to, WIDEST);
}

/* The split near `at`. */
static size_t split_near(const struct scan *s, size_t at, size_t from, size_t to)
{
	size_t low = at > from + LEAST ? at - LEAST : from + 1;
	size_t high = at + LEAST < to ? at + LEAST : to - 1;
	size_t a = width_of(from, at), b = width_of(at, to);

	return best_split(s->x, low, high, median_of(s->x + at - a, a), median_of(s->x + at, b));
}

/* Places where the score peaks: of neighbouring places of one direction the highest. */
static size_t find_peaks(const struct scan *s, size_t *peak)
{
	size_t n = 0, last = 0;
	double height = 0;

	for (size_t i = LEAST; i + LEAST <= s->n; i++) {
		double now = best_score(s, i);

		if (fabs(now) < s->evidence)
			continue;
		if (n && i - last <= LEAST && now * height > 0) {
			if (fabs(now) > fabs(height)) {
				height = now;
				peak[n - 1] = i;
			}
		} else {
			peak[n++] = i;
			height = now;
		}
		last = i;
	}
	return n;
}

static size_t end_before(const size_t *peak, size_t i)
{
	return i ? peak[i - 1] : 0;
}

static size_t end_behind(const struct scan *s, const size_t *peak, size_t n, size_t i)
{
	return i + 1 < n ? peak[i + 1] : s->n;
}

/* Move the peaks to where the levels part, until none moves: with a split the levels on both sides
 * change, and with these the best place for it (Bai 1997, repartition). */
static void settle(const struct scan *s, size_t *peak, size_t n)
{
	bool moved = true;

	for (size_t pass = 0; moved && pass < PASSES; pass++) {
		moved = false;
		for (size_t i = 0; i < n; i++) {
			size_t at =
			    split_near(s, peak[i], end_before(peak, i), end_behind(s, peak, n, i));

			moved |= at != peak[i];
			peak[i] = at;
		}
	}
}

/* Keep the peaks that stand between their neighbours. */
static size_t keep_standing(const struct scan *s, size_t *peak, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t a = width_within(end_before(peak, kept), peak[i], WIDEST_BEFORE);
		size_t b = width_of(peak[i], end_behind(s, peak, n, i));

		if (a >= LEAST && b >= LEAST && fabs(score(s, peak[i], a, b)) >= s->evidence)
			peak[kept++] = peak[i];
	}
	return kept;
}

static size_t confirm(const struct scan *s, size_t *peak, size_t n)
{
	for (size_t kept;; n = kept) {
		settle(s, peak, n);
		kept = keep_standing(s, peak, n);
		if (kept == n)
			return n;
	}
}

static struct step describe(const struct scan *s, const double *v, bool logs, size_t from,
			    size_t at, size_t to)
{
	size_t a = width_of(from, at), b = width_of(at, to);
	struct step step = {at, median_of(v + at - a, a), median_of(v + at, b), NAN, NAN, NAN};
	double x[WIDEST], y[WIDEST], half = s->resolution / 2;
	struct location l;

	if (!logs)
		return step;
	memcpy(x, s->x + at - a, a * sizeof(*x));
	memcpy(y, s->x + at, b * sizeof(*y));
	l = rank_sum_location(x, a, y, b, .01);
	step.ratio = exp(l.estimate);
	step.ratio_low = exp(l.low) * (1 - half / step.after) / (1 + half / step.before);
	step.ratio_high = exp(l.high) * (1 + half / step.after) / (1 - half / step.before);
	return step;
}

static bool take_logs(double *x, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i] <= 0)
			return false;
		x[i] = log(v[i]);
	}
	return true;
}

/* Hampel's filter. */
static double *without_outliers(const double *x, size_t n, double most)
{
	double *to = xmalloc(n * sizeof(*to));

	for (size_t i = 0; i < n; i++) {
		size_t from = i < NEIGHBOURS ? 0 : i - NEIGHBOURS;
		size_t end = i + NEIGHBOURS < n ? i + NEIGHBOURS + 1 : n;
		double center = median_of(x + from, end - from);

		to[i] = fmin(center + most, fmax(center - most, x[i]));
	}
	return to;
}

size_t steps_find(const double *v, size_t n, const struct nomination *rule, double evidence,
		  struct step **steps)
{
	double *x = xmalloc(n * sizeof(*x)), *settled = NULL, unit = 1, level = median_of(v, n);
	size_t *peak = xmalloc((n + 1) * sizeof(*peak)), npeaks;
	bool logs = take_logs(x, v, n);
	struct scan s = {.n = n, .evidence = evidence, .resolution = numbers_resolution(v, n)};

	if (!logs) {
		memcpy(x, v, n * sizeof(*x));
		unit = fabs(level);
	}
	if (!rule->exact) {
		/* A count has no spread: the least change that can be shows itself. */
		s.least_spread = fmax(LEAST_SPREAD * unit, s.resolution / 2 / (logs ? level : 1));
		s.least_change = LEAST_CHANGE * unit;
	}
	s.x = settled =
	    without_outliers(x, n, OUTLIER * fmax(neighbour_sigma(x, n), s.least_spread));
	npeaks = confirm(&s, peak, find_peaks(&s, peak));
	s.x = x;
	*steps = xmalloc(npeaks * sizeof(**steps));
	for (size_t i = 0; i < npeaks; i++)
		(*steps)[i] = describe(&s, v, logs, i ? peak[i - 1] : 0, peak[i],
				       i + 1 < npeaks ? peak[i + 1] : n);
	free(x);
	free(settled);
	free(peak);
	return npeaks;
}
