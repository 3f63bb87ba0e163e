/* SPDX-License-Identifier: MIT */
/* Numbers from text, checked: the whole text must be the number, and it must be in range. */
#pragma once

#include <stdint.h>

/* Both return NULL, or what is wrong: "is not a number", "is too small" and so on. Only a good
 * value is written. NULL and "" are no numbers; min and max are allowed. */

/** number_parse_u64 - an unsigned decimal integer, without sign or blanks */
const char *number_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/** number_parse_double - a finite decimal number (no hexadecimal, infinity or NaN) */
const char *number_parse_double(const char *text, double min, double max, double *value);
