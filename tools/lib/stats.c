/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <sys/types.h>

static double median_of_three(double a, double b, double c)
{
	if (a < b)
		return b < c ? b : (a < c ? c : a);
	return a < c ? a : (b < c ? c : b);
}

double stats_select(double *v, size_t n, size_t k)
{
	ssize_t left = 0, right = (ssize_t)n - 1, want = (ssize_t)k;

	/* Hoare's FIND. It stops at values equal to the pivot on both sides, so that a group that
	 * holds one value over and over stays O(n). */
	while (left < right) {
		double pivot = median_of_three(v[left], v[want], v[right]);
		ssize_t i = left, j = right;

		do {
			while (v[i] < pivot)
				i++;
			while (pivot < v[j])
				j--;
			if (i <= j) {
				double t = v[i];

				v[i++] = v[j];
				v[j--] = t;
			}
		} while (i <= j);
		if (j < want)
			left = i;
		if (want < i)
			right = j;
	}
	return v[k];
}

double stats_quantile(double *v, size_t n, double p)
{
	double at, low, high;
	size_t k;

	if (!n)
		return NAN;
	at = p * (double)(n - 1);
	k = (size_t)at;
	low = stats_select(v, n, k);
	if (at == (double)k || k + 1 >= n)
		return low;
	/* What is right of k is not smaller: its least is the next in order. */
	high = v[k + 1];
	for (size_t i = k + 2; i < n; i++)
		if (v[i] < high)
			high = v[i];
	return low + (at - (double)k) * (high - low);
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
	double sum = 0, lost = 0;

	if (!n)
		return NAN;
	for (size_t i = 0; i < n; i++) {
		double t = sum + v[i];

		lost += fabs(sum) >= fabs(v[i]) ? (sum - t) + v[i] : (v[i] - t) + sum;
		sum = t;
	}
	return (sum + lost) / (double)n;
}

double stats_stddev(const double *v, size_t n, double average)
{
	double squares = 0, rest = 0;

	if (n < 2)
		return NAN;
	for (size_t i = 0; i < n; i++) {
		double d = v[i] - average;

		squares += d * d;
		rest += d;
	}
	/* `rest` is what rounding left in the average: zero in exact arithmetic. */
	squares -= rest * rest / (double)n;
	return sqrt(fmax(squares, 0) / (double)(n - 1));
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

bool stats_interval(double *v, size_t n, double confidence, double *low, double *high)
{
	size_t k = stats_interval_rank(n, confidence);

	*low = *high = NAN;
	if (!k)
		return false;
	*low = stats_select(v, n, k - 1);
	*high = stats_select(v, n, n - k);
	return true;
}

double stats_midmean(double *v, size_t n)
{
	size_t cut = (n + 1) / 4;

	gsl_sort(v, 1, n);
	/* Equal ones keep their digits. */
	if (v[cut] == v[n - 1 - cut])
		return v[cut];
	return stats_average(v + cut, n - 2 * cut);
}

double round_value(double *v, const size_t *n, size_t ncpus)
{
	double sum = 0;

	if (ncpus == 1)
		return stats_midmean(v, n[0]);
	for (size_t cpu = 0; cpu < ncpus; cpu++) {
		sum += stats_midmean(v, n[cpu]);
		v += n[cpu];
	}
	return sum / (double)ncpus;
}
