/* SPDX-License-Identifier: MIT */
#include "group.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"
#include "text.h"
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

static void new_round(struct rounds *r, uint64_t number)
{
	r->ids = xgrow(r->ids, r->n, sizeof(*r->ids));
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
	key_add_cell(&r->key, in, r->run_column);
	key_add_cell(&r->key, in, r->round_column);
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
	free(r->cell);
	keytable_release(&r->runs);
	keytable_release(&r->places);
	keytable_release(&r->keys);
	keytable_release(&r->cells);
	keytable_release(&r->of_groups);
	keytable_release(&r->samples);
	key_release(&r->key);
	*r = (struct rounds){0};
}

static uint32_t number_of(struct rounds *r, const struct csv_reader *in, int column)
{
	return column < 0 ? 0
			  : keytable_add(&r->places, in->cell[column], in->cell_len[column] + 1);
}

/* The number of the cell (group, round, CPU, visit). */
static uint32_t find_cell(struct group *g, uint32_t id, struct rounds *r,
			  const struct csv_reader *in, uint32_t round)
{
	uint32_t cpu = number_of(r, in, r->cpu_column);
	uint32_t visit = number_of(r, in, r->visit_column);
	uint32_t parts[] = {id, round, cpu, visit};
	size_t known = r->cells.n, rounds = r->of_groups.n;
	uint32_t cell = keytable_add(&r->cells, (const char *)parts, sizeof(parts));

	if (cell < known)
		return cell;
	r->cell = xgrow(r->cell, known, sizeof(*r->cell));
	r->cell[cell] = (struct round_cell){round, cpu, visit, 0};
	keytable_add(&r->of_groups, (const char *)parts, 2 * sizeof(*parts));
	g->nrounds += r->of_groups.n - rounds;
	return cell;
}

/* Whether the row's `sample` comes for the first time in its cell. */
static bool is_new_sample(struct rounds *r, const struct csv_reader *in, uint32_t cell)
{
	size_t known = r->samples.n;
	uint64_t number, before = r->cell[cell].samples;

	if (r->sample_column < 0)
		return true;
	if (!number_parse_u64(in->cell[r->sample_column], 1, 64, &number)) {
		r->cell[cell].samples |= UINT64_C(1) << (number - 1);
		return r->cell[cell].samples != before;
	}
	/* There seldom are so many. */
	key_clear(&r->key);
	key_add(&r->key, (const char *)&cell, sizeof(cell));
	key_add_cell(&r->key, in, r->sample_column);
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
		g->nrounds++;
		return true;
	}
	g->cell[g->n] = find_cell(g, id, rounds, in, round);
	return is_new_sample(rounds, in, g->cell[g->n++]);
}

bool metric_is_cost(const char *metric)
{
	return !strcmp(metric, "duration_ns") || !strcmp(metric, "instructions");
}

void group_release(struct group *g, size_t nvalues)
{
	for (size_t v = 0; g->value && v < nvalues; v++)
		free(g->value[v]);
	free(g->value);
	free(g->cell);
	*g = (struct group){0};
}

/* A value and where it is of. */
struct placed {
	const struct round_cell *cell; /* NULL when every value is its own round */
	uint32_t round;
	double value;
};

/* By round, CPU and visit, then by value: in whatever order the rows came, sums are the same to the
 * last digit. */
static int in_order(const void *a, const void *b, void *rounds)
{
	const struct placed *x = a, *y = b;

	if (x->cell == y->cell)
		return (x->value > y->value) - (x->value < y->value);
	if (x->round != y->round)
		return rounds_before(rounds, x->round, y->round) ? -1 : 1;
	if (x->cell->cpu != y->cell->cpu)
		return x->cell->cpu < y->cell->cpu ? -1 : 1;
	return x->cell->visit < y->cell->visit ? -1 : 1;
}

static struct placed *sorted_values(const struct group *g, const double *value,
				    const struct rounds *rounds, size_t *n)
{
	struct placed *p = xmalloc(g->n * sizeof(*p));

	*n = 0;
	for (size_t i = 0; i < g->n; i++) {
		const struct round_cell *cell = g->cell ? &rounds->cell[g->cell[i]] : NULL;

		if (!isnan(value[i]))
			p[(*n)++] =
			    (struct placed){cell, cell ? cell->round : (uint32_t)i, value[i]};
	}
	if (g->cell)
		qsort_r(p, *n, sizeof(*p), in_order, (void *)rounds);
	return p;
}

/* The value of the round that begins with p[0]. @copy: of its samples, which are reordered */
static double value_of(const struct placed *p, double *copy, size_t n)
{
	size_t *of_cpu = xmalloc(n * sizeof(*of_cpu)), ncpus = 0;
	double value;

	for (size_t i = 0; i < n; i++) {
		if (!i || (p[i].cell && p[i].cell->cpu != p[i - 1].cell->cpu))
			of_cpu[ncpus++] = 0;
		of_cpu[ncpus - 1]++;
		copy[i] = p[i].value;
	}
	value = round_value(copy, of_cpu, ncpus);
	free(of_cpu);
	return value;
}

void group_by_round(const struct group *g, size_t which, const struct rounds *rounds,
		    struct by_round *out)
{
	struct placed *p;
	double *copy;
	size_t n;

	*out = (struct by_round){0};
	if (!g->value || !g->value[which])
		return;
	p = sorted_values(g, g->value[which], rounds, &n);
	out->round = xmalloc(n * sizeof(*out->round));
	out->value = xmalloc(n * sizeof(*out->value));
	out->begin = xmalloc((n + 1) * sizeof(*out->begin));
	out->sample = xmalloc(n * sizeof(*out->sample));
	out->cell = xmalloc((n + 1) * sizeof(*out->cell));
	for (size_t i = 0; i < n; i++) {
		bool new_round = !i || p[i].round != p[i - 1].round;

		if (new_round || p[i].cell != p[i - 1].cell)
			out->cell[out->ncells++] = i;
		if (new_round) {
			out->round[out->n] = p[i].round;
			out->begin[out->n++] = i;
		}
		out->sample[i] = p[i].value;
	}
	out->begin[out->n] = out->cell[out->ncells] = n;
	copy = xmalloc(n * sizeof(*copy));
	for (size_t i = 0; i < out->n; i++)
		out->value[i] =
		    value_of(p + out->begin[i], copy, out->begin[i + 1] - out->begin[i]);
	free(copy);
	free(p);
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
