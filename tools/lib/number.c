/* SPDX-License-Identifier: MIT */
#include "number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *number_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	unsigned long long v;
	char *end;

	if (!text || !isdigit((unsigned char)text[0]))
		return "is not a whole number";
	errno = 0;
	v = strtoull(text, &end, 10);
	if (*end)
		return "is not a whole number";
	if (errno == ERANGE || v > max)
		return "is too large";
	if (v < min)
		return "is too small";
	*value = v;
	return NULL;
}

const char *number_parse_double(const char *text, double min, double max, double *value)
{
	char *end;
	double v;

	/* strtod() takes more than decimal numbers: blanks, "inf", "nan", "0x1p3". */
	if (!text || !*text || strspn(text, "+-.0123456789eE") != strlen(text))
		return "is not a number";
	v = strtod(text, &end);
	if (end == text || *end)
		return "is not a number";
	if (v > max || v == HUGE_VAL)
		return "is too large";
	if (v < min || v == -HUGE_VAL)
		return "is too small";
	*value = v;
	return NULL;
}
