/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "csv.h"
#include "detect.h"
#include "xalloc.h"

static void find_layout(struct comparison *c, struct csv_reader *in, struct layout *l)
{
	layout_find(l, &c->cols, in);
	if (l->build < 0 && c->baseline)
		errx(EXIT_TROUBLE, "missing column 'build' (%s)", in->path);
	if (rounds_columns(&c->rounds, in))
		errx(EXIT_TROUBLE, "%s", in->error);
	if (c->net && net_columns(&c->net_values, in, c->cols.metrics.n, true))
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
	s->cells = xmalloc(c->cols.keys.n * sizeof(*s->cells));
	for (size_t i = 0; i < c->cols.keys.n; i++) {
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
	const char *build;

	key_clear(key);
	key_add(key, side == BASELINE ? "b" : "c", 1);
	build = layout_cell(in, l->build, "");
	key_add(key, build, strlen(build));
	layout_key(l, &c->cols, in, key);
	*id = keytable_add(&c->table, key->text, key->len);
	return *id == known ? new_subject(c, *id, side) : c->subjects[*id];
}

/* Keep the worst row's status. An interrupted run still has its good rounds. */
static void keep_status(struct subject *s, const char *status, const char *reason)
{
	if (s->status &&
	    (outcome_of(status) == OUTCOME_INCOMPLETE || strcmp(s->status, status) < 0))
		return;
	free(s->status);
	free(s->reason);
	s->status = xstrdup(status);
	s->reason = xstrdup(reason);
}

static void keep_run(struct comparison *c, struct subject *s, const char *run)
{
	if (!s->run)
		s->run = keep_text(&c->texts, run);
	else if (strcmp(s->run, run) != 0)
		s->run = "";
}

/* Returns whether the row is of a build that is compared. */
static bool take_row(struct comparison *c, struct csv_reader *in, struct layout *l, enum side side,
		     struct key *key, double *value)
{
	const char *status = layout_cell(in, l->status, "ok");
	uint32_t id, round, scope = 0;
	struct subject *s;

	if (side == NSIDES) {
		const char *build = in->cell[l->build];

		side = !strcmp(build, c->baseline) ? BASELINE : CURRENT;
		if (side == CURRENT && c->current && strcmp(build, c->current) != 0)
			return false;
	}
	if (!*status)
		errx(EXIT_TROUBLE, "status is empty (%s line %zu)", in->path, in->line);
	s = find_subject(c, in, l, side, key, &id);
	s->control |= !strcmp(layout_cell(in, l->control, ""), "1");
	s->counted |= !strcmp(layout_cell(in, l->runtime, ""), "icount");
	if (outcome_of(status) != OUTCOME_MEASURED) {
		keep_status(s, status, layout_cell(in, l->reason, ""));
		return true;
	}
	if (l->run >= 0)
		keep_run(c, s, in->cell[l->run]);
	layout_values(l, &c->cols, in, value);
	if (rounds_row(&c->rounds, in, &round))
		errx(EXIT_TROUBLE, "%s", in->error);
	if (c->net) {
		scope = net_scope(&c->net_values, in, side == BASELINE ? "b" : "c");
		s->scope = scope;
		s->operations = net_operations(&c->net_values, in);
		s->is_baseline = net_is_empty(&c->net_values, in);
		if (s->is_baseline && net_add(&c->net_values, in, scope, &c->rounds, round, value))
			errx(EXIT_TROUBLE, "%s", in->error);
	}
	if (!group_add(&s->g, id, &c->rounds, in, round, value, c->cols.metrics.n) &&
	    !c->cols.keys_given)
		errx(EXIT_TROUBLE, GROUP_TWICE, in->path, in->line);
	return true;
}

void comparison_read(struct comparison *c, const char *path, enum side side)
{
	struct layout l = {0};
	struct csv_reader in;
	struct key key = {0};
	size_t rows = 0, left_out = 0;
	double *value;

	layout_open(&in, path);
	find_layout(c, &in, &l);
	value = xmalloc(c->cols.metrics.n * sizeof(*value));
	while (layout_next_row(&in)) {
		rows++;
		left_out += !take_row(c, &in, &l, side, &key, value);
	}
	if (c->verbose)
		warnx("%s: %zu rows, of them left out: %zu of other builds", in.path, rows,
		      left_out);
	key_release(&key);
	csv_release(&in);
	layout_release(&l);
	free(value);
}

void comparison_release(struct comparison *c)
{
	for (size_t i = 0; i < c->table.n; i++) {
		struct subject *s = c->subjects[i];

		group_release(&s->g, c->cols.metrics.n);
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
		free(c->findings[i].owned);
	}
	free(c->findings);
	columns_release(&c->cols);
	rounds_release(&c->rounds);
	keytable_release(&c->table);
	keytable_release(&c->texts);
	net_release(&c->net_values);
}
