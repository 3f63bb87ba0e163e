/* SPDX-License-Identifier: MIT */
/* The verdict of a series' newest build. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schema/limits.h"
#include "series.h"
#include "xalloc.h"

/* A change of less than this is not nominated: nobody could confirm it in one run. Of a control
 * less will do, as tests may feel more of it. */
#define NOMINATE_LEAST .03

struct nomination nomination_of(const struct history *h, const struct finding *f)
{
	const char *metric = h->c->cols.metrics.name[f->metric];
	const struct subject *s = &h->series[f->pairing].subject;

	return (struct nomination){
	    .least = s->control ? f->rule.margin : fmax(NOMINATE_LEAST, f->rule.margin),
	    .margin = f->rule.margin,
	    .exact = metric_unit(metric, s->counted),
	    .allowed = f->rule.exact,
	    .counted = !strcmp(metric, "instructions"),
	    .worse = f->rule.higher_is_better ? -1 : 1,
	};
}

static void take_answer(struct finding *f, struct series *s, const struct track *t,
			const struct level_answer *a)
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
		s->before.build = s->points[t->point[a->last_good]].build;
		f->side[BASELINE] = &s->before;
	}
	if (a->verdict == SUSPECTED)
		f->first_bad = s->points[f->since].build;
	finding_set(f, a->verdict, *a->why ? "%s" : NULL, a->why);
}

static void judge_values(const struct history *h, struct series *s, struct finding *f, bool whole)
{
	struct track t = track_of(h, s, f->metric, whole);

	if (t.n) {
		struct nomination rule = nomination_of(h, f);
		struct level_answer a = level_judge(t.v, t.resolution, t.reset, t.n, &rule);

		f->exact = rule.exact;
		take_answer(f, s, &t, &a);
	} else {
		finding_set(f, INCONCLUSIVE, "no value in any row");
	}
	track_release(&t);
}

time_t seconds_of(const char *timestamp)
{
	struct tm tm = {0};
	const char *at = strptime(timestamp, "%Y-%m-%d", &tm), *time;
	long offset;

	if (at && (*at == 'T' || *at == ' ')) {
		time = strptime(++at, "%H:%M:%S", &tm);
		at = time ? time : strptime(at, "%H:%M", &tm);
	}
	if (at) {
		at += strspn(at, ".0123456789");
		at = *at ? strptime(at, "%z", &tm) : at;
	}
	offset = tm.tm_gmtoff;
	return at && !*at ? timegm(&tm) - offset : -1;
}

static bool is_stale(const struct scope *scope, const char *now)
{
	time_t then = seconds_of(scope->timestamp), today = seconds_of(now);

	return then >= 0 && today >= 0 && difftime(today, then) > STALE_DAYS * 24 * 60 * 60;
}

/* Whether the newest value is a whole cost that is not above zero. */
static bool is_below_noise(const struct history *h, const struct series *s, const struct finding *f)
{
	return f->value[CURRENT] <= 0 && (!h->c->net || s->gross) &&
	       metric_is_cost(h->c->cols.metrics.name[f->metric]);
}

/* What its runtime has never had has not failed, nor has what ran well and is too small. */
static enum verdict verdict_of(const struct subject *s, bool has_values)
{
	enum outcome outcome = outcome_of(s->status);

	if (outcome == OUTCOME_BELOW_NOISE)
		return INCONCLUSIVE;
	return outcome == OUTCOME_UNSUPPORTED && !has_values ? UNSUPPORTED : FAILED;
}

/* Verdicts that the newest row's status or age gives, whatever its values. */
static void judge_row(const struct history *h, const struct series *s, struct finding *f)
{
	const struct scope *scope = &h->scope[s->scope];
	bool promised = !scope->imported;

	if (promised && strcmp(s->run, scope->run) != 0)
		finding_set(f, MISSING, "not in the newest run '%s'", scope->run);
	else if (s->subject.status)
		finding_set_status(
		    f, promised ? verdict_of(&s->subject, !isnan(f->value[CURRENT])) : INCONCLUSIVE,
		    "", &s->subject);
	else if (is_below_noise(h, s, f))
		finding_set(f, INCONCLUSIVE, "%s: %s", status_names[STATUS_BELOW_NOISE],
			    status_meanings[STATUS_BELOW_NOISE]);
	else if (promised && f->verdict != SUSPECTED && is_stale(scope, h->now))
		finding_set(f, STALE, "the newest data are of %s", scope->timestamp);
}

/* What the verdict is about, where it differs from the number beside it. */
static char *net_change(const struct finding *net, const struct finding *whole)
{
	double change = 100 * (net->ratio - 1), seen = 100 * (whole->ratio - 1);
	char by[32];

	snprintf(by, sizeof(by), "%+.1f %%", change);
	if (isnan(change) || isnan(seen) || fabs(change - seen) < .05)
		return NULL;
	return xasprintf("%s net of the empty program", fabs(change) < .05 ? "no change" : by);
}

void newest_judge(const struct history *h, struct finding *f)
{
	struct series *s = &h->series[f->pairing];
	struct finding net;
	char *change;

	judge_values(h, s, f, false);
	judge_row(h, s, f);
	if (!h->o->whole || !s->net[f->metric])
		return;
	/* The verdict is that of the net values, the numbers are those that were measured. */
	net = *f;
	f->reason = NULL;
	judge_values(h, s, f, true);
	change = net_change(&net, f);
	finding_set(f, net.verdict, change || net.reason ? "%s%s%s" : NULL,
		    net.reason ? net.reason : "", change && net.reason ? "; " : "",
		    change ? change : "");
	f->first_bad = net.first_bad;
	f->since = net.since;
	free(net.reason);
	free(change);
}

/* Whether both left their levels with the same build of one machine, give or take the blur. */
static bool moved_together(const struct history *h, const struct finding *control,
			   const struct finding *f)
{
	const struct series *a = &h->series[control->pairing], *b = &h->series[f->pairing];
	const char *build = a->points[control->since].build;
	size_t from = f->since > STEP_BLUR ? f->since - STEP_BLUR : 0;

	if (a->machine == b->machine)
		for (size_t i = from; i < b->subject.g.n && i <= f->since + STEP_BLUR; i++)
			if (!strcmp(b->points[i].build, build))
				return true;
	return false;
}

/* The controls that moved with a suspicion. */
struct moved {
	const struct finding *explains, *furthest; /* NULL for none */
	size_t n;
};

static bool is_further(const struct finding *control, const struct finding *than)
{
	return !than || fabs(log(control->ratio)) > fabs(log(than->ratio));
}

static struct moved moved_with(const struct history *h, struct finding *const *controls, size_t n,
			       const struct finding *f)
{
	struct moved m = {0};

	for (size_t i = 0; i < n; i++) {
		const struct finding *control = controls[i];

		/* How far a control moved from zero is not known. */
		if (isnan(control->ratio) || !moved_together(h, control, f))
			continue;
		m.n++;
		if (is_further(control, m.furthest))
			m.furthest = control;
		if (control_explains(control, f) && is_further(control, m.explains))
			m.explains = control;
	}
	return m;
}

/* Whoever reads of a suspicion should know first that the machine changed too. */
static void say_controls_moved(const struct comparison *c, struct finding *f, const struct moved *m)
{
	double by = m->furthest->ratio - 1;
	bool same_way = by * (f->ratio - 1) > 0;
	char others[64] = "", *before = f->reason;

	if (m->n > 1)
		snprintf(others, sizeof(others), "; furthest of %zu controls", m->n);
	f->reason = NULL;
	finding_set(f, SUSPECTED, "control '%s' moved %s (%+.1f %%%s)%s%s%s",
		    finding_label(c, m->furthest, "test"), same_way ? "as well" : "the other way",
		    100 * by, others, same_way ? ", which explains less" : "", before ? "; " : "",
		    before ? before : "");
	free(before);
}

static bool is_moved_control(const struct finding *f)
{
	return f->side[CURRENT]->control && !f->exact &&
	       (f->verdict == SUSPECTED || f->verdict == IMPROVEMENT);
}

void newest_apply_controls(const struct history *h)
{
	struct comparison *c = h->c;
	struct finding **controls = xmalloc(c->nfindings * sizeof(struct finding *));
	size_t n = 0;

	for (size_t i = 0; i < c->nfindings; i++)
		if (is_moved_control(&c->findings[i]))
			controls[n++] = &c->findings[i];
	for (size_t i = 0; i < c->nfindings; i++) {
		struct finding *f = &c->findings[i];
		struct moved m;

		if (f->verdict != SUSPECTED || f->exact || f->side[CURRENT]->control)
			continue;
		m = moved_with(h, controls, n, f);
		if (m.explains)
			finding_contaminate(c, f, m.explains, "moved as well");
		else if (m.n)
			say_controls_moved(c, f, &m);
	}
	for (size_t i = 0; i < n; i++)
		finding_contaminate(c, controls[i], controls[i], "moved");
	free(controls);
}
