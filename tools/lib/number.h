/* SPDX-License-Identifier: MIT */
/* Numbers from text, checked: the whole text must be the number, and it must be in range. */
#ifndef LIB_NUMBER_H
#define LIB_NUMBER_H

#include <stdint.h>

/**
 * number_parse_u64 - an unsigned decimal integer, without sign or blanks
 * @text: what to parse; NULL and "" are not numbers
 * @min, @max: the range allowed, both included
 * @value: written on success only
 * @return: NULL, or what is wrong with it: "is not a whole number", "is too small", "is too large"
 */
const char *number_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/**
 * number_parse_double - a finite decimal number (no hexadecimal, infinity or NaN)
 * @return: NULL, or what is wrong with it: "is not a number", "is too small", "is too large"
 */
const char *number_parse_double(const char *text, double min, double max, double *value);

#endif
