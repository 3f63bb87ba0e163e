/* SPDX-License-Identifier: MIT */
/* The numbers of a group: statistics of a value column, and what is below the noise. */
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "heaps.h"
#include "stats-reduce.h"
#include "stats.h"
#include "xalloc.h"

#define INTERVAL_CONFIDENCE .95

static void find_heaps(const struct by_round *b, double value[NSTATISTICS])
{
	struct heaps heaps;

	if (!heaps_find(b->sample, b->cell, b->ncells, value[VALUE], &heaps))
		return;
	value[LOW_HEAP] = heaps.low;
	value[HIGH_HEAP] = heaps.high;
	value[HIGH_HEAP_SHARE] = heaps.share;
}

size_t reduction_statistics(const struct reduction *r, const struct reduced *g, size_t which,
			    double value[NSTATISTICS])
{
	struct by_round b;
	size_t rounds, n;

	for (size_t i = 0; i < NSTATISTICS; i++)
		value[i] = NAN;
	if (is_failed(g->status) || g->below_noise)
		return 0;
	group_by_round(&g->g, which, &r->rounds, &b);
	if (r->net && !g->gross)
		net_subtract(&r->net_values, g->scope, which, g->operations, &b);
	rounds = b.n;
	n = rounds ? b.begin[rounds] : 0;
	if (n) {
		value[VALUE] = stats_median(b.value, rounds);
		find_heaps(&b, value); /* while samples are in order of cells */
		stats_interval(b.value, rounds, INTERVAL_CONFIDENCE, &value[CI_LOW],
			       &value[CI_HIGH]);
		value[AVERAGE] = stats_average(b.sample, n);
		value[STDDEV] = stats_stddev(b.sample, n, value[AVERAGE]);
		gsl_stats_minmax(&value[MIN], &value[MAX], b.sample, 1, n);
		value[MEDIAN] = stats_median(b.sample, n);
		value[P95] = stats_quantile(b.sample, n, .95);
		value[MAD] = stats_mad(b.sample, n, value[MEDIAN]);
	}
	by_round_release(&b);
	return rounds;
}

/* The round values of a series: of one group, or under --per-round of several. */
struct series {
	double *value;
	size_t n;
};

/* The number of a group's series: its key without the round. */
static uint32_t series_of(const struct reduction *r, struct keytable *all, uint32_t id)
{
	struct key key = {0};
	uint32_t number;

	for (size_t k = 0; k < r->by.n; k++) {
		const char *cell = reduction_key(r, id, k);

		if (!r->per_round || strcmp(r->by.name[k], "round") != 0)
			key_add(&key, cell, strlen(cell));
	}
	number = keytable_add(all, key.text ? key.text : "", key.len);
	key_release(&key);
	return number;
}

static bool any_not_above_zero(const struct reduction *r, size_t which)
{
	for (uint32_t i = 0; i < r->keys.n; i++) {
		const struct group *g = &r->groups[i].g;

		for (size_t j = 0; g->value && g->value[which] && j < g->n; j++)
			if (g->value[which][j] <= 0)
				return true;
	}
	return false;
}

/* Sets below[series] of the series whose median round value, before anything is subtracted, is not
 * above zero. */
static void find_below(const struct reduction *r, const uint32_t *series, size_t which, bool *below)
{
	struct series *all = xcalloc(r->keys.n, sizeof(*all));

	for (uint32_t i = 0; i < r->keys.n; i++) {
		struct series *s = &all[series[i]];
		struct by_round b;

		group_by_round(&r->groups[i].g, which, &r->rounds, &b);
		s->value = xrealloc(s->value, (s->n + b.n) * sizeof(*s->value));
		for (size_t j = 0; j < b.n; j++)
			s->value[s->n++] = b.value[j];
		by_round_release(&b);
	}
	for (size_t s = 0; s < r->keys.n; s++) {
		below[s] |= all[s].n && stats_median(all[s].value, all[s].n) <= 0;
		free(all[s].value);
	}
	free(all);
}

void reduction_find_noise(struct reduction *r)
{
	uint32_t *series = xmalloc(r->keys.n * sizeof(*series));
	bool *below = xcalloc(r->keys.n, sizeof(*below));
	struct keytable all = {0};

	for (uint32_t i = 0; i < r->keys.n; i++)
		series[i] = series_of(r, &all, i);
	/* Mostly there is none, and nothing to do. */
	for (size_t v = 0; v < r->values.n; v++)
		if (metric_is_cost(r->values.name[v]) && any_not_above_zero(r, v))
			find_below(r, series, v, below);
	for (uint32_t i = 0; i < r->keys.n; i++)
		r->groups[i].below_noise = below[series[i]];
	keytable_release(&all);
	free(series);
	free(below);
}
