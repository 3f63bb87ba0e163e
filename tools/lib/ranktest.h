/* SPDX-License-Identifier: MIT */
/*
 * A signed-rank test with bounded scores and Wilcoxon's rank-sum test, exact with ties, with the
 * estimates and intervals that belong to them (Hodges and Lehmann).
 *
 * The signed ranks are Winsorized: the score of a value is its rank, but no more than a fifth of
 * their number (Policello and Hettmansperger 1976, Adaptive robust procedures for the one-sample
 * location problem; the sign test and Wilcoxon's are the ends of that family). With Wilcoxon's
 * scores one value far on the wrong side undoes what all others say: of 20 values one such gives a
 * p-value of at least 1 in 2600, which is lost among 84 series. Error-rates.md has the figures.
 *
 * Exact means the permutation distribution of the scores that the data have: mid-ranks are doubled
 * to whole numbers and the distribution is counted by dynamic programming (the shift algorithm of
 * Streitberg and Röhmel 1986). Above RANKTEST_EXACT_MAX values the normal approximation with
 * correction for ties and continuity is used, as R does.
 *
 * Values that differ by no more than RANKTEST_TIE are equal: the values are logarithms of ratios,
 * and two ratios that are the same in decimal notation may differ in their last bits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define RANKTEST_EXACT_MAX 100
#define RANKTEST_TIE 1e-12
/* Scores end to grow at this part of the values: at a fifth. */
#define RANKTEST_WINSORIZED 5

struct rank_p {
	double greater; /* P of what was seen or more, if the location is not greater than mu */
	double less;	/* P of what was seen or less, if the location is not less than mu */
};

/**
 * signed_rank_p - one-sided p-values of n values against the location mu
 * @x: n finite values, in any order, unchanged
 * @return: both p-values; 1 and 1 when no value differs from mu. Values equal to mu are left
 *          out, as Wilcoxon did and R does
 */
struct rank_p signed_rank_p(const double *x, size_t n, double mu);

/** rank_sum_p - the same for the shift of y (ny values) against x (nx values) */
struct rank_p rank_sum_p(const double *x, size_t nx, const double *y, size_t ny, double mu);

struct location {
	double estimate;
	double low, high; /* NaN when n is too small for the confidence */
};

/**
 * signed_rank_location - the estimate, where the scores above and below weigh the same, and the
 * interval that inverts the test; n ≥ 1
 * @x: n values; sorted by this function
 * @alpha: error probability of both ends together, .01 for a 99 % interval
 *
 * The interval is closed and from the distribution without ties; with ties it is conservative
 * (Noether 1967). The cost grows as n · log n.
 */
struct location signed_rank_location(double *x, size_t n, double alpha);

/** rank_sum_location - the same for y against x: the median of all differences y - x */
struct location rank_sum_location(double *x, size_t nx, double *y, size_t ny, double alpha);

/**
 * holm - adjust p-values for their number (Holm 1979; R: p.adjust(p, "holm"))
 * @p: n p-values, overwritten by the adjusted ones, in the same order; NaN stays and is not
 *     counted
 */
void holm(double *p, size_t n);
