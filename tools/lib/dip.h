/* SPDX-License-Identifier: MIT */
/*
 * Hartigan's dip: how far a sample is from having one mode. J. A. Hartigan and P. M. Hartigan, The
 * Dip Test of Unimodality, Annals of Statistics 13 (1985), pages 70 to 84; the algorithm is that of
 * P. M. Hartigan, Algorithm AS 217, Applied Statistics 34 (1985), pages 320 to 325.
 */
#pragma once

#include <stddef.h>

/* Of fewer values the dip is always the same. */
#define DIP_MIN 4

/**
 * dip - the largest distance between the distribution of the values and the unimodal distribution
 *       that is nearest to it; R: dip() of the package diptest
 * @v: n ≥ 1 values in ascending order
 * @return: from 1 / (2n), for one mode, to 1 / 4, for two equally large ones
 */
double dip(const double *v, size_t n);

/* The dips of several independent samples, which may differ in place and width. Zeroed: none. */
struct dips {
	double sum;	 /* of squares, each times n */
	double expected; /* and their first three moments where the values are uniform */
	double variance;
	double third;
	size_t n;
};

/** dips_add - add a sample of n ≥ DIP_MIN values */
void dips_add(struct dips *d, const double *v, size_t n);

/**
 * dips_p - the probability of dips like these when every sample has one mode
 *
 * For what has one mode, the dip is largest where the values are uniform (section 2 of the paper:
 * asymptotically). Against those the sum of the squared dips is compared, by a gamma distribution
 * with its first three moments. The squares give more weight to samples that hold both modes than
 * to those that happened to get one.
 */
double dips_p(const struct dips *d);
