/* SPDX-License-Identifier: MIT */
/* The verdicts of a comparison: what the numbers say, and what the control allows them to say. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "detect.h"
#include "ranktest.h"
#include "stats.h"
#include "text.h"
#include "xalloc.h"

const char *const *finding_cells(const struct finding *f)
{
	return f->side[CURRENT] ? f->side[CURRENT]->cells : f->side[BASELINE]->cells;
}

const char *finding_label(const struct comparison *c, const struct finding *f, const char *key)
{
	return key_cell(&c->cols, finding_cells(f), key);
}

/* NULL where it is measured. */
static const struct unit *unit_of(const struct comparison *c, const struct finding *f)
{
	return metric_unit(c->cols.metrics.name[f->metric],
			   f->side[BASELINE]->counted && f->side[CURRENT]->counted);
}

static bool is_control(const struct finding *f)
{
	return (f->side[CURRENT] && f->side[CURRENT]->control) ||
	       (f->side[BASELINE] && f->side[BASELINE]->control);
}

static enum outcome outcome_at(const struct finding *f, enum side side)
{
	const struct subject *s = f->side[side];

	return s && s->status ? outcome_of(s->status) : OUTCOME_MEASURED;
}

/* What is below noise ran well: its missing number is no failure. */
static bool is_failed(const struct finding *f, enum side side)
{
	return outcome_at(f, side) == OUTCOME_UNSUPPORTED || outcome_at(f, side) == OUTCOME_FAILED;
}

void finding_set_status(struct finding *f, enum verdict verdict, const char *before,
			const struct subject *s)
{
	finding_set(f, verdict, "%s%s%s%s", before, s->status, *s->reason ? ": " : "", s->reason);
}

/* What has no number on one side. Returns false when both sides have numbers to be judged. */
static bool judge_absent(struct finding *f)
{
	const struct subject *base = f->side[BASELINE], *current = f->side[CURRENT];

	if (!current)
		finding_set(f, MISSING, "not in the current rows");
	else if (outcome_at(f, CURRENT) == OUTCOME_UNSUPPORTED &&
		 outcome_at(f, BASELINE) == OUTCOME_UNSUPPORTED)
		finding_set_status(f, UNSUPPORTED, "", current);
	else if (is_failed(f, CURRENT))
		finding_set_status(f, FAILED, "", current);
	else if (!base)
		finding_set(f, NEW, NULL);
	else if (is_failed(f, BASELINE))
		finding_set_status(f, NEW, "the baseline has no number: ", base);
	else
		return false;
	return true;
}

static bool same_machine(const struct comparison *c, const struct finding *a,
			 const struct finding *b)
{
	return a->pairing == b->pairing &&
	       !strcmp(finding_label(c, a, "host_class"), finding_label(c, b, "host_class"));
}

static bool moved(const struct finding *control)
{
	return control->verdict == REGRESSION || control->verdict == IMPROVEMENT;
}

bool control_explains(const struct finding *control, const struct finding *f)
{
	double by = log(control->ratio), change = log(f->ratio);

	return by * change > 0 && fabs(change) <= CONTROL_REACH * fabs(by);
}

void finding_contaminate(const struct comparison *c, struct finding *f,
			 const struct finding *control, const char *what)
{
	char *by = isnan(control->ratio) ? xstrdup("")
					 : xasprintf(" (%+.1f %%)", 100 * (control->ratio - 1));

	finding_set(f, CONTAMINATED, "control '%s' %s%s", finding_label(c, control, "test"), what,
		    by);
	free(by);
}

/* Findings that are judged together. */
struct list {
	struct finding **at;
	size_t n;
};

static struct list list_of(struct comparison *c, bool controls)
{
	struct list l = {xmalloc(c->nfindings * sizeof(struct finding *)), 0};

	for (size_t i = 0; i < c->nfindings; i++)
		if (is_control(&c->findings[i]) == controls)
			l.at[l.n++] = &c->findings[i];
	return l;
}

/* How far a control moved, or what one that is not shown to have moved leaves open. */
static double distance_of(const struct finding *control)
{
	return moved(control) ? fabs(log(control->ratio))
			      : fmax(-log(control->ratio_low), log(control->ratio_high));
}

/* Whether a change is more than what a control that moved explains, or than one that is not shown
 * to agree leaves open. */
static bool stands(const struct finding *control, const struct finding *f)
{
	if (!moved(f))
		return false;
	return moved(control) ? !control_explains(control, f)
			      : fabs(log(f->ratio)) > CONTROL_REACH * distance_of(control);
}

/* Which of two controls a reason names: one that moved, and the one that did so furthest. */
static bool says_more(const struct finding *control, const struct finding *than)
{
	if (!than || moved(control) != moved(than))
		return !than || moved(control);
	return distance_of(control) > distance_of(than);
}

static void set_not_shown_to_agree(const struct comparison *c, struct finding *f,
				   const struct finding *control)
{
	const char *name = finding_label(c, control, "test");

	if (isnan(control->ratio_low))
		finding_set(f, CONTAMINATED, "control '%s' is not shown to agree", name);
	else
		finding_set(f, CONTAMINATED,
			    "control '%s' is not shown to agree (%+.1f to %+.1f %%)", name,
			    100 * (control->ratio_low - 1), 100 * (control->ratio_high - 1));
}

/* Apply the controls. In one run a control that moved shows that the sides did not have the
 * same machine. Two runs are two moments: there controls must be shown to agree before a change is
 * believed. */
static void apply_controls(const struct comparison *c, const struct list *controls,
			   struct finding *f)
{
	const struct finding *by = NULL;
	bool any = false;

	for (size_t i = 0; i < controls->n; i++) {
		const struct finding *control = controls->at[i];

		if (control->exact || isnan(control->ratio) || !same_machine(c, control, f))
			continue;
		any = true;
		if (!moved(control) && (f->one_run || !moved(f) || control->verdict == UNCHANGED))
			continue;
		if (!stands(control, f) && says_more(control, by))
			by = control;
	}
	if (by && moved(by))
		finding_contaminate(c, f, by, "moved");
	else if (by)
		set_not_shown_to_agree(c, f, by);
	else if (!f->one_run && !any)
		finding_set(f, INCONCLUSIVE,
			    "two separate runs without a control are inconclusive: measure "
			    "the suite controls with both");
}

/* How far the controls of its machine are from equal, as a fraction; NaN without any. */
static double controls_within(const struct comparison *c, const struct list *controls,
			      const struct finding *f)
{
	double most = NAN;

	for (size_t i = 0; i < controls->n; i++) {
		const struct finding *control = controls->at[i];

		if (!control->exact && same_machine(c, control, f))
			most = fmax(most, fabs(control->ratio - 1));
	}
	return most;
}

/* A change in words, for all who show it: "1 more instruction verified (36 to 37)". */
static void say_count(const struct comparison *c, struct finding *f)
{
	const struct unit *unit = unit_of(c, f);
	double by = f->value[CURRENT] - f->value[BASELINE];
	char *size = number_text(fabs(by)), *from = number_text(f->value[BASELINE]),
	     *to = number_text(f->value[CURRENT]);

	finding_set(f, f->verdict, "%s %s %s%s%s (%s to %s)", size, by > 0 ? "more" : "fewer",
		    unit->one, fabs(by) == 1 ? "" : "s", unit->rest, from, to);
	free(size);
	free(from);
	free(to);
}

static void say_change(const struct comparison *c, const struct list *controls, struct finding *f)
{
	const char *metric = c->cols.metrics.name[f->metric];
	size_t n = strlen(metric);
	bool more = f->ratio > 1, is_time = n > 3 && !strcmp(metric + n - 3, "_ns");
	double sign = more ? 100 : -100, within = controls_within(c, controls, f);
	double low = more ? f->ratio_low : f->ratio_high,
	       high = more ? f->ratio_high : f->ratio_low;
	char *interval = isnan(low)
			     ? xstrdup("")
			     : xasprintf(" (%.1f to %.1f)", sign * (low - 1), sign * (high - 1));
	char *others =
	    isnan(within) ? xstrdup("") : xasprintf("; controls within %.1f %%", 100 * within);

	finding_set(f, f->verdict, "%s by %.1f %%%s, in %zu rounds%s",
		    is_time ? more ? "slower" : "faster"
		    : more  ? "more"
			    : "less",
		    sign * (f->ratio - 1), interval, f->rounds, others);
	free(interval);
	free(others);
}

/* What two moments leave open in the control is left open in every series. */
static void widen_margins(const struct comparison *c, const struct list *controls,
			  const struct list *tests)
{
	for (size_t i = 0; i < controls->n; i++) {
		const struct finding *control = controls->at[i];

		if (control->one_run || isnan(control->ratio_low))
			continue;
		for (size_t j = 0; j < tests->n; j++) {
			double *margin = &tests->at[j]->rule.margin;

			if (same_machine(c, control, tests->at[j]))
				*margin = fmax(*margin, fmax(1 / control->ratio_low - 1,
							     control->ratio_high - 1));
		}
	}
}

/* Rounds that follow one another mostly do so in all series of a run. */
static void correct_correlation(const struct list *l)
{
	double *r = xmalloc(l->n * sizeof(*r)), run;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->at[i]->autocorrelation)
			r[n++] = l->at[i]->autocorrelation;
	run = stats_median(r, n);
	for (size_t i = 0; i < l->n; i++)
		measured_correct(l->at[i], run, n);
	free(r);
}

/* Their numbers, p-values adjusted for each other, and verdicts on their own. */
static void judge_list(struct comparison *c, const struct list *l)
{
	double *p = xmalloc(l->n * sizeof(*p));
	bool *measured = xcalloc(l->n, sizeof(*measured));
	size_t ntests = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct finding *f = l->at[i];

		if (judge_absent(f))
			continue;
		f->exact = unit_of(c, f);
		if (f->exact)
			judge_exact(c, f);
		else
			measured[i] = measured_take_values(c, f);
	}
	correct_correlation(l);
	for (size_t i = 0; i < l->n; i++) {
		if (measured[i])
			judge_measured(l->at[i]);
		p[i] = l->at[i]->p_value;
		ntests += !isnan(p[i]);
	}
	free(measured);
	holm(p, l->n);
	for (size_t i = 0; i < l->n; i++) {
		l->at[i]->p_adjusted = p[i];
		if (!isnan(p[i]))
			decide(l->at[i], ntests);
	}
	free(p);
}

void comparison_judge(struct comparison *c)
{
	struct list controls = list_of(c, true), tests = list_of(c, false);

	net_finish(&c->net_values, &c->rounds);
	judge_list(c, &controls);
	widen_margins(c, &controls, &tests);
	judge_list(c, &tests);
	for (size_t i = 0; i < tests.n; i++)
		if (!isnan(tests.at[i]->p_value))
			apply_controls(c, &controls, tests.at[i]);
	for (size_t i = 0; i < tests.n; i++)
		if (!moved(tests.at[i]))
			continue;
		else if (tests.at[i]->exact)
			say_count(c, tests.at[i]);
		else
			say_change(c, &controls, tests.at[i]);
	for (size_t i = 0; i < controls.n; i++)
		if (!controls.at[i]->exact && moved(controls.at[i]))
			finding_contaminate(c, controls.at[i], controls.at[i], "moved");
	free(controls.at);
	free(tests.at);
}

int comparison_exit_status(const struct comparison *c)
{
	bool bad = false, trouble = false, good = false;

	for (size_t i = 0; i < c->nfindings; i++) {
		const struct finding *f = &c->findings[i];
		enum severity severity = verdict_severity[f->verdict];

		bad |= severity == SEVERITY_BAD;
		trouble |= severity == SEVERITY_TROUBLE;
		/* That the control agrees says nothing about a build. */
		good |= severity == SEVERITY_GOOD && !is_control(f);
	}
	return bad ? EXIT_BAD_ANSWER : trouble || !good ? EXIT_INCONCLUSIVE : 0;
}
