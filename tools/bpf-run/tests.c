/* SPDX-License-Identifier: MIT */
#include "tests.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "csv.h"
#include "keytable.h"
#include "say.h"
#include "text.h"
#include "xalloc.h"

/* What a file asks for. */
struct only {
	struct keytable tests, absent; /* all, and those that the plan does not have */
	bool *wanted;		       /* rows of the plan */
};

/* Want the rows of a test; whether there is one. */
static bool want(bool *wanted, const struct plan *plan, const char *suite, const char *test)
{
	bool any = false;

	for (size_t i = 0; i < plan->nrows; i++)
		if (!strcmp(plan->rows[i].suite, suite) && !strcmp(plan->rows[i].test, test))
			any = wanted[i] = true;
	return any;
}

/* What was asked for and is not there would be missed in silence. */
static void warn_of_absent(const struct only *only, const char *path)
{
	const char *key = keytable_key(&only->absent, 0);

	say("%zu of %zu tests of '%s' are not in the plan, such as '%s' of suite '%s'",
	    only->absent.n, only->tests.n, path, key + strlen(key) + 1, key);
}

static void read_only(struct only *only, const struct plan *plan, const char *path)
{
	static const char *const names[] = {"suite", "test"};
	struct csv_reader csv;
	struct key key = {0};
	int index[2];

	csv_must(&csv, csv_open(&csv, path));
	csv_must(&csv, csv_require(&csv, names, 2, index));
	while (csv_must(&csv, csv_next_row(&csv))) {
		const char *suite = csv.cell[index[0]], *test = csv.cell[index[1]];

		key_set(&key, (const char *const[]){suite, test}, 2);
		keytable_add(&only->tests, key.text, key.len);
		if (!want(only->wanted, plan, suite, test))
			keytable_add(&only->absent, key.text, key.len);
	}
	csv_release(&csv);
	key_release(&key);
}

void tests_select(struct plan *plan, const char *regex, const char *only)
{
	struct only file = {.wanted = xcalloc(plan->nrows, sizeof(bool))};
	size_t kept = 0, before = plan->nrows;
	regex_t expression;

	if (only)
		read_only(&file, plan, only);
	if (regex)
		cli_compile_regex(&expression, regex);
	for (size_t i = 0; i < before; i++) {
		struct plan_row *row = &plan->rows[i];

		if ((only && !file.wanted[i]) ||
		    (regex && regexec(&expression, row->test, 0, NULL, 0)))
			plan_row_release(row, plan->extra.n);
		else
			plan->rows[kept++] = *row;
	}
	plan->nrows = kept;
	if (regex)
		regfree(&expression);
	if (before && !kept)
		die("no test is selected (--list shows what there is)");
	if (file.absent.n)
		warn_of_absent(&file, only);
	keytable_release(&file.tests);
	keytable_release(&file.absent);
	free(file.wanted);
}

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

static void add_row(struct variant *variant, const struct plan_row *row)
{
	for (size_t i = 0; i < variant->nrows; i++)
		if (!strcmp(variant->row[i]->entry_point, row->entry_point))
			die("a row twice: test '%s', entry point '%s', build '%s' (give each "
			    "build a label "
			    "with bpf-compile-check --build)",
			    row->test, row->entry_point, row->build);
	if (variant->nrows == ENTRIES_MAX)
		die("a test has more than %d entry points: '%s'", ENTRIES_MAX, row->test);
	variant->row[variant->nrows++] = row;
}

void tests_group(struct tests *tests, const struct plan *plan)
{
	for (size_t i = 0; i < plan->nrows; i++) {
		struct test *test = find_test(tests, &plan->rows[i]);

		add_row(find_variant(test, &plan->rows[i]), &plan->rows[i]);
	}
}

void tests_advise(const struct tests *tests)
{
	const struct plan_row *one = NULL, *other = NULL;

	for (size_t t = 0; t < tests->n; t++) {
		const struct test *test = &tests->test[t];
		const struct plan_row *row = test->variants[0].row[0];

		if (row->control)
			continue;
		if (test->nvariants > 1)
			return;
		if (!one)
			one = row;
		else if (!other && strcmp(row->build, one->build) != 0)
			other = row;
	}
	if (other)
		say("advice: no test is of two builds: '%s' is of '%s' alone, '%s' of '%s': there "
		    "is "
		    "nothing to compare (bpf-compile-check --as names the tests of two objects "
		    "alike)",
		    one->test, one->build, other->test, other->build);
}

void tests_release(struct tests *tests)
{
	for (size_t t = 0; t < tests->n; t++) {
		struct test *test = &tests->test[t];

		for (size_t v = 0; v < test->nvariants; v++) {
			instance_unload(&test->variants[v].instance);
			free(test->variants[v].probes);
			free(test->variants[v].samples);
		}
		free(test->variants);
		free(test->order);
	}
	free(tests->test);
}

uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void random_shuffle(uint64_t *state, size_t *order, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = random_next(state) % i, swap = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swap;
	}
}

/* Counted instructions do not differ between visits. */
size_t schedule_visits(const struct test *test, bool counted)
{
	uint64_t n = test->variants[0].row[0]->visits;

	return n && !counted ? (size_t)n : 1;
}

/* A preparation that is worth keeping is large, and leaves the kernel's allocator in pieces: tests
 * counted after it take up to a seventh more instructions. So it is counted last. Timed tests come
 * in any order. */
static bool is_late(const struct test *test, bool counted)
{
	return counted && test->variants[0].row[0]->keep;
}

static void add_part(struct schedule *schedule, const struct tests *tests, bool counted, bool late)
{
	for (size_t t = 0; t < tests->n; t++)
		for (size_t v = schedule_visits(&tests->test[t], counted);
		     v > 0 && is_late(&tests->test[t], counted) == late; v--) {
			schedule->test =
			    xgrow(schedule->test, schedule->n, sizeof(*schedule->test));
			schedule->test[schedule->n++] = t;
		}
}

void schedule_make(struct schedule *schedule, const struct tests *tests, bool counted)
{
	*schedule = (struct schedule){0};
	add_part(schedule, tests, counted, false);
	schedule->early = schedule->n;
	add_part(schedule, tests, counted, true);
}

void schedule_shuffle(struct schedule *schedule, uint64_t *random)
{
	random_shuffle(random, schedule->test, schedule->early);
	random_shuffle(random, schedule->test + schedule->early, schedule->n - schedule->early);
}
