/* SPDX-License-Identifier: MIT */
#include "history.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "csv.h"
#include "markers.h"
#include "number.h"
#include "xalloc.h"

/* A change of less than this is not nominated: nobody could confirm it in one run. */
#define NOMINATE_LEAST .03
/* Noise hides the beginning of a step by so many builds. */
#define STEP_BLUR 2

/* A row of a series. */
struct point {
	size_t row;	/* of the whole input, from 0 */
	uint32_t build; /* index in builds */
	/* under --net, else zero */
	uint32_t net_scope;
	double operations; /* of an invocation */
};

struct series {
	struct subject subject; /* its key cells, and the status of its newest row */
	struct subject before;	/* the build it is compared with */
	uint32_t scope;		/* host class, track and suite: what is measured together */
	uint32_t run;		/* of its newest row */
	const char *timestamp;	/* of its newest row */
	struct point *points;
	bool gross;	    /* nothing is subtracted from it under --net */
	uint32_t machine;   /* host class and track */
	double **value;	    /* a column a metric, NaN for an empty cell */
	double *resolution; /* of instructions: how far the rounds of a build lie apart */
	size_t n, size;
};

/* What is measured together: a series that is not in its newest run is missing. */
struct scope {
	uint32_t run;
	const char *timestamp; /* the newest */
};

struct history {
	struct comparison *c;
	const struct history_options *o;
	struct keytable keys, builds, runs, times, scopes, machines;
	struct series **series;
	size_t series_size;
	struct scope *scope;
	size_t scope_size;
	struct markers markers;
	size_t rows, nmetrics;
	bool told_order; /* that rows are not in time order */
};

/* Columns of the current file that history alone reads; -1 for nowhere. */
struct extra_columns {
	int min, max; /* of instructions over the rounds of a row */
};

/* --- reading --- */

/* The first two are a machine that one line of builds is measured on. */
static const char *const scope_keys[] = {"host_class", "track", "suite"};
#define MACHINE_KEYS 2

static const char *keep(struct keytable *t, const char *text)
{
	return keytable_key(t, keytable_add(t, text, strlen(text) + 1));
}

static const char *key_cell(const struct history *h, const struct subject *s, const char *key)
{
	for (size_t k = 0; k < h->c->cols.keys.n; k++)
		if (!strcmp(h->c->cols.keys.name[k], key))
			return s->cells[k];
	return "";
}

static uint32_t number_of(const struct history *h, struct keytable *t, const struct subject *s,
			  size_t nkeys)
{
	struct key key = {0};
	uint32_t number;

	for (size_t i = 0; i < nkeys; i++) {
		const char *cell = key_cell(h, s, scope_keys[i]);

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
		return keep(&h->builds, in->cell[l->build]);
	if (*time)
		return keep(&h->builds, time);
	snprintf(text, sizeof(text), "row %zu", h->rows + 1);
	return keep(&h->builds, text);
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

/* Under --net: what of this row's run is subtracted from its value, or the row is that itself. */
static void take_net(struct history *h, struct csv_reader *in, struct series *s,
		     struct point *point, const double *value)
{
	struct net *n = &h->c->net_values;

	point->net_scope = net_scope(n, in, "");
	point->operations = net_operations(n, in);
	s->gross = s->subject.control || net_is_baseline(n, in);
	if (net_is_baseline(n, in) && net_add(n, in, point->net_scope, &h->c->rounds, 0, value))
		errx(EXIT_TROUBLE, "%s", in->error);
}

static void take_row(struct history *h, struct csv_reader *in, const struct layout *l,
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
	s->timestamp = keep(&h->times, time);
	if (strcmp(h->scope[s->scope].timestamp, time) < 0)
		h->scope[s->scope].timestamp = s->timestamp;
	free(s->subject.status);
	free(s->subject.reason);
	s->subject.status = s->subject.reason = NULL;
	if (status_is_ok(status)) {
		layout_values(l, &h->c->cols, in, value);
	} else {
		s->subject.status = xstrdup(status);
		s->subject.reason = xstrdup(layout_cell(in, l->reason, ""));
		for (size_t m = 0; m < h->c->cols.metrics.n; m++)
			value[m] = NAN;
	}
	point = (struct point){.row = h->rows++,
			       .build = keytable_add(&h->builds, build, strlen(build) + 1)};
	if (h->c->net)
		take_net(h, in, s, &point, value);
	add_point(h, s, point, value, resolution_of(in, extra));
}

static void read_rows(struct history *h, const char *path)
{
	struct extra_columns extra;
	struct layout l = {0};
	struct csv_reader in;
	struct key key = {0};
	size_t rows = 0;
	double *value;
	int got;

	if (csv_open(&in, path))
		errx(EXIT_TROUBLE, "%s", in.error);
	layout_find(&l, &h->c->cols, &in);
	if (h->c->net && (rounds_columns(&h->c->rounds, &in) ||
			  net_columns(&h->c->net_values, &in, h->c->cols.metrics.n, false)))
		errx(EXIT_TROUBLE, "%s", in.error);
	extra = (struct extra_columns){csv_column(&in, "min_instructions"),
				       csv_column(&in, "max_instructions")};
	value = xmalloc(h->c->cols.metrics.n * sizeof(*value));
	for (; (got = csv_next_row(&in)) > 0; rows++)
		take_row(h, &in, &l, &extra, &key, value);
	if (got < 0)
		errx(EXIT_TROUBLE, "%s", in.error);
	if (h->c->verbose)
		warnx("%s: %zu rows", in.path, rows);
	key_release(&key);
	layout_release(&l);
	csv_release(&in);
	free(value);
}

/* A series' values of a metric, net; they stay as they are where no run has a baseline, and times
 * where one is not above its baseline: such a difference is noise. */
static void make_series_net(const struct history *h, struct series *s, size_t metric)
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
	if (any && (exact || !below))
		memcpy(s->value[metric], net, s->n * sizeof(*net));
	free(net);
}

static void make_net(struct history *h)
{
	net_finish(&h->c->net_values, &h->c->rounds);
	for (size_t i = 0; i < h->keys.n; i++)
		for (size_t m = 0; !h->series[i]->gross && m < h->c->cols.metrics.n; m++)
			make_series_net(h, h->series[i], m);
}

/* --- judging --- */

/* The values of one metric of a series, without the rows that have none. */
struct track {
	double *v, *resolution;
	bool *reset;
	size_t *point; /* which row each value is of */
	size_t n;
};

static struct track track_of(const struct history *h, const struct series *s, size_t metric)
{
	struct track t = {xmalloc(s->n * sizeof(double)), xmalloc(s->n * sizeof(double)),
			  xcalloc(s->n, sizeof(bool)), xmalloc(s->n * sizeof(size_t)), 0};
	size_t after = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (isnan(s->value[metric][i]))
			continue;
		t.v[t.n] = s->value[metric][i];
		t.resolution[t.n] = s->resolution[i];
		t.point[t.n] = i;
		t.reset[t.n] =
		    markers_between(&h->markers, s->machine, s->subject.cells,
				    h->c->cols.metrics.name[metric], after, s->points[i].row);
		after = s->points[i].row + 1;
		t.n++;
	}
	return t;
}

static void track_release(struct track *t)
{
	free(t->v);
	free(t->resolution);
	free(t->reset);
	free(t->point);
}

static const char *build_at(const struct history *h, const struct series *s, const struct track *t,
			    size_t i)
{
	return keytable_key(&h->builds, s->points[t->point[i]].build);
}

static struct nomination nomination_of(const struct history *h, const struct series *s,
				       const struct finding *f)
{
	const char *metric = h->c->cols.metrics.name[f->metric];

	return (struct nomination){
	    .least = fmax(NOMINATE_LEAST, f->rule.margin),
	    .exact = metric_is_exact(metric, s->subject.counted),
	    .counted = !strcmp(metric, "instructions"),
	    .worse = f->rule.higher_is_better ? -1 : 1,
	};
}

static void take_answer(struct history *h, struct series *s, struct finding *f,
			const struct track *t, const struct level_answer *a)
{
	double newest = t->v[t->n - 1];

	f->value[BASELINE] = a->level;
	f->value[CURRENT] = newest;
	f->since = t->point[a->first_bad];
	f->rounds = a->builds;
	if (a->level > 0 && newest > 0) {
		f->ratio = newest / a->level;
		f->ratio_low = newest / a->high;
		f->ratio_high = newest / a->low;
	}
	if (!isnan(a->level)) {
		s->before.build = build_at(h, s, t, a->last_good);
		f->side[BASELINE] = &s->before;
	}
	if (a->verdict == SUSPECTED)
		f->first_bad = build_at(h, s, t, a->first_bad);
	/* The format is one of level.c's own, with one %zu at most. */
	finding_set(f, a->verdict, a->why, a->count);
}

/* Seconds since the epoch of an ISO 8601 time, of which all but the day may be missing; without a
 * zone it is UTC. -1 for what is no such text. */
static time_t seconds_of(const char *timestamp)
{
	struct tm tm = {0};
	const char *at = strptime(timestamp, "%Y-%m-%d", &tm);
	int hours, minutes;
	time_t seconds;
	char sign;

	if (!at)
		return -1;
	if (*at == 'T' || *at == ' ') {
		const char *time = strptime(at + 1, "%H:%M:%S", &tm);

		at = time ? time : strptime(at + 1, "%H:%M", &tm);
		if (!at)
			return -1;
	}
	at += strspn(at, ".0123456789");
	seconds = timegm(&tm);
	if (sscanf(at, "%c%2d:%2d", &sign, &hours, &minutes) == 3 && (sign == '+' || sign == '-'))
		return seconds + (sign == '-' ? 60 : -60) * (60 * hours + minutes);
	return *at && strcmp(at, "Z") != 0 ? -1 : seconds;
}

static bool is_stale(const struct history *h, const struct series *s, const char *now)
{
	time_t then = seconds_of(h->scope[s->scope].timestamp), today = seconds_of(now);

	return then >= 0 && today >= 0 && difftime(today, then) > h->o->stale_days * 24 * 60 * 60;
}

/* What is wrong with the newest row, whatever the values say. Returns false for nothing. */
static bool judge_newest(const struct history *h, const struct series *s, struct finding *f,
			 const char *now)
{
	const char *newest_run = keytable_key(&h->runs, h->scope[s->scope].run);
	/* What its runtime has never had has not failed. */
	bool never_could = isnan(f->value[CURRENT]) && s->subject.status &&
			   !strcmp(s->subject.status, "unsupported");

	if (s->run != h->scope[s->scope].run)
		finding_set(f, MISSING, "not in the newest run '%s'", newest_run);
	else if (s->subject.status)
		finding_set(f, never_could ? INCONCLUSIVE : FAILED, "%s%s%s", s->subject.status,
			    *s->subject.reason ? ": " : "", s->subject.reason);
	else if (f->verdict != SUSPECTED && is_stale(h, s, now))
		finding_set(f, STALE, "the newest data are of %s", h->scope[s->scope].timestamp);
	else
		return false;
	return true;
}

/* A test that was taken out on purpose: a marker that came after its newest row. */
static bool is_retired(const struct history *h, const struct series *s)
{
	return s->run != h->scope[s->scope].run &&
	       markers_between(&h->markers, s->machine, s->subject.cells, NULL,
			       s->points[s->n - 1].row + 1, h->rows);
}

static void judge_series(struct history *h, struct series *s, struct finding *f, const char *now)
{
	struct track t = track_of(h, s, f->metric);

	if (t.n) {
		struct nomination rule = nomination_of(h, s, f);
		struct level_answer a = level_judge(t.v, t.resolution, t.reset, t.n, &rule);

		f->exact = rule.exact;
		take_answer(h, s, f, &t, &a);
	} else {
		finding_set(f, INCONCLUSIVE, "no value in any row");
	}
	judge_newest(h, s, f, now);
	track_release(&t);
}

/* Whether a marker is where a step begins, give or take what noise hides of its beginning. */
static bool is_accepted(const struct track *t, size_t first)
{
	size_t from = first > STEP_BLUR ? first - STEP_BLUR : 0;

	for (size_t i = from; i < t->n && i <= first + STEP_BLUR; i++)
		if (t->reset[i])
			return true;
	return false;
}

/* Every lasting change of a series as a finding of its own. */
static void list_steps(struct history *h, struct series *s, const struct finding *proto)
{
	struct nomination rule = nomination_of(h, s, proto);
	struct track t = track_of(h, s, proto->metric);
	struct step *steps;
	size_t n = steps_find(t.v, t.n, &rule, &steps);

	for (size_t i = 0; i < n; i++) {
		bool worse = (steps[i].after - steps[i].before) * rule.worse > 0;
		struct finding *f = comparison_add(h->c, proto);
		struct subject *side = xcalloc(NSIDES, sizeof(*side));

		side[BASELINE].cells = side[CURRENT].cells = s->subject.cells;
		side[BASELINE].build = build_at(h, s, &t, steps[i].first - 1);
		side[CURRENT].build = build_at(h, s, &t, steps[i].first);
		f->side[BASELINE] = &side[BASELINE];
		f->side[CURRENT] = &side[CURRENT];
		f->owned = side;
		f->value[BASELINE] = steps[i].before;
		f->value[CURRENT] = steps[i].after;
		f->ratio = steps[i].ratio;
		f->ratio_low = steps[i].ratio_low;
		f->ratio_high = steps[i].ratio_high;
		f->exact = rule.exact;
		f->first_bad = worse ? side[CURRENT].build : NULL;
		f->rounds = (i + 1 < n ? steps[i + 1].first : t.n) - steps[i].first;
		finding_set(f, worse ? SUSPECTED : IMPROVEMENT, "%slasts for %zu builds",
			    is_accepted(&t, steps[i].first) ? "accepted: " : "", f->rounds);
	}
	free(steps);
	track_release(&t);
}

/* The metrics of a series that are judged: all that were asked for, or the first with values. */
static bool wants_metric(const struct history *h, const struct series *s, size_t metric)
{
	for (size_t m = 0; !h->c->cols.metrics_given && m < h->c->cols.metrics.n; m++)
		for (size_t i = 0; i < s->n; i++)
			if (!isnan(s->value[m][i]))
				return m == metric;
	return h->c->cols.metrics_given || metric == 0;
}

/* Whether both left their levels with the same build of one machine, give or take the blur. */
static bool moved_together(const struct history *h, const struct finding *control,
			   const struct finding *f)
{
	const struct series *a = h->series[control->pairing], *b = h->series[f->pairing];
	size_t from = f->since > STEP_BLUR ? f->since - STEP_BLUR : 0;

	for (size_t i = from; a->machine == b->machine && i < b->n && i <= f->since + STEP_BLUR;
	     i++)
		if (b->points[i].build == a->points[control->since].build)
			return true;
	return false;
}

/* Something that moved all of a machine is no build's doing; that it moved is no finding either. */
static void apply_controls(struct history *h)
{
	struct comparison *c = h->c;

	for (size_t i = 0; i < c->nfindings; i++) {
		struct finding *control = &c->findings[i];

		if (!control->side[CURRENT]->control || control->exact ||
		    (control->verdict != SUSPECTED && control->verdict != IMPROVEMENT))
			continue;
		for (size_t j = 0; j < c->nfindings; j++) {
			struct finding *f = &c->findings[j];

			if (f->verdict == SUSPECTED && !f->exact && !f->side[CURRENT]->control &&
			    moved_together(h, control, f))
				finding_set(f, CONTAMINATED, "control '%s' moved as well",
					    finding_label(c, control, "test"));
		}
		finding_set(control, CONTAMINATED, "the control moved (%+.1f %%)",
			    100 * (control->ratio - 1));
	}
}

static const char *newest_time(const struct history *h)
{
	const char *newest = "";

	for (size_t i = 0; i < h->scopes.n; i++)
		if (strcmp(newest, h->scope[i].timestamp) < 0)
			newest = h->scope[i].timestamp;
	return newest;
}

static void judge_all(struct history *h)
{
	const char *now = h->o->now ? h->o->now : newest_time(h);
	struct comparison *c = h->c;

	for (size_t i = 0; i < c->nfindings; i++) {
		struct series *s = h->series[c->findings[i].pairing];

		judge_series(h, s, &c->findings[i], now);
	}
	apply_controls(h);
}

static void list_all(struct history *h, size_t nseries)
{
	struct comparison *c = h->c;
	struct finding *series = c->findings;

	c->findings = NULL;
	c->nfindings = c->findings_size = 0;
	for (size_t i = 0; i < nseries; i++)
		list_steps(h, h->series[series[i].pairing], &series[i]);
	free(series);
}

static void add_findings(struct history *h)
{
	for (size_t i = 0; i < h->keys.n; i++) {
		struct series *s = h->series[i];

		s->before.cells = s->subject.cells;
		for (size_t m = 0; m < h->c->cols.metrics.n; m++) {
			struct finding blank = finding_blank(h->c);

			if (!wants_metric(h, s, m) || is_retired(h, s))
				continue;
			blank.side[CURRENT] = &s->subject;
			blank.metric = m;
			blank.pairing = i;
			comparison_add(h->c, &blank);
		}
	}
}

struct history *history_run(struct comparison *c, char **paths, int npaths, const char *settings,
			    const struct history_options *o)
{
	struct history *h = xcalloc(1, sizeof(*h));

	h->c = c;
	h->o = o;
	c->history = true;
	if (o->now && seconds_of(o->now) < 0)
		errx(EXIT_TROUBLE, "--now is not a time like 2026-01-31T12:00:00Z: '%s'", o->now);
	if (o->markers)
		markers_read(&h->markers, &c->cols.keys, o->markers);
	for (int i = 0; i < npaths; i++)
		read_rows(h, paths[i]);
	if (c->verbose)
		/* A stream may hold one track of many. */
		markers_tell_unused(&h->markers);
	h->nmetrics = c->cols.metrics.n;
	if (c->net)
		make_net(h);
	add_findings(h);
	if (settings)
		settings_read(c, settings);
	if (o->all)
		list_all(h, c->nfindings);
	else
		judge_all(h);
	comparison_sort(c);
	return h;
}

void history_release(struct history *h)
{
	for (size_t i = 0; i < h->keys.n; i++) {
		struct series *s = h->series[i];

		for (size_t m = 0; m < h->nmetrics; m++)
			free(s->value[m]);
		free(s->value);
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
	markers_release(&h->markers);
	free(h);
}
