/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
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

bool text_turns(uint32_t c)
{
	return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* Bytes of the control character that begins here, in UTF-8: of ASCII and C1, or one that turns
 * text. 0: it is none. */
static size_t control_bytes(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	if (c[0] < ' ' || c[0] == 0x7f)
		return 1;
	if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
		return 2;
	if (c[0] == 0xd8 && text_turns((c[0] & 0x1fu) << 6 | (c[1] & 0x3fu)))
		return 2;
	if (c[0] == 0xe2 && c[1] &&
	    text_turns((c[0] & 0xfu) << 12 | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu)))
		return 3;
	return 0;
}

/* Where this stands in a line, GitHub's runner takes a command, such as ##[error]. */
#define RUNNER_COMMAND "##["

void text_to_line(char *text)
{
	for (size_t n; *text; text += n ? n : 1) {
		n = control_bytes(text);
		n = n ? n : !strncmp(text, RUNNER_COMMAND, strlen(RUNNER_COMMAND));
		memset(text, '?', n);
	}
}

char *text_line(const char *text)
{
	char *line = xstrdup(text);

	text_to_line(line);
	return line;
}

char *text_of(const char *what, const char *name, char *wrong)
{
	char *longer = wrong ? xasprintf("%s '%s': %s", what, name, wrong) : NULL;

	free(wrong);
	return longer;
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

char *number_text(double v)
{
	if (isnan(v))
		return xstrdup("");
	return xasprintf(fabs(v) < 1000 ? "%.4g" : "%.0f", v);
}
