/* SPDX-License-Identifier: MIT */
#include "select.h"

#include <err.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "csv.h"
#include "keytable.h"
#include "text.h"
#include "xalloc.h"

/* The tests of a file, and which of them the plan has. */
struct only {
	struct keytable tests;
	bool *found;
};

static void set_key(struct key *key, const char *suite, const char *test)
{
	key_clear(key);
	key_add(key, suite, strlen(suite));
	key_add(key, test, strlen(test));
}

static void read_only(struct only *only, const char *path)
{
	static const char *const names[] = {"suite", "test"};
	struct csv_reader csv;
	struct key key = {0};
	int index[2], got = csv_open(&csv, path);

	if (got || csv_require(&csv, names, 2, index))
		errx(EXIT_TROUBLE, "%s", csv.error);
	while ((got = csv_next_row(&csv)) == 1) {
		set_key(&key, csv.cell[index[0]], csv.cell[index[1]]);
		keytable_add(&only->tests, key.text, key.len);
	}
	if (got < 0)
		errx(EXIT_TROUBLE, "%s", csv.error);
	csv_release(&csv);
	key_release(&key);
	only->found = xcalloc(only->tests.n, sizeof(*only->found));
}

static bool is_in(struct only *only, const struct plan_row *row)
{
	struct key key = {0};
	uint32_t index;

	set_key(&key, row->suite, row->test);
	index = keytable_find(&only->tests, key.text, key.len);
	key_release(&key);
	if (index == KEYTABLE_NONE)
		return false;
	only->found[index] = true;
	return true;
}

/* What was asked for and is not there would be missed in silence. */
static void warn_of_absent(const struct only *only, const char *path)
{
	size_t n = 0, first = 0;
	const char *suite;
	char *name, *test;

	for (size_t i = only->tests.n; i-- > 0;)
		if (!only->found[i]) {
			first = i;
			n++;
		}
	if (!n)
		return;
	suite = keytable_key(&only->tests, (uint32_t)first);
	name = text_line(suite);
	test = text_line(suite + strlen(suite) + 1);
	warnx("%zu of %zu tests of '%s' are not in the plan, such as '%s' of suite '%s'", n,
	      only->tests.n, path, test, name);
	free(name);
	free(test);
}

static void compile_regex(regex_t *expression, const char *regex)
{
	int error = regcomp(expression, regex, REG_EXTENDED | REG_NOSUB);
	char text[200];

	if (!error)
		return;
	regerror(error, expression, text, sizeof(text));
	errx(EXIT_TROUBLE, "bad regular expression: '%s': %s", regex, text);
}

void select_rows(struct plan *plan, const char *regex, const char *only)
{
	struct only chosen = {0};
	size_t kept = 0, before = plan->nrows;
	regex_t expression;

	if (only)
		read_only(&chosen, only);
	if (regex)
		compile_regex(&expression, regex);
	for (size_t i = 0; i < plan->nrows; i++) {
		struct plan_row *row = &plan->rows[i];

		if ((only && !is_in(&chosen, row)) ||
		    (regex && regexec(&expression, row->test, 0, NULL, 0)))
			plan_row_release(row, plan->nextra);
		else
			plan->rows[kept++] = *row;
	}
	plan->nrows = kept;
	if (regex)
		regfree(&expression);
	if (before && !kept)
		errx(EXIT_TROUBLE, "no test is selected (--list shows what there is)");
	if (only)
		warn_of_absent(&chosen, only);
	keytable_release(&chosen.tests);
	free(chosen.found);
}
