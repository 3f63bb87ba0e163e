/* SPDX-License-Identifier: MIT */
#include "group.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "stats.h"
#include "xalloc.h"

int rounds_columns(struct rounds *r, struct csv_reader *in)
{
	r->run_column = csv_column(in, "run_id");
	r->round_column = csv_column(in, "round");
	r->cpu_column = csv_column(in, "cpu");
	r->visit_column = csv_column(in, "visit");
	r->sample_column = csv_column(in, "sample");
	if (r->any && r->single != (r->round_column < 0))
		return csv_fail(in, "column 'round' is in one input and missing in another");
	r->single = r->round_column < 0;
	r->any = true;
	return 0;
}

static void add_cell(struct key *k, const struct csv_reader *in, int column)
{
	if (column >= 0)
		key_add(k, in->cell[column], in->cell_len[column]);
	else
		key_add(k, "", 0);
}

static void new_round(struct rounds *r, uint64_t number)
{
	if (r->n == r->size) {
		r->size = r->size ? 2 * r->size : 64;
		r->ids = xrealloc(r->ids, r->size * sizeof(*r->ids));
	}
	r->ids[r->n++] =
	    (struct round_id){keytable_add(&r->runs, r->key.text, strlen(r->key.text) + 1), number};
}

int rounds_row(struct rounds *r, struct csv_reader *in, uint32_t *id)
{
	const char *wrong;
	uint64_t number;

	if (r->single) {
		*id = (uint32_t)r->n++;
		return 0;
	}
	key_clear(&r->key);
	add_cell(&r->key, in, r->run_column);
	add_cell(&r->key, in, r->round_column);
	*id = keytable_find(&r->keys, r->key.text, r->key.len);
	if (*id != KEYTABLE_NONE)
		return 0;
	wrong = number_parse_u64(in->cell[r->round_column], 0, UINT64_MAX, &number);
	if (wrong)
		return csv_fail(in, "round %s: '%s'", wrong, in->cell[r->round_column]);
	*id = keytable_add(&r->keys, r->key.text, r->key.len);
	new_round(r, number);
	return 0;
}

bool rounds_before(const struct rounds *r, uint32_t a, uint32_t b)
{
	if (r->single)
		return a < b;
	if (r->ids[a].run != r->ids[b].run)
		return r->ids[a].run < r->ids[b].run;
	return r->ids[a].number < r->ids[b].number;
}

void rounds_release(struct rounds *r)
{
	free(r->ids);
	free(r->cell_place);
	keytable_release(&r->runs);
	keytable_release(&r->keys);
	keytable_release(&r->cpus);
	keytable_release(&r->visits);
	keytable_release(&r->cells);
	keytable_release(&r->samples);
	key_release(&r->key);
	*r = (struct rounds){0};
}

static uint32_t number_of(struct keytable *t, const struct csv_reader *in, int column)
{
	return column < 0 ? 0 : keytable_add(t, in->cell[column], in->cell_len[column] + 1);
}

/* The place of (round, CPU, visit) in the group's cells. Rows of one mostly follow one another. */
static uint32_t find_cell(struct group *g, uint32_t id, struct rounds *r,
			  const struct csv_reader *in, uint32_t round)
{
	uint32_t cpu = number_of(&r->cpus, in, r->cpu_column);
	uint32_t visit = number_of(&r->visits, in, r->visit_column);
	uint32_t parts[4] = {id, round, cpu, visit}, known;
	const struct group_cell *last = g->ncells ? &g->cells[g->ncells - 1] : NULL;

	if (last && last->round == round && last->cpu == cpu && last->visit == visit)
		return (uint32_t)g->ncells - 1;
	known = keytable_find(&r->cells, (const char *)parts, sizeof(parts));
	if (known != KEYTABLE_NONE)
		return r->cell_place[known];
	known = keytable_add(&r->cells, (const char *)parts, sizeof(parts));
	if (known >= r->places_size) {
		r->places_size = r->places_size ? 2 * r->places_size : 64;
		r->cell_place = xrealloc(r->cell_place, r->places_size * sizeof(*r->cell_place));
	}
	r->cell_place[known] = (uint32_t)g->ncells;
	if (g->ncells == g->cells_size) {
		g->cells_size = g->cells_size ? 2 * g->cells_size : 4;
		g->cells = xrealloc(g->cells, g->cells_size * sizeof(*g->cells));
	}
	g->cells[g->ncells] = (struct group_cell){round, cpu, visit, 0};
	return (uint32_t)g->ncells++;
}

/* Whether the row's `sample` comes for the first time in its cell. */
static bool is_new_sample(struct group *g, uint32_t id, struct rounds *r,
			  const struct csv_reader *in, uint32_t at)
{
	struct group_cell *cell = &g->cells[at];
	size_t known = r->samples.n;
	const char *sample;
	uint64_t number, bit;

	if (r->sample_column < 0)
		return true;
	sample = in->cell[r->sample_column];
	if (!number_parse_u64(sample, 1, 64, &number)) {
		bit = UINT64_C(1) << (number - 1);
		if (cell->samples & bit)
			return false;
		cell->samples |= bit;
		return true;
	}
	/* There seldom are so many. */
	key_clear(&r->key);
	key_add(&r->key, (const char *)&id, sizeof(id));
	key_add(&r->key, (const char *)&at, sizeof(at));
	key_add(&r->key, sample, in->cell_len[r->sample_column]);
	return keytable_add(&r->samples, r->key.text, r->key.len) == known;
}

static void grow_group(struct group *g, size_t nvalues, bool single)
{
	g->size = g->size ? g->size + g->size / 2 : 16;
	if (!g->value)
		g->value = xcalloc(nvalues, sizeof(*g->value));
	for (size_t v = 0; v < nvalues; v++)
		if (g->value[v])
			g->value[v] = xrealloc(g->value[v], g->size * sizeof(**g->value));
	if (!single)
		g->cell = xrealloc(g->cell, g->size * sizeof(*g->cell));
}

bool group_add(struct group *g, uint32_t id, struct rounds *rounds, const struct csv_reader *in,
	       uint32_t round, const double *value, size_t nvalues)
{
	if (g->n == g->size)
		grow_group(g, nvalues, rounds->single);
	for (size_t v = 0; v < nvalues; v++) {
		if (!g->value[v]) {
			if (isnan(value[v]))
				continue;
			g->value[v] = xmalloc(g->size * sizeof(**g->value));
			for (size_t i = 0; i < g->n; i++)
				g->value[v][i] = NAN;
		}
		g->value[v][g->n] = value[v];
	}
	if (rounds->single) {
		g->n++;
		return true;
	}
	g->cell[g->n] = find_cell(g, id, rounds, in, round);
	return is_new_sample(g, id, rounds, in, g->cell[g->n++]);
}

bool metric_is_cost(const char *metric)
{
	return !strcmp(metric, "duration_ns") || !strcmp(metric, "instructions");
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

size_t group_rounds(const struct group *g)
{
	uint32_t *round;
	size_t n = 0;

	if (!g->cell)
		return g->n;
	round = xmalloc(g->ncells * sizeof(*round));
	for (size_t c = 0; c < g->ncells; c++)
		round[c] = g->cells[c].round;
	qsort(round, g->ncells, sizeof(*round), by_number);
	for (size_t c = 0; c < g->ncells; c++)
		n += !c || round[c] != round[c - 1];
	free(round);
	return n;
}

void group_release(struct group *g, size_t nvalues)
{
	for (size_t v = 0; g->value && v < nvalues; v++)
		free(g->value[v]);
	free(g->value);
	free(g->cell);
	free(g->cells);
	*g = (struct group){0};
}

struct order {
	const struct rounds *rounds;
	const struct group_cell *cells;
};

static int by_round_cpu_and_visit(const void *a, const void *b, void *context)
{
	const struct order *o = context;
	const struct group_cell *x = &o->cells[*(const uint32_t *)a];
	const struct group_cell *y = &o->cells[*(const uint32_t *)b];

	if (x->round != y->round)
		return rounds_before(o->rounds, x->round, y->round) ? -1 : 1;
	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	return (x->visit > y->visit) - (x->visit < y->visit);
}

/* Every value is its own round. */
static void singles(const double *value, size_t n, struct by_round *out)
{
	for (size_t i = 0; i < n; i++) {
		if (isnan(value[i]))
			continue;
		out->round[out->n] = (uint32_t)i;
		out->value[out->n] = out->sample[out->n] = value[i];
		out->begin[out->n] = out->cell[out->n] = out->n;
		out->n++;
	}
	out->begin[out->n] = out->cell[out->n] = out->n;
	out->ncells = out->n;
}

/* Put the samples in order of their cells: order[] lists the cells as they follow one another.
 * Returns how many samples each cell of that order has, to be freed. */
static size_t *distribute(const struct group *g, const double *value, const uint32_t *order,
			  double *sample)
{
	size_t *count = xcalloc(g->ncells, sizeof(*count));
	size_t *next = xmalloc(g->ncells * sizeof(*next)), at = 0;
	size_t *sorted = xmalloc(g->ncells * sizeof(*sorted));

	for (size_t i = 0; i < g->n; i++)
		count[g->cell[i]] += !isnan(value[i]);
	for (size_t c = 0; c < g->ncells; c++) {
		next[order[c]] = at;
		sorted[c] = count[order[c]];
		at += sorted[c];
	}
	for (size_t i = 0; i < g->n; i++)
		if (!isnan(value[i]))
			sample[next[g->cell[i]]++] = value[i];
	free(count);
	free(next);
	return sorted;
}

/* Take the cells of one round, from c of the order on: `count` says how many samples each has. The
 * value of the round is formed of a copy, which that reorders. Returns the first cell behind. */
static size_t take_round(const struct group *g, const uint32_t *order, const size_t *count,
			 size_t c, struct by_round *out, double *copy, size_t *of_cpu)
{
	size_t first = out->begin[out->n], at = first, ncpus = 0;
	uint32_t round = g->cells[order[c]].round, cpu = 0;

	for (; c < g->ncells && g->cells[order[c]].round == round; c++) {
		if (!count[c])
			continue;
		if (!ncpus || g->cells[order[c]].cpu != cpu)
			of_cpu[ncpus++] = 0;
		cpu = g->cells[order[c]].cpu;
		of_cpu[ncpus - 1] += count[c];
		/* In whatever order the rows came, sums are the same to the last digit. */
		gsl_sort(out->sample + at, 1, count[c]);
		out->cell[out->ncells++] = at;
		at += count[c];
	}
	memcpy(copy, out->sample + first, (at - first) * sizeof(*copy));
	out->round[out->n] = round;
	out->value[out->n++] = ncpus ? round_value(copy, of_cpu, ncpus) : NAN;
	out->begin[out->n] = out->cell[out->ncells] = at;
	return c;
}

void group_by_round(const struct group *g, size_t which, const struct rounds *rounds,
		    struct by_round *out)
{
	const double *value = g->value ? g->value[which] : NULL;
	size_t most = g->cell ? g->ncells : g->n, *count, *of_cpu;
	uint32_t *order;
	double *copy;

	*out = (struct by_round){0};
	if (!value)
		return;
	out->round = xmalloc(most * sizeof(*out->round));
	out->value = xmalloc(most * sizeof(*out->value));
	out->begin = xmalloc((most + 1) * sizeof(*out->begin));
	out->sample = xmalloc(g->n * sizeof(*out->sample));
	out->cell = xmalloc((most + 1) * sizeof(*out->cell));
	if (!g->cell) {
		singles(value, g->n, out);
		return;
	}
	order = xmalloc(g->ncells * sizeof(*order));
	for (size_t c = 0; c < g->ncells; c++)
		order[c] = (uint32_t)c;
	qsort_r(order, g->ncells, sizeof(*order), by_round_cpu_and_visit,
		&(struct order){rounds, g->cells});
	count = distribute(g, value, order, out->sample);
	copy = xmalloc(g->n * sizeof(*copy));
	of_cpu = xmalloc(g->ncells * sizeof(*of_cpu));
	out->begin[0] = 0;
	for (size_t c = 0; c < g->ncells;)
		c = take_round(g, order, count, c, out, copy, of_cpu);
	free(copy);
	free(of_cpu);
	free(order);
	free(count);
}

void by_round_release(struct by_round *b)
{
	free(b->round);
	free(b->value);
	free(b->begin);
	free(b->cell);
	free(b->sample);
	*b = (struct by_round){0};
}
