/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "detect.h"
#include "say.h"
#include "xalloc.h"

/* The builds of a side, as met. */
static struct names builds_of(const struct comparison *c, enum side side)
{
	struct names builds = {0};

	for (size_t i = 0; i < c->table.n; i++)
		if (c->subjects[i].side == side && !names_have(&builds, c->subjects[i].build))
			names_add(&builds, c->subjects[i].build);
	return builds;
}

/* Whether it is of the build of its side that is compared; NULL stands for the only one. */
static bool belongs(const struct subject *s, const char *const *build)
{
	return !build[s->side] || !strcmp(build[s->side], s->build);
}

/* The key column `track` does not tell series apart where each side has one track: two kernels
 * that are compared are mostly of two tracks. Returns its index, or -1. */
static int ignored_key(const struct comparison *c, const char *const *build)
{
	const char *track[NSIDES] = {NULL, NULL};
	int at = c->cols.keys_given ? -1 : names_index(&c->cols.keys, "track");

	for (size_t i = 0; at >= 0 && i < c->table.n; i++) {
		const struct subject *s = &c->subjects[i];

		if (!belongs(s, build))
			continue;
		if (track[s->side] && strcmp(track[s->side], s->cells[at]) != 0)
			return -1;
		track[s->side] = s->cells[at];
	}
	return at;
}

bool subject_has_values(const struct subject *s, size_t metric)
{
	return s && s->g.value && s->g.value[metric];
}

struct finding *comparison_add(struct comparison *c, size_t metric)
{
	const struct unit *unit = metric_unit(c->cols.metrics.name[metric], false);
	struct finding *f;

	c->findings = xgrow(c->findings, c->nfindings, sizeof(*c->findings));
	f = &c->findings[c->nfindings];
	*f = (struct finding){
	    .metric = metric,
	    .loaded = unit && unit->loaded,
	    .rule = c->rule,
	    .value = {NAN, NAN},
	    .ratio = NAN,
	    .ratio_low = NAN,
	    .ratio_high = NAN,
	    .p_value = NAN,
	    .p_adjusted = NAN,
	    .order = c->nfindings++,
	};
	return f;
}

struct subject *finding_own_sides(struct finding *f, size_t nkeys)
{
	struct subject *side = xcalloc(1, NSIDES * sizeof(*side) + nkeys * sizeof(*side->cells));

	for (enum side s = BASELINE; s < NSIDES; s++) {
		side[s].cells = (const char **)(side + NSIDES);
		f->side[s] = &side[s];
	}
	return f->owned = side;
}

void comparison_add_series(struct comparison *c, const struct subject *baseline,
			   const struct subject *current, size_t pairing)
{
	size_t n = c->cols.metrics.n, first = 0;

	if (!c->cols.judges_all) {
		while (first < n && !subject_has_values(baseline, first) &&
		       !subject_has_values(current, first))
			first++;
		first = first < n ? first : 0;
		n = first + 1;
	}
	for (size_t m = first; m < n; m++) {
		struct finding *f = comparison_add(c, m);

		f->side[BASELINE] = baseline;
		f->side[CURRENT] = current;
		f->pairing = pairing;
	}
}

static void pair_builds(struct comparison *c, const char *const *build, size_t number)
{
	int ignored = ignored_key(c, build);
	struct keytable series = {0};
	const struct subject *(*sides)[NSIDES] = xcalloc(c->table.n, sizeof(*sides));

	for (size_t i = 0; i < c->table.n; i++) {
		const struct subject *s = &c->subjects[i];

		if (!belongs(s, build))
			continue;
		key_clear(&c->key);
		for (size_t k = 0; k < c->cols.keys.n; k++)
			if ((int)k != ignored)
				key_add(&c->key, s->cells[k], strlen(s->cells[k]));
		sides[keytable_add(&series, c->key.text, c->key.len)][s->side] = s;
	}
	for (size_t i = 0; i < series.n; i++)
		comparison_add_series(c, sides[i][BASELINE], sides[i][CURRENT], number);
	keytable_release(&series);
	free(sides);
}

static int in_order(const void *a, const void *b, void *context)
{
	const struct comparison *c = context;
	const struct finding *x = a, *y = b;
	const char *const *s = finding_cells(x), *const *t = finding_cells(y);

	if (!c->history && x->pairing != y->pairing)
		return x->pairing < y->pairing ? -1 : 1;
	for (size_t k = 0; k < c->cols.keys.n; k++) {
		int order = strverscmp(s[k], t[k]);

		if (order)
			return order;
	}
	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

void comparison_sort(struct comparison *c)
{
	if (c->nfindings)
		qsort_r(c->findings, c->nfindings, sizeof(*c->findings), in_order, c);
}

void comparison_pair(struct comparison *c)
{
	struct names base = builds_of(c, BASELINE), current = builds_of(c, CURRENT);
	bool one_each = !c->baseline && base.n <= 1 && current.n <= 1;

	if (c->baseline && !base.n)
		die("no row of the baseline: '%s'", c->baseline);
	if (c->baseline && !current.n)
		die("no row to compare with the baseline: '%s'",
		    c->current ? c->current : "another build");
	if (one_each)
		pair_builds(c, (const char *[NSIDES]){NULL}, 0);
	for (size_t i = 0; !one_each && i < current.n; i++) {
		const char *label = current.name[i];

		pair_builds(c, (const char *[]){c->baseline ? c->baseline : label, label}, i);
	}
	/* Two files of several builds: a label that only the baseline has is missing. */
	for (size_t i = 0; !one_each && !c->baseline && i < base.n; i++)
		if (!names_have(&current, base.name[i]))
			pair_builds(c, (const char *[]){base.name[i], base.name[i]}, current.n + i);
	names_release(&base);
	names_release(&current);
	comparison_sort(c);
}
