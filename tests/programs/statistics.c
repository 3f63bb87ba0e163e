/* SPDX-License-Identifier: MIT */
/*
 * Proves tools/lib/stats.c, ranktest.c and dip.c; run by tests/statistics.bats.
 *
 *	statistics oracle FILE    exact tests, intervals and dips against those of R in FILE
 *	statistics enumerate      exact tests with ties against enumeration, for every small n
 *	statistics intervals      ranks of order-statistic intervals against the published table
 *	statistics properties     what must hold for any input, over thousands of random ones
 *
 * Prints how many comparisons were made; the first that fails ends it with status 1.
 */
#include <err.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "dip.h"
#include "ranktest.h"
#include "stats.h"
#include "xalloc.h"

#define TOLERANCE 1e-12
#define SMALL 12

static size_t checked;

/* NaN equals NaN: both are no number. */
static void expect(const char *what, double got, double wanted, double tolerance)
{
	checked++;
	if (isnan(got) && isnan(wanted))
		return;
	if (!(fabs(got - wanted) <= tolerance))
		errx(1, "%s: got %.17g, expected %.17g (after %zu that agree)", what, got, wanted,
		     checked - 1);
}

/* --- against R --- */

static size_t parse_list(char *text, double *v, size_t max)
{
	size_t n = 0;
	char *word;

	while ((word = strsep(&text, " ")) && *word) {
		if (n == max)
			errx(1, "more than %zu numbers in a list", max);
		v[n++] = strtod(word, NULL);
	}
	return n;
}

static double number(const char *text)
{
	return *text ? strtod(text, NULL) : NAN;
}

static void oracle(const char *path)
{
	static const char *const names[] = {"kind", "x",	"y",   "mu",  "greater",
					    "less", "estimate", "low", "high"};
	double x[RANKTEST_EXACT_MAX], y[RANKTEST_EXACT_MAX], mu;
	struct csv_reader in;
	int at[9], got;

	if (csv_open(&in, path) || csv_require(&in, names, 9, at))
		errx(1, "%s", in.error);
	while ((got = csv_next_row(&in)) > 0) {
		size_t nx = parse_list(in.cell[at[1]], x, RANKTEST_EXACT_MAX);
		size_t ny = parse_list(in.cell[at[2]], y, RANKTEST_EXACT_MAX);
		bool paired = !strcmp(in.cell[at[0]], "signed_rank");
		struct rank_p p;
		struct location l;

		if (!strcmp(in.cell[at[0]], "dip")) {
			expect("dip", dip(x, nx), number(in.cell[at[6]]), TOLERANCE);
			continue;
		}
		mu = number(in.cell[at[3]]);
		p = paired ? signed_rank_p(x, nx, mu) : rank_sum_p(x, nx, y, ny, mu);
		expect("p greater", p.greater, number(in.cell[at[4]]), TOLERANCE);
		expect("p less", p.less, number(in.cell[at[5]]), TOLERANCE);
		l = paired ? signed_rank_location(x, nx, .01)
			   : rank_sum_location(x, nx, y, ny, .01);
		expect("estimate", l.estimate, number(in.cell[at[6]]), TOLERANCE);
		expect("low", l.low, number(in.cell[at[7]]), TOLERANCE);
		expect("high", l.high, number(in.cell[at[8]]), TOLERANCE);
	}
	if (got < 0)
		errx(1, "%s", in.error);
	csv_release(&in);
}

/* --- against enumeration --- */

/* Mid-rank of each |v| among all, by counting: another way than the library's sort. */
static void midranks(const double *v, size_t n, double *rank)
{
	for (size_t i = 0; i < n; i++) {
		double below = 0, equal = 0;

		for (size_t j = 0; j < n; j++) {
			below += v[j] < v[i];
			equal += v[j] == v[i];
		}
		rank[i] = below + (equal + 1) / 2;
	}
}

static struct rank_p enumerate_signs(const double *x, size_t n)
{
	double size[SMALL], rank[SMALL], seen = 0, greater = 0, less = 0;
	bool plus[SMALL];
	size_t used = 0;

	for (size_t i = 0; i < n; i++)
		if (x[i] != 0) {
			plus[used] = x[i] > 0;
			size[used++] = fabs(x[i]);
		}
	midranks(size, used, rank);
	for (size_t i = 0; i < used; i++)
		rank[i] = fmin(rank[i], ceil((double)used / RANKTEST_WINSORIZED));
	for (size_t i = 0; i < used; i++)
		seen += plus[i] ? rank[i] : 0;
	for (unsigned signs = 0; signs < 1u << used; signs++) {
		double w = 0;

		for (size_t i = 0; i < used; i++)
			w += signs >> i & 1 ? rank[i] : 0;
		greater += w >= seen;
		less += w <= seen;
	}
	return (struct rank_p){greater / (1u << used), less / (1u << used)};
}

static struct rank_p enumerate_subsets(const double *x, size_t nx, const double *y, size_t ny)
{
	double all[SMALL], rank[SMALL], seen = 0, greater = 0, less = 0, total = 0;
	size_t n = nx + ny;

	memcpy(all, x, nx * sizeof(*x));
	memcpy(all + nx, y, ny * sizeof(*y));
	midranks(all, n, rank);
	for (size_t i = nx; i < n; i++)
		seen += rank[i];
	for (unsigned subset = 0; subset < 1u << n; subset++) {
		double w = 0;

		if ((size_t)__builtin_popcount(subset) != ny)
			continue;
		for (size_t i = 0; i < n; i++)
			w += subset >> i & 1 ? rank[i] : 0;
		total++;
		greater += w >= seen;
		less += w <= seen;
	}
	return (struct rank_p){greater / total, less / total};
}

/* Small whole numbers: `values` of them, so ties and zeros abound. */
static void random_ties(gsl_rng *rng, double *v, size_t n, unsigned values)
{
	const unsigned middle = values / 2;

	for (size_t i = 0; i < n; i++)
		v[i] = (double)gsl_rng_uniform_int(rng, values) - middle;
}

static void enumerate(gsl_rng *rng)
{
	double x[SMALL], y[SMALL];
	struct rank_p p, q;

	for (size_t n = 1; n <= SMALL; n++)
		for (unsigned values = 1; values <= 15; values++)
			for (int again = 0; again < 5; again++) {
				random_ties(rng, x, n, values);
				p = signed_rank_p(x, n, 0);
				q = enumerate_signs(x, n);
				expect("signed rank, greater", p.greater, q.greater, TOLERANCE);
				expect("signed rank, less", p.less, q.less, TOLERANCE);
			}
	for (size_t n = 2; n <= SMALL; n++)
		for (size_t nx = 1; nx < n; nx++)
			for (unsigned values = 1; values <= 9; values += 2) {
				random_ties(rng, x, nx, values);
				random_ties(rng, y, n - nx, values);
				p = rank_sum_p(x, nx, y, n - nx, 0);
				q = enumerate_subsets(x, nx, y, n - nx);
				expect("rank sum, greater", p.greater, q.greater, TOLERANCE);
				expect("rank sum, less", p.less, q.less, TOLERANCE);
			}
}

/* --- order-statistic intervals --- */

/* The probability, counted with whole numbers as far as they go: P(k ≤ Binomial(n, ½) ≤ n - k). */
static double coverage(size_t n, size_t k)
{
	double count = 1, inside = 0;

	for (size_t i = 0; i <= n; i++) {
		inside += i >= k && i <= n - k ? count : 0;
		count = count * (double)(n - i) / (double)(i + 1);
	}
	return inside / exp2((double)n);
}

static void intervals(void)
{
	/* n, k at 95 % with its coverage in per mille (Conover, table A3), k at 99 % */
	static const struct {
		size_t n, k95;
		double covers;
		size_t k99;
	} table[] = {
	    {5, 0, 0, 0},    {6, 1, 969, 0},  {8, 1, 992, 1},  {10, 2, 979, 1},
	    {12, 3, 961, 2}, {16, 4, 979, 3}, {20, 6, 959, 4}, {30, 10, 957, 8},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		size_t n = table[i].n, k = stats_interval_rank(n, .95);

		expect("rank at 95 %", (double)k, (double)table[i].k95, 0);
		expect("rank at 99 %", (double)stats_interval_rank(n, .99), (double)table[i].k99,
		       0);
		if (k)
			expect("coverage", round(1000 * coverage(n, k)), table[i].covers, 0);
	}
	for (size_t n = 1; n <= 50; n++) {
		size_t k = stats_interval_rank(n, .95);

		if (k)
			expect("covers 95 %", coverage(n, k) >= .95, 1, 0);
		if (k + 1 <= n / 2)
			expect("is the narrowest", coverage(n, k + 1) < .95, 1, 0);
	}
}

/* --- properties --- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sizes, and values with and without ties. */
static size_t random_input(gsl_rng *rng, double *v, size_t max, bool ties)
{
	size_t n = 1 + gsl_rng_uniform_int(rng, max);

	for (size_t i = 0; i < n; i++)
		v[i] = ties ? (double)gsl_rng_uniform_int(rng, 8) / 4 - 1 : gsl_ran_ugaussian(rng);
	return n;
}

static void mirror(double *to, const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = -x[n - 1 - i];
}

static void paired_properties(gsl_rng *rng)
{
	double x[60], mirrored[60], mu = gsl_ran_gaussian(rng, .5);
	bool ties = gsl_rng_uniform_int(rng, 2);
	size_t n = random_input(rng, x, 60, ties);
	struct rank_p p = signed_rank_p(x, n, mu), q;
	struct location l, m;

	mirror(mirrored, x, n);
	q = signed_rank_p(mirrored, n, -mu);
	expect("swapped sides mirror p", q.less, p.greater, TOLERANCE);
	expect("swapped sides mirror p", q.greater, p.less, TOLERANCE);
	expect("both tails hold what was seen", p.less + p.greater >= 1 - TOLERANCE, 1, 0);
	l = signed_rank_location(x, n, .01);
	m = signed_rank_location(mirrored, n, .01);
	expect("swapped sides mirror the estimate", m.estimate, -l.estimate, 0);
	expect("swapped sides mirror the interval", m.low, -l.high, 0);
	if (isnan(l.low))
		return;
	expect("the interval holds the estimate", l.low <= l.estimate, 1, 0);
	if (ties)
		return;
	/* A hair, beyond which two values are not equal any more. */
	p = signed_rank_p(x, n, l.low - 4 * RANKTEST_TIE);
	expect("below the interval the test rejects", p.greater <= .005, 1, 0);
	p = signed_rank_p(x, n, l.low + 4 * RANKTEST_TIE);
	expect("within the interval the test does not reject", p.greater > .005, 1, 0);
}

static void unpaired_properties(gsl_rng *rng)
{
	double x[30], y[30], mu = gsl_ran_gaussian(rng, .5);
	bool ties = gsl_rng_uniform_int(rng, 2);
	size_t nx = random_input(rng, x, 30, ties), ny = random_input(rng, y, 30, ties);
	struct rank_p p = rank_sum_p(x, nx, y, ny, mu), q = rank_sum_p(y, ny, x, nx, -mu);
	struct location l = rank_sum_location(x, nx, y, ny, .01);
	struct location m = rank_sum_location(y, ny, x, nx, .01);

	expect("swapped sides mirror p", q.less, p.greater, TOLERANCE);
	expect("swapped sides mirror the estimate", m.estimate, -l.estimate, TOLERANCE);
	expect("swapped sides mirror the interval", m.high, -l.low, 0);
}

static void quantile_properties(gsl_rng *rng)
{
	double v[200], sorted[200], p = gsl_rng_uniform(rng);
	size_t n = random_input(rng, v, 200, gsl_rng_uniform_int(rng, 2));
	double at = p * (double)(n - 1);
	size_t below = (size_t)at, above = below + 1 < n ? below + 1 : below;

	memcpy(sorted, v, n * sizeof(*v));
	qsort(sorted, n, sizeof(*sorted), by_value);
	expect("quantile", stats_quantile(v, n, p),
	       sorted[below] + (at - (double)below) * (sorted[above] - sorted[below]), TOLERANCE);
}

static void holm_properties(gsl_rng *rng)
{
	/* R: p.adjust(c(.01, .04, .03, .005, .02), "holm") */
	double p[] = {.01, .04, NAN, .03, .005, .02}, wanted[] = {.04, .06, NAN, .06, .025, .06};
	double one = gsl_rng_uniform(rng), alone = one;

	holm(p, 6);
	for (size_t i = 0; i < 6; i++)
		expect("holm", p[i], wanted[i], TOLERANCE);
	holm(&alone, 1);
	expect("one p-value stays", alone, one, 0);
}

static void properties(gsl_rng *rng)
{
	/* Far from zero a naive sum of squares has no digit left. */
	double far[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};

	expect("stddev", stats_stddev(far, 4, stats_average(far, 4)), sqrt(30), TOLERANCE);
	holm_properties(rng);
	for (int i = 0; i < 3000; i++) {
		paired_properties(rng);
		unpaired_properties(rng);
		quantile_properties(rng);
	}
}

int main(int argc, char **argv)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	const char *what = argc > 1 ? argv[1] : "";

	gsl_rng_set(rng, 7);
	if (!strcmp(what, "oracle") && argc == 3)
		oracle(argv[2]);
	else if (!strcmp(what, "enumerate"))
		enumerate(rng);
	else if (!strcmp(what, "intervals"))
		intervals();
	else if (!strcmp(what, "properties"))
		properties(rng);
	else
		errx(2, "usage: statistics oracle FILE|enumerate|intervals|properties");
	gsl_rng_free(rng);
	printf("%zu comparisons\n", checked);
	return 0;
}
