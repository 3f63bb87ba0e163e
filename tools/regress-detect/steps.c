/* SPDX-License-Identifier: MIT */
/*
 * Every lasting change of level in a history. At each place the values before are compared with
 * the values behind, over windows of several widths: wide ones see small changes, narrow ones see
 * changes that follow one another. The distance of the medians in units of its standard error
 * peaks where a level ends. What is found is then checked again between its neighbours.
 */
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
static const size_t widths[] = {LEAST, 10, WIDEST};
/* This many standard errors apart is a change: set by the simulation (make power), where it makes
 * less than one false step in 5000 builds of noise. */
#define SCORE 5.5
/* Standard error of a median of n normal values: 1.2533 sigma / sqrt(n). */
#define MEDIAN_ERROR 1.2533
/* The spread is never taken to be less than this, as a fraction. */
#define LEAST_SPREAD .002
/* A change of level smaller than this is nobody's concern, as a fraction. */
#define LEAST_CHANGE .01

/* Splits settle in a few passes; no more are made. */
#define PASSES 20

struct scan {
	const double *x; /* the values, as logarithms where they allow it */
	size_t n;
	double sigma; /* spread between neighbours, over all */
	double least_change;
};

/* Signed score of a change at i, from the a values before to the b values from it on. */
static double score(const struct scan *s, size_t i, size_t a, size_t b)
{
	double before = median_of(s->x + i - a, a), after = median_of(s->x + i, b);
	double rest[2 * WIDEST], sigma;

	if (after == before || fabs(after - before) < s->least_change)
		return 0;
	for (size_t k = 0; k < a + b; k++)
		rest[k] = fabs(s->x[i - a + k] - (k < a ? before : after));
	sigma = fmax(s->sigma, SIGMA_PER_MAD * stats_median(rest, a + b));
	return (after - before) / (MEDIAN_ERROR * sigma * sqrt(1 / (double)a + 1 / (double)b));
}

static double best_score(const struct scan *s, size_t i)
{
	double best = 0;

	for (size_t w = 0; w < sizeof(widths) / sizeof(*widths); w++) {
		size_t a = i < widths[w] ? i : widths[w];
		size_t b = s->n - i < widths[w] ? s->n - i : widths[w];
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

/* How many values, at most WIDEST, lie between two places. */
static size_t width_of(size_t from, size_t to)
{
	return to - from < WIDEST ? to - from : WIDEST;
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

		if (fabs(now) < SCORE)
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
		size_t a = width_of(end_before(peak, kept), peak[i]);
		size_t b = width_of(peak[i], end_behind(s, peak, n, i));

		if (a >= LEAST && b >= LEAST && fabs(score(s, peak[i], a, b)) >= SCORE)
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
	double x[WIDEST], y[WIDEST];
	struct location l;

	if (!logs)
		return step;
	memcpy(x, s->x + at - a, a * sizeof(*x));
	memcpy(y, s->x + at, b * sizeof(*y));
	l = rank_sum_location(x, a, y, b, .01);
	step.ratio = exp(l.estimate);
	step.ratio_low = exp(l.low);
	step.ratio_high = exp(l.high);
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

size_t steps_find(const double *v, size_t n, const struct nomination *rule, struct step **steps)
{
	double *x = xmalloc(n * sizeof(*x)), unit = 1;
	size_t *peak = xmalloc((n + 1) * sizeof(*peak)), npeaks;
	bool logs = take_logs(x, v, n);
	struct scan s = {.x = x, .n = n};

	if (!logs) {
		memcpy(x, v, n * sizeof(*x));
		unit = fabs(median_of(v, n < WIDEST ? n : WIDEST));
	}
	s.sigma = fmax(neighbour_sigma(x, n), LEAST_SPREAD * unit);
	s.least_change = LEAST_CHANGE * unit;
	if (rule->exact) {
		/* A count has no spread: the least change that can be shows itself. */
		s.sigma = 0;
		s.least_change = 0;
	}
	npeaks = confirm(&s, peak, find_peaks(&s, peak));
	*steps = xmalloc(npeaks * sizeof(**steps));
	for (size_t i = 0; i < npeaks; i++)
		(*steps)[i] = describe(&s, v, logs, i ? peak[i - 1] : 0, peak[i],
				       i + 1 < npeaks ? peak[i + 1] : n);
	free(x);
	free(peak);
	return npeaks;
}
