/* SPDX-License-Identifier: MIT */
#include "stats-reduce.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "csv.h"
#include "heaps.h"
#include "schema.h"
#include "stats.h"
#include "xalloc.h"

#define INTERVAL_CONFIDENCE .95

/* One of the columns before and behind the statistics: a key or a carried column. */
struct label {
	const char *name;
	int key, carried; /* index, or -1 */
};

struct labels {
	struct label *label;
	size_t n;
};

/* A group in the order of output. */
struct row {
	uint32_t id;
	uint32_t run;	   /* runs come as they were met */
	const char **keys; /* cells of the key columns */
};

/* What is told of each value column, in order of output. */
enum statistic {
	VALUE,
	AVERAGE,
	MEDIAN,
	CI_LOW,
	CI_HIGH,
	STDDEV,
	MAD,
	MIN,
	P95,
	P99,
	MAX,
	LOW_HEAP,
	HIGH_HEAP,
	HIGH_HEAP_SHARE,
	NSTATISTICS
};

static const char *const statistics[NSTATISTICS] = {
    [VALUE] = "value",
    [AVERAGE] = "average",
    [MEDIAN] = "median",
    [CI_LOW] = "ci_low",
    [CI_HIGH] = "ci_high",
    [STDDEV] = "stddev",
    [MAD] = "mad",
    [MIN] = "min",
    [P95] = "p95",
    [P99] = "p99",
    [MAX] = "max",
    [LOW_HEAP] = "low_heap",
    [HIGH_HEAP] = "high_heap",
    [HIGH_HEAP_SHARE] = "high_heap_share",
};

static int index_of(const struct names *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->name[i], name))
			return (int)i;
	return -1;
}

static void add_label(struct labels *l, const struct reduction *r, const char *name)
{
	l->label = xrealloc(l->label, (l->n + 1) * sizeof(*l->label));
	l->label[l->n++] =
	    (struct label){name, index_of(&r->by, name), index_of(&r->carried, name)};
}

static bool have_label(const struct labels *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->label[i].name, name))
			return true;
	return false;
}

/* The columns before the statistics: those of the schema up to `rounds`, or the key columns. */
static struct labels labels_before(const struct reduction *r)
{
	const struct schema *schema = r->per_round ? &schema_rounds : &schema_summary;
	struct labels l = {0};

	for (size_t i = 0; r->whole_schema && strcmp(schema->columns[i].name, "rounds") != 0; i++)
		add_label(&l, r, schema->columns[i].name);
	for (size_t i = 0; i < r->by.n; i++)
		if (!have_label(&l, r->by.name[i]))
			add_label(&l, r, r->by.name[i]);
	return l;
}

/* Whether a column of this name is computed here: one that is read may not stand beside it. */
static bool is_computed(const struct reduction *r, const char *name)
{
	static const char *const others[] = {"rounds", "samples", "marked", "status", "reason"};
	bool found = false;
	char *computed;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		found |= !strcmp(name, others[i]);
	if (r->tells_runs)
		found |= !strcmp(name, "runs") || !strcmp(name, "returned");
	for (size_t v = 0; v < r->values.n; v++)
		for (size_t s = 0; s < NSTATISTICS; s++) {
			computed = xasprintf("%s_%s", statistics[s], r->values.name[v]);
			found |= !strcmp(name, computed);
			free(computed);
		}
	return found;
}

static void check_labels(const struct reduction *r, const struct labels *before)
{
	/* A status or reason to group by takes the place of ours. */
	for (size_t i = 0; i < before->n; i++)
		if (is_computed(r, before->label[i].name) &&
		    strcmp(before->label[i].name, "status") != 0 &&
		    strcmp(before->label[i].name, "reason") != 0)
			errx(EXIT_TROUBLE, "a column of --by is one that is computed: '%s'",
			     before->label[i].name);
}

static struct labels labels_behind(const struct reduction *r, const struct labels *before)
{
	struct labels l = {0};

	for (size_t i = 0; i < r->carried.n; i++)
		if (!r->varies[i] && !have_label(before, r->carried.name[i]) &&
		    !is_computed(r, r->carried.name[i]))
			add_label(&l, r, r->carried.name[i]);
	return l;
}

static void warn_of_dropped(const struct reduction *r)
{
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < r->carried.n; i++)
		if (r->varies[i] && !n++)
			first = r->carried.name[i];
	if (n == 1)
		warnx("left out a column that differs within a group: '%s'", first);
	else if (n)
		warnx("left out %zu columns that differ within a group: '%s' and others", n, first);
}

static void write_header(const struct reduction *r, const struct labels *before,
			 const struct labels *behind, struct csv_writer *w)
{
	char *name;

	for (size_t i = 0; i < before->n; i++)
		csv_write_cell(w, before->label[i].name);
	csv_write_cell(w, "rounds");
	csv_write_cell(w, "samples");
	csv_write_cell(w, "marked");
	for (size_t v = 0; v < r->values.n; v++)
		for (size_t s = 0; s < NSTATISTICS; s++) {
			name = xasprintf("%s_%s", statistics[s], r->values.name[v]);
			csv_write_cell(w, name);
			free(name);
		}
	if (r->tells_runs) {
		csv_write_cell(w, "runs");
		csv_write_cell(w, "returned");
	}
	if (!have_label(before, "status"))
		csv_write_cell(w, "status");
	if (!have_label(before, "reason"))
		csv_write_cell(w, "reason");
	for (size_t i = 0; i < behind->n; i++)
		csv_write_cell(w, behind->label[i].name);
	csv_end_row(w);
}

static void write_labels(const struct labels *l, const struct row *row, const struct reduced *g,
			 struct csv_writer *w)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct label *label = &l->label[i];

		if (label->key >= 0)
			csv_write_cell(w, row->keys[label->key]);
		else if (label->carried >= 0)
			csv_write_cell(w, g->carried[label->carried]);
		else
			csv_write_empty(w);
	}
}

/* Make samples and round values net. A round without a baseline loses its value. */
static void subtract_baseline(const struct reduction *r, const struct reduced *g, size_t which,
			      struct by_round *b)
{
	for (size_t i = 0; i < b->n; i++) {
		double base =
		    net_value(&r->net_values, g->scope, b->round[i], which, g->operations);

		b->value[i] -= base;
		for (size_t s = b->begin[i]; s < b->begin[i + 1]; s++)
			b->sample[s] -= base;
	}
}

/* Rounds whose value is not a number, and their samples, are taken out. */
static void drop_empty_rounds(struct by_round *b)
{
	size_t rounds = 0, samples = 0, cells = 0;

	if (!b->n)
		return;
	for (size_t i = 0, c = 0; i < b->n; i++) {
		size_t from = b->begin[i], to = b->begin[i + 1], first = c;

		while (c < b->ncells && b->cell[c] < to)
			c++;
		if (isnan(b->value[i]))
			continue;
		for (size_t k = first; k < c; k++)
			b->cell[cells++] = samples + (b->cell[k] - from);
		b->round[rounds] = b->round[i];
		b->value[rounds] = b->value[i];
		b->begin[rounds++] = samples;
		for (size_t s = from; s < to; s++)
			b->sample[samples++] = b->sample[s];
	}
	b->n = rounds;
	b->ncells = cells;
	b->begin[rounds] = b->cell[cells] = samples;
}

static void find_heaps(const struct by_round *b, double value[NSTATISTICS])
{
	struct heaps heaps;

	if (!heaps_find(b->sample, b->cell, b->ncells, value[VALUE], &heaps))
		return;
	value[LOW_HEAP] = heaps.low;
	value[HIGH_HEAP] = heaps.high;
	value[HIGH_HEAP_SHARE] = heaps.share;
}

/* The statistics of a value column: NaN where there is none. Returns in how many rounds there is a
 * number. */
static size_t find_statistics(struct reduction *r, const struct reduced *g, size_t which,
			      double value[NSTATISTICS])
{
	size_t rounds, n;
	struct by_round b;

	for (size_t i = 0; i < NSTATISTICS; i++)
		value[i] = NAN;
	group_by_round(&g->g, which, &r->rounds, &b);
	if (r->net && !g->gross)
		subtract_baseline(r, g, which, &b);
	drop_empty_rounds(&b);
	rounds = b.n;
	n = rounds ? b.begin[rounds] : 0;
	if (n) {
		value[VALUE] = stats_median(b.value, rounds);
		find_heaps(&b, value); /* while samples are in order of cells */
		stats_interval(b.value, rounds, INTERVAL_CONFIDENCE, &value[CI_LOW],
			       &value[CI_HIGH]);
		value[AVERAGE] = stats_average(b.sample, n);
		value[STDDEV] = stats_stddev(b.sample, n, value[AVERAGE]);
		value[MEDIAN] = stats_median(b.sample, n);
		value[MIN] = stats_select(b.sample, n, 0);
		value[P95] = stats_quantile(b.sample, n, .95);
		value[P99] = stats_quantile(b.sample, n, .99);
		value[MAX] = stats_select(b.sample, n, n - 1);
		value[MAD] = stats_mad(b.sample, n, value[MEDIAN]);
	}
	by_round_release(&b);
	return rounds;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static bool is_failed(const char *status)
{
	return status && outcome_of(status) != OUTCOME_INCOMPLETE;
}

/* Why numbers are not of all rounds, or there is none; NULL for no such reason. Caller frees. */
static char *lacking_baseline(const struct reduction *r, const struct reduced *g, size_t used)
{
	size_t all = group_rounds(&g->g);

	if (g->status || !r->net || g->gross || used == all)
		return NULL;
	if (!used)
		return xstrdup("its program type has no baseline in its rounds");
	return xasprintf("%zu of %zu rounds lack the baseline of its program type", all - used,
			 all);
}

static const char *status_of(const struct reduced *g)
{
	if (g->below_noise && !is_failed(g->status))
		return status_names[STATUS_BELOW_NOISE];
	return g->status ? g->status : "ok";
}

static const char *reason_of(const struct reduced *g)
{
	return g->below_noise && !is_failed(g->status) ? BELOW_NOISE_REASON : g->reason;
}

static void write_runs(const struct reduced *g, struct csv_writer *w)
{
	char *returned = returned_text(&g->returned);

	csv_write_double(w, g->has_runs ? g->runs : NAN);
	csv_write_cell(w, returned);
	free(returned);
}

static void write_group(struct reduction *r, const struct row *row, const struct labels *before,
			const struct labels *behind, struct csv_writer *w)
{
	struct reduced *g = &r->groups[row->id];
	bool failed = is_failed(g->status) || g->below_noise;
	double value[NSTATISTICS];
	char *lacking;
	size_t used = 0;

	write_labels(before, row, g, w);
	csv_write_u64(w, group_rounds(&g->g));
	csv_write_u64(w, g->g.n);
	csv_write_u64(w, g->marked);
	for (size_t v = 0; v < r->values.n; v++) {
		if (!failed)
			used = larger(used, find_statistics(r, g, v, value));
		for (size_t i = 0; i < NSTATISTICS; i++)
			csv_write_double(w, failed ? NAN : value[i]);
	}
	if (r->tells_runs)
		write_runs(g, w);
	lacking = failed ? NULL : lacking_baseline(r, g, used);
	if (!have_label(before, "status"))
		csv_write_cell(w, status_of(g));
	if (!have_label(before, "reason"))
		csv_write_cell(w, lacking ? lacking : reason_of(g));
	free(lacking);
	write_labels(behind, row, g, w);
	csv_end_row(w);
}

static int in_order(const void *a, const void *b, void *context)
{
	const struct reduction *r = context;
	const struct row *x = a, *y = b;

	if (x->run != y->run)
		return x->run < y->run ? -1 : 1;
	for (size_t i = 0; i < r->by.n; i++) {
		int order = strverscmp(x->keys[i], y->keys[i]);

		if (order)
			return order;
	}
	return 0;
}

/* The groups by run as met, then by their keys, numbers in them as numbers: a round shuffles its
 * tests, and the order of the output should not tell how. */
static struct row *sorted_rows(const struct reduction *r)
{
	struct row *rows = xmalloc(r->keys.n * sizeof(*rows));
	int run = index_of(&r->by, "run_id");
	struct keytable runs = {0};

	for (uint32_t i = 0; i < r->keys.n; i++) {
		const char *cell = keytable_key(&r->keys, i);

		rows[i] = (struct row){.id = i, .keys = xmalloc(r->by.n * sizeof(char *))};
		for (size_t k = 0; k < r->by.n; k++, cell += strlen(cell) + 1)
			rows[i].keys[k] = cell;
		if (run >= 0)
			rows[i].run =
			    keytable_add(&runs, rows[i].keys[run], strlen(rows[i].keys[run]));
	}
	keytable_release(&runs);
	qsort_r(rows, r->keys.n, sizeof(*rows), in_order, (void *)r);
	return rows;
}

void reduction_write(struct reduction *r)
{
	struct csv_writer w = {.f = stdout};
	struct labels before = labels_before(r), behind = labels_behind(r, &before);
	struct row *rows = sorted_rows(r);

	check_labels(r, &before);
	warn_of_dropped(r);
	if (r->net)
		net_finish(&r->net_values, &r->rounds);
	reduction_find_noise(r);
	write_header(r, &before, &behind, &w);
	for (size_t i = 0; i < r->keys.n; i++) {
		write_group(r, &rows[i], &before, &behind, &w);
		free(rows[i].keys);
	}
	free(rows);
	free(before.label);
	free(behind.label);
}
