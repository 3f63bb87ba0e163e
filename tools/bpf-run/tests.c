/* SPDX-License-Identifier: MIT */
#include "tests.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "xalloc.h"

static struct test *find_test(struct tests *tests, const struct plan_row *row)
{
	for (size_t t = 0; t < tests->n; t++)
		if (plan_same_test(tests->test[t].variants[0].row[0], row))
			return &tests->test[t];
	tests->test = xgrow(tests->test, tests->n, sizeof(*tests->test));
	return &tests->test[tests->n++];
}

static struct variant *find_variant(struct test *test, const struct plan_row *row)
{
	for (size_t v = 0; v < test->nvariants; v++)
		if (!strcmp(test->variants[v].row[0]->build, row->build))
			return &test->variants[v];
	test->variants = xgrow(test->variants, test->nvariants, sizeof(*test->variants));
	test->order = xgrow(test->order, test->nvariants, sizeof(*test->order));
	test->order[test->nvariants] = test->nvariants;
	return &test->variants[test->nvariants++];
}

size_t tests_entry(struct test *test, const char *entry_point)
{
	for (size_t e = 0; e < test->nentries; e++)
		if (!strcmp(test->entry_point[e], entry_point))
			return e;
	if (test->nentries == ENTRIES_MAX)
		errx(EXIT_TROUBLE, "a test has more than %d entry points: '%s'", ENTRIES_MAX,
		     test->variants[0].row[0]->test);
	test->entry_point[test->nentries] = entry_point;
	test->large[test->nentries] = test->turns[test->nentries] = 0;
	return test->nentries++;
}

void tests_group(struct tests *tests, const struct plan *plan)
{
	for (size_t i = 0; i < plan->nrows; i++) {
		const struct plan_row *row = &plan->rows[i];
		struct test *test = find_test(tests, row);
		struct variant *variant = find_variant(test, row);

		if (variant->nrows == ENTRIES_MAX)
			errx(EXIT_TROUBLE, "a test has more than %d entry points: '%s'",
			     ENTRIES_MAX, row->test);
		variant->row[variant->nrows++] = row;
	}
}

void tests_release(struct tests *tests)
{
	for (size_t t = 0; t < tests->n; t++) {
		struct test *test = &tests->test[t];

		for (size_t v = 0; v < test->nvariants; v++) {
			struct variant *variant = &test->variants[v];

			if (variant->loaded)
				instance_unload(&variant->instance);
			free(variant->probes);
			free(variant->samples);
		}
		free(test->variants);
		free(test->order);
	}
	free(tests->test);
}

void tests_check_rows(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nrows; i++)
		for (size_t j = 0; j < i; j++) {
			const struct plan_row *a = &plan->rows[i], *b = &plan->rows[j];

			if (plan_same_test(a, b) && !strcmp(a->entry_point, b->entry_point) &&
			    !strcmp(a->build, b->build))
				errx(EXIT_TROUBLE,
				     "a row twice: test '%s', entry point '%s', build '%s' (give "
				     "each build a label with bpf-compile-check --build)",
				     a->test, a->entry_point, a->build);
		}
}
