/* SPDX-License-Identifier: MIT */
#include "series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "xalloc.h"

/* The first two are a machine that one line of builds is measured on. */
static const char *const scope_keys[] = {"host_class", "track", "suite"};
#define MACHINE_KEYS 2
#define SCOPE_KEYS 3

static uint32_t number_of(struct comparison *c, struct keytable *t, const struct subject *s,
			  size_t nkeys)
{
	key_clear(&c->key);
	for (size_t i = 0; i < nkeys; i++) {
		const char *cell = key_cell(&c->cols, s->cells, scope_keys[i]);

		key_add(&c->key, cell, strlen(cell));
	}
	return keytable_add(t, c->key.text, c->key.len);
}

/* The series of the current row. */
static struct series *find_series(struct history *h, const struct rows *r)
{
	size_t known = h->keys.n, nscopes = h->scopes.n;
	struct comparison *c = h->c;
	struct series *s;
	uint32_t id;

	key_clear(&c->key);
	rows_key(r, &c->key);
	id = keytable_add(&h->keys, c->key.text, c->key.len);
	if (id < known)
		return &h->series[id];
	h->series = xgrow(h->series, known, sizeof(*h->series));
	s = &h->series[id];
	s->subject.cells = key_cells(keytable_key(&h->keys, id), c->cols.keys.n);
	s->before.cells = s->subject.cells;
	s->net = xcalloc(c->cols.metrics.n, sizeof(*s->net));
	s->machine = number_of(c, &h->machines, &s->subject, MACHINE_KEYS);
	s->scope = number_of(c, &h->scopes, &s->subject, SCOPE_KEYS);
	if (s->scope == nscopes) {
		h->scope = xgrow(h->scope, nscopes, sizeof(*h->scope));
		h->scope[nscopes].timestamp = "";
	}
	return s;
}

/* A series' rows in the wrong order would have its newest value in the middle. */
static void check_order(struct history *h, const struct csv_reader *in, const struct series *s,
			const char *time)
{
	if (h->told_order || !s->timestamp || strcmp(s->timestamp, time) <= 0)
		return;
	h->told_order = true;
	say("rows are not in time order: '%s' comes after '%s' (%s line %zu)", time, s->timestamp,
	    in->path, in->line);
}

/* Where the rows have no build, the time tells them apart, else their number. */
static const char *build_of(struct history *h, const struct rows *r, const char *time)
{
	char text[32];

	if (r->build >= 0 || *time)
		return keep_text(&h->c->texts, csv_cell(&r->in, r->build, time));
	snprintf(text, sizeof(text), "row %zu", h->rows);
	return keep_text(&h->c->texts, text);
}

/* How far the rounds of a row lie apart. */
static double resolution_of(struct rows *r)
{
	return csv_double(&r->in, r->max_instructions, -HUGE_VAL, HUGE_VAL, NAN) -
	       csv_double(&r->in, r->min_instructions, -HUGE_VAL, HUGE_VAL, NAN);
}

static bool is_in_vm(const char *runtime)
{
	return !strcmp(runtime, "icount") || !strcmp(runtime, "kvm");
}

/* Under --net: whether nothing is subtracted from the series of this row. */
static bool is_gross(const struct history *h, const struct rows *r, const struct subject *s)
{
	return s->control || s->is_baseline ||
	       (h->o->net_in_vm && !is_in_vm(csv_cell(&r->in, r->runtime, "")));
}

static void take_row(struct history *h, struct rows *r, bool net)
{
	const char *time = csv_cell(&r->in, r->timestamp, "");
	struct point point = {
	    .row = h->rows++, .build = build_of(h, r, time), .resolution = resolution_of(r)};
	struct series *s = find_series(h, r);
	struct scope *scope = &h->scope[s->scope];

	markers_notice(&h->markers, s->machine, point.build, point.row);
	check_order(h, &r->in, s, time);
	subject_note(&s->subject, r);
	s->subject.build = point.build;
	s->subject.status = NULL;
	if (!rows_measured(r))
		subject_set_status(h->c, &s->subject, r);
	s->run = scope->run = keep_text(&h->c->texts, csv_cell(&r->in, r->run, point.build));
	scope->imported = !strcmp(csv_cell(&r->in, r->imported, ""), "1");
	s->timestamp = keep_text(&h->c->texts, time);
	if (strcmp(scope->timestamp, time) < 0)
		scope->timestamp = s->timestamp;
	rows_values(r);
	if (net)
		subject_take_net(h->c, &s->subject, r, "", 0);
	s->gross = !net || is_gross(h, r, &s->subject);
	point.net_scope = s->subject.scope;
	point.operations = s->subject.operations;
	s->points = xgrow(s->points, s->subject.g.n, sizeof(*s->points));
	s->points[s->subject.g.n] = point;
	group_add(&s->subject.g, 0, &h->each_row, &r->in, 0, r->value, h->c->cols.metrics.n);
}

void series_read(struct history *h, const char *path)
{
	bool net = h->c->net;
	struct rows r;

	rows_open(&r, &h->c->cols, path);
	if (net && (rounds_columns(&h->c->rounds, &r.in) ||
		    net_columns(&h->c->net_values, &r.in, h->c->cols.metrics.n, false))) {
		/* What was never in a VM, such as results from elsewhere, may lack them. */
		if (!h->o->net_in_vm || r.runtime >= 0)
			csv_must(&r.in, -1);
		net = false;
	}
	while (rows_next(&r))
		take_row(h, &r, net);
	if (h->c->verbose)
		say("%s: %zu rows", r.in.path, r.n);
	rows_close(&r);
}

/* A series' values of a metric, net; they stay as they are where no run has a baseline, and times
 * where one is not above its baseline: such a difference is noise. */
static void make_net(const struct history *h, struct series *s, size_t metric)
{
	bool exact = metric_unit(h->c->cols.metrics.name[metric], s->subject.counted);
	double *net = xmalloc(s->subject.g.n * sizeof(*net));
	bool any = false, below = false;

	for (size_t i = 0; i < s->subject.g.n; i++) {
		const struct point *p = &s->points[i];

		net[i] = s->subject.g.value[metric][i] -
			 net_value(&h->c->net_values, p->net_scope, 0, metric, p->operations);
		any |= !isnan(net[i]);
		below |= net[i] <= 0;
	}
	if (any && (exact || !below))
		s->net[metric] = net;
	else
		free(net);
}

void series_make_net(struct history *h)
{
	net_finish(&h->c->net_values, &h->c->rounds);
	for (size_t i = 0; i < h->keys.n; i++)
		for (size_t m = 0; !h->series[i].gross && m < h->c->cols.metrics.n; m++)
			if (subject_has_values(&h->series[i].subject, m))
				make_net(h, &h->series[i], m);
}

struct track track_of(const struct history *h, const struct series *s, size_t metric, bool whole)
{
	const double *value =
	    subject_has_values(&s->subject, metric) ? s->subject.g.value[metric] : NULL;
	size_t n = value ? s->subject.g.n : 0, after = 0;
	struct track t = {xmalloc(n * sizeof(*t.v)), xmalloc(n * sizeof(*t.resolution)),
			  xmalloc(n * sizeof(*t.reset)), xmalloc(n * sizeof(*t.point)), 0};

	if (s->net[metric] && !whole)
		value = s->net[metric];
	for (size_t i = 0; i < n; i++) {
		if (isnan(value[i]))
			continue;
		t.v[t.n] = value[i];
		t.resolution[t.n] = s->points[i].resolution;
		t.reset[t.n] =
		    markers_between(&h->markers, s->machine, s->subject.cells,
				    h->c->cols.metrics.name[metric], after, s->points[i].row);
		t.point[t.n++] = i;
		after = s->points[i].row + 1;
	}
	return t;
}

void track_release(struct track *t)
{
	free(t->v);
	free(t->resolution);
	free(t->reset);
	free(t->point);
}

void series_release(struct history *h)
{
	for (size_t i = 0; i < h->keys.n; i++) {
		struct series *s = &h->series[i];

		for (size_t m = 0; m < h->nmetrics; m++)
			free(s->net[m]);
		group_release(&s->subject.g, h->nmetrics);
		free(s->net);
		free(s->points);
		free(s->subject.cells);
	}
	free(h->series);
	free(h->scope);
	keytable_release(&h->keys);
	keytable_release(&h->scopes);
	keytable_release(&h->machines);
}
