/* SPDX-License-Identifier: MIT */
#include "spent.h"

#include <stdlib.h>

#include "clock.h"
#include "text.h"
#include "xalloc.h"

#define SHOWN 10 /* tests */

static const char *const step_names[STEP_COUNT] = {
    [STEP_OTHER] = "other",	  [STEP_LOAD] = "load",		  [STEP_PREPARE] = "prepare",
    [STEP_VALIDATE] = "validate", [STEP_CALIBRATE] = "calibrate", [STEP_SAMPLE] = "sample",
    [STEP_CHECK] = "check",	  [STEP_UNLOAD] = "unload",
};

/* Book what has passed. */
static void book(struct spent *spent)
{
	int64_t now = clock_now();

	spent->test[spent->at].ns[spent->step] += now - spent->since_ns;
	spent->since_ns = now;
}

void spent_start(struct spent *spent, const struct tests *tests)
{
	*spent = (struct spent){.since_ns = clock_now(), .ntests = tests->n};
	spent->test = xcalloc(tests->n, sizeof(*spent->test));
	for (size_t t = 0; t < tests->n; t++)
		spent->test[t].name = tests->test[t].variants[0].row[0]->test;
}

void spent_test(struct spent *spent, size_t test)
{
	spent_enter(spent, STEP_OTHER);
	spent->at = test;
}

void spent_enter(struct spent *spent, enum step step)
{
	book(spent);
	spent->step = step;
}

void spent_prepared(struct spent *spent, int64_t ns)
{
	spent->test[spent->at].ns[STEP_PREPARE] += ns;
	spent->test[spent->at].ns[spent->step] -= ns;
}

static int64_t total(const struct spent_test *test)
{
	int64_t sum = 0;

	for (int s = 0; s < STEP_COUNT; s++)
		sum += test->ns[s];
	return sum;
}

static int longest_first(const void *a, const void *b)
{
	int64_t of_a = total(a), of_b = total(b);

	return (of_a < of_b) - (of_a > of_b);
}

static void write_row(const struct spent_test *test, FILE *out)
{
	char *name = text_line(test->name);

	fprintf(out, "%9.2f", (double)total(test) / 1e9);
	for (int s = 0; s < STEP_COUNT; s++)
		fprintf(out, " %9.2f", (double)test->ns[s] / 1e9);
	fprintf(out, "  %s\n", name);
	free(name);
}

static void write_table(struct spent *spent, FILE *out)
{
	struct spent_test all = {.name = "all tests"};

	for (size_t t = 0; t < spent->ntests; t++)
		for (int s = 0; s < STEP_COUNT; s++)
			all.ns[s] += spent->test[t].ns[s];
	qsort(spent->test, spent->ntests, sizeof(*spent->test), longest_first);
	fprintf(out, "%9s", "seconds");
	for (int s = 0; s < STEP_COUNT; s++)
		fprintf(out, " %9s", step_names[s]);
	fprintf(out, "  test\n");
	write_row(&all, out);
	for (size_t t = 0; t < SHOWN && t < spent->ntests; t++)
		write_row(&spent->test[t], out);
}

void spent_end(struct spent *spent, FILE *out)
{
	book(spent);
	if (out)
		write_table(spent, out);
	free(spent->test);
}
