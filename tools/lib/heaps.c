/* SPDX-License-Identifier: MIT */
#include "heaps.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dip.h"
#include "stats.h"
#include "xalloc.h"

/* Of so many one-humped series one at most may be taken for two heaps. */
#define HEAPS_ALPHA (1. / 500)
/* Nearer ones change no value that anybody compares, and rarer ones hardly move it. */
#define LEAST_DISTANCE .1
#define LEAST_SHARE .1

/* Values that differ by less than this share are equal but for the last digits. */
#define EQUAL 1e-9
/* Nobody rounds to more than this share of a value: values so far apart are counts, or two heaps.
 */
#define COARSEST_ROUNDING .2
/* Digits after the point that a step of rounding may have. */
#define MOST_DIGITS 6

/* A cell's samples in ascending order, and where it is cut in two. */
struct part {
	double *v;
	size_t n;
	double low, high; /* means of the parts */
};

static double distance_to_equal(double v)
{
	return EQUAL * fabs(v);
}

/* The smallest difference between two samples of a cell that are not equal; infinite for none. */
static double smallest_difference(const struct part *cells, size_t ncells)
{
	double smallest = INFINITY;

	for (size_t c = 0; c < ncells; c++)
		for (size_t i = 1; i < cells[c].n; i++) {
			double d = cells[c].v[i] - cells[c].v[i - 1];

			if (d > distance_to_equal(cells[c].v[i]))
				smallest = fmin(smallest, d);
		}
	return smallest;
}

/* The largest power of ten, up to 1, that all samples are multiples of; infinite for none. */
static double decimal_step(const struct part *cells, size_t ncells)
{
	double step = 1;

	for (int digits = 0; digits <= MOST_DIGITS; digits++) {
		bool all = true;

		for (size_t c = 0; c < ncells && all; c++)
			for (size_t i = 0; i < cells[c].n && all; i++) {
				double steps = cells[c].v[i] / step;

				all = fabs(steps - round(steps)) < EQUAL * (1 + fabs(steps));
			}
		if (all)
			return step;
		step /= 10;
	}
	return INFINITY;
}

/* Equal values as far apart as rounding may have moved them. */
static void spread_equal(struct part *p, double step)
{
	for (size_t i = 0, end; i < p->n; i = end) {
		double v = p->v[i];

		for (end = i + 1; end < p->n && p->v[end] - v <= distance_to_equal(v); end++)
			;
		for (size_t k = i; end > i + 1 && k < end; k++)
			p->v[k] = v + step * (((double)(k - i) + .5) / (double)(end - i) - .5);
	}
}

/* The step to which samples were rounded; infinite for none. */
static double rounding_step(const struct part *cells, size_t ncells, double value)
{
	double step = smallest_difference(cells, ncells);

	return step <= COARSEST_ROUNDING * fabs(value) ? step : decimal_step(cells, ncells);
}

/* Heaps are a factor apart, and as wide each in proportion: on logarithms, where there are any, a
 * small high heap is as narrow as a small low one. */
static void add_dip(struct dips *dips, const struct part *p, bool logarithms, double *scratch)
{
	for (size_t i = 0; i < p->n; i++)
		scratch[i] = logarithms ? log(p->v[i]) : p->v[i];
	dips_add(dips, scratch, p->n);
}

/* n: samples of all cells */
static bool are_significant(struct part *cells, size_t ncells, size_t n, double value)
{
	double step = rounding_step(cells, ncells, value);
	double *scratch = xmalloc(n * sizeof(*scratch));
	bool positive = true;
	struct dips dips = {0};

	for (size_t c = 0; c < ncells; c++) {
		if (isfinite(step))
			spread_equal(&cells[c], step);
		positive &= cells[c].v[0] > 0;
	}
	for (size_t c = 0; c < ncells; c++)
		add_dip(&dips, &cells[c], positive, scratch);
	free(scratch);
	return dips_p(&dips) <= HEAPS_ALPHA;
}

/* Cut a cell where the variance between its parts is largest, which is where it is least within. */
static void cut(struct part *p)
{
	double all = 0, below = 0, best = -1;

	for (size_t i = 0; i < p->n; i++)
		all += p->v[i];
	for (size_t i = 1; i < p->n; i++) {
		double k = (double)i, rest = (double)(p->n - i), low, high;

		below += p->v[i - 1];
		low = below / k;
		high = (all - below) / rest;
		if (k * rest * (high - low) * (high - low) <= best)
			continue;
		best = k * rest * (high - low) * (high - low);
		p->low = low;
		p->high = high;
	}
}

static double median_part(const struct part *cells, size_t ncells, bool high)
{
	double *mean = xmalloc(ncells * sizeof(*mean)), median;

	for (size_t c = 0; c < ncells; c++)
		mean[c] = high ? cells[c].high : cells[c].low;
	median = stats_median(mean, ncells);
	free(mean);
	return median;
}

/* Where a cell's heaps part: in the middle of its own, unless its parts lie too near one another to
 * be two heaps. */
static double boundary(const struct part *p, const struct heaps *heaps)
{
	if (p->high - p->low >= (heaps->high - heaps->low) / 2)
		return (p->low + p->high) / 2;
	return (heaps->low + heaps->high) / 2;
}

static void locate(struct part *cells, size_t ncells, struct heaps *heaps)
{
	size_t n = 0, above = 0;

	for (size_t c = 0; c < ncells; c++)
		cut(&cells[c]);
	heaps->low = median_part(cells, ncells, false);
	heaps->high = median_part(cells, ncells, true);
	for (size_t c = 0; c < ncells; c++) {
		double limit = boundary(&cells[c], heaps);

		for (size_t i = 0; i < cells[c].n; i++)
			above += cells[c].v[i] > limit;
		n += cells[c].n;
	}
	heaps->share = (double)above / (double)n;
}

/* Copies of the cells that are large enough, sorted. Returns how many. */
static size_t take_cells(struct part *to, double *copy, const double *sample, const size_t *cell,
			 size_t ncells)
{
	size_t used = 0;

	for (size_t c = 0; c < ncells; c++) {
		size_t n = cell[c + 1] - cell[c];

		if (n < DIP_MIN)
			continue;
		memcpy(copy, sample + cell[c], n * sizeof(*copy));
		gsl_sort(copy, 1, n);
		to[used++] = (struct part){copy, n, 0, 0};
		copy += n;
	}
	return used;
}

bool heaps_find(const double *sample, const size_t *cell, size_t ncells, double value,
		struct heaps *heaps)
{
	size_t n = ncells ? cell[ncells] - cell[0] : 0, used;
	struct part *cells = xmalloc(ncells * sizeof(*cells));
	double *copy = xmalloc(n * sizeof(*copy));
	struct heaps found = {0};
	bool two;

	used = take_cells(cells, copy, sample, cell, ncells);
	two = used && are_significant(cells, used, n, value);
	if (two) {
		locate(cells, used, &found);
		two = found.high - found.low >= LEAST_DISTANCE * fabs(value) &&
		      fmin(found.share, 1 - found.share) >= LEAST_SHARE;
	}
	if (two)
		*heaps = found;
	free(cells);
	free(copy);
	return two;
}
