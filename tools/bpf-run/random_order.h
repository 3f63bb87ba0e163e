/* SPDX-License-Identifier: MIT */
/* Random orders from a seed, the same on every machine. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** random_next - the next number of a generator (SplitMix64; Steele, Lea, Flood 2014) */
uint64_t random_next(uint64_t *state);

/** random_shuffle - put n indices into random order (Fisher and Yates) */
void random_shuffle(uint64_t *state, size_t *order, size_t n);
