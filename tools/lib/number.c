/* SPDX-License-Identifier: MIT */
#include "number.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
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

/* What ten to the power of 22 at most can do to a whole number below 2^53 is rounded once: exact
 * (Clinger 1990). Most numbers are of this kind; false for the others, which strtod() takes. */
static bool parse_short(const char *text, double *value)
{
	static const double power[] = {1e0,  1e1,  1e2,	 1e3,  1e4,  1e5,  1e6,	 1e7,
				       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
				       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	bool negative = *text == '-';
	uint64_t digits = 0;
	size_t n = 0, behind_point = 0;
	bool point = false;

	for (text += negative; *text; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (!isdigit((unsigned char)*text) || ++n > 18)
			return false;
		digits = 10 * digits + (uint64_t)(*text - '0');
		behind_point += point;
	}
	if (!n || digits > (UINT64_C(1) << 53))
		return false;
	*value = (double)digits / power[behind_point];
	if (negative)
		*value = -*value;
	return true;
}

const char *number_parse_double(const char *text, double min, double max, double *value)
{
	char *end;
	double v;

	if (text && parse_short(text, &v)) {
		if (v > max)
			return "is too large";
		if (v < min)
			return "is too small";
		*value = v;
		return NULL;
	}
	/* strtod() takes more than decimal numbers: blanks, "inf", "nan", "0x1p3". */
	if (!text || !*text || strspn(text, "+-.0123456789eE") != strlen(text))
		return "is not a number";
	errno = 0;
	v = strtod(text, &end);
	if (end == text || *end)
		return "is not a number";
	if (v > max || (errno == ERANGE && v > 1))
		return "is too large";
	if (v < min || (errno == ERANGE && v < -1))
		return "is too small";
	*value = v;
	return NULL;
}
