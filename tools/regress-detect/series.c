/* SPDX-License-Identifier: MIT */
#include "series.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "csv.h"
#include "number.h"
#include "xalloc.h"

/* Columns of the current file that history alone reads; -1 for nowhere. */
struct extra_columns {
	int min, max; /* of instructions over the rounds of a row */
	bool net;     /* those that net values need are there */
};

/* The first two are a machine that one line of builds is measured on. */
static const char *const scope_keys[] = {"host_class", "track", "suite"};
#define MACHINE_KEYS 2

static uint32_t number_of(const struct history *h, struct keytable *t, const struct subject *s,
			  size_t nkeys)
{
	struct key key = {0};
	uint32_t number;

	for (size_t i = 0; i < nkeys; i++) {
		const char *cell = key_cell(&h->c->cols, s->cells, scope_keys[i]);

		key_add(&key, cell, strlen(cell));
	}
	number = keytable_add(t, key.text, key.len);
	key_release(&key);
	return number;
}

static uint32_t scope_of(struct history *h, const struct subject *s)
{
	uint32_t scope = number_of(h, &h->scopes, s, sizeof(scope_keys) / sizeof(*scope_keys));

	if (scope >= h->scope_size) {
		h->scope_size = h->scope_size ? 2 * h->scope_size : 16;
		h->scope = xrealloc(h->scope, h->scope_size * sizeof(*h->scope));
	}
	if (scope + 1 == h->scopes.n)
		h->scope[scope].timestamp = "";
	return scope;
}

static struct series *new_series(struct history *h, uint32_t id)
{
	struct series *s = xcalloc(1, sizeof(*s));
	const char *cell = keytable_key(&h->keys, id);
	size_t nkeys = h->c->cols.keys.n;

	if (id >= h->series_size) {
		h->series_size = h->series_size ? 2 * h->series_size : 64;
		h->series = xrealloc(h->series, h->series_size * sizeof(*h->series));
	}
	h->series[id] = s;
	s->subject.cells = xmalloc(nkeys * sizeof(char *));
	for (size_t k = 0; k < nkeys; k++, cell += strlen(cell) + 1)
		s->subject.cells[k] = cell;
	s->value = xcalloc(h->c->cols.metrics.n, sizeof(*s->value));
	s->whole = xcalloc(h->c->cols.metrics.n, sizeof(*s->whole));
	s->scope = scope_of(h, &s->subject);
	s->machine = number_of(h, &h->machines, &s->subject, MACHINE_KEYS);
	return s;
}

static void add_point(struct history *h, struct series *s, struct point point, const double *value,
		      double resolution)
{
	size_t nmetrics = h->c->cols.metrics.n;

	if (s->n == s->size) {
		s->size = s->size ? 2 * s->size : 16;
		s->points = xrealloc(s->points, s->size * sizeof(*s->points));
		for (size_t m = 0; m < nmetrics; m++)
			s->value[m] = xrealloc(s->value[m], s->size * sizeof(**s->value));
		s->resolution = xrealloc(s->resolution, s->size * sizeof(*s->resolution));
	}
	s->points[s->n] = point;
	s->resolution[s->n] = resolution;
	for (size_t m = 0; m < nmetrics; m++)
		s->value[m][s->n] = value[m];
	s->n++;
}

/* A series' rows in the wrong order would have its newest value in the middle. */
static void check_order(struct history *h, const struct csv_reader *in, const struct series *s,
			const char *time)
{
	if (h->told_order || !s->n || strcmp(s->timestamp, time) <= 0)
		return;
	h->told_order = true;
	warnx("rows are not in time order: '%s' comes after '%s' (%s line %zu)", time, s->timestamp,
	      in->path, in->line);
}

/* Where the rows have no build, the time tells them apart, else their number. */
static const char *build_of(struct history *h, const struct csv_reader *in, const struct layout *l,
			    const char *time)
{
	char text[32];

	if (l->build >= 0)
		return keep_text(&h->builds, in->cell[l->build]);
	if (*time)
		return keep_text(&h->builds, time);
	snprintf(text, sizeof(text), "row %zu", h->rows + 1);
	return keep_text(&h->builds, text);
}

static double resolution_of(const struct csv_reader *in, const struct extra_columns *x)
{
	double low, high;

	if (x->min < 0 || x->max < 0 ||
	    number_parse_double(in->cell[x->min], -HUGE_VAL, HUGE_VAL, &low) ||
	    number_parse_double(in->cell[x->max], -HUGE_VAL, HUGE_VAL, &high))
		return NAN;
	return high - low;
}

static bool is_in_vm(const char *runtime)
{
	return !strcmp(runtime, "icount") || !strcmp(runtime, "kvm");
}

/* Under --net: what of this row's run is subtracted from its value, or the row is that itself. */
static void take_net(struct history *h, struct csv_reader *in, const struct layout *l,
		     struct series *s, struct point *point, const double *value)
{
	struct net *n = &h->c->net_values;

	point->net_scope = net_scope(n, in, "");
	point->operations = net_operations(n, in);
	s->gross = s->subject.control || net_is_empty(n, in) ||
		   (h->o->net_in_vm && !is_in_vm(layout_cell(in, l->runtime, "")));
	if (net_is_empty(n, in) && net_add(n, in, point->net_scope, &h->c->rounds, 0, value))
		errx(EXIT_TROUBLE, "%s", in->error);
}

static void take_row(struct history *h, struct csv_reader *in, struct layout *l,
		     const struct extra_columns *extra, struct key *key, double *value)
{
	const char *status = layout_cell(in, l->status, "ok");
	const char *time = layout_cell(in, l->timestamp, "");
	const char *build = build_of(h, in, l, time);
	const char *run = layout_cell(in, l->run, build);
	size_t known = h->keys.n;
	struct point point;
	struct series *s;
	uint32_t id;

	key_clear(key);
	layout_key(l, &h->c->cols, in, key);
	id = keytable_add(&h->keys, key->text, key->len);
	s = id == known ? new_series(h, id) : h->series[id];
	markers_notice(&h->markers, s->machine, build, h->rows);
	check_order(h, in, s, time);
	s->subject.build = build;
	s->subject.control |= !strcmp(layout_cell(in, l->control, ""), "1");
	s->subject.counted |= !strcmp(layout_cell(in, l->runtime, ""), "icount");
	s->run = h->scope[s->scope].run = keytable_add(&h->runs, run, strlen(run) + 1);
	s->timestamp = keep_text(&h->times, time);
	if (strcmp(h->scope[s->scope].timestamp, time) < 0)
		h->scope[s->scope].timestamp = s->timestamp;
	free(s->subject.status);
	free(s->subject.reason);
	s->subject.status = s->subject.reason = NULL;
	if (outcome_of(status) == OUTCOME_MEASURED) {
		layout_values(l, &h->c->cols, in, value);
	} else {
		s->subject.status = xstrdup(status);
		s->subject.reason = xstrdup(layout_cell(in, l->reason, ""));
		for (size_t m = 0; m < h->c->cols.metrics.n; m++)
			value[m] = NAN;
	}
	point = (struct point){.row = h->rows++,
			       .build = keytable_add(&h->builds, build, strlen(build) + 1)};
	if (extra->net)
		take_net(h, in, l, s, &point, value);
	else
		s->gross = true;
	add_point(h, s, point, value, resolution_of(in, extra));
}

void series_read(struct history *h, const char *path)
{
	struct extra_columns extra;
	struct layout l = {0};
	struct csv_reader in;
	struct key key = {0};
	size_t rows = 0;
	double *value;

	layout_open(&in, path);
	layout_find(&l, &h->c->cols, &in);
	extra = (struct extra_columns){csv_column(&in, "min_instructions"),
				       csv_column(&in, "max_instructions"), h->c->net};
	if (h->c->net && (rounds_columns(&h->c->rounds, &in) ||
			  net_columns(&h->c->net_values, &in, h->c->cols.metrics.n, false))) {
		/* What was never in a VM, such as results from elsewhere, may lack them. */
		if (!h->o->net_in_vm || l.runtime >= 0)
			errx(EXIT_TROUBLE, "%s", in.error);
		extra.net = false;
	}
	value = xmalloc(h->c->cols.metrics.n * sizeof(*value));
	for (; layout_next_row(&in); rows++)
		take_row(h, &in, &l, &extra, &key, value);
	if (h->c->verbose)
		warnx("%s: %zu rows", in.path, rows);
	key_release(&key);
	layout_release(&l);
	csv_release(&in);
	free(value);
}

/* A series' values of a metric, net; they stay as they are where no run has a baseline, and times
 * where one is not above its baseline: such a difference is noise. */
static void make_net(const struct history *h, struct series *s, size_t metric)
{
	bool exact = metric_is_exact(h->c->cols.metrics.name[metric], s->subject.counted);
	double *net = xmalloc(s->n * sizeof(*net));
	bool any = false, below = false;

	for (size_t i = 0; i < s->n; i++) {
		const struct point *p = &s->points[i];

		net[i] = s->value[metric][i] -
			 net_value(&h->c->net_values, p->net_scope, 0, metric, p->operations);
		any |= !isnan(net[i]);
		below |= net[i] <= 0;
	}
	if (!any || (!exact && below)) {
		free(net);
		return;
	}
	s->whole[metric] = s->value[metric];
	s->value[metric] = net;
}

void series_make_net(struct history *h)
{
	net_finish(&h->c->net_values, &h->c->rounds);
	for (size_t i = 0; i < h->keys.n; i++)
		for (size_t m = 0; !h->series[i]->gross && m < h->c->cols.metrics.n; m++)
			make_net(h, h->series[i], m);
}

void series_release(struct history *h)
{
	for (size_t i = 0; i < h->keys.n; i++) {
		struct series *s = h->series[i];

		for (size_t m = 0; m < h->nmetrics; m++) {
			free(s->value[m]);
			free(s->whole[m]);
		}
		free(s->value);
		free(s->whole);
		free(s->resolution);
		free(s->points);
		free(s->subject.cells);
		free(s->subject.status);
		free(s->subject.reason);
		free(s);
	}
	free(h->series);
	free(h->scope);
	keytable_release(&h->keys);
	keytable_release(&h->builds);
	keytable_release(&h->runs);
	keytable_release(&h->times);
	keytable_release(&h->scopes);
	keytable_release(&h->machines);
}
