/* SPDX-License-Identifier: MIT */
#include "select.h"

#include <err.h>
#include <regex.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "csv.h"
#include "xalloc.h"

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* A suite and a test as one key: the newline cannot be part of either's path-like name. */
static char *key_of(const char *suite, const char *test)
{
	return xasprintf("%s\n%s", suite, test);
}

static void *read_only(const char *path)
{
	static const char *const names[] = {"suite", "test"};
	struct csv_reader csv;
	void *set = NULL;
	int index[2], got = csv_open(&csv, path);

	if (got || csv_require(&csv, names, 2, index))
		errx(EXIT_TROUBLE, "%s", csv.error);
	while ((got = csv_next_row(&csv)) == 1) {
		char *key = key_of(csv.cell[index[0]], csv.cell[index[1]]);

		if (*(char **)tsearch(key, &set, compare) != key)
			free(key);
	}
	if (got < 0)
		errx(EXIT_TROUBLE, "%s", csv.error);
	csv_release(&csv);
	return set;
}

static bool is_in(void *const *set, const struct plan_row *row)
{
	char *key = key_of(row->suite, row->test);
	bool found = tfind(key, set, compare);

	free(key);
	return found;
}

void select_rows(struct plan *plan, const char *regex, const char *only)
{
	void *set = only ? read_only(only) : NULL;
	size_t kept = 0, before = plan->nrows;
	regex_t expression;

	if (regex) {
		int error = regcomp(&expression, regex, REG_EXTENDED | REG_NOSUB);
		char text[200];

		if (error) {
			regerror(error, &expression, text, sizeof(text));
			errx(EXIT_TROUBLE, "bad regular expression: '%s': %s", regex, text);
		}
	}
	for (size_t i = 0; i < plan->nrows; i++) {
		struct plan_row *row = &plan->rows[i];

		if ((regex && regexec(&expression, row->test, 0, NULL, 0)) ||
		    (only && !is_in(&set, row)))
			plan_row_release(row, plan->nextra);
		else
			plan->rows[kept++] = *row;
	}
	plan->nrows = kept;
	if (regex)
		regfree(&expression);
	tdestroy(set, free);
	if (before && !kept)
		errx(EXIT_TROUBLE, "no test is selected (--list shows what there is)");
}
