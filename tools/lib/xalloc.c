/* SPDX-License-Identifier: MIT */
#include "xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

static void *check(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

void *xmalloc(size_t size)
{
	return check(malloc(size ? size : 1));
}

void *xcalloc(size_t n, size_t size)
{
	return check(calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return check(realloc(p, size ? size : 1));
}

void *xgrow(void *array, size_t n, size_t element)
{
	size_t more = n ? n : 1;

	/* There is room up to the next power of two. */
	if (n & (n - 1))
		return array;
	array = xrealloc(array, (n + more) * element);
	memset((char *)array + n * element, 0, more * element);
	return array;
}

char *xstrdup(const char *s)
{
	return check(strdup(s));
}

static char *format(const char *fmt, va_list ap)
{
	char *s;
	int n = vasprintf(&s, fmt, ap);

	return check(n < 0 ? NULL : s);
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = format(fmt, ap);
	va_end(ap);
	return s;
}

void xappendf(char **text, const char *fmt, ...)
{
	size_t before = strlen(*text);
	va_list ap;
	char *more;

	va_start(ap, fmt);
	more = format(fmt, ap);
	va_end(ap);
	*text = xrealloc(*text, before + strlen(more) + 1);
	memcpy(*text + before, more, strlen(more) + 1);
	free(more);
}
