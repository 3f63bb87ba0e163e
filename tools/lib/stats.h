/* SPDX-License-Identifier: MIT */
/*
 * Statistics of one group of finite numbers. A statistic that is not defined for n numbers, such as
 * the standard deviation of one, is NaN, which csv_write_double() writes as an empty cell.
 */
#pragma once

#include <stddef.h>

/**
 * stats_quantile - quantile of type 7, the default of R, numpy and datamash
 * @v: n numbers, reordered
 * @p: from 0 to 1
 */
double stats_quantile(double *v, size_t n, double p);
double stats_median(double *v, size_t n);

/** stats_mad - median absolute deviation from the median, not scaled; overwrites v */
double stats_mad(double *v, size_t n, double median);

double stats_average(const double *v, size_t n);

/** stats_stddev - sample standard deviation (n - 1) */
double stats_stddev(const double *v, size_t n, double average);

/**
 * stats_interval_rank - ranks of the order-statistic interval of a median
 * @confidence: for example .95
 * @return: the rank k, from 1: [v(k), v(n + 1 - k)] of the sorted values holds the median of their
 *          distribution with at least this probability, whatever the distribution. 0 when n is too
 *          small. k is the largest with 2 · P(Binomial(n, ½) ≤ k - 1) ≤ 1 - confidence
 *          (Conover, Practical Nonparametric Statistics, 3.2)
 */
size_t stats_interval_rank(size_t n, double confidence);

/** stats_interval - that interval, of n values, which are reordered; NaN when n is too small */
void stats_interval(double *v, size_t n, double confidence, double *low, double *high);

/**
 * round_value - the number of a round: everything that compares builds uses it
 * @v: the samples of one series in one round, those of each CPU together; reordered
 * @n: samples of each CPU, all ≥ 1
 * @ncpus: ≥ 1
 *
 * A CPU's number is the midmean (interquartile mean) of its samples. The round's is the average
 * over CPUs: one midmean over all CPUs would not see one CPU of three become slower.
 *
 * Why the midmean: in A/A runs of the suite core (84 series, 20 rounds of 10 samples of 3 ms), the
 * ratio was within 2 % in 79 series with it, 79 with the average, 75 with the median; nine tenths
 * of the series lay within 1.5 %, with the median 2.1 %. Counted instructions of maps that do
 * something every so many operations, over 5 boots: the median jumps by 2.6 %, the average by 2.3
 * %, the midmean by .6 %.
 */
double round_value(double *v, const size_t *n, size_t ncpus);
