/* SPDX-License-Identifier: MIT */
#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "say.h"
#include "series.h"
#include "xalloc.h"

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
static void list_steps(struct history *h, const struct finding *proto)
{
	struct series *s = &h->series[proto->pairing];
	struct nomination rule = nomination_of(h, proto);
	struct track t = track_of(h, s, proto->metric, false);
	struct step *steps;
	size_t n = steps_find(t.v, t.n, &rule, STEP_EVIDENCE, &steps);

	for (size_t i = 0; i < n; i++) {
		bool worse = (steps[i].after - steps[i].before) * rule.worse > 0;
		struct finding *f = comparison_add(h->c, proto->metric);
		struct subject *side = finding_own_sides(f, h->c->cols.keys.n);

		memcpy(side->cells, s->subject.cells, h->c->cols.keys.n * sizeof(*side->cells));
		side[BASELINE].build = s->points[t.point[steps[i].first - 1]].build;
		side[CURRENT].build = s->points[t.point[steps[i].first]].build;
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

static void list_all(struct history *h)
{
	struct comparison *c = h->c;
	struct finding *series = c->findings;
	size_t nseries = c->nfindings;

	c->findings = NULL;
	c->nfindings = 0;
	for (size_t i = 0; i < nseries; i++)
		list_steps(h, &series[i]);
	free(series);
}

static void judge_all(struct history *h)
{
	h->now = h->o->now ? h->o->now : "";
	for (size_t i = 0; !h->o->now && i < h->scopes.n; i++)
		if (strcmp(h->now, h->scope[i].timestamp) < 0)
			h->now = h->scope[i].timestamp;
	for (size_t i = 0; i < h->c->nfindings; i++)
		newest_judge(h, &h->c->findings[i]);
	newest_apply_controls(h);
}

/* A test that was taken out on purpose: a marker that came after its newest row. */
static bool is_retired(const struct history *h, const struct series *s)
{
	return strcmp(s->run, h->scope[s->scope].run) != 0 &&
	       markers_between(&h->markers, s->machine, s->subject.cells, NULL,
			       s->points[s->subject.g.n - 1].row + 1, h->rows);
}

struct history *history_run(struct comparison *c, char **paths, int npaths, const char *settings,
			    const struct history_options *o)
{
	struct history *h = xcalloc(1, sizeof(*h));

	h->c = c;
	h->o = o;
	h->each_row.single = true;
	c->history = true;
	if (o->now && seconds_of(o->now) < 0)
		die("--now is not a time like 2026-01-31T12:00:00Z: '%s'", o->now);
	if (o->markers)
		markers_read(&h->markers, &c->cols.keys, o->markers);
	for (int i = 0; i < npaths; i++)
		series_read(h, paths[i]);
	columns_tell_old(&c->cols);
	h->nmetrics = c->cols.metrics.n;
	if (c->net)
		series_make_net(h);
	for (size_t i = 0; i < h->keys.n; i++)
		if (!is_retired(h, &h->series[i]))
			comparison_add_series(c, NULL, &h->series[i].subject, i);
	if (settings)
		settings_read(c, settings);
	if (o->all)
		list_all(h);
	else
		judge_all(h);
	comparison_sort(c);
	return h;
}

void history_release(struct history *h)
{
	series_release(h);
	markers_release(&h->markers);
	free(h);
}
