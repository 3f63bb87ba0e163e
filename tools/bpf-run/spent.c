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

	spent->ns[spent->test][spent->step] += now - spent->since_ns;
	spent->since_ns = now;
}

void spent_start(struct spent *spent, size_t ntests)
{
	*spent = (struct spent){.since_ns = clock_now()};
	spent->ns = xcalloc(ntests + 1, sizeof(*spent->ns));
}

void spent_test(struct spent *spent, size_t test)
{
	book(spent);
	spent->test = test;
}

void spent_enter(struct spent *spent, enum step step)
{
	book(spent);
	spent->step = step;
}

void spent_prepared(struct spent *spent, int64_t ns)
{
	spent->ns[spent->test][STEP_PREPARE] += ns;
	spent->ns[spent->test][spent->step] -= ns;
}

static int64_t total(const int64_t *ns)
{
	int64_t sum = 0;

	for (int s = 0; s < STEP_COUNT; s++)
		sum += ns[s];
	return sum;
}

static void write_row(const int64_t *ns, const char *name, FILE *out)
{
	fprintf(out, "%9.2f", (double)total(ns) / 1e9);
	for (int s = 0; s < STEP_COUNT; s++)
		fprintf(out, " %9.2f", (double)ns[s] / 1e9);
	fprintf(out, "  %s\n", name);
}

/* The test that took longest of those not shown yet; its time is taken off. */
static size_t take_longest(const struct spent *spent, size_t n, bool *shown)
{
	size_t longest = n;

	for (size_t t = 0; t < n; t++)
		if (!shown[t] && (longest == n || total(spent->ns[t]) > total(spent->ns[longest])))
			longest = t;
	shown[longest] = true;
	return longest;
}

void spent_write(struct spent *spent, const struct tests *tests, FILE *out)
{
	bool *shown = xcalloc(tests->n + 1, sizeof(*shown));
	int64_t all[STEP_COUNT] = {0};

	book(spent);
	for (size_t t = 0; t < tests->n; t++)
		for (int s = 0; s < STEP_COUNT; s++)
			all[s] += spent->ns[t][s];
	fprintf(out, "%9s", "seconds");
	for (int s = 0; s < STEP_COUNT; s++)
		fprintf(out, " %9s", step_names[s]);
	fprintf(out, "  test\n");
	write_row(all, "all tests", out);
	for (size_t i = 0; i < SHOWN && i < tests->n; i++) {
		size_t t = take_longest(spent, tests->n, shown);
		char *name = text_line(tests->test[t].variants[0].row[0]->test);

		write_row(spent->ns[t], name, out);
		free(name);
	}
	free(shown);
}

void spent_release(struct spent *spent)
{
	free(spent->ns);
	*spent = (struct spent){0};
}
