/* SPDX-License-Identifier: MIT */
#include "stats-reduce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "say.h"
#include "schema.h"
#include "xalloc.h"

/* Columns of samples.csv beside keys and values that a summary needs. */
static const char *const needed[] = {"timestamp", "program_type", "program_hash", "control",
				     "round",	  "cpu",	  "status",	  "reason"};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Where this file has what. */
struct layout {
	int *by, *value, *carried;
	int status, reason, mark, control, runs, returned, trigger_cost, round, last_round;
};

/* Whether a column tells of one sample only: it says nothing of a group, and nobody misses it. The
 * status and reason of a group are its own. */
static bool is_of_a_sample(const char *name)
{
	return (schema_column(&schema_samples, name) < SAMPLES_NCOLUMNS &&
		schema_column(&schema_summary, name) == SUMMARY_NCOLUMNS) ||
	       !strcmp(name, "status") || !strcmp(name, "reason");
}

static bool is_merged(const struct reduction *r, const char *name)
{
	return r->tells_runs && (!strcmp(name, "runs") || !strcmp(name, "returned") ||
				 !strcmp(name, "trigger_cost"));
}

/* The columns that are carried are those of the first file. Any CSV may have a column `runs` of its
 * own; with `returned` beside it, it is of samples. */
static void choose_carried(struct reduction *r, const struct csv_reader *in)
{
	if (r->varies)
		return;
	r->tells_runs =
	    r->whole_schema || (csv_column(in, "runs") >= 0 && csv_column(in, "returned") >= 0);
	for (size_t i = 0; i < in->ncolumns; i++)
		if (!is_of_a_sample(in->header[i]) && !is_merged(r, in->header[i]) &&
		    !names_have(&r->by, in->header[i]) && !names_have(&r->values, in->header[i]))
			names_add(&r->carried, in->header[i]);
	r->varies = xcalloc(r->carried.n, sizeof(*r->varies));
}

static int *find_columns(struct csv_reader *in, const struct names *names)
{
	int *index = xmalloc(names->n * sizeof(*index));

	csv_must(in, csv_require(in, (const char *const *)names->name, names->n, index));
	return index;
}

static void find_layout(struct reduction *r, struct csv_reader *in, struct layout *l)
{
	int found[COUNT(needed)];

	l->by = find_columns(in, &r->by);
	l->value = find_columns(in, &r->values);
	if (r->whole_schema)
		csv_must(in, csv_require(in, needed, COUNT(needed), found));
	csv_must(in, rounds_columns(&r->rounds, in));
	if (r->net)
		csv_must(in, net_columns(&r->net_values, in, r->values.n, true));
	/* A column that groups are made by is the user's own. */
	l->status = names_have(&r->by, "status") ? -1 : csv_column(in, "status");
	l->reason = csv_column(in, "reason");
	l->mark = csv_column(in, "mark");
	l->control = csv_column(in, "control");
	l->round = csv_column(in, "round");
	l->last_round = csv_column(in, "last_round");
	choose_carried(r, in);
	l->runs = r->tells_runs ? csv_column(in, "runs") : -1;
	l->returned = r->tells_runs ? csv_column(in, "returned") : -1;
	l->trigger_cost = r->tells_runs ? csv_column(in, "trigger_cost") : -1;
	l->carried = xmalloc(r->carried.n * sizeof(*l->carried));
	for (size_t i = 0; i < r->carried.n; i++)
		l->carried[i] = csv_column(in, r->carried.name[i]);
}

const char *reduction_key(const struct reduction *r, uint32_t id, size_t k)
{
	const char *cell = keytable_key(&r->keys, id);

	while (k--)
		cell += strlen(cell) + 1;
	return cell;
}

static struct reduced *find_group(struct reduction *r, const struct csv_reader *in,
				  const struct layout *l, struct key *key, uint32_t *id)
{
	size_t known = r->keys.n;

	key_clear(key);
	for (size_t i = 0; i < r->by.n; i++)
		key_add_cell(key, in, l->by[i]);
	*id = keytable_add(&r->keys, key->text, key->len);
	if (*id == known)
		r->groups = xgrow(r->groups, known, sizeof(*r->groups));
	return &r->groups[*id];
}

/* Keep the carried cells of the first row. Of times of day the earliest is kept: a round or a run
 * begins there. Of others that differ none is. */
static void carry(struct reduction *r, struct reduced *g, const struct csv_reader *in,
		  const struct layout *l)
{
	bool first = !g->carried;

	if (first)
		g->carried = xcalloc(r->carried.n, sizeof(*g->carried));
	for (size_t i = 0; i < r->carried.n; i++) {
		const char *cell = csv_cell(in, l->carried[i], "");
		int order = g->carried[i] ? strcmp(cell, g->carried[i]) : 0;
		bool is_time = !strcmp(r->carried.name[i], "timestamp");

		if (!first && (is_time ? order >= 0 : !order))
			continue;
		free(g->carried[i]);
		g->carried[i] = first || is_time ? xstrdup(cell) : NULL;
		r->varies[i] |= !g->carried[i];
	}
}

bool is_failed(const char *status)
{
	return status && outcome_of(status) != OUTCOME_INCOMPLETE;
}

/* Keep the worst status; of equally bad ones the first in order of text, whatever comes first. */
static void keep_status(struct reduced *g, const char *status, const char *reason)
{
	int more = g->status ? is_failed(status) - is_failed(g->status) : 1;

	if (!more)
		more = strcmp(g->status, status);
	if (!more)
		more = strcmp(g->reason, reason);
	if (more <= 0)
		return;
	free(g->status);
	free(g->reason);
	g->status = xstrdup(status);
	g->reason = xstrdup(reason);
}

/* How often the program ran, what it returned and what its trigger took, whatever became of the
 * row.
 */
static void merge_runs(struct reduced *g, struct csv_reader *in, const struct layout *l)
{
	double runs = csv_double(in, l->runs, 0, HUGE_VAL, NAN);
	double trigger = csv_double(in, l->trigger_cost, -HUGE_VAL, HUGE_VAL, NAN);

	if (!isnan(trigger)) {
		g->trigger_cost += trigger;
		g->triggered++;
	}
	if (l->returned >= 0)
		returned_add(&g->returned, in->cell[l->returned]);
	if (isnan(runs))
		return;
	g->runs = g->has_runs ? fmin(g->runs, runs) : runs;
	g->has_runs = true;
}

static void note_rounds(struct reduced *g, struct csv_reader *in, const struct layout *l)
{
	g->round = fmax(g->round, csv_double(in, l->round, 0, HUGE_VAL, 0));
	g->last_round = fmax(g->last_round, csv_double(in, l->last_round, 0, HUGE_VAL, 0));
}

/* Under --net: know the row's empty program, or take the row as one. */
static void take_empty(struct reduction *r, struct csv_reader *in, const struct layout *l,
		       struct reduced *g, uint32_t round, const double *value)
{
	uint32_t scope = net_scope(&r->net_values, in, "");
	bool is_empty = net_is_empty(&r->net_values, in);
	bool gross = is_empty || !strcmp(csv_cell(in, l->control, ""), "1");

	if (g->g.n && (g->scope != scope || g->gross != gross))
		csv_refuse(in, "--net needs groups of one build and program type");
	g->scope = scope;
	g->operations = net_operations(&r->net_values, in);
	g->gross = gross;
	if (is_empty)
		csv_must(in, net_add(&r->net_values, in, scope, &r->rounds, round, value));
}

/* Returns whether the row has numbers. */
static bool take_row(struct reduction *r, struct csv_reader *in, const struct layout *l,
		     struct key *key, double *value)
{
	const char *status = csv_cell(in, l->status, "ok");
	bool ok = status_named(status) == STATUS_OK;
	struct reduced *g;
	uint32_t id, round;

	g = find_group(r, in, l, key, &id);
	carry(r, g, in, l);
	merge_runs(g, in, l);
	if (!ok) {
		if (!*status)
			csv_refuse(in, "status is empty");
		keep_status(g, status, csv_cell(in, l->reason, ""));
		return false;
	}
	for (size_t v = 0; v < r->values.n; v++)
		value[v] = csv_double(in, l->value[v], -HUGE_VAL, HUGE_VAL, NAN);
	csv_must(in, rounds_row(&r->rounds, in, &round));
	if (r->whole_schema && !r->per_round)
		note_rounds(g, in, l);
	g->marked += *csv_cell(in, l->mark, "") != '\0';
	if (r->net)
		take_empty(r, in, l, g, round, value);
	if (!group_add(&g->g, id, &r->rounds, in, round, value, r->values.n) && !r->by_given)
		csv_refuse(in, GROUP_TWICE);
	return true;
}

void reduction_read(struct reduction *r, const char *path)
{
	double *value = xmalloc(r->values.n * sizeof(*value));
	struct layout l = {0};
	struct csv_reader in;
	struct key key = {0};
	size_t rows, values = 0;

	csv_must(&in, csv_open(&in, path));
	find_layout(r, &in, &l);
	for (rows = 0; csv_must(&in, csv_next_row(&in)); rows++)
		values += take_row(r, &in, &l, &key, value);
	if (r->verbose)
		say("%s: %zu rows, of them without numbers: %zu; groups so far: %zu", in.path, rows,
		    rows - values, r->keys.n);
	key_release(&key);
	csv_release(&in);
	free(l.by);
	free(l.value);
	free(l.carried);
	free(value);
}

void reduction_find_cut(struct reduction *r)
{
	for (size_t i = 0; i < r->keys.n; i++) {
		struct reduced *g = &r->groups[i];

		if (g->status || g->round >= g->last_round)
			continue;
		g->status = xstrdup(status_names[STATUS_INTERRUPTED]);
		g->reason =
		    xasprintf("its rows end with round %.0f of %.0f", g->round, g->last_round);
	}
}

void reduction_release(struct reduction *r)
{
	for (size_t i = 0; i < r->keys.n; i++) {
		struct reduced *g = &r->groups[i];

		group_release(&g->g, r->values.n);
		for (size_t c = 0; g->carried && c < r->carried.n; c++)
			free(g->carried[c]);
		free(g->carried);
		free(g->status);
		free(g->reason);
		returned_release(&g->returned);
	}
	free(r->groups);
	free(r->varies);
	names_release(&r->by);
	names_release(&r->values);
	names_release(&r->carried);
	rounds_release(&r->rounds);
	keytable_release(&r->keys);
	net_release(&r->net_values);
}
