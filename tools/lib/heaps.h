/* SPDX-License-Identifier: MIT */
/*
 * Whether the samples of a series fall into two heaps within its rounds: one program that is fast
 * at times and slow at times is two numbers, and its value is where the mixture happens to fall.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct heaps {
	double low, high; /* their centres */
	double share;	  /* of the samples that lie in the higher one, from 0 to 1 */
};

/**
 * heaps_find - look for two heaps
 * @sample: those of cell c are sample[cell[c]] to sample[cell[c + 1] - 1]. A cell is what one CPU
 *          took in one visit of a round; those of fewer than DIP_MIN samples are left out
 * @ncells: cell has one more element
 * @value: the number of the series, of which distances are a share
 * @return: whether there are two; only then heaps is written
 *
 * stats-reduce(1) says what two heaps are, and has the error rates, which `make check` simulates.
 * dips_p() is that of logarithms if all samples are above zero.
 *
 * Rounded values: equal ones are first spread over the step of rounding, the smallest difference
 * between two samples of a cell; or, where that is more than a fifth of the value, a power of ten
 * that all samples are multiples of.
 *
 * Each cell is cut where its two parts have the least variance (Fisher, On Grouping for Maximum
 * Homogeneity, JASA 53, 1958). The centre of a heap is the median of its parts' means.
 */
bool heaps_find(const double *sample, const size_t *cell, size_t ncells, double value,
		struct heaps *heaps);
