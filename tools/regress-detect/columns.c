/* SPDX-License-Identifier: MIT */
#include "columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "say.h"
#include "schema.h"
#include "text.h"
#include "xalloc.h"

/* Value columns when --value does not say, the best first: of a series the first that has values
 * is judged. A plan has only those that are exact, and all of them are judged. */
static const char *const measured[] = SAMPLES_METRICS;
static const char *const planned[] = PLAN_METRICS;
static const struct unit units[] = {
    {"insns", "instruction", "", true},
    {"jited_bytes", "byte", " of machine code", true},
    {"verified_insns", "instruction", " verified", true},
    {"verifier_states", "verifier state", "", true},
    {"stack_bytes", "byte", " of stack", true},
    {"xlated_insns", "instruction", " after verification", true},
    {"map_bytes", "byte", " of maps", true},
    {"instructions", "instruction", "", false},
};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int prefixed_column(const struct csv_reader *in, const char *prefix, const char *name)
{
	char *whole = xasprintf("%s_%s", prefix, name);
	int column = csv_column(in, whole);

	free(whole);
	return column;
}

/* A metric is a column of its own, or in rounds.csv and summary.csv the value of it. */
static int metric_column(const struct csv_reader *in, const char *name)
{
	int column = csv_column(in, name);

	return column >= 0 ? column : prefixed_column(in, "value", name);
}

/* The column that schema version 1 had for it there. */
static int median_column(const struct csv_reader *in, const char *name)
{
	return csv_column(in, name) >= 0 ? -1 : prefixed_column(in, "median", name);
}

static void choose_metrics(struct columns *c, const struct csv_reader *in)
{
	const char *const *from = measured;
	size_t n = COUNT(measured);

	if (c->metrics.n)
		return;
	if (metric_column(in, "duration_ns") < 0 && median_column(in, "duration_ns") < 0 &&
	    csv_column(in, "verified_insns") >= 0) {
		from = planned;
		n = COUNT(planned);
		c->judges_all = true;
	}
	/* Plans of earlier versions lack some. */
	for (size_t i = 0; i < n; i++)
		if (from != planned || metric_column(in, from[i]) >= 0)
			names_add(&c->metrics, from[i]);
}

static void fail_without(const struct csv_reader *in, const char *metric)
{
	die("missing column '%s' or 'value_%s' (%s)", metric, metric, in->path);
}

static void find_metrics(struct rows *r)
{
	const struct columns *c = r->columns;
	bool any = false;

	r->metrics = xmalloc(c->metrics.n * sizeof(*r->metrics));
	r->medians = xmalloc(c->metrics.n * sizeof(*r->medians));
	for (size_t i = 0; i < c->metrics.n; i++) {
		bool found;

		r->metrics[i] = metric_column(&r->in, c->metrics.name[i]);
		r->medians[i] = median_column(&r->in, c->metrics.name[i]);
		found = r->metrics[i] >= 0 || r->medians[i] >= 0;
		any |= found;
		if (!found && c->metrics_given)
			fail_without(&r->in, c->metrics.name[i]);
	}
	if (!any)
		fail_without(&r->in, c->metrics.name[0]);
}

static bool may_be_missing(const struct columns *c, const char *key)
{
	return !c->keys_given && (!strcmp(key, "host_class") || !strcmp(key, "track"));
}

static void find_keys(struct rows *r)
{
	const struct columns *c = r->columns;

	r->keys = xmalloc(c->keys.n * sizeof(*r->keys));
	for (size_t i = 0; i < c->keys.n; i++) {
		r->keys[i] = csv_column(&r->in, c->keys.name[i]);
		if (r->keys[i] < 0 && !may_be_missing(c, c->keys.name[i]))
			die("missing column '%s' (%s)", c->keys.name[i], r->in.path);
	}
}

void rows_open(struct rows *r, struct columns *c, const char *path)
{
	*r = (struct rows){.columns = c};
	csv_must(&r->in, csv_open(&r->in, path));
	choose_metrics(c, &r->in);
	find_keys(r);
	find_metrics(r);
	r->value = xmalloc(c->metrics.n * sizeof(*r->value));
	r->build = csv_column(&r->in, "build");
	r->run = csv_column(&r->in, "run_id");
	r->timestamp = csv_column(&r->in, "timestamp");
	r->status = csv_column(&r->in, "status");
	r->reason = csv_column(&r->in, "reason");
	r->control = csv_column(&r->in, "control");
	r->runtime = csv_column(&r->in, "runtime");
	r->imported = csv_column(&r->in, "imported");
	r->min_instructions = csv_column(&r->in, "min_instructions");
	r->max_instructions = csv_column(&r->in, "max_instructions");
	r->by_round = csv_column(&r->in, "round") >= 0;
	if (r->build < 0 && !c->keys_given)
		die("missing column 'build' (%s)", r->in.path);
}

bool rows_next(struct rows *r)
{
	bool got = csv_must(&r->in, csv_next_row(&r->in));

	r->n += got;
	return got;
}

void rows_key(const struct rows *r, struct key *key)
{
	for (size_t i = 0; i < r->columns->keys.n; i++)
		key_add_cell(key, &r->in, r->keys[i]);
}

/* Remember which version the file is of, and what is taken for what. */
static void note_old(struct rows *r, const char *metric)
{
	char *note;

	if (r->noted_old)
		return;
	r->noted_old = true;
	note = xasprintf(r->by_round ? "results of schema version 1: median_%s is the value of a "
				       "round, and taken for value_%s (%s)"
				     : "results of schema version 1: median_%s is of all samples, "
				       "another number than value_%s (%s)",
			 metric, metric, r->in.path);
	names_add(&r->columns->old, note);
	free(note);
}

/* Remember what kind of number has come. A median of all samples beside values ends the tool: a
 * difference between the two is no program's. */
static void note_number(struct rows *r, const char *metric, bool is_median)
{
	struct columns *c = r->columns;
	const char **kind = is_median ? &c->with_medians : &c->with_values;

	if (!*kind)
		*kind = r->in.path;
	if (c->with_medians && c->with_values)
		die("the summary of schema version 1 '%s' has median_%s, another number than the "
		    "value_%s of '%s': take its rounds.csv instead (%s line %zu)",
		    c->with_medians, metric, metric, c->with_values, r->in.path, r->in.line);
}

/* The column that has a metric in the current row; -1 for none. */
static int value_column(struct rows *r, size_t metric)
{
	const char *name = r->columns->metrics.name[metric];
	bool old = !*csv_cell(&r->in, r->metrics[metric], "");
	int column = old ? r->medians[metric] : r->metrics[metric];

	if (!*csv_cell(&r->in, column, ""))
		return -1;
	if (old)
		note_old(r, name);
	note_number(r, name, old && !r->by_round);
	return column;
}

bool rows_measured(const struct rows *r)
{
	return outcome_of(csv_cell(&r->in, r->status, "ok")) == OUTCOME_MEASURED;
}

void rows_values(struct rows *r)
{
	bool has_numbers = rows_measured(r);

	for (size_t v = 0; v < r->columns->metrics.n; v++)
		r->value[v] = csv_double(&r->in, has_numbers ? value_column(r, v) : -1, -HUGE_VAL,
					 HUGE_VAL, NAN);
}

void rows_close(struct rows *r)
{
	csv_release(&r->in);
	free(r->keys);
	free(r->metrics);
	free(r->medians);
	free(r->value);
}

void columns_tell_old(const struct columns *c)
{
	for (size_t i = 0; i < c->old.n; i++)
		say("%s", c->old.name[i]);
}

void columns_release(struct columns *c)
{
	names_release(&c->keys);
	names_release(&c->metrics);
	names_release(&c->old);
}

const char **key_cells(const char *key, size_t n)
{
	const char **cells = xmalloc(n * sizeof(*cells));

	for (size_t i = 0; i < n; i++, key += strlen(key) + 1)
		cells[i] = key;
	return cells;
}

const char *key_cell(const struct columns *c, const char *const *cells, const char *key)
{
	int at = names_index(&c->keys, key);

	return at < 0 ? "" : cells[at];
}

const char *keep_text(struct keytable *t, const char *text)
{
	return keytable_key(t, keytable_add(t, text, strlen(text) + 1));
}

const struct unit *metric_unit(const char *metric, bool counted)
{
	for (size_t i = 0; i < COUNT(units); i++)
		if (!strcmp(metric, units[i].metric))
			return units[i].loaded || counted ? &units[i] : NULL;
	return NULL;
}
