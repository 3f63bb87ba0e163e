/* SPDX-License-Identifier: MIT */
#include "columns.h"

#include <err.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "number.h"
#include "schema.h"
#include "xalloc.h"

/* Value columns when --value does not say, the best first: of a series the first that has values
 * is judged. A plan has only those that are exact, and all of them are judged. */
static const char *const measured[] = SAMPLES_METRICS;
static const char *const planned[] = PLAN_METRICS;
static const char *const exact[] = {"insns",	       "jited_bytes", "verified_insns",
				    "verifier_states", "stack_bytes", "xlated_insns"};
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
		c->metrics_given = true;
	}
	for (size_t i = 0; i < n; i++)
		names_add(&c->metrics, from[i]);
}

static void fail_without(const struct csv_reader *in, const char *metric)
{
	errx(EXIT_TROUBLE, "missing column '%s' or 'value_%s' (%s)", metric, metric, in->path);
}

static void find_metrics(struct layout *l, const struct columns *c, const struct csv_reader *in)
{
	bool any = false;

	l->metrics = xmalloc(c->metrics.n * sizeof(*l->metrics));
	l->medians = xmalloc(c->metrics.n * sizeof(*l->medians));
	for (size_t i = 0; i < c->metrics.n; i++) {
		bool found;

		l->metrics[i] = metric_column(in, c->metrics.name[i]);
		l->medians[i] = median_column(in, c->metrics.name[i]);
		found = l->metrics[i] >= 0 || l->medians[i] >= 0;
		any |= found;
		if (!found && c->metrics_given)
			fail_without(in, c->metrics.name[i]);
	}
	if (!any)
		fail_without(in, c->metrics.name[0]);
}

static bool may_be_missing(const struct columns *c, const char *key)
{
	return !c->keys_given && (!strcmp(key, "host_class") || !strcmp(key, "track"));
}

static void find_keys(struct layout *l, const struct columns *c, const struct csv_reader *in)
{
	l->keys = xmalloc(c->keys.n * sizeof(*l->keys));
	for (size_t i = 0; i < c->keys.n; i++) {
		l->keys[i] = csv_column(in, c->keys.name[i]);
		if (l->keys[i] < 0 && !may_be_missing(c, c->keys.name[i]))
			errx(EXIT_TROUBLE, "missing column '%s' (%s)", c->keys.name[i], in->path);
	}
}

void layout_find(struct layout *l, struct columns *c, const struct csv_reader *in)
{
	choose_metrics(c, in);
	find_keys(l, c, in);
	find_metrics(l, c, in);
	l->build = csv_column(in, "build");
	l->run = csv_column(in, "run_id");
	l->timestamp = csv_column(in, "timestamp");
	l->status = csv_column(in, "status");
	l->reason = csv_column(in, "reason");
	l->control = csv_column(in, "control");
	l->runtime = csv_column(in, "runtime");
	l->by_round = csv_column(in, "round") >= 0;
	if (l->build < 0 && !c->keys_given)
		errx(EXIT_TROUBLE, "missing column 'build' (%s)", in->path);
}

void layout_key(const struct layout *l, const struct columns *c, const struct csv_reader *in,
		struct key *key)
{
	for (size_t i = 0; i < c->keys.n; i++)
		if (l->keys[i] >= 0)
			key_add(key, in->cell[l->keys[i]], in->cell_len[l->keys[i]]);
		else
			key_add(key, "", 0);
}

/* Remember which version a file is of, and what is taken for what. */
static void note_old(struct layout *l, struct columns *c, const struct csv_reader *in,
		     const char *metric)
{
	char *note;

	if (l->noted_old)
		return;
	l->noted_old = true;
	note = xasprintf(l->by_round ? "results of schema version 1: median_%s is the value of a "
				       "round, and taken for value_%s (%s)"
				     : "results of schema version 1: median_%s is of all samples, "
				       "another number than value_%s (%s)",
			 metric, metric, in->path);
	names_add(&c->old, note);
	free(note);
}

/* Remember what kind of number has come. A median of all samples beside values ends the tool: a
 * difference between the two is no program's. */
static void note_number(struct columns *c, const struct csv_reader *in, const char *metric,
			bool is_median)
{
	const char **kind = is_median ? &c->with_medians : &c->with_values;

	if (!*kind)
		*kind = in->path;
	if (c->with_medians && c->with_values)
		errx(EXIT_TROUBLE,
		     "the summary of schema version 1 '%s' has median_%s, another number than the "
		     "value_%s of '%s': take its rounds.csv instead (%s line %zu)",
		     c->with_medians, metric, metric, c->with_values, in->path, in->line);
}

/* The cell of a metric in the current row; "" when it has none. */
static const char *value_cell(struct layout *l, struct columns *c, const struct csv_reader *in,
			      size_t metric)
{
	const char *name = c->metrics.name[metric], *cell = layout_cell(in, l->metrics[metric], "");
	bool old = !*cell;

	if (old)
		cell = layout_cell(in, l->medians[metric], "");
	if (!*cell)
		return cell;
	if (old)
		note_old(l, c, in, name);
	note_number(c, in, name, old && !l->by_round);
	return cell;
}

static double parse(const struct csv_reader *in, const char *name, const char *cell, double min,
		    double max)
{
	double value;
	const char *wrong = number_parse_double(cell, min, max, &value);

	if (wrong)
		errx(EXIT_TROUBLE, "%s %s: '%s' (%s line %zu)", name, wrong, cell, in->path,
		     in->line);
	return value;
}

double layout_number(const struct csv_reader *in, int column, double min, double max,
		     double otherwise)
{
	if (column < 0 || !in->cell_len[column])
		return otherwise;
	return parse(in, in->header[column], in->cell[column], min, max);
}

void layout_values(struct layout *l, struct columns *c, const struct csv_reader *in, double *value)
{
	for (size_t v = 0; v < c->metrics.n; v++) {
		const char *cell = value_cell(l, c, in, v);

		value[v] = *cell ? parse(in, c->metrics.name[v], cell, -HUGE_VAL, HUGE_VAL) : NAN;
	}
}

void columns_tell_old(const struct columns *c)
{
	for (size_t i = 0; i < c->old.n; i++)
		warnx("%s", c->old.name[i]);
}

void columns_release(struct columns *c)
{
	names_release(&c->keys);
	names_release(&c->metrics);
	names_release(&c->old);
}

void layout_open(struct csv_reader *in, const char *path)
{
	if (csv_open(in, path))
		errx(EXIT_TROUBLE, "%s", in->error);
}

bool layout_next_row(struct csv_reader *in)
{
	int got = csv_next_row(in);

	if (got < 0)
		errx(EXIT_TROUBLE, "%s", in->error);
	return got;
}

const char *layout_cell(const struct csv_reader *in, int column, const char *otherwise)
{
	return column < 0 ? otherwise : in->cell[column];
}

void layout_release(struct layout *l)
{
	free(l->keys);
	free(l->metrics);
	free(l->medians);
	*l = (struct layout){0};
}

void columns_check(const struct names *keys, const struct csv_reader *in, const char *const *others,
		   size_t n, const char *what)
{
	for (size_t i = 0; i < in->ncolumns; i++) {
		const char *name = in->header[i];
		bool known = names_have(keys, name) || !strcmp(name, "metric");

		for (size_t o = 0; o < n; o++)
			known |= !strcmp(name, others[o]);
		if (!known)
			errx(EXIT_TROUBLE, "unknown column '%s' in the %s (%s)", name, what,
			     in->path);
	}
}

bool pattern_matches(const char *pattern, const char *text)
{
	return !*pattern || !fnmatch(pattern, text, 0);
}

const char *key_cell(const struct columns *c, const char *const *cells, const char *key)
{
	for (size_t k = 0; k < c->keys.n; k++)
		if (!strcmp(c->keys.name[k], key))
			return cells[k];
	return "";
}

const char *keep_text(struct keytable *t, const char *text)
{
	return keytable_key(t, keytable_add(t, text, strlen(text) + 1));
}

bool metric_is_exact(const char *metric, bool counted)
{
	for (size_t i = 0; i < COUNT(exact); i++)
		if (!strcmp(metric, exact[i]))
			return true;
	return counted && !strcmp(metric, "instructions");
}
