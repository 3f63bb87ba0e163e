/* SPDX-License-Identifier: MIT */
#include "schedule.h"

#include <stdlib.h>

#include "random_order.h"
#include "xalloc.h"

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
		if (is_late(&tests->test[t], counted) == late)
			for (size_t v = schedule_visits(&tests->test[t], counted); v > 0; v--)
				schedule->test[schedule->n++] = t;
}

void schedule_make(struct schedule *schedule, const struct tests *tests, bool counted)
{
	size_t n = 0;

	for (size_t t = 0; t < tests->n; t++)
		n += schedule_visits(&tests->test[t], counted);
	*schedule = (struct schedule){.test = xcalloc(n, sizeof(*schedule->test))};
	add_part(schedule, tests, counted, false);
	schedule->early = schedule->n;
	add_part(schedule, tests, counted, true);
}

void schedule_shuffle(struct schedule *schedule, uint64_t *random)
{
	random_shuffle(random, schedule->test, schedule->early);
	random_shuffle(random, schedule->test + schedule->early, schedule->n - schedule->early);
}

void schedule_release(struct schedule *schedule)
{
	free(schedule->test);
}
