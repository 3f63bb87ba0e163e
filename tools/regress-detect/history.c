/* SPDX-License-Identifier: MIT */
#include "history.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "schema/limits.h"
#include "series.h"
#include "xalloc.h"

/* A change of less than this is not nominated: nobody could confirm it in one run. */
#define NOMINATE_LEAST .03
/* Noise hides the beginning of a step by so many builds. */
#define STEP_BLUR 2

/* The values of one metric of a series, without the rows that have none. */
struct track {
	double *v, *resolution;
	bool *reset;
	size_t *point; /* which row each value is of */
	size_t n;
};

static struct track track_of(const struct history *h, const struct series *s, size_t metric,
			     const double *value)
{
	struct track t = {xmalloc(s->n * sizeof(double)), xmalloc(s->n * sizeof(double)),
			  xcalloc(s->n, sizeof(bool)), xmalloc(s->n * sizeof(size_t)), 0};
	size_t after = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (isnan(value[i]))
			continue;
		t.v[t.n] = value[i];
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

/* Seconds since the epoch; -1 for what is no ISO 8601 time. A day is enough; no zone means UTC. */
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

	return then >= 0 && today >= 0 && difftime(today, then) > STALE_DAYS * 24 * 60 * 60;
}

/* Whether the newest value is a whole cost that is not above zero. */
static bool is_below_noise(const struct history *h, const struct series *s, const struct finding *f)
{
	return f->value[CURRENT] <= 0 && (!h->c->net || s->gross) &&
	       metric_is_cost(h->c->cols.metrics.name[f->metric]);
}

/* Verdicts that the newest row's status or age gives, whatever its values. Returns false for none.
 */
static bool judge_newest(const struct history *h, const struct series *s, struct finding *f,
			 const char *now)
{
	const char *newest_run = keytable_key(&h->runs, h->scope[s->scope].run);
	/* What its runtime has never had has not failed, nor has what ran well and is too small. */
	bool never_could = isnan(f->value[CURRENT]) && s->subject.status &&
			   outcome_of(s->subject.status) == OUTCOME_UNSUPPORTED;
	bool below = s->subject.status && outcome_of(s->subject.status) == OUTCOME_BELOW_NOISE;

	if (s->run != h->scope[s->scope].run)
		finding_set(f, MISSING, "not in the newest run '%s'", newest_run);
	else if (s->subject.status)
		finding_set(f,
			    never_could ? UNSUPPORTED
			    : below	? INCONCLUSIVE
					: FAILED,
			    "%s%s%s", s->subject.status, *s->subject.reason ? ": " : "",
			    s->subject.reason);
	else if (is_below_noise(h, s, f))
		finding_set(f, INCONCLUSIVE, "%s: %s", status_names[STATUS_BELOW_NOISE],
			    BELOW_NOISE_REASON);
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

static void judge_values(struct history *h, struct series *s, struct finding *f,
			 const double *value)
{
	struct track t = track_of(h, s, f->metric, value);

	if (t.n) {
		struct nomination rule = nomination_of(h, s, f);
		struct level_answer a = level_judge(t.v, t.resolution, t.reset, t.n, &rule);

		f->exact = rule.exact;
		take_answer(h, s, f, &t, &a);
	} else {
		finding_set(f, INCONCLUSIVE, "no value in any row");
	}
	track_release(&t);
}

static void judge_series(struct history *h, struct series *s, struct finding *f, const char *now)
{
	const double *whole = h->o->whole ? s->whole[f->metric] : NULL;
	struct finding net;

	judge_values(h, s, f, s->value[f->metric]);
	judge_newest(h, s, f, now);
	if (!whole)
		return;
	/* The verdict is that of the net values, the numbers are those that were measured. */
	net = *f;
	f->reason = NULL;
	judge_values(h, s, f, whole);
	finding_set(f, net.verdict, net.reason ? "%s" : NULL, net.reason);
	f->first_bad = net.first_bad;
	f->since = net.since;
	free(net.reason);
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
	struct track t = track_of(h, s, proto->metric, s->value[proto->metric]);
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

/* If a control moved, the machine did, not the build. */
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
		series_read(h, paths[i]);
	columns_tell_old(&c->cols);
	if (c->verbose)
		/* A stream may hold one track of many. */
		markers_tell_unused(&h->markers);
	h->nmetrics = c->cols.metrics.n;
	if (c->net)
		series_make_net(h);
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
	series_release(h);
	markers_release(&h->markers);
	free(h);
}
