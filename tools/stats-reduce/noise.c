/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats-reduce.h"
#include "stats.h"
#include "xalloc.h"

/* A round value of a series. */
struct round_of_series {
	uint32_t series;
	double value;
};

static int by_series_and_value(const void *a, const void *b)
{
	const struct round_of_series *x = a, *y = b;

	if (x->series != y->series)
		return x->series < y->series ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

/* The number of a group's series: its key without the round. */
static uint32_t series_of(const struct reduction *r, struct keytable *all, uint32_t id)
{
	const char *cell = keytable_key(&r->keys, id);
	struct key key = {0};
	uint32_t number;

	for (size_t k = 0; k < r->by.n; k++, cell += strlen(cell) + 1)
		if (!r->per_round || strcmp(r->by.name[k], "round") != 0)
			key_add(&key, cell, strlen(cell));
	number = keytable_add(all, key.text ? key.text : "", key.len);
	key_release(&key);
	return number;
}

/* The round values of all groups, before anything is subtracted from them, by series. */
static struct round_of_series *all_rounds(const struct reduction *r, const uint32_t *series,
					  size_t which, size_t *n)
{
	struct round_of_series *all = NULL;
	size_t size = 0;

	*n = 0;
	for (uint32_t i = 0; i < r->keys.n; i++) {
		struct by_round b;

		group_by_round(&r->groups[i].g, which, &r->rounds, &b);
		if (*n + b.n > size) {
			size = 2 * (*n + b.n);
			all = xrealloc(all, size * sizeof(*all));
		}
		for (size_t j = 0; j < b.n; j++)
			if (!isnan(b.value[j]))
				all[(*n)++] = (struct round_of_series){series[i], b.value[j]};
		by_round_release(&b);
	}
	if (*n)
		qsort(all, *n, sizeof(*all), by_series_and_value);
	return all;
}

/* Mostly there is none, and nothing to do. */
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

/* Sets below[series] of the series whose median round value is not above zero. */
static void find_below(const struct reduction *r, const uint32_t *series, size_t which, bool *below)
{
	struct round_of_series *all;
	size_t n;

	all = all_rounds(r, series, which, &n);
	for (size_t i = 0, end; i < n; i = end) {
		size_t low, high;

		for (end = i; end < n && all[end].series == all[i].series; end++)
			;
		low = i + (end - i - 1) / 2;
		high = i + (end - i) / 2;
		if (all[low].value + all[high].value <= 0)
			below[all[i].series] = true;
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
	for (size_t v = 0; v < r->values.n; v++)
		if (metric_is_cost(r->values.name[v]) && any_not_above_zero(r, v))
			find_below(r, series, v, below);
	for (uint32_t i = 0; i < r->keys.n; i++)
		r->groups[i].below_noise = below[series[i]];
	keytable_release(&all);
	free(series);
	free(below);
}
