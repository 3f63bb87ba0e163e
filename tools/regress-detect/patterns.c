/* SPDX-License-Identifier: MIT */
/* Files that people keep, with rows for the series that shell patterns match. */
#include <fnmatch.h>
#include <string.h>

#include "cli.h"
#include "columns.h"
#include "say.h"
#include "text.h"
#include "xalloc.h"

void patterns_open(struct csv_reader *in, const char *path, const struct names *keys,
		   const char *const *others, size_t n, const char *what)
{
	csv_must(in, csv_open(in, path));
	for (size_t i = 0; i < in->ncolumns; i++) {
		const char *name = in->header[i];

		if (!names_have(keys, name) && strcmp(name, "metric") != 0 &&
		    text_index(others, n, name) == n)
			die("unknown column '%s' in the %s (%s)", name, what, path);
	}
}

const char **patterns_of(const struct csv_reader *in, const struct names *keys, struct keytable *t)
{
	const char **pattern = xmalloc((keys->n + 1) * sizeof(*pattern));

	for (size_t k = 0; k <= keys->n; k++)
		pattern[k] = keep_text(
		    t, csv_cell(in, csv_column(in, k < keys->n ? keys->name[k] : "metric"), ""));
	return pattern;
}

static bool matches(const char *pattern, const char *text)
{
	return !*pattern || !fnmatch(pattern, text, 0);
}

bool patterns_match(const char *const *pattern, const struct names *keys, const char *const *cells,
		    const char *metric)
{
	for (size_t k = 0; k < keys->n; k++)
		if (!matches(pattern[k], cells[k]))
			return false;
	return !metric || matches(pattern[keys->n], metric);
}
