/* SPDX-License-Identifier: MIT */
/* The columns of the output, the order of its rows, and their cells. */
#include "stats-reduce.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "csv.h"
#include "say.h"
#include "schema.h"
#include "xalloc.h"

/* Keys and carried columns before the computed ones, and carried columns behind them. */
struct columns {
	struct names before, computed, behind;
};

/* A group in the order of output. */
struct row {
	uint32_t id;
	uint32_t run; /* runs come as they were met */
};

/* The columns before: those of the schema up to `rounds`, and the keys. */
static struct names columns_before(const struct reduction *r)
{
	struct names l = {0};

	for (size_t i = 0; r->whole_schema && i < SUMMARY_ROUNDS; i++)
		names_add(&l, schema_summary.columns[i].name);
	for (size_t i = 0; i < r->by.n; i++)
		if (!names_have(&l, r->by.name[i]))
			names_add(&l, r->by.name[i]);
	return l;
}

/* The column of a statistic: it is named after its value, as that of duration_ns is in summary.csv.
 * Caller frees. */
static char *statistic_column(enum statistic s, const char *value)
{
	const char *like = schema_summary.columns[SUMMARY_VALUE_DURATION_NS + s].name;

	return xasprintf("%.*s%s", (int)(strlen(like) - strlen("duration_ns")), like, value);
}
static_assert(SUMMARY_VALUE_DURATION_NS + NSTATISTICS == SUMMARY_VALUE_INSTRUCTIONS,
	      "statistics are not those of summary.csv");

/* A status or reason to group by takes the place of the computed one. */
static struct names columns_computed(const struct reduction *r)
{
	static const char *const last[] = {"runs", "returned", "trigger_cost", "status", "reason"};
	struct names l = names_split("", "rounds,samples,marked");

	for (size_t v = 0; v < r->values.n; v++)
		for (size_t s = 0; s < NSTATISTICS; s++) {
			char *name = statistic_column(s, r->values.name[v]);

			names_add(&l, name);
			free(name);
		}
	for (size_t i = r->tells_runs ? 0 : 3; i < 5; i++)
		if (i < 3 || !names_have(&r->by, last[i]))
			names_add(&l, last[i]);
	return l;
}

static struct columns choose_columns(const struct reduction *r)
{
	struct columns c = {columns_before(r), columns_computed(r), {0}};

	for (size_t i = 0; i < c.before.n; i++)
		if (names_have(&c.computed, c.before.name[i]))
			die("a column of --by is one that is computed: '%s'", c.before.name[i]);
	for (size_t i = SUMMARY_ROUNDS; r->whole_schema && i < SUMMARY_NCOLUMNS; i++)
		if (!names_have(&c.computed, schema_summary.columns[i].name))
			names_add(&c.behind, schema_summary.columns[i].name);
	for (size_t i = 0; i < r->carried.n; i++)
		if (!r->varies[i] && !names_have(&c.before, r->carried.name[i]) &&
		    !names_have(&c.behind, r->carried.name[i]) &&
		    !names_have(&c.computed, r->carried.name[i]))
			names_add(&c.behind, r->carried.name[i]);
	return c;
}

static void warn_of_dropped(const struct reduction *r)
{
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < r->carried.n; i++)
		if (r->varies[i] && !n++)
			first = r->carried.name[i];
	if (n == 1)
		say("left out a column that differs within a group: '%s'", first);
	else if (n)
		say("left out %zu columns that differ within a group: '%s' and others", n, first);
}

static void write_names(const struct names *l, struct csv_writer *w)
{
	for (size_t i = 0; i < l->n; i++)
		csv_write_cell(w, l->name[i]);
}

/* Cells of a group's keys and carried columns. */
static void write_labels(const struct reduction *r, const struct names *l, uint32_t id,
			 struct csv_writer *w)
{
	for (size_t i = 0; i < l->n; i++) {
		int key = names_index(&r->by, l->name[i]);
		int carried = names_index(&r->carried, l->name[i]);

		if (key >= 0)
			csv_write_cell(w, reduction_key(r, id, (size_t)key));
		else
			csv_write_cell(w, carried < 0 ? NULL : r->groups[id].carried[carried]);
	}
}

/* Why a group has numbers of `used` of its rounds only; NULL for no such reason. Caller frees. */
static char *lacking_empty(const struct reduction *r, const struct reduced *g, size_t used)
{
	if (g->status || !r->net || g->gross || used == g->g.nrounds)
		return NULL;
	if (!used)
		return xstrdup("its program type has no empty program in its rounds");
	return xasprintf("%zu of %zu rounds lack the empty program of its type",
			 g->g.nrounds - used, g->g.nrounds);
}

static void write_runs(const struct reduced *g, struct csv_writer *w)
{
	char *returned = returned_text(&g->returned);

	csv_write_double(w, g->has_runs ? g->runs : NAN);
	csv_write_cell(w, returned);
	csv_write_double(w, g->triggered ? g->trigger_cost / (double)g->triggered : NAN);
	free(returned);
}

static void write_status(const struct reduction *r, const struct reduced *g, size_t used,
			 const struct columns *columns, struct csv_writer *w)
{
	bool below = g->below_noise && !is_failed(g->status);
	char *lacking = below || is_failed(g->status) ? NULL : lacking_empty(r, g, used);

	if (names_have(&columns->computed, "status"))
		csv_write_cell(w, below	      ? status_names[STATUS_BELOW_NOISE]
				  : g->status ? g->status
					      : "ok");
	if (names_have(&columns->computed, "reason"))
		csv_write_cell(w, below	    ? status_meanings[STATUS_BELOW_NOISE]
				  : lacking ? lacking
					    : g->reason);
	free(lacking);
}

static void write_group(const struct reduction *r, uint32_t id, const struct columns *columns,
			struct csv_writer *w)
{
	const struct reduced *g = &r->groups[id];
	double value[NSTATISTICS];
	size_t most = 0;

	write_labels(r, &columns->before, id, w);
	csv_write_u64(w, g->g.nrounds);
	csv_write_u64(w, g->g.n);
	csv_write_u64(w, g->marked);
	for (size_t v = 0; v < r->values.n; v++) {
		size_t used = reduction_statistics(r, g, v, value);

		most = used > most ? used : most;
		for (size_t s = 0; s < NSTATISTICS; s++)
			csv_write_double(w, value[s]);
	}
	if (r->tells_runs)
		write_runs(g, w);
	write_status(r, g, most, columns, w);
	write_labels(r, &columns->behind, id, w);
	csv_end_row(w);
}

static int in_order(const void *a, const void *b, void *context)
{
	const struct reduction *r = context;
	const struct row *x = a, *y = b;
	int order = (x->run > y->run) - (x->run < y->run);

	for (size_t k = 0; !order && k < r->by.n; k++)
		order = strverscmp(reduction_key(r, x->id, k), reduction_key(r, y->id, k));
	return order;
}

/* The groups by run as met, then by their keys, numbers in them as numbers: a round shuffles its
 * tests, and the order of the output should not tell how. */
static struct row *sorted_rows(const struct reduction *r)
{
	struct row *rows = xcalloc(r->keys.n, sizeof(*rows));
	int run = names_index(&r->by, "run_id");
	struct keytable runs = {0};

	for (uint32_t i = 0; i < r->keys.n; i++) {
		const char *id = run < 0 ? "" : reduction_key(r, i, (size_t)run);

		rows[i] = (struct row){i, keytable_add(&runs, id, strlen(id) + 1)};
	}
	keytable_release(&runs);
	qsort_r(rows, r->keys.n, sizeof(*rows), in_order, (void *)r);
	return rows;
}

void reduction_write(struct reduction *r)
{
	struct columns columns = choose_columns(r);
	struct row *rows = sorted_rows(r);
	struct csv_writer w = {.f = stdout};

	warn_of_dropped(r);
	if (r->net)
		net_finish(&r->net_values, &r->rounds);
	reduction_find_cut(r);
	reduction_find_noise(r);
	write_names(&columns.before, &w);
	write_names(&columns.computed, &w);
	write_names(&columns.behind, &w);
	csv_end_row(&w);
	for (size_t i = 0; i < r->keys.n; i++)
		write_group(r, rows[i].id, &columns, &w);
	free(rows);
	names_release(&columns.before);
	names_release(&columns.computed);
	names_release(&columns.behind);
}
