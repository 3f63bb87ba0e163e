/* SPDX-License-Identifier: MIT */
#include "ranktest.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

/* A value with what must not be lost when it is ranked. */
struct ranked {
	double key;    /* what is ranked */
	bool counted;  /* positive difference; or of the group whose ranks are summed */
	unsigned rank; /* twice its mid-rank: a whole number */
};

static int by_key(const void *a, const void *b)
{
	double x = ((const struct ranked *)a)->key, y = ((const struct ranked *)b)->key;

	return (x > y) - (x < y);
}

/* Sort and give doubled mid-ranks. Returns the sum of t³ - t over the groups of t equal values,
 * which the normal approximation is corrected by. */
static double assign_ranks(struct ranked *v, size_t n)
{
	double ties = 0;

	qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 0, j; i < n; i = j) {
		double t;

		for (j = i + 1; j < n && v[j].key - v[j - 1].key <= RANKTEST_TIE; j++)
			;
		t = (double)(j - i);
		ties += t * t * t - t;
		for (size_t k = i; k < j; k++)
			v[k].rank = (unsigned)(i + 1 + j);
	}
	return ties;
}

/* The ranks alone, without the doubling where no mid-rank needs it: half the work. Returns the sum
 * of those that are counted. */
static size_t take_ranks(const struct ranked *v, size_t n, unsigned *rank)
{
	unsigned odd = 0, divisor;
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		odd |= v[i].rank & 1;
	divisor = odd ? 1 : 2;
	for (size_t i = 0; i < n; i++) {
		rank[i] = v[i].rank / divisor;
		sum += v[i].counted ? rank[i] : 0;
	}
	return sum;
}

static size_t counted_sum(const struct ranked *v, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i].counted ? v[i].rank : 0;
	return sum;
}

/* Where the scores of n signed ranks end to grow. */
static unsigned winsorized_at(size_t n)
{
	return (unsigned)((n + RANKTEST_WINSORIZED - 1) / RANKTEST_WINSORIZED);
}

/* The distribution of a sum of ranks, over 0 to max. */
struct distribution {
	double *weight;
	size_t max;
	double total; /* of the weights */
};

/* Of the sums of `size` of n ranks; with size 0 of any number of them: signed ranks, where each
 * sign is as likely as the other. Subsets are counted: there are below 2^100 = 1e30, of which a
 * double keeps 15 digits. */
static struct distribution distribution_of(const unsigned *rank, size_t n, size_t size)
{
	struct distribution d = {0};
	size_t row, most = size ? size : 1;
	double *count;

	for (size_t i = 0; i < n; i++)
		d.max += rank[i];
	/* A row for each number of ranks; or one row that is added to itself. */
	row = size ? d.max + 1 : 0;
	count = xcalloc((size + 1) * (d.max + 1), sizeof(*count));
	count[0] = 1;
	for (size_t i = 0, top = 0; i < n; i++) {
		top += rank[i];
		for (size_t k = i + 1 < most ? i + 1 : most; k > 0; k--) {
			double *to = count + k * row, *from = to - row;

			for (size_t s = top + 1; s-- > rank[i];)
				to[s] += from[s - rank[i]];
		}
	}
	d.weight = memmove(count, count + size * row, (d.max + 1) * sizeof(*count));
	for (size_t s = 0; s <= d.max; s++)
		d.total += d.weight[s];
	return d;
}

/* Both tails, each summed from its small end. */
static struct rank_p exact_p(const struct ranked *v, size_t n, size_t size)
{
	unsigned rank[RANKTEST_EXACT_MAX] = {0};
	size_t seen = take_ranks(v, n, rank);
	struct distribution d = distribution_of(rank, n, size);
	struct rank_p p = {0, 0};

	for (size_t s = d.max + 1; s-- > seen;)
		p.greater += d.weight[s];
	for (size_t s = 0; s <= seen; s++)
		p.less += d.weight[s];
	free(d.weight);
	p.greater = fmin(p.greater / d.total, 1);
	p.less = fmin(p.less / d.total, 1);
	return p;
}

/* Mean and variance are those of the sum of ranks. Above RANKTEST_EXACT_MAX: two normal tails with
 * correction for continuity, as in R. */
static struct rank_p tails(const struct ranked *v, size_t n, size_t size, double mean,
			   double variance)
{
	double distance = (double)counted_sum(v, n) / 2 - mean, sigma = sqrt(variance);

	if (!(variance > 0))
		return (struct rank_p){1, 1};
	if (n <= RANKTEST_EXACT_MAX)
		return exact_p(v, n, size);
	return (struct rank_p){gsl_cdf_ugaussian_Q((distance - .5) / sigma),
			       gsl_cdf_ugaussian_P((distance + .5) / sigma)};
}

struct rank_p signed_rank_p(const double *x, size_t n, double mu)
{
	struct ranked *v = xmalloc(n * sizeof(*v));
	struct rank_p p;
	size_t used = 0;
	double sum = 0, squares = 0;
	unsigned most;

	for (size_t i = 0; i < n; i++) {
		double d = x[i] - mu;

		if (fabs(d) > RANKTEST_TIE)
			v[used++] = (struct ranked){.key = fabs(d), .counted = d > 0};
	}
	assign_ranks(v, used);
	most = 2 * winsorized_at(used);
	for (size_t i = 0; i < used; i++) {
		v[i].rank = v[i].rank < most ? v[i].rank : most;
		sum += v[i].rank / 2.;
		squares += v[i].rank / 2. * v[i].rank / 2.;
	}
	p = tails(v, used, 0, sum / 2, squares / 4);
	free(v);
	return p;
}

struct rank_p rank_sum_p(const double *x, size_t nx, const double *y, size_t ny, double mu)
{
	size_t n = nx + ny, size = nx < ny ? nx : ny;
	struct ranked *v = xmalloc(n * sizeof(*v));
	bool count_x = nx < ny; /* the smaller group is counted: less work */
	double ties, m = (double)size, all = (double)n;
	struct rank_p p;

	for (size_t i = 0; i < nx; i++)
		v[i] = (struct ranked){.key = x[i], .counted = count_x};
	for (size_t i = 0; i < ny; i++)
		v[nx + i] = (struct ranked){.key = y[i] - mu, .counted = !count_x};
	ties = assign_ranks(v, n);
	p = tails(v, n, size, m * (all + 1) / 2,
		  m * (all - m) / 12 * (all + 1 - ties / (all * (all - 1))));
	free(v);
	return count_x ? (struct rank_p){p.less, p.greater} : p;
}

/* --- estimates and intervals --------------------------------------------------------------- */

/* The differences of all pairs of two sorted arrays, never made: they are counted. */
struct pairs {
	const double *a, *b;
	size_t na, nb;
};

/* It grows with i and with j. */
static double pair_value(const struct pairs *p, size_t i, size_t j)
{
	return p->a[i] - p->b[p->nb - 1 - j];
}

/* How many pairs are not above t: O(na + nb), since the border j only moves down. */
static uint64_t count_up_to(const struct pairs *p, double t)
{
	uint64_t count = 0;

	for (size_t i = 0, j = p->nb; i < p->na; i++) {
		while (j > 0 && pair_value(p, i, j - 1) > t)
			j--;
		count += j;
	}
	return count;
}

/* The k-th smallest pair, k from 1: the least t with at least k pairs up to t. */
static double kth_pair(const struct pairs *p, uint64_t k)
{
	double low = pair_value(p, 0, 0), high = pair_value(p, p->na - 1, p->nb - 1);

	if (count_up_to(p, low) >= k)
		return low;
	/* Bisection, until no number lies between. */
	for (;;) {
		double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			return high;
		if (count_up_to(p, middle) >= k)
			high = middle;
		else
			low = middle;
	}
}

/* The largest k with 2 · P(statistic ≤ k - 1) ≤ alpha, 0 if there is none, of ranks without ties
 * that end to grow at `most`. Sums of `size` ranks begin at 1 + 2 + … + size: from there on the
 * statistic is Mann and Whitney's U. */
static uint64_t exact_k(size_t n, size_t size, unsigned most, double alpha)
{
	unsigned rank[RANKTEST_EXACT_MAX] = {0};
	struct distribution d;
	double below = 0;
	uint64_t k;

	for (size_t i = 0; i < n; i++)
		rank[i] = i < most ? (unsigned)i + 1 : most;
	d = distribution_of(rank, n, size);
	for (k = 0; 2 * below / d.total <= alpha; k++)
		below += d.weight[size * (size + 1) / 2 + k];
	free(d.weight);
	return k - 1;
}

/* The same for many values. Mean and variance are those of the statistic. */
static uint64_t normal_k(double mean, double variance, double alpha)
{
	return (uint64_t)fmax(
	    0, floor(mean + .5 - gsl_cdf_ugaussian_Qinv(alpha / 2) * sqrt(variance)));
}

/* The scores of the n sorted values above mu, of a mu that is a hair larger: of two values equally
 * far away, the one above is nearer. */
static uint64_t sum_above(const double *x, size_t n, double mu)
{
	size_t below = 0, above;
	uint64_t most = winsorized_at(n), rank = 0, sum = 0;

	while (below < n && x[below] <= mu)
		below++;
	above = below;
	while (above < n) {
		bool is_above = !below || x[above] - mu <= mu - x[below - 1];

		rank += rank < most;
		if (is_above) {
			sum += rank;
			above++;
		} else {
			below--;
		}
	}
	return sum;
}

/* The least mu above which the scores sum up to no more than `most`: the sum falls as mu grows. By
 * bisection, until no number lies between. */
static double least_mu(const double *x, size_t n, uint64_t most)
{
	double low = x[0], high = x[n - 1];

	if (sum_above(x, n, low) <= most)
		return low;
	for (;;) {
		double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			return high;
		if (sum_above(x, n, middle) <= most)
			high = middle;
		else
			low = middle;
	}
}

struct location signed_rank_location(double *x, size_t n, double alpha)
{
	uint64_t most = winsorized_at(n), total = most * (most + 1) / 2 + (n - most) * most, k;
	double *mirrored = xmalloc(n * sizeof(*mirrored)), w = (double)most, m = (double)n;
	struct location l = {.low = NAN, .high = NAN};

	gsl_sort(x, 1, n);
	for (size_t i = 0; i < n; i++)
		mirrored[i] = -x[n - 1 - i];
	k = n <= RANKTEST_EXACT_MAX
		? exact_k(n, 0, (unsigned)most, alpha)
		: normal_k((double)total / 2, (w * (w + 1) * (2 * w + 1) / 6 + (m - w) * w * w) / 4,
			   alpha);
	l.estimate = (least_mu(x, n, total / 2) - least_mu(mirrored, n, total / 2)) / 2;
	if (k) {
		l.low = least_mu(x, n, total - k);
		l.high = -least_mu(mirrored, n, total - k);
	}
	free(mirrored);
	return l;
}

struct location rank_sum_location(double *x, size_t nx, double *y, size_t ny, double alpha)
{
	struct pairs p = {.a = y, .b = x, .na = ny, .nb = nx};
	uint64_t npairs = (uint64_t)nx * ny, k;
	size_t n = nx + ny, size = nx < ny ? nx : ny;
	double xy = (double)npairs;
	struct location l = {.low = NAN, .high = NAN};

	gsl_sort(x, 1, nx);
	gsl_sort(y, 1, ny);
	k = n <= RANKTEST_EXACT_MAX ? exact_k(n, size, (unsigned)n, alpha)
				    : normal_k(xy / 2, xy * (double)(n + 1) / 12, alpha);
	l.estimate = (kth_pair(&p, (npairs + 1) / 2) + kth_pair(&p, npairs / 2 + 1)) / 2;
	if (k) {
		l.low = kth_pair(&p, k);
		l.high = kth_pair(&p, npairs + 1 - k);
	}
	return l;
}

void holm(double *p, size_t n)
{
	double *key = xmalloc(n * sizeof(*key)), largest = 0;
	size_t *order = xmalloc(n * sizeof(*order)), used = 0;

	for (size_t i = 0; i < n; i++) {
		key[i] = isnan(p[i]) ? INFINITY : p[i];
		used += !isnan(p[i]);
	}
	gsl_sort_index(order, key, 1, n);
	for (size_t i = 0; i < used; i++) {
		largest = fmax(largest, fmin(1, (double)(used - i) * p[order[i]]));
		p[order[i]] = largest;
	}
	free(key);
	free(order);
}
