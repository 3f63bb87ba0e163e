/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "csv.h"
#include "detect.h"
#include "number.h"
#include "xalloc.h"

/* Value columns when --value does not say, the best first: of a series the first that has values
 * is judged. A plan has only those that are exact, and all of them are judged. */
static const char *const measured[] = {"duration_ns", "instructions"};
static const char *const planned[] = {"insns", "jited_bytes", "verified_insns", "verifier_states"};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Where this file has what; -1 for nowhere. */
struct layout {
	int *keys, *metrics;
	int build, run, status, reason, control, runtime;
};

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

static void choose_metrics(struct comparison *c, const struct csv_reader *in)
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

static void find_metrics(const struct comparison *c, struct csv_reader *in, struct layout *l)
{
	l->metrics = xmalloc(c->metrics.n * sizeof(*l->metrics));
	for (size_t i = 0; i < c->metrics.n; i++) {
		l->metrics[i] = metric_column(in, c->metrics.name[i]);
		if (l->metrics[i] < 0 && (c->metrics_given || !i))
			errx(EXIT_TROUBLE, "missing column '%s' (%s)", c->metrics.name[i],
			     in->path);
	}
}

/* Host class and track may be missing: a plan has neither. */
static bool may_be_missing(const struct comparison *c, const char *key)
{
	return !c->keys_given && (!strcmp(key, "host_class") || !strcmp(key, "track"));
}

static void find_keys(const struct comparison *c, struct csv_reader *in, struct layout *l)
{
	l->keys = xmalloc(c->keys.n * sizeof(*l->keys));
	for (size_t i = 0; i < c->keys.n; i++) {
		l->keys[i] = csv_column(in, c->keys.name[i]);
		if (l->keys[i] < 0 && !may_be_missing(c, c->keys.name[i]))
			errx(EXIT_TROUBLE, "missing column '%s' (%s)", c->keys.name[i], in->path);
	}
}

static void find_layout(struct comparison *c, struct csv_reader *in, struct layout *l)
{
	choose_metrics(c, in);
	find_keys(c, in, l);
	find_metrics(c, in, l);
	l->build = csv_column(in, "build");
	l->run = csv_column(in, "run_id");
	l->status = csv_column(in, "status");
	l->reason = csv_column(in, "reason");
	l->control = csv_column(in, "control");
	l->runtime = csv_column(in, "runtime");
	if (l->build < 0 && (c->baseline || !c->keys_given))
		errx(EXIT_TROUBLE, "missing column 'build' (%s)", in->path);
	if (rounds_columns(&c->rounds, in))
		errx(EXIT_TROUBLE, "%s", in->error);
	c->lacks_net |= csv_column(in, "program_type") < 0 || csv_column(in, "round") < 0 ||
			csv_column(in, "test") < 0;
	if ((c->net || !c->lacks_net) && net_columns(&c->net_values, in, c->metrics.n))
		errx(EXIT_TROUBLE, "%s", in->error);
}

static struct subject *new_subject(struct comparison *c, uint32_t id, enum side side)
{
	struct subject *s = xcalloc(1, sizeof(*s));
	const char *cell = keytable_key(&c->table, id);

	if (id >= c->subjects_size) {
		c->subjects_size = c->subjects_size ? 2 * c->subjects_size : 64;
		c->subjects = xrealloc(c->subjects, c->subjects_size * sizeof(*c->subjects));
	}
	c->subjects[id] = s;
	s->side = side;
	cell += strlen(cell) + 1; /* the side */
	s->build = cell;
	s->cells = xmalloc(c->keys.n * sizeof(*s->cells));
	for (size_t i = 0; i < c->keys.n; i++) {
		cell += strlen(cell) + 1;
		s->cells[i] = cell;
	}
	return s;
}

static struct subject *find_subject(struct comparison *c, const struct csv_reader *in,
				    const struct layout *l, enum side side, struct key *key,
				    uint32_t *id)
{
	size_t known = c->table.n;

	key_clear(key);
	key_add(key, side == BASELINE ? "b" : "c", 1);
	if (l->build >= 0)
		key_add(key, in->cell[l->build], in->cell_len[l->build]);
	else
		key_add(key, "", 0);
	for (size_t i = 0; i < c->keys.n; i++)
		if (l->keys[i] >= 0)
			key_add(key, in->cell[l->keys[i]], in->cell_len[l->keys[i]]);
		else
			key_add(key, "", 0);
	*id = keytable_add(&c->table, key->text, key->len);
	return *id == known ? new_subject(c, *id, side) : c->subjects[*id];
}

static void parse_values(const struct comparison *c, const struct csv_reader *in,
			 const struct layout *l, double *value)
{
	for (size_t v = 0; v < c->metrics.n; v++) {
		const char *wrong, *cell = l->metrics[v] < 0 ? "" : in->cell[l->metrics[v]];

		value[v] = NAN;
		if (!*cell)
			continue;
		wrong = number_parse_double(cell, -HUGE_VAL, HUGE_VAL, &value[v]);
		if (wrong)
			errx(EXIT_TROUBLE, "%s %s: '%s' (%s line %zu)", c->metrics.name[v], wrong,
			     cell, in->path, in->line);
	}
}

/* A plan that only was compiled has a status too. */
static bool is_ok(const char *status)
{
	return !strcmp(status, "ok") || !strcmp(status, "compiled");
}

/* The worst row speaks for the subject; an interrupted run still has its good rounds. */
static void keep_status(struct subject *s, const char *status, const char *reason)
{
	bool partial = !strcmp(status, "interrupted") || !strcmp(status, "not_run");

	if (s->status && (partial || strcmp(s->status, status) < 0))
		return;
	free(s->status);
	free(s->reason);
	s->status = xstrdup(status);
	s->reason = xstrdup(reason);
}

static void keep_run(struct comparison *c, struct subject *s, const char *run, size_t len)
{
	if (!s->run)
		s->run = keytable_key(&c->runs, keytable_add(&c->runs, run, len + 1));
	else if (strcmp(s->run, run) != 0)
		s->run = "";
}

static void take_row(struct comparison *c, struct csv_reader *in, const struct layout *l,
		     enum side side, struct key *key, double *value)
{
	const char *status = l->status < 0 ? "ok" : in->cell[l->status];
	uint32_t id, round, scope = 0;
	struct subject *s;

	if (side == NSIDES) {
		const char *build = in->cell[l->build];

		side = !strcmp(build, c->baseline) ? BASELINE : CURRENT;
		if (side == CURRENT && c->current && strcmp(build, c->current) != 0)
			return;
	}
	s = find_subject(c, in, l, side, key, &id);
	s->control |= l->control >= 0 && !strcmp(in->cell[l->control], "1");
	s->counted |= l->runtime >= 0 && !strcmp(in->cell[l->runtime], "icount");
	if (!is_ok(status)) {
		keep_status(s, status, l->reason < 0 ? "" : in->cell[l->reason]);
		return;
	}
	if (l->run >= 0)
		keep_run(c, s, in->cell[l->run], in->cell_len[l->run]);
	parse_values(c, in, l, value);
	if (rounds_row(&c->rounds, in, &round))
		errx(EXIT_TROUBLE, "%s", in->error);
	if (!c->lacks_net) {
		scope = net_scope(&c->net_values, in, side == BASELINE ? "b" : "c");
		s->scope = scope;
		s->is_baseline = net_is_baseline(&c->net_values, in);
		if (s->is_baseline &&
		    net_add(&c->net_values, in, scope, &c->rounds, round, value) && c->net)
			errx(EXIT_TROUBLE, "%s", in->error);
	}
	group_add(&s->g, id, &c->rounds, in, round, value, c->metrics.n);
}

void comparison_read(struct comparison *c, const char *path, enum side side)
{
	struct layout l = {0};
	struct csv_reader in;
	struct key key = {0};
	double *value;
	int got;

	if (csv_open(&in, path))
		errx(EXIT_TROUBLE, "%s", in.error);
	find_layout(c, &in, &l);
	value = xmalloc(c->metrics.n * sizeof(*value));
	while ((got = csv_next_row(&in)) > 0)
		take_row(c, &in, &l, side, &key, value);
	if (got < 0)
		errx(EXIT_TROUBLE, "%s", in.error);
	key_release(&key);
	csv_release(&in);
	free(l.keys);
	free(l.metrics);
	free(value);
}

void comparison_release(struct comparison *c)
{
	for (size_t i = 0; i < c->table.n; i++) {
		struct subject *s = c->subjects[i];

		group_release(&s->g, c->metrics.n);
		free(s->cells);
		free(s->status);
		free(s->reason);
		free(s);
	}
	free(c->subjects);
	for (size_t i = 0; i < c->nfindings; i++) {
		free(c->findings[i].x);
		free(c->findings[i].y);
		free(c->findings[i].reason);
	}
	free(c->findings);
	names_release(&c->keys);
	names_release(&c->metrics);
	rounds_release(&c->rounds);
	keytable_release(&c->table);
	keytable_release(&c->runs);
	net_release(&c->net_values);
}
