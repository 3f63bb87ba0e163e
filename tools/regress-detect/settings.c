/* SPDX-License-Identifier: MIT */
/*
 * Rules of single series: from a settings file that people keep, and from stored A/A comparisons.
 *
 * A settings file, later rows before earlier ones; an empty cell leaves what was:
 *
 *	test,metric,margin_pct,alert_pct,higher_is_better
 *	map/lru_hash/ *,duration_ns,3,10,
 *
 * Who allows a change of 10 % calls it unchanged: a margin that is set takes the alert limit with
 *it.
 */
#include <err.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "csv.h"
#include "detect.h"
#include "number.h"
#include "stats.h"
#include "xalloc.h"

/* Of a series' A/A ratios this quantile is what its noise reaches. */
#define AA_QUANTILE .99

static const char *const rule_columns[] = {"margin_pct", "alert_pct", "alpha", "higher_is_better"};
#define NRULE (sizeof(rule_columns) / sizeof(*rule_columns))

/* Which column of the file belongs to which key; -1 where the file does not have it. */
struct match {
	int *key, metric;
};

static struct match match_columns(const struct comparison *c, const struct csv_reader *in)
{
	struct match m = {xmalloc(c->cols.keys.n * sizeof(int)), csv_column(in, "metric")};

	for (size_t k = 0; k < c->cols.keys.n; k++)
		m.key[k] = csv_column(in, c->cols.keys.name[k]);
	return m;
}

static bool matches(const struct csv_reader *in, int column, const char *text)
{
	return column < 0 || !in->cell_len[column] || !fnmatch(in->cell[column], text, 0);
}

static bool row_matches(const struct comparison *c, const struct finding *f,
			const struct csv_reader *in, const struct match *m)
{
	for (size_t k = 0; k < c->cols.keys.n; k++)
		if (!matches(in, m->key[k], finding_label(c, f, c->cols.keys.name[k])))
			return false;
	return matches(in, m->metric, c->cols.metrics.name[f->metric]);
}

/* A number of the current row; `otherwise` for an empty cell or no such column. */
static double cell_number(const struct csv_reader *in, int column, double min, double max,
			  double otherwise)
{
	const char *wrong;

	if (column < 0 || !in->cell_len[column])
		return otherwise;
	wrong = number_parse_double(in->cell[column], min, max, &otherwise);
	if (wrong)
		errx(EXIT_TROUBLE, "%s %s: '%s' (%s line %zu)", in->header[column], wrong,
		     in->cell[column], in->path, in->line);
	return otherwise;
}

static void check_settings_columns(const struct comparison *c, const struct csv_reader *in)
{
	for (size_t i = 0; i < in->ncolumns; i++) {
		bool known = names_have(&c->cols.keys, in->header[i]) ||
			     !strcmp(in->header[i], "metric") || !strcmp(in->header[i], "comment");

		for (size_t r = 0; r < NRULE; r++)
			known |= !strcmp(in->header[i], rule_columns[r]);
		if (!known)
			errx(EXIT_TROUBLE, "unknown column '%s' in the settings (%s)",
			     in->header[i], in->path);
	}
}

static void take_settings(struct comparison *c, const struct csv_reader *in, const struct match *m,
			  const int *at)
{
	struct rule given = {
	    .margin = cell_number(in, at[0], 0, 1000, NAN) / 100,
	    .alert = cell_number(in, at[1], 0, 1000, NAN) / 100,
	    .alpha = cell_number(in, at[2], 1e-9, .5, NAN),
	};
	double higher = cell_number(in, at[3], 0, 1, NAN);

	if (!isnan(higher) && higher != 0 && higher != 1)
		errx(EXIT_TROUBLE, "%s is neither 0 nor 1: '%s' (%s line %zu)", in->header[at[3]],
		     in->cell[at[3]], in->path, in->line);

	for (size_t i = 0; i < c->nfindings; i++) {
		struct finding *f = &c->findings[i];

		if (!row_matches(c, f, in, m))
			continue;
		if (!isnan(given.margin))
			f->rule.margin = given.margin;
		if (!isnan(given.alert))
			f->rule.alert = given.alert;
		if (!isnan(given.margin) || !isnan(given.alert))
			f->rule.alert = fmax(f->rule.alert, f->rule.margin);
		if (!isnan(given.alpha))
			f->rule.alpha = given.alpha;
		if (!isnan(higher))
			f->rule.higher_is_better = higher != 0;
	}
}

void settings_read(struct comparison *c, const char *path)
{
	struct csv_reader in;
	struct match m;
	int at[NRULE], got;

	if (csv_open(&in, path))
		errx(EXIT_TROUBLE, "%s", in.error);
	check_settings_columns(c, &in);
	m = match_columns(c, &in);
	for (size_t r = 0; r < NRULE; r++)
		at[r] = csv_column(&in, rule_columns[r]);
	while ((got = csv_next_row(&in)) > 0)
		take_settings(c, &in, &m, at);
	if (got < 0)
		errx(EXIT_TROUBLE, "%s", in.error);
	free(m.key);
	csv_release(&in);
}

/* --- A/A comparisons --- */

/* |ratio - 1| of a series, as stored. */
struct noise {
	double *v;
	size_t n;
};

static void series_key(const struct comparison *c, const struct finding *f, struct key *key)
{
	const char *metric = c->cols.metrics.name[f->metric];

	key_clear(key);
	for (size_t k = 0; k < c->cols.keys.n; k++) {
		const char *cell = finding_label(c, f, c->cols.keys.name[k]);

		key_add(key, cell, strlen(cell));
	}
	key_add(key, metric, strlen(metric));
}

static void take_noise(const struct comparison *c, const struct csv_reader *in,
		       const struct match *m, int ratio, const struct keytable *series,
		       struct noise *noise)
{
	double value = cell_number(in, ratio, 0, HUGE_VAL, NAN);
	struct key key = {0};
	uint32_t at;

	for (size_t k = 0; k < c->cols.keys.n; k++)
		key_add(&key, in->cell[m->key[k]], in->cell_len[m->key[k]]);
	key_add(&key, in->cell[m->metric], in->cell_len[m->metric]);
	at = keytable_find(series, key.text, key.len);
	if (at != KEYTABLE_NONE && !isnan(value)) {
		struct noise *n = &noise[at];

		n->v = xrealloc(n->v, (n->n + 1) * sizeof(*n->v));
		n->v[n->n++] = fabs(value - 1);
	}
	key_release(&key);
}

static void read_noise(const struct comparison *c, const char *path, const struct keytable *series,
		       struct noise *noise)
{
	struct csv_reader in;
	const char *needed[] = {"metric", "ratio"};
	int found[2], got, kind;
	struct match m;

	if (csv_open(&in, path) || csv_require(&in, needed, 2, found))
		errx(EXIT_TROUBLE, "%s", in.error);
	m = match_columns(c, &in);
	for (size_t k = 0; k < c->cols.keys.n; k++)
		if (m.key[k] < 0)
			errx(EXIT_TROUBLE, "missing column '%s' (%s)", c->cols.keys.name[k],
			     in.path);
	kind = csv_column(&in, "kind");
	while ((got = csv_next_row(&in)) > 0)
		/* `make aa` keeps planted slowdowns in the same file. */
		if (!strcmp(layout_cell(&in, kind, "A/A"), "A/A"))
			take_noise(c, &in, &m, found[1], series, noise);
	if (got < 0)
		errx(EXIT_TROUBLE, "%s", in.error);
	free(m.key);
	csv_release(&in);
}

void noise_read(struct comparison *c, const char *path)
{
	bool known = false;
	struct noise *noise = xcalloc(c->nfindings, sizeof(*noise));
	struct keytable series = {0};
	struct key key = {0};

	for (size_t i = 0; i < c->nfindings; i++) {
		series_key(c, &c->findings[i], &key);
		keytable_add(&series, key.text, key.len);
	}
	read_noise(c, path, &series, noise);
	for (size_t i = 0; i < c->nfindings; i++) {
		struct finding *f = &c->findings[i];
		struct noise *n;

		series_key(c, f, &key);
		n = &noise[keytable_find(&series, key.text, key.len)];
		known |= n->n > 0;
		if (n->n)
			f->rule.margin =
			    fmax(f->rule.margin, stats_quantile(n->v, n->n, AA_QUANTILE));
	}
	if (!known)
		warnx("no series that is compared is in the A/A comparisons: '%s'", path);
	for (size_t i = 0; i < c->nfindings; i++)
		free(noise[i].v);
	free(noise);
	key_release(&key);
	keytable_release(&series);
}
