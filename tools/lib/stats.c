/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

double stats_quantile(double *v, size_t n, double p)
{
	double at, low;
	size_t k;

	if (!n)
		return NAN;
	at = p * (double)(n - 1);
	k = (size_t)at;
	low = gsl_stats_select(v, 1, n, k);
	if (at == (double)k || k + 1 >= n)
		return low;
	/* Numbers of both signs may lie further apart than a double can be large. */
	return (double)(low + (long double)(at - (double)k) *
				  ((long double)gsl_stats_select(v, 1, n, k + 1) - low));
}

double stats_median(double *v, size_t n)
{
	return stats_quantile(v, n, .5);
}

double stats_mad(double *v, size_t n, double median)
{
	for (size_t i = 0; i < n; i++)
		v[i] = fabs(v[i] - median);
	return stats_median(v, n);
}

double stats_average(const double *v, size_t n)
{
	return n ? gsl_stats_mean(v, 1, n) : NAN;
}

double stats_stddev(const double *v, size_t n, double average)
{
	long double squares = 0;

	/* GSL's is rounded to double before its root is taken: infinite from 1e154 on. */
	for (size_t i = 0; i < n; i++)
		squares += ((long double)v[i] - average) * ((long double)v[i] - average);
	return n > 1 ? (double)sqrtl(squares / (long double)(n - 1)) : NAN;
}

size_t stats_interval_rank(size_t n, double confidence)
{
	size_t low = 0, high = n / 2;

	/* 2 · P(B ≤ k - 1) grows with k: bisect. */
	while (low < high) {
		size_t k = low + (high - low + 1) / 2;

		if (2 * gsl_cdf_binomial_P((unsigned)(k - 1), .5, (unsigned)n) <= 1 - confidence)
			low = k;
		else
			high = k - 1;
	}
	return low;
}

void stats_interval(double *v, size_t n, double confidence, double *low, double *high)
{
	size_t k = stats_interval_rank(n, confidence);

	*low = k ? gsl_stats_select(v, 1, n, k - 1) : NAN;
	*high = k ? gsl_stats_select(v, 1, n, n - k) : NAN;
}

/* The average of the middle half: of three values the median, of fewer the average. */
static double midmean(double *v, size_t n)
{
	size_t cut = (n + 1) / 4;

	gsl_sort(v, 1, n);
	return stats_average(v + cut, n - 2 * cut);
}

double round_value(double *v, const size_t *n, size_t ncpus)
{
	long double sum = 0;

	for (size_t cpu = 0; cpu < ncpus; cpu++) {
		sum += midmean(v, n[cpu]);
		v += n[cpu];
	}
	return (double)(sum / (long double)ncpus);
}
