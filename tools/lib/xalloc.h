/* SPDX-License-Identifier: MIT */
/* Memory that is there or the tool ends with status 2: none of them returns NULL. */
#pragma once

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);

/** xgrow - make room behind the n elements of an array for one more, which is zero. The array, NULL
 * when empty, may move; it must have grown from nothing one by one */
void *xgrow(void *array, size_t n, size_t element);

/** xasprintf - a formatted string; the caller frees it */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** xappendf - append a formatted string to an allocated one, which may move */
void xappendf(char **text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
