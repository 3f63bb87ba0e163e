/* SPDX-License-Identifier: MIT */
/* What a row's net_of names: tests of its suite, NAME or N*NAME, with blanks between. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "number.h"
#include "text.h"
#include "work.h"
#include "xalloc.h"

#define BLANKS " \t\r\n"

static void add_test(struct key *key, const char *suite, const char *test)
{
	key_clear(key);
	key_add(key, suite, strlen(suite));
	key_add(key, test, strlen(test));
}

static struct keytable all_tests(const struct plan *plan)
{
	struct keytable tests = {0};
	struct key key = {0};

	for (size_t i = 0; i < plan->nrows; i++) {
		add_test(&key, plan->rows[i].suite, plan->rows[i].test);
		keytable_add(&tests, key.text, key.len);
	}
	key_release(&key);
	return tests;
}

/* The test of a term, behind its "N*"; NULL when what stands before the star is no number. */
static const char *term_test(char *term)
{
	char *star = strchr(term, '*');
	uint64_t times;

	if (!star)
		return term;
	*star = '\0';
	return number_parse_u64(term, 1, UINT32_MAX, &times) ? NULL : star + 1;
}

static void check_term(const struct work *work, size_t i, const struct keytable *tests,
		       const char *term)
{
	const struct plan_row *row = &work->plan.rows[i];
	const char *file = work->origins[i].operand, *named;
	char *copy = xstrdup(term);
	struct key key = {0};

	named = term_test(copy);
	if (!named)
		errx(EXIT_TROUBLE, "net_of of test '%s' has '%s', which is not N*TEST (%s)",
		     text_line(row->test), text_line(term), file);
	add_test(&key, row->suite, named);
	if (keytable_find(tests, key.text, key.len) == KEYTABLE_NONE)
		errx(EXIT_TROUBLE, "net_of of test '%s' names a test that is not there: '%s' (%s)",
		     text_line(row->test), text_line(named), file);
	if (!strcmp(named, row->test))
		errx(EXIT_TROUBLE, "net_of of test '%s' names the test itself (%s)",
		     text_line(row->test), file);
	key_release(&key);
	free(copy);
}

void work_check_net_of(const struct work *work)
{
	struct keytable tests = all_tests(&work->plan);

	for (size_t i = 0; i < work->plan.nrows; i++) {
		char *terms = xstrdup(work->plan.rows[i].net_of), *rest = terms, *term;

		while ((term = strtok_r(rest, BLANKS, &rest)))
			check_term(work, i, &tests, term);
		free(terms);
	}
	keytable_release(&tests);
}
