/* SPDX-License-Identifier: MIT */
/*
 * Statistics of one group of numbers. All functions take finite numbers; where a statistic is not
 * defined for n values (a standard deviation of one) they return NaN, which csv_write_double()
 * writes as an empty cell.
 */
#ifndef LIB_STATS_H
#define LIB_STATS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * stats_select - the k-th smallest of n numbers, k from 0
 * @v: n ≥ 1 numbers; reordered so that v[k] is in its place, what is left of it is not larger
 *     and what is right of it is not smaller (quickselect, expected O(n))
 */
double stats_select(double *v, size_t n, size_t k);

/**
 * stats_quantile - quantile of type 7, the default of R, numpy and datamash
 * @v: n numbers, reordered
 * @p: from 0 to 1
 */
double stats_quantile(double *v, size_t n, double p);
double stats_median(double *v, size_t n);

/** stats_mad - median absolute deviation from the median, not scaled; v is reordered */
double stats_mad(double *v, size_t n, double median);

/** stats_average - with a compensated sum (Neumaier), so that the order of v does not show */
double stats_average(const double *v, size_t n);

/** stats_stddev - sample standard deviation (n - 1), by the corrected two-pass algorithm */
double stats_stddev(const double *v, size_t n, double average);

/**
 * stats_interval_rank - ranks of the order-statistic interval of a median
 * @confidence: for example .95
 * @return: the rank k, from 1, so that [v(k), v(n + 1 - k)] of the sorted values holds the median
 *          of their distribution with at least this probability, whatever that distribution is;
 *          0 when n is too small. k is the largest with 2 · P(Binomial(n, ½) ≤ k - 1) ≤
 *          1 - confidence (Conover, Practical Nonparametric Statistics, 3.2)
 */
size_t stats_interval_rank(size_t n, double confidence);

/**
 * stats_interval - that interval itself
 * @v: n values, reordered
 * @return: false, with NaN in both ends, when n is too small
 */
bool stats_interval(double *v, size_t n, double confidence, double *low, double *high);

/**
 * stats_midmean - the average of the middle half: the interquartile mean. Of three values it is the
 *                 median, of fewer the average
 * @v: n ≥ 1 values, reordered
 */
double stats_midmean(double *v, size_t n);

/**
 * round_value - the one number that stands for a round: everything that compares builds uses it
 * @v: the samples of one series in one round, those of one CPU together; reordered
 * @n: how many of them each CPU has, all ≥ 1
 * @ncpus: ≥ 1
 *
 * The midmean of a CPU's samples; of several CPUs the average of theirs. One over all CPUs at once
 * would not see one CPU of three become slower.
 *
 * Measured (pipelines/evaluate/round-value does the like) by A/A runs of the suite core, 20 rounds
 * of 10 samples of 3 ms: of 84 series those whose ratio is within 2 %, on three machines: minimum
 * 73, 67, -; 25 % quantile 76, 66, 80; median 74, 68, 75; average 72, 69, 79; midmean -, -, 79, and
 * nine tenths of the series within 1.5 % instead of the median's 2.1. Counted instructions of maps
 * that do something every so many operations, over 5 boots with 15 samples each: the median jumps
 * by 2.6 %, an average follows rare large ones (2.3 %), the midmean stays within .6 %. Of the same
 * 30 ms in 30, 10 or 3 samples (`make benchmark-round-value`, 12 rounds, quiet) nine tenths of the
 * series lie within 3.5, 3.8 and 5.1 % with the median: short samples, but fewer calls.
 */
double round_value(double *v, const size_t *n, size_t ncpus);

#endif
