/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ b[i]) * UINT64_C(0x100000001b3);
	return hash;
}

uint64_t hash_text(uint64_t hash, const char *text)
{
	return hash_bytes(hash, text, strlen(text) + 1);
}

char *text_slug(const char *text)
{
	char *slug = xmalloc(strlen(text) + 2);
	size_t n = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80 && isalnum(c))
			slug[n++] = (char)tolower(c);
		else if (n && (c == '.' || c == '_'))
			slug[n++] = (char)c;
		else if (n && slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n && slug[n - 1] == '-')
		n--;
	if (!n)
		slug[n++] = '_';
	slug[n] = '\0';
	return slug;
}

/* Control characters of C1 are c2 80 to c2 9f. */
char *text_line(const char *text)
{
	char *line = xstrdup(text);

	for (unsigned char *c = (unsigned char *)line; *c; c++) {
		if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
			c[0] = c[1] = '?';
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	return line;
}

size_t text_index(const char *const *texts, size_t n, const char *text)
{
	size_t i = 0;

	while (i < n && strcmp(texts[i], text) != 0)
		i++;
	return i;
}

int text_ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

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
