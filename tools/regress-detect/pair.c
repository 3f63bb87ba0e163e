/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "detect.h"
#include "xalloc.h"

/* Two builds that are compared; NULL stands for the only build of its side. */
struct pairing {
	const char *build[NSIDES];
};

static size_t nsubjects(const struct comparison *c)
{
	return c->table.n;
}

/* The builds of a side, as met. */
static struct names builds_of(const struct comparison *c, enum side side)
{
	struct names builds = {0};

	for (size_t i = 0; i < nsubjects(c); i++)
		if (c->subjects[i]->side == side && !names_have(&builds, c->subjects[i]->build))
			names_add(&builds, c->subjects[i]->build);
	return builds;
}

static bool belongs(const struct subject *s, const struct pairing *p)
{
	return !p->build[s->side] || !strcmp(p->build[s->side], s->build);
}

/* The key column `track` does not tell series apart where each side has one track: two kernels
 * that are compared are mostly of two tracks. Returns its index, or the number of keys. */
static size_t ignored_key(const struct comparison *c, const struct pairing *p)
{
	const char *track[NSIDES] = {NULL, NULL};
	size_t at;

	for (at = 0; at < c->cols.keys.n && strcmp(c->cols.keys.name[at], "track") != 0; at++)
		;
	if (at == c->cols.keys.n || c->cols.keys_given)
		return c->cols.keys.n;
	for (size_t i = 0; i < nsubjects(c); i++) {
		const struct subject *s = c->subjects[i];

		if (!belongs(s, p))
			continue;
		if (track[s->side] && strcmp(track[s->side], s->cells[at]) != 0)
			return c->cols.keys.n;
		track[s->side] = s->cells[at];
	}
	return at;
}

static bool has_values(const struct subject *s, size_t metric)
{
	return s && s->g.value && s->g.value[metric];
}

struct finding finding_blank(const struct comparison *c)
{
	return (struct finding){
	    .rule = c->rule,
	    .value = {NAN, NAN},
	    .ratio = NAN,
	    .ratio_low = NAN,
	    .ratio_high = NAN,
	    .p_value = NAN,
	    .p_adjusted = NAN,
	};
}

struct finding *comparison_add(struct comparison *c, const struct finding *f)
{
	struct finding *added;

	if (c->nfindings == c->findings_size) {
		c->findings_size = c->findings_size ? 2 * c->findings_size : 64;
		c->findings = xrealloc(c->findings, c->findings_size * sizeof(*c->findings));
	}
	added = &c->findings[c->nfindings];
	*added = *f;
	added->order = c->nfindings++;
	return added;
}

static void add_finding(struct comparison *c, const struct subject *const *side, size_t metric,
			size_t pairing)
{
	struct finding f = finding_blank(c);

	f.side[BASELINE] = side[BASELINE];
	f.side[CURRENT] = side[CURRENT];
	f.metric = metric;
	f.pairing = pairing;
	comparison_add(c, &f);
}

/* All metrics that were asked for, or the first that has values. */
static void add_metrics(struct comparison *c, const struct subject *const *side, size_t pairing)
{
	size_t best = 0;

	if (c->cols.metrics_given) {
		for (size_t m = 0; m < c->cols.metrics.n; m++)
			add_finding(c, side, m, pairing);
		return;
	}
	while (best < c->cols.metrics.n && !has_values(side[BASELINE], best) &&
	       !has_values(side[CURRENT], best))
		best++;
	add_finding(c, side, best < c->cols.metrics.n ? best : 0, pairing);
}

static void pair_builds(struct comparison *c, const struct pairing *p, size_t number)
{
	size_t ignored = ignored_key(c, p);
	struct keytable series = {0};
	const struct subject *(*sides)[NSIDES] = xcalloc(nsubjects(c), sizeof(*sides));
	struct key key = {0};

	for (size_t i = 0; i < nsubjects(c); i++) {
		const struct subject *s = c->subjects[i];

		if (!belongs(s, p))
			continue;
		key_clear(&key);
		for (size_t k = 0; k < c->cols.keys.n; k++)
			if (k != ignored)
				key_add(&key, s->cells[k], strlen(s->cells[k]));
		sides[keytable_add(&series, key.text, key.len)][s->side] = s;
	}
	for (size_t i = 0; i < series.n; i++)
		add_metrics(c, sides[i], number);
	key_release(&key);
	keytable_release(&series);
	free(sides);
}

static int in_order(const void *a, const void *b, void *context)
{
	const struct comparison *c = context;
	const struct finding *x = a, *y = b;
	const struct subject *s = x->side[CURRENT] ? x->side[CURRENT] : x->side[BASELINE];
	const struct subject *t = y->side[CURRENT] ? y->side[CURRENT] : y->side[BASELINE];

	if (!c->history && x->pairing != y->pairing)
		return x->pairing < y->pairing ? -1 : 1;
	for (size_t k = 0; k < c->cols.keys.n; k++) {
		int order = strverscmp(s->cells[k], t->cells[k]);

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
		errx(EXIT_TROUBLE, "no row of the baseline: '%s'", c->baseline);
	if (c->baseline && !current.n)
		errx(EXIT_TROUBLE, "no row to compare with the baseline: '%s'",
		     c->current ? c->current : "another build");
	if (one_each)
		pair_builds(c, &(struct pairing){{NULL, NULL}}, 0);
	for (size_t i = 0; !one_each && i < current.n; i++) {
		const char *label = current.name[i];

		pair_builds(c, &(struct pairing){{c->baseline ? c->baseline : label, label}}, i);
	}
	/* Two files of several builds: a label that only the baseline has is missing. */
	for (size_t i = 0; !one_each && !c->baseline && i < base.n; i++)
		if (!names_have(&current, base.name[i]))
			pair_builds(c, &(struct pairing){{base.name[i], base.name[i]}},
				    current.n + i);
	names_release(&base);
	names_release(&current);
	comparison_sort(c);
}
