/* SPDX-License-Identifier: MIT */
/*
 * Changes that no one build shows: a lasting step that is too small to be nominated, and a slow
 * creep.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"

/* Slow creep: the last so many values against the first. */
#define CREEP 10

/* The last change of level went the bad way. Of several in a row the first began it. */
static bool has_stepped(const double *v, size_t n, const struct nomination *rule,
			struct level_answer *a)
{
	struct step *steps, first = {0};
	size_t at = steps_find(v, n, rule, NOMINATE_EVIDENCE, &steps);
	double after = at ? steps[at - 1].after : NAN;

	while (at > 0 && (steps[at - 1].after - steps[at - 1].before) * rule->worse > 0)
		first = steps[--at];
	free(steps);
	if (!first.first || fabs(after - first.before) < rule->margin * fabs(first.before))
		return false;
	a->level = first.before;
	a->low = a->high = NAN;
	a->first_bad = first.first;
	snprintf(a->why, sizeof(a->why), "a lasting step: the level of the last %zu values",
		 n - first.first);
	return true;
}

/* Back from the newest value to the first one whose last CREEP values are beyond the band; n when
 * they are not. */
static size_t beyond_since(const double *v, size_t n, const struct band *b, int worse)
{
	while (n >= (size_t)2 * CREEP) {
		double last = median_of(v + n - CREEP, CREEP);

		if (worse > 0 ? last <= b->high : last >= b->low)
			break;
		n--;
	}
	return n;
}

static bool has_crept(const double *v, size_t n, const struct nomination *rule,
		      struct level_answer *a)
{
	double first[CREEP];
	struct band b;
	size_t since;

	if (n < (size_t)2 * CREEP)
		return false;
	memcpy(first, v, sizeof(first));
	b = level_band(first, CREEP, rule, 0);
	since = beyond_since(v, n, &b, rule->worse);
	if (since == n)
		return false;
	memcpy(first, v, sizeof(first));
	level_interval(first, CREEP, a);
	a->level = b.center;
	a->builds = CREEP;
	a->first_bad = since;
	snprintf(a->why, sizeof(a->why),
		 "creeps: the last %d values against as many after the last accepted change",
		 CREEP);
	return true;
}

bool slow_change(const double *v, size_t n, const struct nomination *rule, struct level_answer *a)
{
	if (!has_stepped(v, n, rule, a) && !has_crept(v, n, rule, a))
		return false;
	a->verdict = SUSPECTED;
	return true;
}
