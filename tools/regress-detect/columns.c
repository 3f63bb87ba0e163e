/* SPDX-License-Identifier: MIT */
#include "columns.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "number.h"
#include "xalloc.h"

/* Value columns when --value does not say, the best first: of a series the first that has values
 * is judged. A plan has only those that are exact, and all of them are judged. */
static const char *const measured[] = {"duration_ns", "instructions"};
static const char *const planned[] = {"insns", "jited_bytes", "verified_insns", "verifier_states"};
static const char *const exact[] = {"insns", "jited_bytes", "verified_insns", "verifier_states",
				    "stack_bytes"};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A metric is a column of its own, or in rounds.csv and summary.csv the median of it. */
static int metric_column(const struct csv_reader *in, const char *name)
{
	int column = csv_column(in, name);
	char *median;

	if (column < 0) {
		median = xasprintf("median_%s", name);
		column = csv_column(in, median);
		free(median);
	}
	return column;
}

static void choose_metrics(struct columns *c, const struct csv_reader *in)
{
	const char *const *from = measured;
	size_t n = COUNT(measured);

	if (c->metrics.n)
		return;
	if (metric_column(in, "duration_ns") < 0 && csv_column(in, "verified_insns") >= 0) {
		from = planned;
		n = COUNT(planned);
		c->metrics_given = true;
	}
	for (size_t i = 0; i < n; i++)
		names_add(&c->metrics, from[i]);
}

static void find_metrics(struct layout *l, const struct columns *c, const struct csv_reader *in)
{
	bool any = false;

	l->metrics = xmalloc(c->metrics.n * sizeof(*l->metrics));
	for (size_t i = 0; i < c->metrics.n; i++) {
		l->metrics[i] = metric_column(in, c->metrics.name[i]);
		any |= l->metrics[i] >= 0;
		if (l->metrics[i] < 0 && c->metrics_given)
			errx(EXIT_TROUBLE, "missing column '%s' (%s)", c->metrics.name[i],
			     in->path);
	}
	if (!any)
		errx(EXIT_TROUBLE, "missing column '%s' (%s)", c->metrics.name[0], in->path);
}

/* Host class and track may be missing: a plan has neither. */
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

void layout_values(const struct layout *l, const struct columns *c, const struct csv_reader *in,
		   double *value)
{
	for (size_t v = 0; v < c->metrics.n; v++) {
		const char *wrong, *cell = layout_cell(in, l->metrics[v], "");

		value[v] = NAN;
		if (!*cell)
			continue;
		wrong = number_parse_double(cell, -HUGE_VAL, HUGE_VAL, &value[v]);
		if (wrong)
			errx(EXIT_TROUBLE, "%s %s: '%s' (%s line %zu)", c->metrics.name[v], wrong,
			     cell, in->path, in->line);
	}
}

const char *layout_cell(const struct csv_reader *in, int column, const char *otherwise)
{
	return column < 0 ? otherwise : in->cell[column];
}

void layout_release(struct layout *l)
{
	free(l->keys);
	free(l->metrics);
	*l = (struct layout){0};
}

/* A plan that only was compiled has a status too. */
bool status_is_ok(const char *status)
{
	return !strcmp(status, "ok") || !strcmp(status, "compiled");
}

bool metric_is_exact(const char *metric, bool counted)
{
	for (size_t i = 0; i < COUNT(exact); i++)
		if (!strcmp(metric, exact[i]))
			return true;
	return counted && !strcmp(metric, "instructions");
}
