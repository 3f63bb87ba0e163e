/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "detect.h"
#include "say.h"
#include "xalloc.h"

static void find_columns(struct comparison *c, struct rows *r)
{
	if (r->build < 0 && c->baseline)
		die("missing column 'build' (%s)", r->in.path);
	csv_must(&r->in, rounds_columns(&c->rounds, &r->in));
	if (c->net)
		csv_must(&r->in, net_columns(&c->net_values, &r->in, c->cols.metrics.n, true));
}

/* The subject of the current row, and its number. */
static struct subject *find_subject(struct comparison *c, const struct rows *r, enum side side,
				    uint32_t *id)
{
	const char *build = csv_cell(&r->in, r->build, "");
	size_t known = c->table.n, nkeys = c->cols.keys.n;
	struct subject *s;

	key_clear(&c->key);
	rows_key(r, &c->key);
	key_add(&c->key, build, strlen(build));
	key_add(&c->key, side == BASELINE ? "b" : "c", 1);
	*id = keytable_add(&c->table, c->key.text, c->key.len);
	if (*id < known)
		return &c->subjects[*id];
	c->subjects = xgrow(c->subjects, known, sizeof(*c->subjects));
	s = &c->subjects[*id];
	s->side = side;
	s->cells = key_cells(keytable_key(&c->table, *id), nkeys + 1);
	s->build = s->cells[nkeys];
	return s;
}

/* Keep the worst row's status. An interrupted run still has its good rounds. */
static void keep_status(struct comparison *c, struct subject *s, const struct rows *r)
{
	const char *status = csv_cell(&r->in, r->status, "ok");

	if (s->status &&
	    (outcome_of(status) == OUTCOME_INCOMPLETE || strcmp(s->status, status) < 0))
		return;
	subject_set_status(c, s, r);
}

void subject_set_status(struct comparison *c, struct subject *s, const struct rows *r)
{
	s->status = keep_text(&c->texts, csv_cell(&r->in, r->status, "ok"));
	s->reason = keep_text(&c->texts, csv_cell(&r->in, r->reason, ""));
}

void subject_note(struct subject *s, const struct rows *r)
{
	s->control |= !strcmp(csv_cell(&r->in, r->control, ""), "1");
	s->counted |= !strcmp(csv_cell(&r->in, r->runtime, ""), "icount");
}

static void keep_run(struct comparison *c, struct subject *s, const char *run)
{
	if (!s->run)
		s->run = keep_text(&c->texts, run);
	else if (strcmp(s->run, run) != 0)
		s->run = "";
}

void subject_take_net(struct comparison *c, struct subject *s, struct rows *r, const char *salt,
		      uint32_t round)
{
	struct net *n = &c->net_values;

	s->scope = net_scope(n, &r->in, salt);
	s->operations = net_operations(n, &r->in);
	s->is_baseline = net_is_empty(n, &r->in);
	if (s->is_baseline)
		csv_must(&r->in, net_add(n, &r->in, s->scope, &c->rounds, round, r->value));
}

static void take_row(struct comparison *c, struct rows *r, enum side side)
{
	struct subject *s;
	uint32_t id, round;

	if (!*csv_cell(&r->in, r->status, "ok"))
		csv_refuse(&r->in, "status is empty");
	s = find_subject(c, r, side, &id);
	subject_note(s, r);
	if (!rows_measured(r)) {
		keep_status(c, s, r);
		return;
	}
	if (r->run >= 0)
		keep_run(c, s, r->in.cell[r->run]);
	rows_values(r);
	csv_must(&r->in, rounds_row(&c->rounds, &r->in, &round));
	if (c->net)
		subject_take_net(c, s, r, side == BASELINE ? "b" : "c", round);
	if (!group_add(&s->g, id, &c->rounds, &r->in, round, r->value, c->cols.metrics.n) &&
	    !c->cols.keys_given)
		csv_refuse(&r->in, GROUP_TWICE);
}

/* The side of a row of a stream; NSIDES for a build that is not compared. */
static enum side side_of(const struct comparison *c, const struct rows *r)
{
	const char *build = r->in.cell[r->build];

	return !strcmp(build, c->baseline)		   ? BASELINE
	       : !c->current || !strcmp(build, c->current) ? CURRENT
							   : NSIDES;
}

void comparison_read(struct comparison *c, const char *path, enum side side)
{
	size_t left_out = 0;
	struct rows r;

	rows_open(&r, &c->cols, path);
	find_columns(c, &r);
	while (rows_next(&r)) {
		enum side of_row = side == NSIDES ? side_of(c, &r) : side;

		if (of_row == NSIDES)
			left_out++;
		else
			take_row(c, &r, of_row);
	}
	if (c->verbose)
		say("%s: %zu rows, of them left out: %zu of other builds", r.in.path, r.n,
		    left_out);
	rows_close(&r);
}

void comparison_release(struct comparison *c)
{
	for (size_t i = 0; i < c->table.n; i++) {
		group_release(&c->subjects[i].g, c->cols.metrics.n);
		free(c->subjects[i].cells);
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
	key_release(&c->key);
	keytable_release(&c->table);
	keytable_release(&c->texts);
	net_release(&c->net_values);
}
